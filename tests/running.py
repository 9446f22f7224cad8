"""A real server as users start it: `wsgi.py` as its own process, on a private port, with its own data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent


_TAKEN: dict[int, socket.socket] = {}  # held until this process ends


def free_port() -> int:
    """A free port on loopback, below the range that outgoing connections take theirs from, and no other test's.

    Tests run side by side: between this look and the start of a server another process could find the same port free,
    and then ask the wrong server. So each port has a name in the kernel that only one process can hold."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """The first of so many free ports in a row."""
    first = 20000 + os.getpid() % 5000
    while first + count <= 32000:
        taken = next((port for port in range(first, first + count) if not _claim(port)), None)
        if taken is None:
            return first
        first = taken + 1
    raise RuntimeError("no free port")


def _claim(port: int) -> bool:
    """Ours from now on, unless somebody holds it already or something listens there."""
    if port in _TAKEN:
        return False
    claim = socket.socket(socket.AF_UNIX)
    with socket.socket() as probe:
        try:
            claim.bind(f"\0facilitation-port-{port}")
            probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            return False
    _TAKEN[port] = claim
    return True


def chosen_mode() -> dict[str, str]:
    """The way the servers of the tests wait: eventlet, or what FACILITATION_TEST_ASYNC_MODE says."""
    return {"ASYNC_MODE": os.environ.get("FACILITATION_TEST_ASYNC_MODE") or "eventlet"}


class Server:
    """One `wsgi.py`. `kill` is kill -9; `start` again uses the same data and port."""

    def __init__(self, data: Path, *arguments: str, **settings: str) -> None:
        self.data, self.port = data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.arguments = arguments
        #: Names and values of the environment it is started in, besides our own.
        self.surroundings = {f"FACILITATION_{name}": value for name, value in {**chosen_mode(), **settings}.items()}
        self._process: subprocess.Popen[bytes] | None = None
        self.log = data / "server.log"
        self.program = ROOT / "wsgi.py"
        self.ports, self.addresses = (self.port,), (self.url,)  # several, where several processes serve (tests/workers/served.py)

    def start(self, patience: float = 60) -> Server:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(self.program), "--port", str(self.port), *self.arguments],
                env=self.environment, stdout=log, stderr=log, cwd=ROOT,
            )  # fmt: skip
        self.wait(patience)
        return self

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.surroundings, "FACILITATION_DATA": str(self.data)}

    def wait(self, patience: float) -> None:
        """Until it answers; its log is the error when it does not."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if self._process is not None and self._process.poll() is not None:
                break
            try:
                requests.get(f"{self.url}/healthz", timeout=2)
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-3000:]}")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def pids(self) -> tuple[int, ...]:
        return (self.pid,)

    def answers(self) -> bool:
        """Is it alive and able to write?"""
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        except requests.ConnectionError:
            return False

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """It is no longer needed."""
        self.kill()

    def ended(self, patience: float) -> int:
        """Wait until it ends by itself; its exit code (a signal as a negative number)."""
        assert self._process is not None
        return self._process.wait(timeout=patience)

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        return self._process.wait(timeout=20)
