"""Measures the speed of the tool beside a stock server, Node and a bare relay.

    python -m tests.bench.run                    everything, interleaved, about 25 minutes; writes RESULTS.md
    python -m tests.bench.run fan-out            N phones × R posts a second
    python -m tests.bench.run storm              N phones join at once, by the form and by their sockets
    python -m tests.bench.run late-join          2,000 contributions are there already
    python -m tests.bench.run many-labs          50 labs × 20 phones
    python -m tests.bench.run slow-disk          each fsync takes 10 ms more
    python -m tests.bench.run top-rate           the highest rate 1,000 phones see within 250 ms
    python -m tests.bench.run share              what a lab of 300 and of 1,000 takes of one worker
    python -m tests.bench.run workers            PostgreSQL and Redis, one worker and two
    python -m tests.bench.run --database postgresql [storm …]      only the product, on PostgreSQL beside SQLite
    python -m tests.bench.run --database sqlite [storm …]          without PostgreSQL
    python -m tests.bench.run browser            phone, console and wall in Chromium, with 0 to 5,000 contributions
    python -m tests.bench.run growth             small and large: late joins, labs, report files, memory after exports

With names or --database it prints its tables and leaves RESULTS.md alone; with `--write` it puts its tables and goals into it in
place of the old ones. `--runs N` repeats each step N times.
Needs Linux, two cores, g++, zlib, OpenSSL headers, npm; PostgreSQL and Redis but for `--database sqlite`; `browser` Chromium.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from tests.bench import servers, table
from tests.bench.scenarios import SCENARIOS


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scenario", nargs="*", help=", ".join(SCENARIOS))
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only what belongs to it")
    parser.add_argument("--runs", type=int, help="how often each step is run")
    parser.add_argument("--write", action="store_true", help="with names: renew their tables and goals in RESULTS.md")
    parser.add_argument("--raw", type=Path, help="keep every number of every run in this file, one JSON object a line")
    options = parser.parse_args()
    if unknown := set(options.scenario) - set(SCENARIOS):
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}")
    if not options.scenario or set(options.scenario) - {"browser", "growth"}:
        _build(options.database)
    began = time.monotonic()
    results = measure(options.scenario or list(SCENARIOS), options.runs, options.raw, options.database)
    if options.scenario or options.database:
        print(f"\n{table.tables(results)}")
        if options.write:
            table.renew(results)
    else:
        table.write(results, seconds=time.monotonic() - began)
        print(f"written: {table.RESULTS.name}")


def _build(database: str | None) -> None:
    try:
        servers.build()
        if database != "sqlite":
            servers.look_for("postgres", "redis")
    except servers.Missing as missing:
        sys.exit(str(missing))


def measure(names: list[str], runs: int | None, raw: Path | None, database: str | None) -> table.Results:
    """Round after round over the steps of every scenario, so that all servers meet the same machine."""
    results: table.Results = {}
    for name in names:
        steps, usual = SCENARIOS[name]
        wanted = [step for step in steps() if database is None or step.on(database)]
        if database == "postgresql" and not any(step.server != "product" for step in wanted):
            continue  # nothing of it is on PostgreSQL
        for _round in range(runs or usual):
            for step in wanted:
                found = step.measure()
                results.setdefault((step.scenario, step.server), []).append(found)
                print(f"{step.scenario:34} {step.server:21} {summary(found)}", flush=True)
                if raw is not None:
                    with raw.open("a") as file:
                        file.write(json.dumps({"scenario": step.scenario, "server": step.server, **found}) + "\n")
    return results


def summary(found: dict[str, object]) -> str:
    """The numbers of one run in one line."""
    told = [f"{title} {table.short(value)}" for title, read in table.COLUMNS if (value := read(found)) is not None]
    return " · ".join([*told, str(found.get("trouble", ""))])


if __name__ == "__main__":
    main()
