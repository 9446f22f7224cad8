"""Waiting without a database connection in hand.

A room that joins together asks for more connections than there are. Nobody may keep one while they wait for the writer, for
another process, for a penalty to pass, for something that is worked out beside the loop, or for a second connection. So all
of these call `before_waiting`, and who reads says here how to give its connection back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar

_give_back: ContextVar[Callable[[], object] | None] = ContextVar("give_back", default=None)


def give_back_with(call: Callable[[], object] | None) -> None:
    """Before this request waits, `call` is called; None: it reads nothing any more."""
    _give_back.set(call)


def before_waiting() -> None:
    """End what this request reads and give its connection back. What it asks of its objects later is read again."""
    if (call := _give_back.get()) is not None:
        call()


def pause(seconds: float) -> None:
    """Sleep, without a connection."""
    if seconds > 0:
        before_waiting()
        time.sleep(seconds)
