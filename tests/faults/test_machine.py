"""The machine fails: the program is killed (F1), the file is locked (F8), the disk is full (F9), a device pounds (F21)."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.faults.conftest import MakeRoom, played, sized, until
from tests.faults.phone import Phone
from tests.faults.room import Room

Ledger = Callable[..., None]
pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(7200), pytest.mark.sqlite]


async def everybody_in(room: Room, people: int) -> list[Phone]:
    phones = [room.phone(n) for n in range(people)]
    for phone in phones:
        phone.start()
    await until(lambda: all(phone.state is not None for phone in phones), 60, "everybody has a first state")
    return phones


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
    kills, people, texts = sized(3, 200), 10, sized(30, 1000)
    lab = room(people)

    async def play() -> None:
        phones = await everybody_in(lab, people)
        sent = {phone.write(lab.board, f"{phone.name} says {n}") for n in range(texts) for phone in phones}
        for kill in range(kills):
            goal = (kill + 1) * len(sent) // (kills + 2)
            await answered(phones, goal)
            await asyncio.sleep(lab.chance.uniform(0, 0.05))
            await asyncio.to_thread(lab.server.kill)
            await asyncio.to_thread(lab.server.start)
        count = await check(lab, phones, sent, 300)
        resent = sum(phone.resent for phone in phones)
        ledger("F1", kills=kills, **count, resent=resent)
        assert resent > 0

    played(play)


def test_f8_a_locked_file_is_said_to_be_busy_and_everything_is_stored_afterwards(room: MakeRoom, ledger: Ledger) -> None:
    """F8: the answer comes within a second or so of the lock's patience; ticks and reading go on; nothing is lost."""
    people, locks = 4, sized(1, 3)
    lab = room(people, BUSY_TIMEOUT_MS="500")

    async def play() -> None:
        phones = await everybody_in(lab, people)
        sent = set()
        for seconds in (2, 5, 30)[:locks]:
            phones[0].listening = True
            with locked(lab.server.data / "facilitation.db"):
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
def locked(file: Path) -> Iterator[None]:
    """Somebody else writes, and takes their time."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


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
    before = resource.prlimit(room.server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(room.server.pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(room.server.pid, resource.RLIMIT_FSIZE, before)


def test_f21_one_device_that_asks_too_often_slows_nobody(room: MakeRoom, ledger: Ledger) -> None:
    """F21: its commands are refused and it is hung up on; the others are answered as before."""
    people, seconds = 4, sized(3, 30)
    lab = room(people, COMMANDS_PER_10S="20")

    async def play() -> None:
        phones = await everybody_in(lab, people)
        rude, others = phones[0], phones[1:]
        deadline = time.monotonic() + seconds
        sent, took = set(), []
        pounding = asyncio.create_task(pound(rude, lab.board, deadline))
        n = 0
        while time.monotonic() < deadline:
            begun = time.monotonic()
            sent |= {phone.write(lab.board, f"{phone.name} politely {n}") for phone in others}
            await until(lambda: not any(phone.waiting for phone in others), 20, "the polite ones have their answers")
            took.append(time.monotonic() - begun)
            n += 1
            await asyncio.sleep(0.5)
        asked = await pounding
        await asyncio.gather(*(phone.stop() for phone in phones))
        count = lab.check_set(others, sent={row.key for row in lab.stored() if row.key})
        stored = {row.key for row in lab.stored()}
        assert sent <= stored
        assert len(stored) - len(sent) <= 20 * (seconds // 10 + 2)  # of hundreds
        assert rude.connects > 1  # it was hung up on
        ledger("F21", asked=asked, **count, slowest_ms=round(1000 * max(took)))

    played(play)


async def pound(phone: Phone, board: str, deadline: float) -> int:
    """Commands as fast as the socket takes them, with no rule kept; how many."""
    asked = 0
    while time.monotonic() < deadline:
        wire = phone._wire
        if wire is not None and wire.connected:
            asked += 1
            command = {
                "v": 1,
                "key": f"rude-{asked:017d}",
                "name": "contribution.post",
                "args": {"board": board, "text": f"{asked}"},
            }
            waiting = asyncio.create_task(wire.ask("command", command, 5))
            waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.sleep(0.002)
    return asked
