"""The process dies at the seams of a command (F2): every command of the registry, at named points, by kill -9."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from facilitation.core.commands import REGISTRY
from facilitation.core.failpoints import POINTS, VARIABLE
from tests.conftest import migrated_in
from tests.databases import URL
from tests.faults.story import ALL
from tests.ledger import FULL, SEED, place
from tests.running import ROOT, free_port

Ledger = Callable[..., None]


#: Small: every command at one of the points, by the seed; full: every command at every point.
ROUNDS = [[point] for point in POINTS] if FULL else [list(POINTS)]


@pytest.fixture
def calm(database: str, empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an empty SQLite file, where the story goes undisturbed."""
    folder = tmp_path / "calm"
    if database == "sqlite":
        return Path(shutil.copytree(empty, folder))
    with monkeypatch.context() as patch:
        patch.delenv(URL, raising=False)
        return migrated_in(folder)


def told(calm: Path, broken: Path, points: list[str], *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.faults.seams", str(calm), str(broken), "--seed", str(SEED)]
    command += ["--points", ",".join(points), *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_f2_the_story_holds_every_command() -> None:
    """A new command needs a step in tests/live/scenario.py or tests/faults/story.py, so that it is killed too."""
    assert set(REGISTRY) - {step[1] for step in ALL} == {"user.set_up"}  # which begins every story


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.both_databases
@pytest.mark.parametrize("points", ROUNDS, ids="+".join)
def test_f2_every_command_killed_at_its_seams_has_one_effect(
    database: str, calm: Path, data: Path, points: list[str], ledger: Ledger
) -> None:
    done = told(calm, data, points, *([] if FULL else ["--once"]))
    assert done.returncode == 0, done.stderr[-3000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert (figures["commands"], figures["missing"]) == (len(REGISTRY), [])
    n = figures["tried"]
    ledger("F2", attempted=n, answered=n, stored=n, lost=0, doubled=0, at=" ".join(points), on=place(1, database))


@pytest.mark.slow
def test_f2_a_second_effect_would_be_noticed(calm: Path, data: Path) -> None:
    """The check can fail: here what was answered is forgotten, so that a command that was done is done again."""
    done = told(calm, data, ["after-commit"], "--forget")
    assert done.returncode != 0
    assert "Wrong" in done.stderr
    assert "killed at after-commit" in done.stderr


def test_f2_production_does_not_start_with_a_failpoint(data: Path) -> None:
    environment = {**os.environ, VARIABLE: "after-commit", "FACILITATION_PRODUCTION": "yes", "FACILITATION_DATA": str(data)}
    done = subprocess.run(
        [sys.executable, "wsgi.py", "--port", str(free_port())], env=environment, cwd=ROOT, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert VARIABLE in done.stderr
