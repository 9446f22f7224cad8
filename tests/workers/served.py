"""Several workers behind nginx in the place of one server: a room of the faults lives on either (tests/faults/room.py)."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from random import Random

import requests

from tests.running import chosen_mode
from tests.workers.stack import Stack, until

PATIENCE = 300.0  # seconds; a worker that keeps ending waits for half a minute before it starts again


class Served:
    """`serve --workers N` with what a `Server` can do. Phones are spread over nginx and every worker."""

    def __init__(self, data: Path, *, workers: int, **settings: str) -> None:
        self.data = data
        self._stack = Stack(data, workers=workers, **{**chosen_mode(), **settings})
        self.url, self.port = self._stack.url, self._stack.port
        self.ports = (self._stack.port, *self._stack.ports)
        self.addresses = tuple(self._stack.workers)
        #: Names and values of the environment it is started in next time, besides its own.
        self.surroundings: dict[str, str] = {}
        self._read = 0

    def start(self) -> Served:
        stack = self._stack
        assert stack.serve.environment is not None
        self._read = len(stack.whole_log()) if stack.serve.log.exists() else 0
        stack.serve.environment |= self.surroundings
        for part in (stack.serve, stack.redis, stack.nginx):
            if part.running is None:
                part.start()
        stack.wait_ready(PATIENCE)
        return self

    def answers(self) -> bool:
        return self._stack.serve.running is not None and all(self._ready(address) for address in self.addresses)

    def _ready(self, address: str) -> bool:
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{address}/readyz", timeout=5).ok
        return False

    @property
    def pids(self) -> tuple[int, ...]:
        """The workers that run now."""
        running = self._stack.serve.running
        if running is None:
            return ()
        return tuple(int(pid) for pid in Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split())

    def kill(self) -> None:
        """kill -9 of every worker, and first of the process that would start them again. Redis and nginx go on."""
        serve = self._stack.serve
        if serve.running is None:
            return
        serve.send(signal.SIGSTOP)  # nobody new from here on
        workers = self.pids
        serve.end(signal.SIGKILL)
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{pid}/fd").exists() and _alive(pid) for pid in workers), 30, "the workers are gone")

    def ended(self, patience: float) -> int:
        """Wait until a worker has ended by itself; its exit code (a signal as a negative number)."""
        until(lambda: "worker_ended" in self.said(), patience, "a worker ends")
        return int(self.said().partition("worker_ended")[2].partition("code=")[2].split()[0])

    def said(self) -> str:
        """What the log says since the last start."""
        return self._stack.whole_log()[self._read :]

    def remove(self) -> None:
        self.kill()
        self._stack.stop()


def _alive(pid: int) -> bool:
    """Does this process still run? One that nobody has asked for its exit code does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


class OneOf:
    """Stands in for the server that F1 kills: each time one of the workers, while another one serves."""

    def __init__(self, served: Served, chance: Random) -> None:
        self._served, self._chance = served, chance

    def __enter__(self) -> OneOf:
        return self

    def __exit__(self, *_: object) -> None:
        self._served._stack.wait_ready(PATIENCE)

    def kill(self) -> None:
        """One of those that serve, and never the last one."""
        ready: list[int] = []

        def two_serve() -> bool:
            ready[:] = [n for n, address in enumerate(self._served.addresses) if self._served._ready(address)]
            return len(ready) > 1

        until(two_serve, PATIENCE, "two workers serve", look_every=0.2)
        self._served._stack.signal_worker(self._chance.choice(ready), signal.SIGKILL)

    def start(self) -> None:
        """The others go on; the one that was killed is started by `serve`."""
