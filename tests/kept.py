"""The results of the faults, kept line by line: a run that was killed goes on where it was stopped.

One file for each commit, size, database and seed, under test-results/faults. Every line is a JSON object with one of the keys
`run` (the options), `begun`, `part`, `fault` (a line of the table) and `ended`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.running import ROOT

FOLDER = ROOT / "test-results" / "faults"
COLUMNS = ("attempted", "answered", "stored", "lost", "doubled")
Line = dict[str, Any]


class Kept:
    """The results of one run, however often it was stopped and started again."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def add(self, **line: Any) -> None:
        """At once, in one write: what a kill cuts off is at most this line."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def lines(self) -> Iterator[Line]:
        """Every line that was written to its end."""
        if not self.file.exists():
            return
        for line in self.file.read_text(encoding="utf-8").split("\n")[:-1]:
            try:
                yield json.loads(line)
            except ValueError:
                continue  # cut off, and then the next run wrote on

    def begin(self, *, fresh: bool, **options: Any) -> None:
        if fresh:
            self.file.unlink(missing_ok=True)
        if self.file.exists() and not self.file.read_bytes().endswith(b"\n"):
            with self.file.open("a") as file:
                file.write("\n")  # the end of a line that was cut off
        self.add(run=options, at=now())

    @contextmanager
    def alone(self) -> Iterator[int]:
        """A file descriptor that holds the run. `BlockingIOError` when another process does, also one that a killed run left."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield lock.fileno()

    # ---- what is known

    def outcomes(self) -> dict[str, Line]:
        """The last attempt at each test: its `ended` line, or `{"outcome": "not finished"}` with how far it came."""
        found: dict[str, Line] = {}
        far: dict[str, str] = {}
        for line in self.lines():
            if "part" in line:
                far[line["part"]] = f"{line['done']} of {line['of']} rounds"
            if test := line.get("begun") or line.get("part"):
                found[test] = {"outcome": "not finished", "why": far.get(test, "")}
            elif "ended" in line:
                found[line["ended"]] = line
        return found

    def passed(self) -> set[str]:
        return {test for test, last in self.outcomes().items() if last["outcome"] == "passed"}

    def part(self, test: str) -> Line:
        """How far a test that goes in parts has come, in all attempts together."""
        return next((line for line in reversed(list(self.lines())) if line.get("part") == test), {})

    def figures(self) -> list[Line]:
        """The lines of the table, from the last attempt at each test."""
        found: dict[str, list[Line]] = {}
        for line in self.lines():
            if "begun" in line:
                found[line["begun"]] = []
            elif "fault" in line:
                row = {"fault": line["fault"], "on": line["on"], **line["figures"]}
                found.setdefault(line["test"], []).append(row)
        return [line for lines in found.values() for line in lines]

    def troubles(self) -> list[Line]:
        """What failed, was not finished or could not be tried, as lines of the table. Where a fault has figures, nobody asks
        what else of it was left out."""
        tried = {line["fault"] for line in self.figures()}
        return [
            {"fault": _fault(test), "outcome": last["outcome"], "why": last.get("why", "")}
            for test, last in self.outcomes().items()
            if last["outcome"] != "passed"
            and (last["outcome"] != "skipped" or (_FAULT.search(test) and _fault(test) not in tried))
        ]


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


_FAULT = re.compile(r"test_((?:f\d+_)+)")


def _fault(test: str) -> str:
    """F4 of `tests/faults/test_network.py::test_f4_…`; the name of a test that belongs to none."""
    named = _FAULT.search(test)
    return named[1].strip("_").upper().replace("_", ", ") if named else test.rpartition("::")[2]


def commit() -> str:
    """The commit of this working copy, and a mark of what was changed since."""
    asked = [["git", "rev-parse", "--short=12", "HEAD"], ["git", "diff", "HEAD"]]
    told = [subprocess.run(command, cwd=ROOT, capture_output=True, check=False).stdout for command in asked]
    name = told[0].decode().strip() or "no-commit"
    return f"{name}+{hashlib.sha256(told[1]).hexdigest()[:6]}" if told[1] else name


# ---- the table


def table(figures: Iterable[Line], troubles: Iterable[Line] = ()) -> str:
    """Markdown, a row for each fault and place; what only some of them count stands in the last column."""
    rows = [["fault", "on", *COLUMNS, "more"], ["---"] * (len(COLUMNS) + 3)]
    for line in sorted([*joined(figures), *troubles], key=_place):
        if "outcome" in line:
            rows.append([line["fault"], line.get("on", ""), *("–" for _ in COLUMNS), _outcome(line)])
        else:
            rows.append([line["fault"], line.get("on", ""), *(str(line.get(name, "–")) for name in COLUMNS), _more(line)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def joined(figures: Iterable[Line]) -> list[Line]:
    """Lines of one fault that count the same things in the same place are added up: seven forms, ten named points, nine laws."""
    found: dict[tuple[Any, ...], Line] = {}
    for line in figures:
        kind = (line["fault"], line["on"], frozenset(line))
        found[kind] = {name: _both(name, found[kind][name], value) for name, value in line.items()} if kind in found else line
    return list(found.values())


def _both(name: str, one: Any, other: Any) -> Any:
    if name.endswith("_each") or name in ("fault", "on"):
        return one
    if isinstance(one, str):
        return one if other in one.split(", ") else f"{one}, {other}"
    return max(one, other) if name.endswith(("_s", "_ms", "_kb")) else one + other


def _place(line: Mapping[str, Any]) -> tuple[int, str, str]:
    number = re.match(r"F(\d+)", str(line["fault"]))
    return int(number[1]) if number else 1000, str(line["fault"]), str(line.get("on", ""))


def _more(line: Mapping[str, Any]) -> str:
    own = {"fault", "on", *COLUMNS}
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in line.items() if name not in own and value != 0)


def _outcome(line: Mapping[str, Any]) -> str:
    said = {"failed": "**FAILED**", "skipped": "not tried"}.get(line["outcome"], line["outcome"])
    return f"{said}: {line['why']}" if line.get("why") else said
