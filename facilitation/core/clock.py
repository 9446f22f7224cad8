"""Time: aware, in UTC, taken once per command, replaceable in tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def epoch_ms(moment: datetime | None) -> int | None:
    """Milliseconds since 1970 for the wire, or None."""
    return None if moment is None else round(moment.timestamp() * 1000)
