"""`python3 -m facilitation faults`: what must not break us, tried on the real program; prints what was tried and what was lost.

python3 -m facilitation faults              small, as in a long test run
python3 -m facilitation faults --full       at full size: hours on a small machine
python3 -m facilitation faults --full --only F4 --seed 7
python3 -m facilitation faults --full --minutes 20     as far as each fault comes in that time; the table says how far
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent
SEED = 20261122
COLUMNS = ("attempted", "answered", "stored", "lost", "doubled")
WHERE = ("tests/faults", "tests/workers", "tests/reports/test_press.py", "tests/reports/test_merge_laws.py")
#: Faults whose tests do not carry their number.
NAMED = {"F12": "returning", "F18": "test_merge_laws"}
MERGES = "5000"  # generated cases for each law of F18


def main(arguments: Sequence[str]) -> int:
    """Run the harness. Returns pytest's exit code; a table of everything that was tried is printed either way."""
    options = _parse(arguments)
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "ledger"
        surroundings = {**os.environ, "FACILITATION_TEST_LEDGER": str(ledger), "FACILITATION_TEST_SEED": str(options.seed)}
        if options.full:
            surroundings |= {"FACILITATION_TEST_FAULTS": "full", "FACILITATION_TEST_MERGES": MERGES}
        if options.minutes:
            surroundings["FACILITATION_TEST_MINUTES"] = str(options.minutes)
        begun = time.monotonic()
        where = [path for path in WHERE if (HOME / path).exists()]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *where, *_chosen(options.only or [])]
        done = subprocess.run(command, cwd=HOME, env=surroundings, check=False)
        lines = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()] if ledger.exists() else []
    size = "full" if options.full else "small"
    print(f"\n{size} size, seed {options.seed}, {time.monotonic() - begun:.0f} s\n")
    print(table(lines))
    return done.returncode


def soak(arguments: Sequence[str]) -> int:
    """Hours of coming and going; 0 when nothing grew. See tests/faults/soak.py."""
    return subprocess.run([sys.executable, "-m", "tests.faults.soak", *arguments], cwd=HOME, check=False).returncode


def _chosen(faults: Sequence[str]) -> list[str]:
    words = [f"{fault.lower()}_" for fault in faults] + [NAMED[fault] for fault in faults if fault in NAMED]
    return ["-k", " or ".join(words)] if words else []


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m facilitation faults")
    parser.add_argument("--full", action="store_true", help="at full size")
    parser.add_argument("--only", action="append", metavar="F4", help="only this fault (may be repeated)")
    parser.add_argument("--minutes", type=float, help="no fault goes on for longer; what was begun is finished and checked")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of everything random (default {SEED})")
    return parser.parse_args(list(arguments))


def table(lines: Sequence[Mapping[str, Any]]) -> str:
    """A Markdown table, a row for each fault that was tried; what only some of them count stands in the last column."""
    rows = [["fault", *COLUMNS, "more"], ["---"] * (len(COLUMNS) + 2)]
    for line in sorted(lines, key=lambda line: (len(str(line["fault"])), str(line["fault"]))):
        more = {name: value for name, value in line.items() if name not in {"fault", "seed", *COLUMNS} and value != 0}
        rows.append([str(line["fault"]), *(str(line.get(name, "")) for name in COLUMNS), _said(more)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _said(more: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in more.items())
