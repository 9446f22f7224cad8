"""Named seams where a test may let the process die as if the power had failed, to see that what was promised holds there.

Off unless the environment named a point before the start: `FACILITATION_TEST_FAILPOINT=before-commit`, or `before-commit:7`
for the seventh time it is reached. Nothing that comes over a network reaches this module, and production refuses to start
with it (config.py).
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass

VARIABLE = "FACILITATION_TEST_FAILPOINT"
#: In the order in which a command passes them.
POINTS = (
    "after-begin",  # the transaction is open, nothing is written
    "before-commit",  # everything is written, nothing is durable
    "after-commit",  # durable, and nobody knows
    "before-answer",  # the answer is in hand and not yet at the door
    "before-announce",  # answered; the room has not heard
)


@dataclass
class _Armed:
    point: str
    left: int


def _read(environment: Mapping[str, str]) -> _Armed | None:
    point, _, times = environment.get(VARIABLE, "").partition(":")
    return _Armed(point, int(times or 1)) if point else None


_armed = _read(os.environ)


def arm(point: str, times: int = 1) -> None:
    """The process dies when it reaches `point` for the `times`th time from now on."""
    global _armed
    if point not in POINTS:
        raise ValueError(f"there is no point {point!r}")
    _armed = _Armed(point, times)


def armed() -> str | None:
    """The point at which this process will die."""
    return _armed.point if _armed else None


def reach(point: str) -> None:
    """Say where we are. Does nothing, or ends the process at once (kill -9)."""
    if _armed is None or _armed.point != point:
        return
    _armed.left -= 1
    if _armed.left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
