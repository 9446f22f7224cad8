"""How long the report of a large lab takes as each file, and what the people of a live lab notice meanwhile.

    python -m tests.bench.exports                2,000 contributions, about two minutes
    python -m tests.bench.exports --size 500

A real server, started as users start it, holds a closed lab with a released report. While each file is made, another client
asks the server again and again: the longest it waits, over the longest in fifteen seconds in which nothing is made, is the
stall. Goals: Word and PDF within 5 seconds, a stall under 50 ms. Needs a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import requests

from facilitation import create_app
from facilitation.core.actor import SYSTEM
from facilitation.extensions import db
from facilitation.reports.render import FORMATS
from tests.bench.prepare import prepared
from tests.running import Server

GOAL_SECONDS, GOAL_STALL_MS = {"docx": 5.0, "pdf": 5.0}, 50.0
PAUSE = 0.004


@dataclass
class Watch:
    """Asks for the health of the server without end and keeps how long each answer took, in milliseconds."""

    url: str
    waits: list[float] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        with requests.Session() as session:
            while not self.done.is_set():
                began = time.perf_counter()
                session.get(self.url, timeout=30)
                self.waits.append((time.perf_counter() - began) * 1000)
                time.sleep(PAUSE)

    @contextlib.contextmanager
    def watching(self):  # type: ignore[no-untyped-def]
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield self
        finally:
            self.done.set()
            thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.exports", description=__doc__)
    parser.add_argument("--size", type=int, default=2000, help="contributions in the closed lab")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-exports-") as folder:
        data = Path(folder) / "data"
        lab = closed_lab(options.size, data)
        server = Server(data, "--no-demo", LOG_LEVEL="WARNING").start()
        try:
            measure(server, lab, options.size)
        finally:
            server.stop()


def closed_lab(size: int, to: Path) -> str:
    """A closed lab with that many contributions and a released report, in a data folder of its own."""
    given = prepared(max(40, size // 40), 1, size)
    given.copy(to)
    app = create_app({"DATA": str(to), "ASYNC_MODE": "threading", "TESTING": True})
    lab = given.labs[0][0]
    with app.app_context(), contextlib.redirect_stdout(io.StringIO()):
        do = app.extensions["facilitation"]["dispatcher"].do
        do("lab.close", SYSTEM, lab=lab, grace_s=0)
        do("report.set_state", SYSTEM, lab=lab, state="released")
        db.engine.dispose()
    return lab


def measure(server: Server, lab: str, size: int) -> None:
    quiet = waits(server, lambda: time.sleep(15))
    print(f"{size} contributions; idle, an answer takes {statistics.median(quiet):.1f} ms, at most {max(quiet):.1f} ms")
    for kind in FORMATS:
        sizes: list[int] = []
        began = time.perf_counter()
        meanwhile = waits(server, lambda kind=kind, sizes=sizes: sizes.append(len(fetch(server, lab, kind))))  # type: ignore[misc]
        took = time.perf_counter() - began
        stall = max(meanwhile) - max(quiet)
        limit = GOAL_SECONDS.get(kind)
        words = [f"{kind:5}", f"{took:5.2f} s", f"{sizes[0] / 1000:7.0f} kB", f"longest stall {stall:5.1f} ms"]
        words += [verdict("time", took <= limit)] if limit else []
        print("  ".join([*words, verdict("stall", stall <= GOAL_STALL_MS)]), flush=True)


def waits(server: Server, deed) -> list[float]:  # type: ignore[no-untyped-def]
    watch = Watch(f"{server.url}/healthz")
    with watch.watching():
        deed()
    return watch.waits


def fetch(server: Server, lab: str, kind: str) -> bytes:
    answer = requests.get(f"{server.url}/labs/{lab}/report.{kind}", timeout=120)
    answer.raise_for_status()
    return answer.content


def verdict(what: str, met: bool) -> str:
    return f"{what} {'met' if met else 'MISSED'}"


if __name__ == "__main__":
    main()
