"""What is measured. Each scenario is a list of steps; the steps of all servers are interleaved, so that ratios are fair."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial

from tests.bench import browser, servers
from tests.bench.fetching import cpu_seconds, fetch_all
from tests.bench.goals import FORM, ONE, THREE
from tests.bench.growth import growth
from tests.bench.several import workers
from tests.bench.step import Found, Step

#: Every server of the bench. The product by itself runs on SQLite.
STARTERS: dict[str, servers.Starter] = {**servers.ALL, ONE: partial(workers, 1), THREE: partial(workers, 3)}
SLOW_US = 10_000  # a poor disk: each fsync takes ten milliseconds more


def fan_out() -> Iterator[Step]:
    """N phones on one board, R posts a second in all; each delivery is checked."""
    for phones, rate in ((300, 20), (1000, 100)):
        for server in ("product", "node", "relay", "stock", ONE, THREE):
            yield Step(f"fan-out {phones} × {rate}", server, lambda s=server, n=phones, r=rate: _posts(s, n, r))


def top_rate() -> Iterator[Step]:
    """The highest rate at 1,000 phones that keeps seen-by-all p99 below 250 ms: each server climbs its own ladder."""
    for server, ladder in (
        ("stock", (5, 10, 20, 30)),
        ("node", (30, 50, 80)),
        ("product", (100, 200, 300)),
        (ONE, (50, 100, 200)),
    ):
        yield Step("top rate at 1000", server, lambda s=server, rates=ladder: _climb(s, rates))


def storm() -> Iterator[Step]:
    """1,000 people send the join form at once; N phones with a seat connect at once, say who they are and fetch the board."""
    for server in ("product", ONE, THREE):
        yield Step(FORM, server, lambda s=server: _form(s, 1000))
    for phones, who in ((1000, ("product", "node", "stock", ONE, THREE)), (4000, ("product",))):
        for server in who:
            yield Step(f"storm {phones}", server, lambda s=server, n=phones: _joins(s, n))


def late_join() -> Iterator[Step]:
    """2,000 contributions are there already; phones come one after the other and get them all."""
    for server in ("product", ONE):
        yield Step("late join 2000", server, lambda s=server: _late_product(s))
    for server in ("node", "stock"):
        yield Step("late join 2000", server, lambda s=server: _late_plain(s))


def many_labs() -> Iterator[Step]:
    """50 labs with 20 phones each, 50 posts a second in all."""
    for server in ("product", "node", "stock", ONE, THREE):
        yield Step("50 labs × 20 phones, 50 posts/s", server, lambda s=server: _posts(s, 1000, 50, labs=50))


def slow_disk() -> Iterator[Step]:
    """200 phones, 50 posts a second, and each fsync takes ten milliseconds more."""
    for server in ("product", "node", "stock"):
        yield Step("slow disk 200 × 50", server, lambda s=server: _posts(s, 200, 50, slow_us=SLOW_US))


def share() -> Iterator[Step]:
    """What one lab takes of one worker: 20 posts a second, 300 phones and 1,000. Each has a core of its own."""
    for phones in (300, 1000):
        for server in ("product", ONE):
            yield Step(f"share of a lab, {phones} × 20", server, lambda s=server, n=phones: _posts(s, n, 20, seconds=10))


def several() -> Iterator[Step]:
    """8 labs with 50 phones each, 40 posts a second, on PostgreSQL and Redis: one worker, then two."""
    for count in (1, 2):
        yield Step(
            "workers, 8 labs × 50 phones, 40 posts/s", f"{count} worker{'s' * (count > 1)}", lambda n=count: _on_workers(n)
        )


def pages() -> Iterator[Step]:
    """What one contribution costs an open page in Chromium, with few and with many there already; and how often that of few."""
    for surface in browser.SURFACES:
        fewest: Found = {}
        for contributions in browser.SIZES:
            yield Step(
                f"{surface} in a browser",
                f"{contributions} there",
                lambda s=surface, n=contributions, f=fewest: _against_fewest(browser.measure(s, n), f),
            )


def _against_fewest(found: Found, fewest: Found) -> Found:
    """The run with its ratios to the smallest size that has something to draw in it."""
    if not fewest and found["contributions"]:
        fewest.update(found)
    if fewest:
        found["page_ratio"] = found["page_ms"] / fewest["page_ms"]
    return found


def _on_workers(count: int) -> Found:
    with workers(count, 400, labs=8) as running:
        return checked(servers.drive(running, n=400, posters=400, boards=8, rate=40, dur=5, warm=1.5, drain=20, connect_rate=200))


SCENARIOS: dict[str, tuple[Callable[[], Iterator[Step]], int]] = {
    # name: (its steps, how often when all are run)
    "fan-out": (fan_out, 3),
    "storm": (storm, 2),
    "late-join": (late_join, 3),
    "many-labs": (many_labs, 3),
    "slow-disk": (slow_disk, 2),
    "top-rate": (top_rate, 1),
    "share": (share, 2),
    "workers": (several, 2),
    "browser": (pages, 1),
    "growth": (growth, 1),
}


def _posts(server: str, phones: int, rate: float, *, labs: int = 1, slow_us: int = 0, seconds: int = 5) -> Found:
    with STARTERS[server](phones, labs=labs, slow_us=slow_us) as running:
        found = servers.drive(
            running,
            n=phones,
            posters=phones,
            boards=labs,
            rate=rate,
            dur=seconds,
            warm=1.5,
            drain=20,
            connect_rate=800,
        )
    return checked(found)


def checked(found: Found) -> Found:
    """The run, when nothing was refused; loss and duplicates stay in it as numbers."""
    if found["refused"] or found["failed"] or found["lost_clients"]:
        found["trouble"] = f"{found['failed']} refused at the door, {found['lost_clients']} lost, {found['refused']} refusals"
    found["lost"] = found["expected"] - found["delivered"]
    return found


def _climb(server: str, rates: tuple[int, ...]) -> Found:
    best: Found = {"rate": 0, "seen_all_ms": {"p50": 0, "p95": 0, "p99": 0}}
    for rate in rates:
        found = _posts(server, 1000, rate)
        if found["lost"] or found["dups"] or found.get("trouble") or found["seen_all_ms"]["p99"] >= 250:
            break
        best = found
    return best


def _joins(server: str, phones: int) -> Found:
    with STARTERS[server](phones) as running:
        found = servers.drive(running, n=phones, posters=1, rate=0, dur=0.3, warm=0.1, drain=0.1, hold=2.5)
    return checked(found)


def _form(server: str, people: int) -> Found:
    with STARTERS[server](1) as running:
        assert running.given is not None
        pids = (running.pid, *running.more_pids)
        before = sum(map(cpu_seconds, pids))
        pin = ["taskset", "-c", str(servers.CLIENT_CORE)] if running.pinned else []
        command = [*pin, sys.executable, "-m", "tests.bench.joining", str(running.port), running.given.codes[0], str(people)]
        told = subprocess.run(command, cwd=servers.ROOT, capture_output=True, text=True, check=True, timeout=300).stdout
        found: Found = json.loads(told)
        found["connect_cpu_s"] = sum(map(cpu_seconds, pids)) - before
    if found["refused_with"]:
        found["trouble"] = "refused: " + ", ".join(f"{count} × {status}" for status, count in found["refused_with"].items())
    return found


def _late_product(server: str) -> Found:
    with STARTERS[server](200, contributions=2000) as running:
        assert running.given is not None
        lab = running.given.labs[0][0]
        path = f"/labs/{lab}/stream/room"
        fetch_all(running, path, running.given.cookies[:5])  # the first one builds it
        return fetch_all(running, path, running.given.cookies[5:])


def _late_plain(server: str) -> Found:
    """Their usual way: everything in the answer to `join`."""
    with STARTERS[server](0) as running:
        servers.drive(running, n=1, posters=1, rate=2000, arrival="even", dur=1, warm=0.05, drain=8, seed=2)
        found = servers.drive(
            running, n=60, posters=1, rate=0, dur=0.2, warm=0.1, drain=0.1, inflight=1,
            on_connect='421["join",{"board":"b0","all":1}]',
        )  # fmt: skip
    return {"cpu_ms": found["connect_cpu_s"] * 1000 / 60, "bytes": found["connect_bytes_per_client"]}
