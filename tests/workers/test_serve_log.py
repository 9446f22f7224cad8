"""`serve` with JSON logs: every line of parent and workers is an object, whatever happens to a worker."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest
import requests

from tests.running import free_ports
from tests.workers.conftest import LOOSE
from tests.workers.stack import Process, until

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(300)]


def test_every_line_of_parent_and_workers_is_json(data: Path) -> None:
    first = free_ports(2)
    told = {"DATA": str(data), "LOG_FORMAT": "json", "PORT": str(first - 1), **LOOSE}
    serve = Process(
        [
            sys.executable,
            "-m",
            "facilitation",
            "--no-bootstrap",
            "serve",
            "--workers",
            "2",
            "--first-port",
            str(first),
            "--no-demo",
        ],
        data / "serve.log",
        {**os.environ, **{f"FACILITATION_{name}": value for name, value in told.items()}},
    )

    def said(event: str) -> list[dict[str, object]]:
        lines = [json.loads(line) for line in (data / "serve.log").read_text("utf-8").splitlines()]
        return [line for line in lines if line["event"] == event]

    serve.start()
    try:
        until(lambda: len(said("started")) == 2, 120, "two workers")
        killed = next(line for line in said("started") if line["address"] == f"127.0.0.1:{first}")
        os.kill(int(str(killed["process"])), signal.SIGKILL)
        until(lambda: len(said("started")) == 3, 120, "the third start")
        serve.send(signal.SIGHUP)
        until(lambda: len(said("worker_renewed")) == 2, 150, "both are new")
        assert requests.get(f"http://127.0.0.1:{first}/healthz", timeout=10).ok
    finally:
        serve.end()
    assert [(line["worker"], line["code"]) for line in said("worker_ended")] == [(f"127.0.0.1:{first}", -9)]
    assert said("worker_silent") == said("crashed") == said("stray") == []
    assert len(said("workers_stopped")) == len(said("no_redis")) == len(said("workers_started")) == 1
