"""`python3 -m facilitation faults` and `soak`: what must not break us, tried on the real program.

Both are programs of the tests: tests/faults/__main__.py and tests/faults/soak.py.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str]) -> int:
    """Every fault, each result kept as it ends; 0 when nothing broke us."""
    return _run("tests.faults", arguments)


def soak(arguments: Sequence[str]) -> int:
    """Hours of coming and going; 0 when nothing grew."""
    return _run("tests.faults.soak", arguments)


def _run(module: str, arguments: Sequence[str]) -> int:
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=HOME, check=False).returncode
