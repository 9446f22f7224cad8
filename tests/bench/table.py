"""RESULTS.md: the tables and the goals, from the numbers of one run. Nothing in it is written by hand but notes.md."""

from __future__ import annotations

import platform
import statistics
import subprocess
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.goals import Goal, goals
from tests.bench.servers import HERE, NODE

RESULTS, NOTES = HERE / "RESULTS.md", HERE / "notes.md"
Runs = list[dict[str, Any]]
Results = dict[tuple[str, str], Runs]
LIBRARIES = ("flask", "flask-socketio", "python-socketio", "python-engineio", "eventlet", "sqlalchemy", "pydantic")

COLUMNS: tuple[tuple[str, Callable[[dict[str, Any]], float | None]], ...] = (
    ("answer p50 ms", lambda run: latency(run, "ack_ms", "p50")),
    ("answer p99 ms", lambda run: latency(run, "ack_ms", "p99")),
    ("seen by all p50 ms", lambda run: latency(run, "seen_all_ms", "p50")),
    ("seen by all p99 ms", lambda run: latency(run, "seen_all_ms", "p99")),
    ("CPU µs per delivery", lambda run: run["cpu_s_per_1k_deliv"] * 1000 if run.get("posts") else None),
    ("core used", lambda run: run["cpu_util"] if run.get("posts") else None),
    ("bytes per contribution and phone", lambda run: run["wire_bytes_per_delivery"] if run.get("posts") else None),
    ("kB per phone", lambda run: run.get("rss_per_conn_kb")),
    ("posts/s", lambda run: run.get("rate") or None),
    ("joined", lambda run: run["ready"] if "ready" in run and not run.get("posts") else None),
    ("joined in s", lambda run: run["connect_s"] if "ready" in run and not run.get("posts") else None),
    ("CPU ms per phone", lambda run: cpu_per_join(run)),
    ("quiet: CPU ms", lambda run: run.get("quiet_ms")),
    ("while people post: CPU ms", lambda run: run.get("posting_ms")),
    ("CPU s of 500 contributions", lambda run: run.get("small_s")),
    ("CPU s of 5,000", lambda run: run.get("large_s")),
    ("MB before", lambda run: run.get("mb_before")),
    ("MB after", lambda run: run.get("mb_after")),
    ("at most", lambda run: run.get("mb_highest")),
    ("MB with its programs, before", lambda run: run.get("mb_tree_before")),
    ("after", lambda run: run.get("mb_tree_after")),
    ("kB to fetch", lambda run: run["bytes"] / 1000 if "bytes" in run else None),
    ("lost", lambda run: run.get("lost") if run.get("posts") else None),
    ("page ms per incoming", lambda run: run.get("page_ms")),
    ("worst", lambda run: run.get("page_ms_worst")),
    ("against 300 there", lambda run: run.get("page_ratio")),
    ("elements", lambda run: run.get("elements")),
    ("MB of the page", lambda run: run.get("heap_mb")),
    ("doubled", lambda run: run.get("dups") if run.get("posts") else None),
)


def latency(run: dict[str, Any], name: str, quantile: str) -> float | None:
    """Milliseconds; None when nothing arrived at all."""
    value = run[name][quantile] if run.get("posts") else -1
    return float(value) if value >= 0 else None


def cpu_per_join(run: dict[str, Any]) -> float | None:
    if "cpu_ms" in run:
        return float(run["cpu_ms"])
    return run["connect_cpu_s"] * 1000 / max(1, run["ready"]) if "ready" in run and not run.get("posts") else None


def write(results: Results, *, seconds: float) -> None:
    """RESULTS.md anew."""
    parts = [_head(seconds), _goal_table(results)]
    if NOTES.exists():
        parts.append(NOTES.read_text().strip())
    parts += sections(results)
    RESULTS.write_text("\n\n".join(parts) + "\n")


def tables(results: Results) -> str:
    """Goals and figures of a part, as they would stand in RESULTS.md."""
    return "\n\n".join([_goal_table(results), *sections(results)])


def sections(results: Results) -> list[str]:
    return [_section(scenario, results) for scenario in dict.fromkeys(scenario for scenario, _server in results)]


