"""How far a report's file is: whoever makes one may listen. A file costs nothing more when nobody does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

#: In their order. Of `drawing` it is also told which figure of how many.
STEPS = ("waiting", "starting", "reading", "sorting", "drawing", "setting")
Listener = Callable[[str, int, int], None]
_listener: ContextVar[Listener | None] = ContextVar("report_progress", default=None)


@contextlib.contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Inside, `listener(step, done, of)` hears of every step."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(step: str, done: int = 0, of: int = 0) -> None:
    """A step begins. `done`, `of`: the piece that begins and how many there are."""
    listener = _listener.get()
    if listener is not None:
        listener(step, done, of)
