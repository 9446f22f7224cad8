"""Redis lost (F10), PostgreSQL lost (F11), workers restarted (F12): three workers behind nginx, and people who write all the while."""

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

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(900)]


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


@pytest.mark.skipif(not FULL, reason="in small in the test above")
def test_f10_redis_is_lost_again_and_again(fleet: MakeFleet) -> None:
    """F10: answers are as quick as before, without one that must be asked for again; other workers are at most five seconds behind."""
    rounds = 10

    async def play() -> None:
        crowd = Crowd(made, through=21, pause=(2, 4))
        lags: list[float] = []
        away: list[tuple[float, float]] = []
        async with crowd.writing():
            crowd.fault = "F10"
            for _ in range(rounds):
                for broken in (frozen, killed, emptied):
                    begun = time.monotonic()
                    async with broken(crowd.stack):
                        lags += [await crowd.spread(phone) for phone in crowd.at_worker]
                        away.append((begun, time.monotonic()))
                    await until(lambda: crowd.stack.redis.listeners() == 3, PATIENCE, "all workers listen to Redis again")
                    quick = [await crowd.spread(phone) for phone in crowd.at_worker]
        took = [[seconds for phone in crowd.phones for at, seconds in phone.took if is_in(at, away) is gone] for gone in (False, True)]
        ledger.note(
            "F10", **crowd.figures("F10"), rounds=rounds, resent=crowd.resent, worst_lag_s=round(max(lags), 2),
            worst_lag_with_redis_s=round(max(quick), 2), p95_answer_ms=ms(p95(took[0])), p95_answer_without_redis_ms=ms(p95(took[1])),
            worst_answer_ms=ms(max(took[0])), worst_answer_without_redis_ms=ms(max(took[1])),
        )  # fmt: skip
        assert max(lags) <= BEHIND
        assert crowd.resent == 0

    made = fleet(24)
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
    """A crash, with somebody told meanwhile to come again; then an end of all connections."""
    await asyncio.to_thread(postgres.stop)
    before = crowd.resent
    await until(lambda: crowd.resent > before, PATIENCE, "somebody is told that it is busy")
    await asyncio.to_thread(postgres.start)
    await crowd.goes_on("PostgreSQL crashed")
    await asyncio.to_thread(postgres.hang_up_on_all)
    await crowd.goes_on("PostgreSQL ended all connections")


async def workers_are_restarted(crowd: Crowd) -> None:
    """The one that serves whoever comes through nginx is killed, another one ends with a goodbye; the third serves all meanwhile."""
    stack = crowd.stack
    killed = max(range(3), key=lambda worker: stack.metric(worker, "connected"))
    ended, left = (worker for worker in range(3) if worker != killed)
    sent_away = [*crowd.through, crowd.at_worker[killed], crowd.at_worker[ended]]
    before = [phone.connects for phone in sent_away]
    stack.signal_worker(killed, signal.SIGKILL)
    stack.signal_worker(ended, signal.SIGTERM)
    await crowd.goes_on("two workers are away", [*crowd.through, crowd.at_worker[left]])
    await crowd.goes_on("all workers are there again")
    assert all(phone.connects > connects for phone, connects in zip(sent_away, before, strict=True))
