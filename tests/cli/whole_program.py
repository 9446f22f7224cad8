"""The program as its own process, for tests about how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from facilitation.config import ROOT
from tests.running import chosen_mode, free_port


def start(folder: Path, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A program of ours that is expected to end by itself."""
    given = {"DATA": str(folder), **chosen_mode(), **settings}
    environment = {
        **os.environ,
        "FACILITATION_NO_BOOTSTRAP": "1",
        **{f"FACILITATION_{key}": value for key, value in given.items()},
    }
    words = command or ("serve", "--port", str(free_port()), "--no-demo")
    return subprocess.run(
        [sys.executable, "-m", "facilitation", *words], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=100,
        check=False,
    )  # fmt: skip


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What it said, which is one line and no traceback; it ended with 1."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if " INFO " not in line]
    assert len(lines) == 1, done.stderr
    return lines[0]
