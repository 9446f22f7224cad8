"""A restart brings the room back (F12 in small; `python -m tests.workers.returning` at full size, 15 s from the signal)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.running import ROOT

PHONES = 60


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("way", [[], ["--kill"]], ids=["SIGTERM", "kill -9"])
def test_everybody_is_back_within_fifteen_seconds(way: list[str]) -> None:
    command = [sys.executable, "-m", "tests.workers.returning", "--phones", str(PHONES), *way]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["back"] == PHONES
    assert told["behind"] == 0
    assert told["p95_s"] <= 15 + told["server_up_s"], told  # at full size, and on a machine of its own, 15 in all
