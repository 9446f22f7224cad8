"""An outage has a first line with what to look at, one a minute, and a last one."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import OperationalError, TimeoutError

from facilitation.core.outages import HINTS, Outages, reason_of


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outages(clock: Clock, caplog: pytest.LogCaptureFixture) -> Outages:
    caplog.set_level("DEBUG")
    return Outages(clock)


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, object]]]:
    return [(record.event, record.fields) for record in caplog.records]  # type: ignore[attr-defined]


def test_ten_minutes_of_failures_are_a_dozen_lines(outages: Outages, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(6000):
        outages.failed("database", "unreachable", OSError("secret"), side="writing")
        clock.now += 0.1
    outages.worked("database", side="reading")  # reading came back, writing did not yet
    assert lines(caplog)[-1][0] == "outage_goes_on"
    outages.worked("database", all_sides=True)  # connections of the pool may still be broken
    clock.now += 5
    outages.worked("database", all_sides=True)
    events = [event for event, _ in lines(caplog)]
    assert events[0] == "outage"
    assert events[-1] == "outage_over"
    assert 9 <= events.count("outage_goes_on") <= 10
    assert len(events) <= 12
    first, last = lines(caplog)[0][1], lines(caplog)[-1][1]
    assert first == {"what": "database", "reason": "unreachable", "hint": HINTS["unreachable"]}
    assert (last["failures"], round(float(str(last["seconds"])))) == (6000, 600)
    counted = sum(int(str(fields["failures"])) for event, fields in lines(caplog) if event == "outage_goes_on")
    assert 6000 - 601 <= counted < 6000


def test_one_that_comes_and_goes_is_one_outage(outages: Outages, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(20):
        outages.failed("database", "restarting", OSError())
        clock.now += 1
        outages.worked("database", all_sides=True)
    assert [event for event, _ in lines(caplog)] == ["outage"]


def test_what_works_says_nothing(outages: Outages, caplog: pytest.LogCaptureFixture) -> None:
    outages.worked("redis")
    assert lines(caplog) == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("database is locked", "locked"),
        ("database or disk is full", "disk_full"),
        ("attempt to write a readonly database", "not_writable"),
        ("unable to open database file", "not_writable"),
        ("disk I/O error", "disk_error"),
    ],
)
def test_sqlite_says_why(words: str, reason: str) -> None:
    assert reason_of(OperationalError("SELECT 1", None, sqlite3.OperationalError(words))) == reason


def test_waiting_for_a_connection_in_vain_is_told_apart() -> None:
    assert reason_of(TimeoutError()) == "no_free_connection"
