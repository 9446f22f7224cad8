"""One line a minute about the live door: its commands come too often for a line each."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Flask

from facilitation.core.counters import Counters
from facilitation.core.events import event

EVERY = 60.0  # seconds


class Minutes:
    """What one process counted since the line before."""

    def __init__(self, app: Flask) -> None:
        extension = app.extensions["facilitation"]
        self._counters: Counters = extension["counters"]
        self._connections, self._socketio = extension["connections"], extension["socketio"]
        self._before = _numbers(self._counters)

    def start(self) -> None:
        self._socketio.start_background_task(self._run)

    def _run(self) -> None:
        while True:
            self._socketio.sleep(EVERY)
            self.tell()

    def tell(self) -> None:
        """Write the line, unless nothing happened and nobody is there."""
        now, before = _numbers(self._counters), self._before
        self._before = now
        grown = {name: _grown(value, before[name]) for name, value in now.items()}
        if any(grown.values()) or self._connections:
            event("minute", connections=len(self._connections), **grown)


def _numbers(counters: Counters) -> dict[str, Any]:
    return {
        "opened": counters.opened,
        "requests": counters.requests,
        "commands": Counter(counters.commands),
        "ends": Counter(counters.ends),
        "refused": Counter(counters.refused),
        "catch_ups": counters.resyncs,
        "drops": counters.drops,
    }


def _grown(now: Any, before: Any) -> Any:
    """How many more. By code: only the codes that grew."""
    return dict(now - before) if isinstance(now, Counter) else now - before
