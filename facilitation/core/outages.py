"""Something the server needs does not work: one line when it begins, one a minute while it lasts, one when it is over.

Under load a lost database fails hundreds of times a minute. The first failure says its class and what to look at.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from facilitation.core.events import Sentence, event

EVERY = 60.0  # seconds between two lines about the same outage
CALM = 5.0  # seconds without a failure before it counts as over: connections of the pool find out one after the other

#: reason → what to look at
HINTS = {
    "locked": "another program holds the database: look for a backup, a restore or a shell command that still runs",
    "disk_full": "the disk is full: free space where FACILITATION_DATA or PostgreSQL keeps its files",
    "disk_error": "the disk fails: look at the system's log and at the disk that holds FACILITATION_DATA",
    "not_writable": "the database file cannot be opened or written: look at owner and rights of the folder FACILITATION_DATA",
    "unreachable": "PostgreSQL does not answer: look at its service and at FACILITATION_DATABASE_URL",
    "restarting": "PostgreSQL ended the connection: look at its log, at an administrator's restart or a crash",
    "too_many_connections": "PostgreSQL has no connection left: raise max_connections, or run fewer workers",
    "no_free_connection": "no connection of this process became free in time: look at the load of the database",
    "read_only": "PostgreSQL takes no writes: look whether this server is a standby, and at FACILITATION_DATABASE_URL",
    "redis": "Redis does not answer: look at its service and at FACILITATION_REDIS_URL; until then workers find each other's "
             "changes in the database",
    "fault": "a fault of the program: nothing to repair here; report it with these lines",
}  # fmt: skip
_SQLITE = {"locked": "locked", "busy": "locked", "disk is full": "disk_full", "disk i/o": "disk_error",
           "readonly": "not_writable", "unable to open": "not_writable"}  # fmt: skip
_POSTGRESQL = {"53100": "disk_full", "53300": "too_many_connections", "57P": "restarting", "58": "disk_error",
               "55P03": "locked", "40": "locked", "25006": "read_only"}  # fmt: skip


def reason_of(error: BaseException) -> str:
    """Why the database failed, as a word of `HINTS`."""
    cause = getattr(error, "orig", None) or error
    if isinstance(error, TimeoutError) or type(error).__name__ == "TimeoutError":
        return "no_free_connection"
    if "sqlite" in type(cause).__module__:
        said = str(cause).lower()
        return next((reason for word, reason in _SQLITE.items() if word in said), "not_writable")
    code = str(getattr(cause, "pgcode", None) or "")
    return next((reason for start, reason in _POSTGRESQL.items() if code.startswith(start)), "unreachable")


def hint(reason: str) -> Sentence:
    return Sentence(HINTS[reason])


@dataclass
class _Outage:
    began: float
    told: float  # when the log said it last
    last: float  # failure
    failures: int = 1
    untold: int = 0  # failures since the log said it last
    failing: set[str] = field(default_factory=set)  # which sides still fail: reading, writing
    worked: float | None = None  # first success after the last failure


class Outages:
    """Those of one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, _Outage] = {}

    def failed(self, what: str, reason: str, error: BaseException, *, side: str = "") -> None:
        """`what` did not work for the `reason`."""
        now = self._clock()
        outage = self._open.get(what)
        if outage is None:
            self._open[what] = _Outage(began=now, told=now, last=now, failing={side})
            event("outage", what=what, reason=reason, hint=hint(reason), error=error)
            return
        outage.failures, outage.untold, outage.last, outage.worked = outage.failures + 1, outage.untold + 1, now, None
        outage.failing.add(side)
        if now - outage.told >= EVERY:
            event(
                "outage_goes_on", what=what, reason=reason, hint=hint(reason), failures=outage.untold, seconds=now - outage.began
            )
            outage.told, outage.untold = now, 0

    def worked(self, what: str, *, side: str = "", all_sides: bool = False) -> None:
        """It did what it is for. Costs nothing while there is no outage. Over when every side that failed worked again."""
        if what not in self._open:
            return
        outage, now = self._open[what], self._clock()
        outage.failing = set() if all_sides else outage.failing - {side}
        if outage.failing:
            return
        outage.worked = outage.worked or now
        if now - outage.last >= CALM:
            del self._open[what]
            event("outage_over", what=what, failures=outage.failures, seconds=outage.worked - outage.began)


_here = Outages()
failed, worked = _here.failed, _here.worked
