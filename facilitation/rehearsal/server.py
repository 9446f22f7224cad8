"""A server of one's own for a rehearsal: the same program on a free port of this machine, ended afterwards."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator

import requests

from facilitation.config import PREFIX, Settings
from facilitation.core.i18n import _
from facilitation.rehearsal.player import PlayError
from facilitation.start import worker_command, worker_environment

PATIENCE = 60.0  # seconds until it answers: the schema may have to be made first
#: What is only right for the server that people use; the rehearsal's own is plain http on this machine.
NOT_HERE = ("PUBLIC_URL", "ORIGINS", "PRODUCTION", "LAN", "HOST", "PORT", "REDIS_URL")


@contextlib.contextmanager
def private_server(settings: Settings) -> Iterator[str]:
    """The address of a server on the data of `settings`; it is ended when the block is left."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            worker_command("127.0.0.1", port), env=_environment(settings), stdout=told, stderr=subprocess.STDOUT
        )
        try:
            _wait(process, url, told)
            yield url
        finally:
            _end(process)


def _environment(settings: Settings) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.removeprefix(PREFIX) not in NOT_HERE or name in NOT_HERE}
    own = {"DATA": str(settings.data), "DATABASE_URL": settings.DATABASE_URL, "SECRET_KEY": settings.SECRET_KEY}
    return worker_environment(kept, **own, LOG_LEVEL="WARNING")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], url: str, told: object) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"{url}/readyz", timeout=2).ok:
                return
        time.sleep(0.1)
    told.seek(0)  # type: ignore[attr-defined]
    last: str = told.read().decode(errors="replace")[-2000:]  # type: ignore[attr-defined]
    raise PlayError(_("The rehearsal's own server did not start:\n%(said)s", said=last))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
