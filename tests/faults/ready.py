"""A server that starts in a moment, because its program is already in memory (F1).

Started two hundred times from nothing, Python would mostly read the same modules. Here one process reads them, and every line
on its stdin makes it fork one `wsgi.py`; what is killed and started again is a process of its own, as always.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import Any, Self

from tests.running import ROOT, Server


class Ready:
    """Takes the place of a running `server`, with its data and port. `kill` is kill -9; `start` waits until it answers."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._child: int | None = None  # until the first kill it is the server's own process

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.faults.ready", "--port", str(self._server.port), *self._server.arguments]
        with self._server.log.open("ab") as log:
            self._reader = subprocess.Popen(
                command, env=self._server.environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )
        return self

    def __exit__(self, *_: Any) -> None:
        self.kill()
        self._reader.kill()
        self._reader.communicate()

    def start(self) -> None:
        assert self._reader.stdin
        assert self._reader.stdout
        self._reader.stdin.write(b"\n")
        self._reader.stdin.flush()
        self._child = int(self._reader.stdout.readline())
        self._server.wait(300)

    def kill(self) -> None:
        """And wait until it is gone."""
        if self._child is None:
            return self._server.kill()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGKILL)
            while True:
                os.kill(self._child, 0)
                time.sleep(0.01)


def main(arguments: list[str]) -> None:
    """Read everything, then fork one server for each line; its process id is the answer."""
    sys.path[0] = str(ROOT)
    from facilitation.start import patch_for_green_threads

    patch_for_green_threads()
    from facilitation import address, app, first_run, live, serve  # noqa: F401 - what a start reads

    child = 0
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who was killed is gone at once
    with open(0, "rb", buffering=0, closefd=False) as wishes:  # green reading would leave a hub that the servers share
        while wishes.read(1):
            child = os.fork()
            if child == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.dup2(2, 1)
                serve.main(arguments)
                os._exit(0)
            os.write(1, b"%d\n" % child)
    if child:  # whoever asked for servers is gone
        os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
