"""The life of a lab and of an activity, over plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

STATES = ("draft", "lobby", "live", "paused", "closing", "closed")

#: From where an act may lead to a state. The same state again is no act.
TRANSITIONS: Mapping[str, tuple[frozenset[str], str]] = {
    "open": (frozenset({"draft"}), "lobby"),
    "start": (frozenset({"draft", "lobby", "paused"}), "live"),
    "pause": (frozenset({"live"}), "paused"),
    "resume": (frozenset({"paused"}), "live"),
    "close": (frozenset({"lobby", "live", "paused"}), "closing"),
    "finish": (frozenset({"lobby", "live", "paused", "closing"}), "closed"),
    "reopen": (frozenset({"closing", "closed"}), "paused"),
}

JOINABLE = frozenset({"lobby", "live", "paused", "closing"})


def next_state(state: str, act: str) -> str | None:
    """The state after `act`, the same state when it is already reached, None when it is not possible."""
    sources, target = TRANSITIONS[act]
    if state == target:
        return state
    return target if state in sources else None


def takes_posts(state: str, closes_at: datetime | None, now: datetime) -> bool:
    """May something be written now? Until the grace of the close has run out (D7), whether or not a timer has fired."""
    if state == "closing":
        return closes_at is not None and now < closes_at
    return state in {"lobby", "live"}


def takes_withdrawals(state: str, closed_at: datetime | None, hours: int, now: datetime) -> bool:
    """An own contribution can be taken back while the lab runs and for `hours` after the close (R-90)."""
    if state != "closed":
        return state != "draft"
    return closed_at is not None and now < closed_at + timedelta(hours=hours)


def seconds_left(ends_at: datetime | None, now: datetime) -> int | None:
    """Whole seconds to the end of an activity, not below 0; None without a timer."""
    return None if ends_at is None else max(0, round((ends_at - now).total_seconds()))


def checked_moment(text: str) -> str:
    """A planned moment as ISO 8601, with or without its offset; empty: not fixed yet. Raises `ValueError`."""
    if text:
        datetime.fromisoformat(text)
    return text


def join_limit(expected: int) -> int:
    """How many may join with a right code (safety, section 2)."""
    return max(50, round(expected * 1.5))


def may_change_promise(name: str, old: object, new: object, *, joined: bool) -> bool:
    """After the first join a promise can be tightened, never loosened (safety, section 5)."""
    if not joined or old == new:
        return True
    match name:
        case "chatham_house":
            return bool(new)
        case "ceiling" | "retention_days":
            return int(str(new)) < int(str(old))
        case "minimum_cell" | "withdraw_hours":
            return int(str(new)) > int(str(old))
        case _:
            return True
