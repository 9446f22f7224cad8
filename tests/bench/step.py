"""One run of one server in the bench."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Found = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One run of one server: `measure()` starts it, drives it and ends it."""

    scenario: str
    server: str
    measure: Callable[[], Found]
