"""Fixtures for cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from facilitation.core.clock import system_clock
from tests.cases.desk import Desk
from tests.cast import Cast


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast, cast.case)


@pytest.fixture
def later(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let time pass."""
    passed = [timedelta()]

    def clock() -> datetime:
        return system_clock() + passed[0]

    monkeypatch.setattr(cast.writer, "clock", clock)

    def go(by: timedelta) -> None:
        passed[0] += by

    return go
