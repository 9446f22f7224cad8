"""Several processes of the same program: starts them, starts a lost one again, ends or renews them together.

The parent serves nobody and holds no state: each worker is `serve` of one process on its own port (or all on one), and what they
share is the database. SIGTERM ends all, SIGHUP renews them one after the other. A worker that fails at its first three starts
ends all, with its reason; one that has served before is started again for as long as it takes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Collection
from typing import IO, Any
from urllib.error import URLError
from urllib.request import urlopen

from facilitation import __version__, logs
from facilitation.config import PREFIX, Settings
from facilitation.core.events import event
from facilitation.core.urls import authority, is_loopback
from facilitation.start import worker_command, worker_environment

END_SECONDS = 15.0  # a worker says goodbye within five
READY_SECONDS = 60.0
CALM_SECONDS = 8.0  # between two renewals: a thousand phones that were sent away are back, and are not sent away on their way
STEADY = 60.0  # one that ended before is counted as a failure
TRIES = 3  # to start at all
ASKED_TO = (0, -signal.SIGKILL, -signal.SIGTERM)  # it ended because somebody wanted it to
LONGEST_PAUSE = 30.0


class Worker:
    """One process and its place to listen."""

    def __init__(self, host: str, port: int, environment: dict[str, str], files: Collection[int] = ()) -> None:
        self.host, self.port, self._environment, self._files = host, port, environment, files
        self.process: subprocess.Popen[bytes] | None = None
        self._reason: IO[bytes] | None = None  # where it writes why it cannot start
        self._begun = 0.0
        self._failures = 0
        self._never_served = True
        self._again_at = 0.0

    @property
    def address(self) -> str:
        return authority(self.host, self.port)

    def start(self) -> None:
        if self._reason is not None:
            self._reason.close()
        self._reason = tempfile.TemporaryFile()  # noqa: SIM115 - read and closed after its end
        reason = self._reason.fileno()
        command = [*worker_command(self.host, self.port), "--last-words", str(reason)]
        self._begun = time.monotonic()
        event("worker_started", worker=self.address)
        self.process = subprocess.Popen(command, env=self._environment, pass_fds=(reason, *self._files))

    def look(self) -> None:
        """Start a worker that ended by itself: at once, unless it keeps ending."""
        if self.process is None:
            if time.monotonic() >= self._again_at:
                self.start()
            return
        code = self.process.poll()
        steady = time.monotonic() - self._begun > STEADY
        if steady or code in ASKED_TO:
            self._never_served = False
        if code is None:
            return
        self._failures = 0 if steady else self._failures + 1
        pause = pause_after(self._failures)
        self._again_at = time.monotonic() + pause
        self.process = None
        event("worker_ended", worker=self.address, code=code, pause_seconds=pause)

    def hopeless(self) -> str | None:
        """The reason why it cannot start at all, or None while it may."""
        if self.process is not None or self._reason is None or not self._never_served or self._failures < TRIES:
            return None
        self._reason.seek(0)
        return self._reason.read().decode(errors="replace").strip() or "its own words are above"

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self._never_served = False
            self.process.terminate()

    def ended(self, until: float) -> None:
        """Wait for its end, at most `until`; then end it the hard way."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        if self._reason is not None:
            self._reason.close()
            self._reason = None

    def wait_ready(self) -> bool:
        """True when it answers that it can write."""
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and self.process is not None and self.process.poll() is None:
            try:
                with urlopen(f"http://{self.address}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return True
            except (URLError, OSError):
                time.sleep(0.1)
        return False


def pause_after(failures: int) -> float:
    """Seconds before a worker starts again that ended so often in a row soon after its start; once may be chance."""
    return min(LONGEST_PAUSE, 2.0 ** (failures - 1)) if failures > 1 else 0.0


class Workers:
    """All of them."""

    def __init__(self, settings: Settings, *, count: int, first_port: int, files: Collection[int] = ()) -> None:
        """`files`: open ones that every worker holds as well."""
        shared = settings.SHARED_PORT
        ports = [settings.PORT if shared else first_port + n for n in range(count)]
        host = settings.HOST if shared or is_loopback(settings.HOST) else "127.0.0.1"
        self._stopping = self._renewing = False
        self._failed = ""
        self.workers = [Worker(host, port, _environment(settings, proxied=not shared), files) for port in ports]

    def run(self) -> None:
        """Start and keep all until SIGTERM or Ctrl-C. `SystemExit` with the reason when one cannot start."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._renew)
        event("workers_started", workers=len(self.workers), version=__version__)
        for worker in self.workers:
            worker.start()
        while not self._stopping:
            self._look()
            time.sleep(0.2)
        self._end()
        if self._failed:
            logs.refuse_start(self._failed)
            raise SystemExit(1)

    def _stop(self, _signal: int, _frame: Any) -> None:
        self._stopping = True

    def _renew(self, _signal: int, _frame: Any) -> None:
        self._renewing = True

    def _look(self) -> None:
        self._restart_lost()
        if self._renewing:
            self._renewing = False
            self._one_after_the_other()

    def _restart_lost(self) -> None:
        for worker in self.workers:
            worker.look()
            if reason := worker.hopeless():
                self._failed = f"worker {worker.address} cannot start ({TRIES} tries): {reason}"
                self._stopping = True

    def _one_after_the_other(self) -> None:
        for place, worker in enumerate(self.workers):
            calm = time.monotonic() + (CALM_SECONDS if place else 0)
            while not self._stopping and time.monotonic() < calm:
                self._restart_lost()
                time.sleep(0.2)
            if self._stopping:
                return
            worker.end()
            worker.ended(time.monotonic() + END_SECONDS)
            worker.start()
            ready = worker.wait_ready()
            event("worker_renewed" if ready else "worker_silent", worker=worker.address)
            if not ready:
                return  # the others go on as they are

    def _end(self) -> None:
        begun = time.monotonic()
        for worker in self.workers:
            worker.end()
        for worker in self.workers:
            worker.ended(begun + END_SECONDS)
        event("workers_stopped", seconds=time.monotonic() - begun)


def _environment(settings: Settings, *, proxied: bool) -> dict[str, str]:
    """What a worker is told: the parent's settings, complete, whatever they came from."""
    return worker_environment(
        os.environ,
        DATA=str(settings.data),
        DATABASE_URL=settings.DATABASE_URL,
        SECRET_KEY=settings.SECRET_KEY,
        PUBLIC_URL=settings.public_url,
        ORIGINS=" ".join(settings.origins),
        SHARED_PORT="yes" if settings.SHARED_PORT else "no",
        PROXIES=str(settings.PROXIES or (1 if proxied else 0)),
        ASYNC_MODE=os.environ.get(f"{PREFIX}ASYNC_MODE") or "eventlet",
    )
