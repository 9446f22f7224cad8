"""The result table of `python3 -m facilitation faults`: what was tried, one line for each test that has figures."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FULL = os.environ.get("FACILITATION_TEST_FAULTS") == "full"
SEED = int(os.environ.get("FACILITATION_TEST_SEED", "20261122"))
LEDGER = os.environ.get("FACILITATION_TEST_LEDGER")
MINUTES = float(os.environ.get("FACILITATION_TEST_MINUTES", "inf"))


def sized(small: int, full: int) -> int:
    """How much of a fault this run tries."""
    return full if FULL else small


def times(count: int) -> Iterator[int]:
    """0, 1, 2 … up to `count`, or until the time for one fault is over; at least once."""
    begun = time.monotonic()
    for n in range(count):
        if n and time.monotonic() - begun > 60 * MINUTES:
            return
        yield n


def note(fault: str, **figures: Any) -> None:
    """Write a line, when somebody asked for the table: `note("F1", attempted=…, lost=0)`."""
    if LEDGER:
        with Path(LEDGER).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"fault": fault, "seed": SEED, **figures}) + "\n")
