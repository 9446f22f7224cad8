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

    def on(self, database: str) -> bool:
        """Does it belong to what is asked about this database? On PostgreSQL the product on SQLite stands beside it."""
        on_postgresql = "worker" in self.server
        return not on_postgresql if database == "sqlite" else on_postgresql or self.server == "product"
