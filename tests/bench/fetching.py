"""Fetching the board as a phone that comes late does: HTTP, gzip, one fresh connection each."""

from __future__ import annotations

import gzip
import http.client
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.servers import Running


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its threads, from the scheduler's own account (ns)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def fetch_all(running: Running, path: str, cookies: Sequence[str]) -> dict[str, Any]:
    """CPU of the server and bytes on the wire per phone. Each answer must hold every contribution."""
    sizes, took = [], []
    before = cpu_seconds(running.pid)
    for cookie in cookies:
        began = time.monotonic()
        name, _, value = cookie.partition(": ")
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
        connection.request("GET", path, headers={name: value, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        took.append((time.monotonic() - began) * 1000)
        sizes.append(len(body) + len(str(answer.headers)))
        connection.close()
        if len(sizes) == 1:
            content = json.loads(gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body)
            assert len(content["entities"]["contribution"]) == 2000
    spent = cpu_seconds(running.pid) - before
    return {"cpu_ms": spent * 1000 / len(cookies), "bytes": statistics.mean(sizes), "wait_ms": statistics.median(took)}
