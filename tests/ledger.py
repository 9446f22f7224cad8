"""What the tests of the faults write down for `python3 -m facilitation faults`, and how they go on where they were stopped.

As a plugin of pytest (`-p tests.ledger`) it leaves out what has passed before and keeps how each test ended.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kept import Kept

FULL = os.environ.get("FACILITATION_TEST_FAULTS") == "full"
SEED = int(os.environ.get("FACILITATION_TEST_SEED", "20261122"))
MINUTES = float(os.environ.get("FACILITATION_TEST_MINUTES", "inf"))
DATABASE = os.environ.get("FACILITATION_TEST_DATABASE") or "sqlite"
#: So many workers serve the rooms of the faults; unset: one process, and with `--long` three workers as well.
WORKERS = int(os.environ.get("FACILITATION_TEST_WORKERS") or 0)
KEPT = Kept(Path(os.environ["FACILITATION_TEST_LEDGER"])) if "FACILITATION_TEST_LEDGER" in os.environ else None


def sized(small: int, full: int) -> int:
    """How much of a fault this run tries."""
    return full if FULL else small


def note(fault: str, *, on: str = "", **figures: Any) -> None:
    """A line of the table, when somebody asked for it: `note("F1", on="SQLite", attempted=…, lost=0)`."""
    if KEPT:
        KEPT.add(fault=fault, test=current(), on=on or place(), figures=figures)


def place(workers: int = WORKERS, database: str = DATABASE) -> str:
    """Where a fault was tried, for the table."""
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database]
    return f"{name}, {workers} workers" if workers > 1 else name


def current() -> str:
    """The test that is running."""
    return os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]


class Parts:
    """The rounds of a fault, in parts of `size` that stand alone. A part that is finished is kept with its figures, so that a run
    that was killed goes on with the next one.

        parts = Parts(200, 50)
        for rounds in parts:
            ...
            parts.add(kills=len(rounds), lost=0)
        note("F1", **parts.figures)
    """

    def __init__(self, count: int, size: int) -> None:
        known = KEPT.part(current()) if KEPT else {}
        self.count, self.size, self.done = count, size, int(known.get("done", 0))
        self._sums: Counter[str] = Counter(known.get("sums", {}))
        self._most: dict[str, float] = dict(known.get("most", {}))
        self._begun = time.monotonic()

    def __iter__(self) -> Iterator[range]:
        while self.done < self.count and not (self.done and self._late()):
            rounds = range(self.done, min(self.count, self.done + self.size))
            yield rounds
            self.done = rounds.stop
            if KEPT:
                KEPT.add(part=current(), done=self.done, of=self.count, sums=self._sums, most=self._most)

    def within(self, rounds: range) -> Iterator[int]:
        """These rounds, or as many as fit into the time for one fault; at least one."""
        for n in rounds:
            if n > rounds.start and self._late():
                return
            yield n

    def _late(self) -> bool:
        return time.monotonic() - self._begun > 60 * MINUTES

    def add(self, **figures: int) -> None:
        """Add to the sums of all parts."""
        self._sums.update(figures)

    def most(self, **figures: float) -> None:
        """Keep the greatest of all parts."""
        self._most |= {name: max(value, self._most.get(name, value)) for name, value in figures.items()}

    @property
    def figures(self) -> dict[str, Any]:
        return {**self._sums, **self._most}


# ---- the plugin


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    passed = KEPT.passed() if KEPT else set()
    if again := [item for item in items if item.nodeid in passed]:
        config.hook.pytest_deselected(items=again)
        items[:] = [item for item in items if item.nodeid not in passed]
        config.stash[_LEFT_OUT] = len(again)


_LEFT_OUT = pytest.StashKey[int]()


def pytest_runtest_logstart(nodeid: str) -> None:
    if KEPT:
        KEPT.add(begun=nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test has ended when its tear-down has: what that writes down belongs to it."""
    if report.when == "call" or not report.passed:
        _ENDED[report.nodeid] = {"outcome": report.outcome, "why": _why(report), "seconds": round(report.duration, 1)}
    if KEPT and report.when == "teardown":
        KEPT.add(ended=report.nodeid, **_ENDED.pop(report.nodeid))


_ENDED: dict[str, dict[str, Any]] = {}


def _why(report: pytest.TestReport) -> str:
    """Why it was not tried, or the first line of what went wrong: enough for a row of the table."""
    if report.passed:
        return ""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    said = str(getattr(crash, "message", report.longrepr)).splitlines() or [""]
    return said[0][:200].replace("|", "/")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Nothing was left to try: that is what was wanted, when it has passed before."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.stash.get(_LEFT_OUT, 0):
        session.exitstatus = pytest.ExitCode.OK
