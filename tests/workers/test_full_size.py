"""F10, F11 and F12 at full size (`python3 -m facilitation faults --full`); small in test_worker_faults.py."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests import ledger
from tests.databases import Postgres
from tests.faults.conftest import played, until
from tests.ledger import FULL
from tests.running import ROOT
from tests.workers.conftest import MakeFleet
from tests.workers.crowd import MOST, PATIENCE, Crowd
from tests.workers.stack import Stack

pytestmark = [
    pytest.mark.postgres, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(3600),
    pytest.mark.skipif(not FULL, reason="for `faults --full`"),
]  # fmt: skip
BEHIND = 5.0  # seconds another worker may be behind (safety, F10)
BACK = 15.0  # seconds until 95 of 100 are back (F12)


def test_f10_redis_is_lost_again_and_again(fleet: MakeFleet) -> None:
    """F10: answers are what they are with Redis, other workers are at most five seconds behind, nothing is missed."""
    rounds = 10

    async def play() -> None:
        crowd = Crowd(made, through=21, pause=(2, 4))
        crowd.fault = "F10"
        lags: dict[bool, list[float]] = {True: [], False: []}  # without Redis, with it
        away: list[tuple[float, float]] = []
        resent = {True: 0, False: 0}

        async def spread(gone: bool) -> None:
            begun, before = time.monotonic(), crowd.resent
            lags[gone] += [await crowd.spread(phone) for phone in crowd.at_worker]
            resent[gone] += crowd.resent - before
            if gone:
                away.append((begun, time.monotonic()))

        async with crowd.writing():
            await spread(False)
            for _ in range(rounds):
                for broken in (frozen, killed):
                    async with broken(crowd.stack):
                        await spread(True)
                    await until(lambda: crowd.stack.redis.listeners() == 3, PATIENCE, "all workers listen to Redis again")
                    await spread(False)
                await asyncio.to_thread(crowd.stack.redis.empty)
                await spread(False)
        times = answer_times(crowd, away)
        ledger.note(
            "F10", **crowd.figures("F10"), rounds=rounds, **times,
            resent_without_redis=resent[True], resent_with_redis=resent[False], worst_lag_s=round(max(lags[True]), 2),
            worst_lag_with_redis_s=round(max(lags[False]), 2),
        )  # fmt: skip
        assert max(lags[True]) <= BEHIND
        assert times["p95_answer_without_redis_ms"] <= 2 * times["p95_answer_with_redis_ms"]

    made = fleet(24)
    played(play)


@asynccontextmanager
async def frozen(stack: Stack) -> AsyncIterator[None]:
    """Until every worker has noticed its silence and given it up."""
    before = stack.whole_log().count("outage what=redis")
    stack.redis.send(signal.SIGSTOP)
    yield
    await until(lambda: stack.whole_log().count("outage what=redis") >= before + 3, PATIENCE, "all workers have noticed")
    stack.redis.send(signal.SIGCONT)


@asynccontextmanager
async def killed(stack: Stack) -> AsyncIterator[None]:
    await asyncio.to_thread(stack.redis.end, signal.SIGKILL)
    yield
    await asyncio.to_thread(stack.redis.start)


def answer_times(crowd: Crowd, away: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Milliseconds of the answers that came while Redis was away (between these moments), and of the others."""
    took: dict[bool, list[float]] = {True: [], False: []}
    for at, seconds in (answer for phone in crowd.phones for answer in phone.rounds):
        took[any(begun <= at <= ended for begun, ended in away)].append(1000 * seconds)
    return {
        f"{name}_answer_{where}_redis_ms": round(choose(sorted(took[gone])))
        for gone, where in ((True, "without"), (False, "with"))
        for name, choose in (("p95", p95), ("worst", max))
    }


def p95(values: Sequence[float]) -> float:
    return values[int(len(values) * 0.95) - 1]


def test_f11_fifty_crashes_of_the_database_in_ten_thousand_texts(fleet: MakeFleet, postgres: Postgres) -> None:
    """F11: between two crashes all connections are ended once as well."""
    people, crashes = 50, 50

    async def play() -> None:
        crowd = Crowd(made, through=people - 3, pause=(0.2, 1.0), texts=MOST)
        crowd.fault = "F11"
        async with crowd.writing(to_the_end=True):
            for half in range(2 * crashes):
                goal = (half + 1) * people * MOST // (2 * crashes + 2)
                await until(lambda goal=goal: crowd.answered >= goal, PATIENCE, f"{goal} answers")  # type: ignore[misc]
                await asyncio.sleep(crowd.room.chance.uniform(0, 0.2))
                if half % 2:
                    await asyncio.to_thread(postgres.hang_up_on_all)
                else:
                    await crowd.noticed(postgres.stop)
                    await asyncio.to_thread(postgres.start)
        ledger.note("F11", **crowd.figures("F11"), crashes=crashes, connections_ended=crashes, resent=crowd.resent)

    made = fleet(people)
    played(play)


def test_f12_workers_are_restarted_one_after_the_other_under_load(data: Path) -> None:
    """F12: 1,000 phones through nginx, people who write; all workers renewed, then each killed."""
    command = [sys.executable, "-m", "tests.workers.rolling", str(data), "--phones", "1000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3000, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    for way in ("renewed", "killed"):
        told |= {f"{way}_{name}": value for name, value in told.pop(way).items()}
    ledger.note("F12", **told)
    assert (told["lost"], told["doubled"], told["unexpected"], told["refused"], told["behind"]) == (0, 0, 0, 0, 0)
    assert told["answered"] == told["stored"] == told["attempted"]
    assert max(told["renewed_p95_s"], told["killed_p95_s"]) <= BACK