def renew(results: Results) -> None:
    """The tables and goals of these scenarios in RESULTS.md, in place of those that are there."""
    text = RESULTS.read_text()
    for scenario in dict.fromkeys(scenario for scenario, _server in results):
        made = f"{_section(scenario, results)}\n\nMeasured alone on {datetime.now(UTC):%Y-%m-%d}, load {_load()}.\n"
        before, mark, rest = text.partition(f"\n## {scenario}\n")
        _old, following, after = rest.partition("\n## ")
        text = f"{before.rstrip()}\n\n{made}{following}{after}" if mark else f"{text.rstrip()}\n\n{made}"
    lines = text.splitlines()
    for goal in goals(results):
        same = [number for number, line in enumerate(lines) if line.startswith(f"| {goal.what} | ")]
        last = lines.index("", lines.index("## Goals") + 2)  # the line behind the table
        lines[same[0] if same else last : same[0] + 1 if same else last] = [_goal_row(goal)]
    RESULTS.write_text("\n".join(lines) + "\n")


def _goal_row(goal: Goal) -> str:
    return f"| {goal.what} | {goal.asked} | {goal.measured} | {goal.verdict} |"


def _head(seconds: float) -> str:
    node = subprocess.run([str(NODE), "--version"], capture_output=True, text=True, check=False).stdout.strip()
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"""# Speed, measured

Written by `python -m tests.bench.run` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC in {seconds / 60:.0f} minutes; never by hand.
Median, with [smallest – largest] where there was more than one run. The runs of the servers were interleaved. Only ratios
carry over to other machines. Latency counts from the moment a post was due; CPU is user and system time of the server.

Machine: {_cpu_name()}, {_cores()} cores, {platform.system()} {platform.release()}.
The server runs on one core, the generator on another; loopback, no TLS. Load of the machine at the end: {_load()}.
Versions: Python {platform.python_version()}, {libraries}; Node {node} with socket.io 4.8.4 and node:sqlite.

* *product*: `wsgi.py` with its default settings, on SQLite; rights, validation, answers after the commit.
* *PostgreSQL, N workers*: the product with `serve --workers N --shared-port`, PostgreSQL and Redis. One worker has a core, as
  the other servers do; three share the machine with the generator. CPU and memory are those of the workers alone.
* *stock*: Flask-SocketIO on eventlet, one ORM insert and one emit per post.
* *node*: socket.io and SQLite, one insert and one emit per post.
* *relay*: C++, no database, one send per contribution and phone.

All databases sync every commit. All clients offer permessage-deflate, as browsers do."""


def _cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _cores() -> int:
    return sum(line.startswith("processor") for line in Path("/proc/cpuinfo").read_text().splitlines())


def _load() -> str:
    return Path("/proc/loadavg").read_text().rsplit(" ", 2)[0]


def _goal_table(results: Results) -> str:
    rows = ["| goal | asked | measured | |", "|---|---|---|---|"]
    return "## Goals\n\n" + "\n".join([*rows, *map(_goal_row, goals(results))])


def _section(scenario: str, results: Results) -> str:
    rows = {server: runs for (name, server), runs in results.items() if name == scenario}
    kept = [(title, read) for title, read in COLUMNS if any(_values(read, runs) for runs in rows.values())]
    lines = [f"| {scenario} | " + " | ".join(title for title, _read in kept) + " |", "|---" * (len(kept) + 1) + "|"]
    for server, runs in rows.items():
        cells = [spread(_values(read, runs)) for _title, read in kept]
        trouble = " ".join(dict.fromkeys(run["trouble"] for run in runs if "trouble" in run))
        lines.append(f"| {server}{f' ({trouble})' if trouble else ''} | " + " | ".join(cells) + " |")
    return f"## {scenario}\n\n" + "\n".join(lines)


def _values(read: Callable[[dict[str, Any]], float | None], runs: Runs) -> list[float]:
    return [value for run in runs if (value := read(run)) is not None]


def spread(values: Iterable[float]) -> str:
    """median [min – max]"""
    found = list(values)
    if not found:
        return "–"
    middle = short(statistics.median(found))
    return middle if len(found) == 1 or min(found) == max(found) else f"{middle} [{short(min(found))} – {short(max(found))}]"


def short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
