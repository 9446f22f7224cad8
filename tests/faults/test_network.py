"""The network fails: cuts (F4), lines that died (F5), doubled and swapped frames (F6), lost answers (F7), crumbs."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

import pytest

from tests.faults.apart import Apart
from tests.faults.conftest import MakeRoom, everybody_in, played, until
from tests.faults.phone import Phone
from tests.faults.proxy import Proxy
from tests.faults.room import Room
from tests.ledger import FULL, SEED, sized, times

Ledger = Callable[..., None]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


async def settle(room: Room, phones: list[Phone], patience: float = 600) -> float:
    """Until every queue is empty and every device in step; seconds the last part took."""
    await until(lambda: not any(phone.waiting for phone in phones), patience, "every text has a final answer")
    return await until(lambda: room.in_step(phones), patience, "every device is in step")


async def leave(phones: list[Phone], proxy: Proxy) -> None:
    await asyncio.gather(*(phone.stop() for phone in phones))
    await proxy.stop()


def check(room: Room, phones: list[Phone], sent: set[str]) -> dict[str, int]:
    count = room.check_set(phones, sent=sent)
    assert count["answered"] == count["stored"] == count["attempted"]
    room.check_order(phones)
    room.check_numbers()
    room.check_state(phones)
    return count


LONG = 120.0  # seconds: every fifteenth cut of the full size


def test_f4_cuts_without_a_word_end_in_the_same_state(room: MakeRoom, ledger: Ledger) -> None:
    """F4: one way, both ways, with a reset or silently; five seconds after healing everybody is in step."""
    people, cuts, writers = sized(8, 1000), sized(4, 60), sized(8, 40)
    lab = room(people)

    async def play() -> None:
        chance = random.Random(SEED)
        proxy = Apart(lab.server.port, SEED)
        phones = await everybody_in(lab, people, proxy.port)
        sent, slowest, cut_off = set(), 0.0, 0.0
        for cut in times(cuts):
            seconds = (LONG if cut % 15 == 14 else 20 ** chance.random()) if FULL else chance.uniform(0.5, 1)
            kind = ("both", "up", "down", "reset")[cut % 4]
            proxy.holes(up=kind in ("both", "up"), down=kind in ("both", "down"))
            if kind == "reset":
                proxy.turn(refuse=True)
                proxy.cut()
            sent |= {phone.write(lab.board, f"{phone.name} in cut {cut}") for phone in chance.sample(phones, writers)}
            await asyncio.sleep(seconds)
            proxy.turn(refuse=False)
            proxy.holes(up=False, down=False)
            healed = time.monotonic()
            await settle(lab, phones)
            slowest, cut_off = max(slowest, time.monotonic() - healed), cut_off + seconds
        await asyncio.gather(*(phone.stop() for phone in phones))
        proxy.stop()
        count = check(lab, phones, sent)
        again = sum(phone.resent for phone in phones)
        ledger("F4", **count, phones=people, cuts=cut + 1, cut_off_s=round(cut_off), settled_s=round(slowest, 1), resent=again)
        assert again > 0  # the cuts did hit somebody
        assert slowest <= 5 or not FULL

    played(play)


def test_f5_a_line_that_died_without_a_word_is_noticed(room: MakeRoom, ledger: Ledger) -> None:
    """F5: a phone that was locked: its connection carries nothing and was never closed. Visible again it asks, and moves on.

    The server lets go of the dead lines when their ping stays unanswered (full size only: that takes forty seconds)."""
    people, often = sized(8, 100), sized(2, 20)
    lab = room(people)

    async def play() -> None:
        proxy = Proxy(lab.server.port, random.Random(SEED))
        await proxy.start()
        phones, sent, slowest, away = await everybody_in(lab, people, proxy.port), set(), 0.0, 0.0
        for n in times(often):
            before = [phone.connects for phone in phones]
            proxy.swallow()
            sent |= {phone.write(lab.board, f"{phone.name} after {n}") for phone in phones}
            swallowed = time.monotonic()
            await until(lambda: all(p.connects > n for p, n in zip(phones, before, strict=True)), 300, "everybody is back")  # noqa: B023
            away = max(away, time.monotonic() - swallowed)
            await settle(lab, phones)
            slowest = max(slowest, time.monotonic() - swallowed)
        if sized(0, 1):
            await until(lambda: lab.metric("connected") <= people, 90, "the server lets the dead lines go")
        await leave(phones, proxy)
        figures = {"away_s": round(away, 1), "settled_s": round(slowest, 1)}
        ledger("F5", **check(lab, phones, sent), phones=people, times=n + 1, **figures)
        assert slowest <= 15 or not FULL  # it asks after three seconds and gives up after eight

    played(play)


def test_f6_doubled_and_swapped_frames_change_nothing(room: MakeRoom, ledger: Ledger) -> None:
    """F6: a command that arrives twice has one effect; changes in the wrong order are noticed and asked for anew."""
    people, frames = sized(6, 280), sized(150, 100_000)
    lab = room(people)

    async def play() -> None:
        proxy = Proxy(lab.server.port, random.Random(SEED))
        proxy.weather.doubled, proxy.weather.swapped = 0.3, 0.3
        await proxy.start()
        phones, sent = await everybody_in(lab, people, proxy.port), set()
        for n in times(50):
            sent |= {phone.write(lab.board, f"{phone.name} says {4 * n + m}") for m in range(4) for phone in phones}
            await settle(lab, phones)
            if proxy.touched >= frames:
                break
        await leave(phones, proxy)
        gaps = sum(phone.gaps for phone in phones)
        ledger("F6", **check(lab, phones, sent), phones=people, frames=proxy.touched, gaps_seen=gaps)
        assert gaps > 0  # some were out of order, and were seen to be

    played(play)


def test_f7_an_answer_lost_after_the_commit_is_given_again(room: MakeRoom, ledger: Ledger) -> None:
    """F7: sent again with its key, the text is answered `dup` and stands there once."""
    people, texts = sized(5, 20), sized(4, 100)
    lab = room(people)

    async def play() -> None:
        proxy = Proxy(lab.server.port, random.Random(SEED))
        await proxy.start()
        phones = await everybody_in(lab, people, proxy.port)
        proxy.weather.answers_lost = 0.3
        sent = {phone.write(lab.board, f"{phone.name} says {n}") for n in range(texts) for phone in phones}
        await until(lambda: not any(phone.waiting for phone in phones), 900, "every text has a final answer")
        proxy.weather.answers_lost = 0.0
        await settle(lab, phones)
        await leave(phones, proxy)
        count = check(lab, phones, sent)
        again = sum(phone.duplicates for phone in phones)
        ledger("F7", **count, answered_again=again)
        assert again > 0

    played(play)


def test_a_slow_network_that_delivers_crumbs(room: MakeRoom, ledger: Ledger) -> None:
    people, texts = sized(5, 50), sized(6, 40)
    lab = room(people)

    async def play() -> None:
        proxy = Proxy(lab.server.port, random.Random(SEED))
        proxy.weather.slices, proxy.weather.delay = 200, 0.03
        await proxy.start()
        phones = await everybody_in(lab, people, proxy.port)
        sent = {phone.write(lab.board, f"{phone.name} schreibt {n}: größer, 零, 🪨") for n in range(texts) for phone in phones}
        await settle(lab, phones, 300)
        await leave(phones, proxy)
        ledger("crumbs", **check(lab, phones, sent))

    played(play)
