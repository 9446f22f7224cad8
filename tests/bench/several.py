"""The product on PostgreSQL and Redis: one worker or several on one shared port, as `serve --workers N --shared-port` does it.

One worker has the first core, as every other server of the bench; several share the machine with the generator. PostgreSQL and
Redis run where the system puts them.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import requests

from tests.bench.prepare import Prepared, filled
from tests.bench.servers import ROOT, SERVER_CORE, Running, load_for
from tests.databases import Postgres, copied, discard, settle
from tests.running import free_port
from tests.workers.stack import Redis


@cache
def _server() -> Postgres:
    """One PostgreSQL for all runs; every run has a database of its own."""
    server = Postgres(durable=True).start()
    atexit.register(server.remove)
    return server


@cache
def _prepared(phones: int, labs: int, contributions: int) -> Prepared:
    """The same for every run of a size; servers get a copy."""
    folder = Path(tempfile.mkdtemp(prefix="bench-data-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return filled(settle(folder, _server()), phones, labs, contributions)


@contextlib.contextmanager
def workers(count: int, phones: int, *, labs: int = 1, contributions: int = 0, slow_us: int = 0) -> Iterator[Running]:
    """`count` workers with `labs` labs and `phones` seats; their CPU and memory count, those of PostgreSQL and Redis do not."""
    assert not slow_us  # the disk is PostgreSQL's
    given = _prepared(phones, labs, contributions)
    folder = copied(given.folder, Path(tempfile.mkdtemp(prefix="bench-workers-")) / "data")
    redis = Redis(folder)
    redis.start()
    try:
        port = free_port()
        environment = {**os.environ, **_settings(folder, redis.url)}
        pin = ["taskset", "-c", str(SERVER_CORE)] if count == 1 else []
        command = [*pin, sys.executable, "-m", "facilitation", "--no-bootstrap", "serve", "--no-demo", "--shared-port"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--workers", str(count), "--port", str(port)], env=environment, stdout=log, stderr=log, cwd=ROOT
            )
        try:
            pids = _when_ready(process, port, count, folder / "log")
            yield Running(port, pids[0], load_for(given, port, folder), given, tuple(pids[1:]), pinned=count == 1)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
    finally:
        redis.end(signal.SIGKILL)
        discard(folder)
        shutil.rmtree(folder.parent)


def _settings(folder: Path, redis: str) -> dict[str, str]:
    return {"FACILITATION_DATA": str(folder), "FACILITATION_REDIS_URL": redis, "FACILITATION_LOG_LEVEL": "WARNING"}


def _when_ready(process: subprocess.Popen[bytes], port: int, count: int, log: Path) -> list[int]:
    """The workers' process numbers, when each of them listens: each new connection may meet any of them."""
    until = time.monotonic() + 240
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
