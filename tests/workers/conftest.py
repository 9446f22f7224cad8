"""A lab on three workers with everything around them, on PostgreSQL."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from facilitation import create_app
from facilitation.extensions import db
from tests.cast import Cast
from tests.faults.room import Room
from tests.ledger import SEED
from tests.workers.crowd import Fleet
from tests.workers.stack import Stack

LOOSE = {"COMMANDS_PER_10S": "1000000", "POSTS_BURST": "1000000", "POSTS_SECONDS": "1"}
MakeFleet = Callable[..., Fleet]


@pytest.fixture
def database() -> str:
    return "postgresql"


@pytest.fixture
def fleet(data: Path) -> Iterator[MakeFleet]:
    """Makes a lab with an open board and so many seats, on a running stack: `fleet(people, TICK_SECONDS="2")`."""
    with ExitStack() as ends:
        yield lambda people, **settings: ends.enter_context(_fleet(data, people, **settings))


@contextmanager
def _fleet(data: Path, people: int, **settings: str) -> Iterator[Fleet]:
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    stack = Stack(data, **LOOSE, **settings)
    try:
        with app.app_context():
            stack.launch()
            cast = Cast(app)
            cast.start("challenges")
            cast.act("activity.reveal", cast.anna)
            seats = [cast.join(tier=str(1 + n % 3)).id for n in range(people)]
            stack.wait_ready()
            yield Fleet(Room(app, cast, stack, cast.board("challenges"), seats, random.Random(SEED)), stack)
            db.session.remove()
            db.engine.dispose()
    finally:
        stack.stop()
