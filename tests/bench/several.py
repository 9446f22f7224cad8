"""The product as several workers on PostgreSQL and Redis, all on one shared port, as `serve --workers N --shared-port` starts it.

Unlike the other servers it is not pinned to a core: workers, database and generator share the machine.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import requests

from tests.bench.prepare import filled
from tests.bench.servers import ROOT, Running, load_for
from tests.databases import Postgres, discard, settle
from tests.running import free_port
from tests.workers.stack import Redis


@contextlib.contextmanager
def workers(count: int, *, phones: int, labs: int) -> Iterator[Running]:
    """`count` workers with `labs` labs and `phones` seats; their CPU and memory count, those of PostgreSQL and Redis do not."""
    folder = Path(tempfile.mkdtemp(prefix="bench-workers-"))
    database, redis = Postgres(durable=True).start(), Redis(folder)
    redis.start()
    try:
        given = filled(settle(folder, database), phones, labs)
        port = free_port()
        environment = {**os.environ, **_settings(folder, redis.url)}
        command = [sys.executable, "-m", "facilitation", "--no-bootstrap", "serve", "--no-demo", "--shared-port"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--workers", str(count), "--port", str(port)], env=environment, stdout=log, stderr=log, cwd=ROOT
            )
        try:
            pids = _when_ready(process, port, count, folder / "log")
            yield Running(port, pids[0], load_for(given, port, folder), given, tuple(pids[1:]), pinned=False)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
    finally:
        redis.end(signal.SIGKILL)
        discard(folder)
        database.remove()
        shutil.rmtree(folder)


def _settings(folder: Path, redis: str) -> dict[str, str]:
    return {"FACILITATION_DATA": str(folder), "FACILITATION_REDIS_URL": redis, "FACILITATION_LOG_LEVEL": "WARNING"}


def _when_ready(process: subprocess.Popen[bytes], port: int, count: int, log: Path) -> list[int]:
    """The workers' process numbers, when each of them listens: each new connection may meet any of them."""
    until = time.monotonic() + 90
    while time.monotonic() < until and process.poll() is None:
        pids = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
        if len(pids) == count and _listening(port) == count:
            with contextlib.suppress(requests.RequestException):
                if all(requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).ok for _ in range(4 * count)):
                    time.sleep(0.5)
                    return pids
        time.sleep(0.2)
    raise RuntimeError(f"the workers did not start:\n{log.read_text()[-2000:]}")


def _listening(port: int) -> int:
    """How many sockets of this machine listen on the port."""
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(1 for line in lines if line[3] == "0A" and int(line[1].rsplit(":", 1)[1], 16) == port)
