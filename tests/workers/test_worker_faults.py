"""Redis lost (F10), PostgreSQL lost (F11), workers restarted (F12): three workers, people who write all the while."""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests import ledger
from tests.databases import Postgres
from tests.faults.conftest import played, until
from tests.ledger import FULL
from tests.workers.conftest import MakeFleet
from tests.workers.crowd import PATIENCE, Crowd

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(1500)]


@pytest.mark.skipif(FULL, reason="each of them has a test of its own at full size")
def test_f10_f11_f12_each_part_is_broken_in_turn(fleet: MakeFleet, postgres: Postgres) -> None:
    """One stack and one crowd for the three, because starting them takes longest. Texts are told apart by their fault."""

    async def play() -> None:
        crowd = Crowd(made, through=4, pause=(0.2, 0.6))
        async with crowd.writing():
            await crowd.goes_on("the start")
            crowd.fault = "F10"
            await redis_is_lost(crowd)
            crowd.fault = "F11"
            await the_database_is_lost(crowd, postgres)
            crowd.fault = "F12"
            await workers_are_restarted(crowd)
        for fault in ("F10", "F11", "F12"):
            ledger.note(fault, **crowd.figures(fault))

    made = fleet(7, CATCH_UP_SECONDS="1", TICK_SECONDS="2", METRICS="yes")
    played(play)


async def redis_is_lost(crowd: Crowd) -> None:
    """Frozen, emptied, killed, and there again: everybody is answered, and hears what other workers wrote."""
    redis = crowd.stack.redis
    redis.send(signal.SIGSTOP)
    await crowd.goes_on("Redis is frozen")
    redis.send(signal.SIGCONT)
    await asyncio.to_thread(redis.empty)
    await crowd.goes_on("Redis was emptied")
    await asyncio.to_thread(redis.end, signal.SIGKILL)
    await crowd.goes_on("Redis was killed")
    await asyncio.to_thread(redis.start)
    await until(lambda: redis.listeners() == len(crowd.at_worker), PATIENCE, "all workers listen to the new Redis")
    await crowd.goes_on("Redis is there again")


async def the_database_is_lost(crowd: Crowd, postgres: Postgres) -> None:
    """A crash that somebody notices; then an end of all connections."""
    await crowd.noticed(postgres.stop)
    await asyncio.to_thread(postgres.start)
    await crowd.goes_on("PostgreSQL crashed")
    await asyncio.to_thread(postgres.hang_up_on_all)
    await crowd.goes_on("PostgreSQL ended all connections")


async def workers_are_restarted(crowd: Crowd) -> None:
    """The one that serves whoever comes through nginx is killed, another ends with a goodbye; the third serves all."""
    stack = crowd.stack
    killed = max(range(3), key=lambda worker: stack.metric(worker, "connected"))
    ended, left = (worker for worker in range(3) if worker != killed)
    before = {phone.name: phone.connects for phone in crowd.phones}
    stack.signal_worker(killed, signal.SIGKILL)
    stack.signal_worker(ended, signal.SIGTERM)
    await crowd.goes_on("two workers are away", [*crowd.through, crowd.at_worker[left]])
    await crowd.goes_on("all workers are there again")
    moved = {phone.name for phone in crowd.phones if phone.connects > before[phone.name]}
    assert {crowd.at_worker[killed].name, crowd.at_worker[ended].name} <= moved
    assert moved & {phone.name for phone in crowd.through}
