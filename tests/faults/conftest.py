"""Small in every test run and by `python3 -m facilitation faults`; `--full` at full size, with the seeds it used."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any

import pytest
import uvloop

from facilitation import create_app
from facilitation.extensions import db
from tests.databases import copied, discard, use
from tests.faults.phone import Phone
from tests.faults.proxy import spare_the_collector
from tests.faults.room import House, Room
from tests.ledger import SEED, WORKERS, note, place

MakeRoom = Callable[..., Room]


SEVERAL = pytest.param(3, marks=[pytest.mark.postgres, pytest.mark.long])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every room is served by one process, and with `--long` by three workers on PostgreSQL as well. The command of the faults
    says by how many."""
    if "house" in metafunc.fixturenames:
        servers = [WORKERS] if WORKERS else [1] if metafunc.definition.get_closest_marker("sqlite") else [1, SEVERAL]
        metafunc.parametrize("house", servers, indirect=True, scope="module", ids=lambda n: "one" if n == 1 else f"{n}-workers")


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One server for all tests of a module, because starting takes seconds; with the module's own `SETTINGS`."""
    workers: int = request.param
    empty = request.getfixturevalue("migrated_on_postgresql" if workers > 1 else "migrated")
    data = copied(empty, tmp_path_factory.mktemp("faults") / "data")
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    with app.app_context():
        found = House(app, data, getattr(request.module, "SETTINGS", {}), workers=workers)
        yield found
        found.server.remove()
        db.session.remove()
        db.engine.dispose()
    discard(data)


@pytest.fixture
def room(house: House) -> MakeRoom:
    """Makes a room of its own, with its server running: `room(people)`."""
    use(house.data)
    chance = random.Random(SEED)

    def make(people: int) -> Room:
        if not house.server.answers():
            house.server.start()
        return house.room(people, random.Random(chance.random()))

    return make


@pytest.fixture
def ledger(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Writes one line of the result table: `ledger("F1", attempted=…, lost=0)`."""
    if "house" not in request.fixturenames:
        return note
    house: House = request.getfixturevalue("house")
    workers = len(house.server.addresses)
    return partial(note, on=place(workers, "postgresql") if workers > 1 else place(1))


async def until(true: Callable[[], bool], patience: float, what: str | Callable[[], str]) -> float:
    """Seconds until `true()`; fails with `what`, asked only then, when it takes longer than `patience`."""
    begun = time.monotonic()
    while not true():
        if time.monotonic() - begun > patience:
            raise AssertionError(f"not within {patience} s: {what if isinstance(what, str) else what()}")
        await asyncio.sleep(0.05)
    return time.monotonic() - begun


async def everybody_in(room: Room, people: int, port: int | None = None) -> list[Phone]:
    """So many phones, each with a first state; `port`: that of a proxy. They come by the hundred: coming is not what is tried."""
    phones = [room.phone(n, port) for n in range(people)]
    for first in range(0, people, 100):
        for phone in phones[first : first + 100]:
            phone.start()
        await until(lambda: all(phone.state is not None for phone in phones[: first + 100]), 120, "everybody has a first state")  # noqa: B023
    return phones


def played(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run it to its end, in a thread of its own: the browser's driver may hold this one's loop. A thousand phones and the
    network between take as much of the machine as the server does, so their loop is the quick one."""
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None] | None]] = []

    async def main() -> None:
        running.append((asyncio.get_running_loop(), asyncio.current_task()))
        await play()

    with spare_the_collector(), ThreadPoolExecutor(1) as thread:
        result = thread.submit(copy_context().run, uvloop.run, main())
        try:
            result.result()
        except KeyboardInterrupt:  # hours may be left of it
            for loop, task in running:
                if task is not None:
                    loop.call_soon_threadsafe(task.cancel)
            raise
