"""`python3 -m facilitation faults`: what must not break us, tried on the real program; prints what was tried and what was lost.

faults                          small, as in a long test run
faults --full                   at full size: hours on a small machine
faults --full --only F4 --seed 7
faults --full --minutes 20      as far as each fault comes in that time; the table says how far
faults --database postgresql    on PostgreSQL with three workers behind nginx, and Redis
faults --table                  only the table: all that is kept of this commit and size, SQLite beside PostgreSQL

Every result is kept as it comes (test-results/faults). A run that was stopped goes on where it was, for the same commit, size,
database, workers and seed: what has passed is not tried again, and long faults go on with the next of their parts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.kept import FOLDER, Kept, Line, commit, now, table
from tests.ledger import place
from tests.running import ROOT

SEED = 20261122
WHERE = ("tests/faults", "tests/workers", "tests/reports/test_press.py", "tests/reports/test_merge_laws.py")
#: Faults whose tests do not carry their number.
NAMED = {"F12": "returning", "F18": "test_merge_laws"}
MERGES = "5000"  # generated cases for each law of F18
#: What has no meaning on PostgreSQL, and why.
NOT_THERE = {
    "F3": "the layer that forgets unsynced writes knows SQLite's files; PostgreSQL keeps its own promise, and crashes in F11",
    "F18": "pure functions: there is no database in them",
}


def main() -> int:
    """Run what is left of it. Returns pytest's exit code; the table of all that is kept is printed either way."""
    options = _parse()
    kept = Kept(options.results / f"{_name(options)}.jsonl")
    if options.table:
        print(_beside(options))
        return 0
    try:
        with kept.alone() as lock:
            return _run(kept, options, lock)
    except BlockingIOError:
        print(f"A run of this is going on ({kept.file.with_suffix('.lock')} is held): wait for it, or end it.", file=sys.stderr)
        return 2


def _run(kept: Kept, options: argparse.Namespace, lock: int) -> int:
    before = set() if options.fresh else kept.passed()
    kept.begin(fresh=options.fresh, **_said(options))
    if before:
        print(f"{len(before)} tests have passed before and are left out (--fresh begins again): {kept.file}", flush=True)
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-p", "tests.ledger", *_where(), *_chosen(options)]
    # The lock goes with it: if only this process is killed, the tests go on, and no second run comes in their way.
    done = subprocess.run(command, cwd=ROOT, env=_surroundings(kept, options), check=False, pass_fds=[lock])
    heading = ", ".join(f"{name} {value}" for name, value in _said(options).items())
    print(f"\n{heading}; {time.monotonic() - begun:.0f} s, {now()}\n\n{table(kept.figures(), _troubles(kept, options))}")
    return done.returncode


def _where() -> list[str]:
    return [path for path in WHERE if (ROOT / path).exists()]


def _surroundings(kept: Kept, options: argparse.Namespace) -> dict[str, str]:
    found = {**os.environ, "FACILITATION_TEST_LEDGER": str(kept.file), "FACILITATION_TEST_SEED": str(options.seed)}
    found |= {"FACILITATION_TEST_DATABASE": options.database, "FACILITATION_TEST_WORKERS": str(options.workers)}
    if options.full:
        found |= {"FACILITATION_TEST_FAULTS": "full", "FACILITATION_TEST_MERGES": MERGES}
    if options.minutes:
        found["FACILITATION_TEST_MINUTES"] = str(options.minutes)
    return found


def _chosen(options: argparse.Namespace) -> list[str]:
    wanted = " or ".join(_words(options.only or []))
    left_out = " or ".join(_words(NOT_THERE)) if options.database == "postgresql" else ""
    parts = [f"({wanted})"] * bool(wanted) + [f"not ({left_out})"] * bool(left_out)
    return ["-k", " and ".join(parts)] if parts else []


def _words(faults: Sequence[str] | Mapping[str, str]) -> list[str]:
    return [f"{fault.lower()}_" for fault in faults] + [NAMED[fault] for fault in faults if fault in NAMED]


def _troubles(kept: Kept, options: argparse.Namespace) -> list[Line]:
    found = kept.troubles()
    if options.database == "postgresql":
        found += [
            {"fault": fault, "outcome": "skipped", "why": why} for fault, why in NOT_THERE.items() if _asked(options, fault)
        ]
    return [{**line, "on": place(options.workers, options.database)} for line in found]


def _asked(options: argparse.Namespace, fault: str) -> bool:
    return not options.only or fault in options.only


def _beside(options: argparse.Namespace) -> str:
    """One table of everything that is kept of this commit, size and seed."""
    figures, troubles = [], []
    for database, workers in (("sqlite", 1), ("postgresql", 1), ("postgresql", options.workers)):
        one = argparse.Namespace(**{**vars(options), "database": database, "workers": workers})
        kept = Kept(options.results / f"{_name(one)}.jsonl")
        if kept.file.exists():
            figures += kept.figures()
            troubles += _troubles(kept, one)
    return table(figures, troubles)


def _said(options: argparse.Namespace) -> dict[str, object]:
    told = {"commit": commit(), "size": "full" if options.full else "small", "database": options.database}
    told |= {"workers": options.workers, "seed": options.seed}
    if options.minutes:
        told["minutes"] = options.minutes
    if mode := os.environ.get("FACILITATION_TEST_ASYNC_MODE"):
        told["mode"] = mode
    return told


def _name(options: argparse.Namespace) -> str:
    """What the results are kept under: all that they depend on."""
    return "-".join(f"{name}{value}" if isinstance(value, int | float) else str(value) for name, value in _said(options).items())


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python3 -m facilitation faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true", help="at full size")
    parser.add_argument("--only", action="append", metavar="F4", help="only this fault (may be repeated)")
    parser.add_argument("--minutes", type=float, help="no fault goes on for longer; what was begun is finished and checked")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of everything random (default {SEED})")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="default: sqlite")
    parser.add_argument("--workers", type=int, help="on PostgreSQL; default: 3")
    parser.add_argument("--results", type=Path, default=FOLDER, help="where they are kept; default: test-results/faults")
    parser.add_argument("--fresh", action="store_true", help="forget what is kept and begin again")
    parser.add_argument("--table", action="store_true", help="only print what is kept")
    options = parser.parse_args()
    options.results = options.results.resolve()  # the tests run elsewhere
    if options.database == "sqlite" and not options.table and (options.workers or 1) > 1:
        parser.error("several workers need --database postgresql")
    options.workers = options.workers or (3 if options.database == "postgresql" or options.table else 1)
    return options


if __name__ == "__main__":
    raise SystemExit(main())
