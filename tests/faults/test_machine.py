"""The machine fails: the program is killed (F1, F2), the database is locked (F8), the disk is full (F9)."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import psycopg2
import pytest
import requests

from facilitation.core.failpoints import POINTS, VARIABLE
from tests.databases import URL
from tests.faults.conftest import MakeRoom, everybody_in, played, until
from tests.faults.phone import Phone
from tests.faults.ready import Ready
from tests.faults.room import Room
from tests.ledger import Parts, sized
from tests.running import Server
from tests.workers.served import OneOf, Served

Ledger = Callable[..., None]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]
SETTINGS = {"BUSY_TIMEOUT_MS": "500"}


async def answered(phones: list[Phone], goal: int) -> None:
    await until(lambda: sum(len(phone.acknowledged) for phone in phones) >= goal, 300, f"{goal} answers")


async def check(room: Room, phones: list[Phone], sent: set[str], patience: float = 60) -> dict[str, int]:
    """Wait until all is quiet, let everybody go, and look at set, order, numbers and state."""
    await until(lambda: not any(phone.waiting for phone in phones), patience, "every text has a final answer")
    await until(lambda: room.in_step(phones), patience, "every device is in step")
    await asyncio.gather(*(phone.stop() for phone in phones))
    count = room.check_set(phones, sent=sent)
    assert count["answered"] == count["stored"] == count["attempted"]
    room.check_order(phones)
    room.check_numbers()
    room.check_state(phones)
    return count


def test_f1_killed_at_any_moment(room: MakeRoom, ledger: Ledger) -> None:
    """F1, over sockets: kill -9 while everybody writes; each text stands there once, in its writer's order."""
    people, texts = sized(8, 50), sized(15, 50)
    parts = Parts(sized(2, 200), 50)

    async def play(lab: Room, rounds: range) -> None:
        phones = await everybody_in(lab, people)
        sent = {phone.write(lab.board, f"{phone.name} says {n}") for n in range(texts) for phone in phones}
        with OneOf(lab.server, lab.chance) if isinstance(lab.server, Served) else Ready(lab.server) as killed:
            for kill in parts.within(rounds):
                goal = (kill - rounds.start + 1) * len(sent) // (len(rounds) + 2)
                await answered(phones, goal)
                await asyncio.sleep(lab.chance.uniform(0, 0.05))
                await asyncio.to_thread(killed.kill)
                await asyncio.to_thread(killed.start)
                parts.add(kills=1)
            parts.add(**await check(lab, phones, sent, 300), resent=sum(phone.resent for phone in phones))

    for rounds in parts:
        played(partial(play, room(people), rounds))
    ledger("F1", phones=people, **parts.figures)
    assert parts.figures["resent"] > 0


def test_f2_killed_at_a_named_point_under_phones(room: MakeRoom, ledger: Ledger) -> None:
    """F2, over sockets: the server dies at a seam of a command while everybody writes (tests/faults/seams.py: every command)."""
    points, people, texts = list(POINTS) * sized(0, 10) or ["after-commit"], sized(4, 20), 15
    lab = room(people)

    async def play() -> None:
        phones = await everybody_in(lab, people)
        sent: set[str] = set()
        for n, point in enumerate(points):
            await asyncio.to_thread(again, lab, f"{point}:{lab.chance.randint(5, 10)}")  # a start has commands of its own
            sent |= {phone.write(lab.board, f"{phone.name} says {i}, {point} {n}") for i in range(texts) for phone in phones}
            assert await asyncio.to_thread(lab.server.ended, 60) == -signal.SIGKILL
            await asyncio.to_thread(again, lab)
            await until(lambda: not any(phone.waiting for phone in phones), 120, "every text has a final answer")
        ledger("F2", over="sockets", at=" ".join(points), **await check(lab, phones, sent))

    played(play)


def again(room: Room, point: str = "") -> None:
    """Start the server anew; with a `point`, one that ends there."""
    room.server.kill()
    room.server.surroundings[VARIABLE] = point
    room.server.start()


def test_f8_a_locked_file_is_said_to_be_busy_and_everything_is_stored_afterwards(room: MakeRoom, ledger: Ledger) -> None:
    """F8: the answer comes within a second or so of the lock's patience; ticks and reading go on; nothing is lost."""
    people, locks = 4, sized(1, 3)
    lab = room(people)

    async def play() -> None:
        phones = await everybody_in(lab, people)
        sent = set()
        for seconds in (2, 5, 30)[:locks]:
            phones[0].listening = True
            with locked(lab):
                begun = time.monotonic()
                sent |= {phone.write(lab.board, f"{phone.name} during {seconds} s") for phone in phones}
                await until(lambda: all(phone.answers.get("busy") for phone in phones), 10, "everybody is told it is busy")
                assert not any(phone.acknowledged for phone in phones if phone.name in str(phone.order))
                reading = await asyncio.to_thread(requests.get, f"{lab.server.url}/healthz", timeout=5)
                assert reading.ok
                assert (await asyncio.to_thread(lab.fresh))["seq"] > 0
                await asyncio.sleep(max(0, seconds - (time.monotonic() - begun)))
            assert any(text.startswith('42["tick"') for text in phones[0].overheard)  # heartbeats went on
            await until(lambda: not any(phone.waiting for phone in phones), 60, "what waited is stored")
            for phone in phones:
                phone.answers.clear()
        ledger("F8", locks=locks, **await check(lab, phones, sent))

    played(play)


@contextmanager
def locked(room: Room) -> Iterator[None]:
    """Somebody else writes, and takes their time."""
    if isinstance(room.server, Served):
        other, begin = psycopg2.connect(os.environ[URL]), "LOCK TABLE contribution IN EXCLUSIVE MODE"
    else:
        other, begin = sqlite3.connect(room.server.data / "facilitation.db", isolation_level=None), "BEGIN IMMEDIATE"
    other.cursor().execute(begin)
    try:
        yield
    finally:
        other.rollback()
        other.close()


@pytest.mark.sqlite  # on PostgreSQL: tests/workers/test_full_disk.py
def test_f9_a_full_disk_answers_no_ok_and_loses_nothing(room: MakeRoom, ledger: Ledger) -> None:
    """F9: no file of the server may grow; then there is room again."""
    people, times = 4, sized(1, 20)
    lab = room(people)

    async def play() -> None:
        phones = await everybody_in(lab, people)
        sent: set[str] = set()
        for n in range(times):
            before = sum(len(phone.acknowledged) for phone in phones)
            with full_disk(lab):
                sent |= {phone.write(lab.board, f"{phone.name} at {n}") for phone in phones}
                await until(lambda: all(phone.answers.get("busy") for phone in phones), 20, "everybody is told it is busy")
                assert sum(len(phone.acknowledged) for phone in phones) == before
                assert (await asyncio.to_thread(lab.fresh))["seq"] > 0
            await until(lambda: not any(phone.waiting for phone in phones), 60, "what waited is stored")
            for phone in phones:
                phone.answers.clear()
        ledger("F9", times=times, **await check(lab, phones, sent))

    played(play)


@contextmanager
def full_disk(room: Room) -> Iterator[None]:
    """Writing beyond what is there fails, as it does on a full disk."""
    assert isinstance(room.server, Server)
    before = resource.prlimit(room.server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(room.server.pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(room.server.pid, resource.RLIMIT_FSIZE, before)
