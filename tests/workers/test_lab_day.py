"""The lab day of the sample transcript across three workers behind nginx: the figures are those of one process on SQLite."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from facilitation import create_app
from facilitation.cases.template import template
from facilitation.core.actor import SYSTEM
from facilitation.demo import CASES, TRANSCRIPT
from facilitation.extensions import db
from facilitation.rehearsal.reading import read_transcript
from tests.rehearsal import figures
from tests.running import ROOT
from tests.workers.stack import Stack

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture
def stack(data: Path) -> Iterator[Stack]:
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    with app.app_context():
        app.extensions["facilitation"]["dispatcher"].do("case.import", SYSTEM, text=CASES.read_text("utf-8"))
        running = Stack(data, METRICS="yes", COMMANDS_PER_10S="1000000", POSTS_BURST="1000000", POSTS_SECONDS="1")
        try:
            yield running.start()
        finally:
            running.stop()
            db.engine.dispose()


def test_the_sample_lab_across_three_workers_gives_the_expected_figures(stack: Stack) -> None:
    command = [sys.executable, "-m", "facilitation", "--no-bootstrap", "rehearse", "sample-lab", "--speed", "max", "--json"]
    surroundings = {**os.environ, "FACILITATION_DATA": str(stack.data)}
    done = subprocess.run(
        [*command, "--url", stack.url], env=surroundings, cwd=ROOT, capture_output=True, text=True, timeout=800, check=False
    )
    assert done.returncode == 0, done.stderr + stack.said()
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["connections"] == 47
    transcript = read_transcript(TRANSCRIPT.read_text("utf-8"), template("en"))
    wanted, found = figures.expected(transcript), figures.of_lab(answer["lab"])
    assert {name: found.get(name) for name in wanted} == wanted
    carried_out = [stack.metric(worker, "commands_total") for worker in range(3)]
    assert sum(carried_out) > sum(answer["played"].values()) / 2
