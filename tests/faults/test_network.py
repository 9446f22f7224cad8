"""The network fails: cuts (F4), lines that died (F5), doubled and swapped frames (F6), lost answers (F7), crumbs."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from tests.faults.conftest import MakeRoom, everybody_in, played, until
from tests.faults.phone import Phone
from tests.faults.proxy import Proxy
from tests.faults.room import Room
from tests.ledger import SEED, sized

Ledger = Callable[..., None]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


async def settle(room: Room, phones: list[Phone], patience: float = 60) -> float:
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


def test_f4_cuts_without_a_word_end_in_the_same_state(room: MakeRoom, ledger: Ledger) -> None:
    """F4: one way, both ways, with a reset or silently; five seconds after healing everybody is in step."""
    people, cuts = sized(8, 300), sized(4, 60)
    lab = room(people)

    async def play() -> None:
        chance = random.Random(SEED)
        proxy = Proxy(lab.server.port, chance)
        await proxy.start()
        phones, sent, slowest = await everybody_in(lab, people, proxy.port), set(), 0.0
        for cut in range(cuts):
            kind = ("both", "up", "down", "reset")[cut % 4]
            proxy.weather.hole_up, proxy.weather.hole_down = kind in ("both", "up"), kind in ("both", "down")
            if kind == "reset":
                proxy.weather.refuse = True
                proxy.cut()
            for phone in phones:
                sent.add(phone.write(lab.board, f"{phone.name} in cut {cut}"))
            await asyncio.sleep(chance.uniform(0.5, sized(1, 3)))
            proxy.weather.hole_up = proxy.weather.hole_down = proxy.weather.refuse = False
            slowest = max(slowest, await settle(lab, phones))
        await leave(phones, proxy)
        assert slowest <= 5
        count = check(lab, phones, sent)
        ledger("F4", cuts=cuts, phones=people, **count, resent=sum(phone.resent for phone in phones))
        assert sum(phone.resent for phone in phones) > 0  # the cuts did hit somebody

    played(play)


def test_f5_a_line_that_died_without_a_word_is_noticed(room: MakeRoom, ledger: Ledger) -> None:
    """F5: a phone that was locked: its connection carries nothing and was never closed. Visible again it asks, and moves on.

    The phone's patience is a third of the browser's, so three seconds there are one here; the server lets go of the dead
    lines when their ping stays unanswered (full size only, because that takes forty seconds)."""
    people, times = sized(8, 100), sized(2, 20)
    lab = room(people)

    async def play() -> None:
        proxy = Proxy(lab.server.port, random.Random(SEED))
        await proxy.start()
        phones, sent, slowest = await everybody_in(lab, people, proxy.port), set(), 0.0
        for time in range(times):
            before = [phone.connects for phone in phones]
            proxy.swallow()
            sent |= {phone.write(lab.board, f"{phone.name} after {time}") for phone in phones}
            await until(lambda: all(p.connects > n for p, n in zip(phones, before, strict=True)), 60, "everybody is back")  # noqa: B023
            slowest = max(slowest, await settle(lab, phones))
        if sized(0, 1):
            await until(lambda: lab.metric("connected") <= people, 90, "the server lets the dead lines go")
        await leave(phones, proxy)
        ledger("F5", times=times, phones=people, **check(lab, phones, sent), settled_s=round(slowest, 1))

    played(play)


def test_f6_doubled_and_swapped_frames_change_nothing(room: MakeRoom, ledger: Ledger) -> None:
    """F6: a command that arrives twice has one effect; changes in the wrong order are noticed and asked for anew."""
    people, texts = sized(6, 80), sized(30, 200)
    lab = room(people)

    async def play() -> None:
        proxy = Proxy(lab.server.port, random.Random(SEED))
        proxy.weather.doubled, proxy.weather.swapped = 0.3, 0.3
        await proxy.start()
        phones = await everybody_in(lab, people, proxy.port)
        sent = {phone.write(lab.board, f"{phone.name} says {n}") for n in range(texts) for phone in phones}
        await settle(lab, phones, 600)
        await leave(phones, proxy)
        ledger("F6", frames=proxy.touched, **check(lab, phones, sent))
        assert proxy.touched > len(sent) / 2
        assert sum(phone.gaps for phone in phones) > 0  # some were out of order, and were seen to be

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
