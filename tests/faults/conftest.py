"""Small with every long test run and by `python3 -m facilitation faults`; `--full` at full size, with the seeds it used."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest

from facilitation.extensions import db
from tests.faults.room import Room, prepare

FULL = os.environ.get("FACILITATION_TEST_FAULTS") == "full"
SEED = int(os.environ.get("FACILITATION_TEST_SEED", "20261122"))
LEDGER = os.environ.get("FACILITATION_TEST_LEDGER")

MakeRoom = Callable[..., Room]


def sized(small: int, full: int) -> int:
    """How much of a fault this run tries."""
    return full if FULL else small


@pytest.fixture
def room(data: Path) -> Iterator[MakeRoom]:
    """Makes a room and starts its server: `room(people, SETTING="value")`."""
    made: list[Room] = []

    def make(people: int, **settings: str) -> Room:
        found = prepare(data, people, SEED, **settings)
        made.append(found)
        found.server.start()
        return found

    yield make
    for found in made:
        found.server.kill()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def ledger(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Writes one line of the result table: `ledger("F1", attempted=…, lost=0)`."""

    def write(fault: str, **figures: Any) -> None:
        line = {"fault": fault, "test": request.node.name, "seed": SEED, **figures}
        request.node.user_properties.append(("faults", line))
        if LEDGER:
            with Path(LEDGER).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    return write


async def until(true: Callable[[], bool], patience: float, what: str) -> float:
    """Seconds until `true()`; fails with `what` when it takes longer than `patience`."""
    begun = time.monotonic()
    while not true():
        if time.monotonic() - begun > patience:
            raise AssertionError(f"not within {patience} s: {what}")
        await asyncio.sleep(0.05)
    return time.monotonic() - begun


def played(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run it to its end, in a thread of its own: the browser's driver may hold this one's loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(copy_context().run, asyncio.run, play()).result()
