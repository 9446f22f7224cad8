"""The sample lab: forty people, six of the staff, two hours and forty minutes, and every figure as it is expected.

The largest test of the house. Over sockets it takes the way of a real day: accounts, links, seats, 46 connections.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from facilitation.rehearsal.transcript import Transcript
from tests.rehearsal import figures
from tests.running import ROOT

PROMISED_SECONDS = 60  # at --speed max on two cores


@pytest.fixture
def answer(with_cases: Flask, data: Path) -> dict[str, Any]:
    """What `rehearse sample-lab --speed max --json` answers."""
    command = [sys.executable, "-m", "facilitation", "--no-bootstrap", "rehearse", "sample-lab", "--speed", "max", "--json"]
    surroundings = {**os.environ, "FACILITATION_DATA": str(data)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=surroundings, cwd=ROOT, capture_output=True, text=True, timeout=380, check=False)
    assert done.returncode == 0, done.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)  # the server is a child of the child, and was waited for
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {**json.loads(done.stdout.splitlines()[-1]), "worked": worked}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_sample_lab_gives_the_expected_figures(answer: dict[str, Any], sample: Transcript) -> None:
    assert answer["connections"] == 47
    assert answer["missed"] == 0  # nobody met a hole in a stream
    wanted, found = figures.expected(sample), figures.of_lab(answer["lab"])
    assert {name: found.get(name) for name in wanted} == wanted
    assert len(wanted) > 20
    named = {action.do for action in sample.actions} - {"create_cluster", "generate_report"}
    assert named <= set(answer["played"]) | set(answer["not_played"])
    assert not set(answer["played"]) & set(answer["not_played"])
    assert answer["played"]["reject_duplicate"] == 1
    assert answer["seconds"] < PROMISED_SECONDS or (is_crowded() and answer["worked"] < PROMISED_SECONDS)


def is_crowded() -> bool:
    """Others keep this machine busy: then the time on the clock says little, the work done says it."""
    return os.getloadavg()[0] > 2 * (os.cpu_count() or 1)
