"""A run of the faults that is killed goes on where it was stopped, and its table is that of a run that was not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.kept import Kept, table
from tests.running import ROOT

COMMAND = [sys.executable, "-m", "facilitation", "faults", "--no-bootstrap", "--only", "F18"]
LAWS = 9
IN_PARTS = """
import os, signal
from tests.ledger import Parts, note

def test_f98_is_over_before():
    note("F98", attempted=1, ended=1, part=1)  # these are words of the file as well

def test_f99_in_parts():
    parts = Parts(10, 3)
    for rounds in parts:
        note("F99", on="a line of an attempt that was killed")
        parts.add(attempted=len(rounds))
        parts.most(slowest_s=rounds.start)
        if rounds.start == 6 and "KILL" in os.environ:
            os.kill(os.getpid(), signal.SIGKILL)
    note("F99", parts_now=rounds.start // 3, **parts.figures)
"""


def run(kept: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, "--results", str(kept)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)


def only(folder: Path) -> Kept:
    (file,) = folder.glob("*.jsonl")
    return Kept(file)


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    """The real command with the laws of F18: killed with all its processes after the first of them."""
    until = time.monotonic() + 60
    with subprocess.Popen([*COMMAND, "--results", str(tmp_path)], cwd=ROOT, start_new_session=True) as killed:
        while not (list(tmp_path.glob("*.jsonl")) and only(tmp_path).passed()):
            assert killed.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
        os.killpg(killed.pid, signal.SIGKILL)
    before = only(tmp_path).passed()
    assert 0 < len(before) < LAWS
    with only(tmp_path).file.open("a") as file:
        file.write('{"ended": "tests/reports/test_merge_laws.py::cut off by the ki')
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(before)} tests have passed before" in done.stdout
    assert f"| F18 | – | – | – | – | – | – | laws {LAWS}, cases each 150 |" in done.stdout
    assert "not finished" not in done.stdout
    begun = Counter(line["begun"] for line in only(tmp_path).lines() if "begun" in line)
    assert len(begun) == LAWS
    assert {begun[test] for test in before} == {1}
    again = run(tmp_path)  # nothing is left to try, and the table is the same
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, done.stdout.splitlines()[-1])
    assert Counter(line["begun"] for line in only(tmp_path).lines() if "begun" in line) == begun


def test_a_second_run_of_the_same_is_refused_while_one_goes_on(tmp_path: Path) -> None:
    assert "test_merge_laws" not in (listed := run_nothing(tmp_path)), listed
    with only(tmp_path).alone():
        done = run(tmp_path)
    assert done.returncode == 2
    assert "going on" in done.stderr


def run_nothing(kept: Path) -> str:
    """Begins a run that finds no test."""
    command = [*COMMAND[:-1], "F97", "--results", str(kept)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


@pytest.fixture
def in_parts(tmp_path: Path) -> Path:
    (tmp_path / "test_in_parts.py").write_text(IN_PARTS)
    return tmp_path


def tried(folder: Path, **environment: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.ledger", "-p", "no:cacheprovider", "-c", os.devnull]
    command += ["--rootdir", str(folder), str(folder)]
    surroundings = {**os.environ, "FACILITATION_TEST_LEDGER": str(folder / "kept.jsonl"), **environment}
    surroundings.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, check=False).returncode


def test_a_fault_in_parts_goes_on_with_the_part_in_which_it_was_killed(in_parts: Path) -> None:
    kept = Kept(in_parts / "kept.jsonl")
    assert tried(in_parts, KILL="yes") == -signal.SIGKILL
    assert [line["outcome"] for line in kept.outcomes().values()] == ["passed", "not finished"]
    assert "not finished: 6 of 10 rounds" in table(kept.figures(), kept.troubles())
    assert tried(in_parts) == 0
    figures = {line["fault"]: line for line in kept.figures() if not str(line["on"]).startswith("a line")}
    assert figures["F99"]["attempted"] == 10
    assert figures["F99"]["slowest_s"] == 9
    assert figures["F99"]["parts_now"] == 3
    assert [line["done"] for line in kept.lines() if "part" in line] == [3, 6, 9, 10]
    assert sum(str(line["on"]).startswith("a line") for line in kept.figures()) == 2  # of the last attempt only: parts 3 and 4
    assert sum(line.get("fault") == "F98" for line in kept.lines()) == 1
    assert kept.troubles() == []
    assert tried(in_parts) == 0  # everything has passed


def test_lines_that_count_the_same_are_one_row_and_databases_stand_beside_each_other() -> None:
    lines = [
        {"fault": "F10", "on": "PostgreSQL", "attempted": 5, "lost": 0},
        {"fault": "F2", "on": "PostgreSQL", "attempted": 3, "at": "after-commit", "worst_ms": 4},
        {"fault": "F2", "on": "SQLite", "attempted": 1, "at": "before-commit", "worst_ms": 9},
        {"fault": "F2", "on": "PostgreSQL", "attempted": 4, "at": "before-send", "worst_ms": 2},
    ]
    failed = {"fault": "F3", "on": "SQLite", "outcome": "failed", "why": ""}
    assert table(lines, [failed]).splitlines()[2:] == [
        "| F2 | PostgreSQL | 7 | – | – | – | – | at after-commit, before-send, worst ms 4 |",
        "| F2 | SQLite | 1 | – | – | – | – | at before-commit, worst ms 9 |",
        "| F3 | SQLite | – | – | – | – | – | **FAILED** |",
        "| F10 | PostgreSQL | 5 | – | – | 0 | – |  |",
    ]


def test_what_fails_is_kept_as_failed_and_tried_again(in_parts: Path) -> None:
    (in_parts / "test_in_parts.py").write_text("import os\ndef test_f99_fails(): assert 'FAIL' not in os.environ, 'no'\n")
    kept = Kept(in_parts / "kept.jsonl")
    assert tried(in_parts, FAIL="yes") == 1
    assert json.dumps(kept.troubles()) == '[{"fault": "F99", "outcome": "failed", "why": "AssertionError: no"}]'
    assert tried(in_parts) == 0
    assert kept.troubles() == []
