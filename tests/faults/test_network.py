"""The network fails: cuts (F4), lines that died (F5), doubled and swapped frames (F6), lost answers (F7), crumbs."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from functools import partial

import pytest

from tests.faults.apart import Apart
from tests.faults.conftest import MakeRoom, everybody_in, played, until
from tests.faults.phone import Phone
from tests.faults.proxy import Proxy
from tests.faults.room import Room
from tests.ledger import FULL, SEED, Parts, sized

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
    people, writers = sized(8, 1000), sized(8, 40)
    parts = Parts(sized(4, 60), 15)

    async def play(lab: Room, rounds: range) -> None:
        chance = random.Random(SEED + rounds.start)
        proxy = Apart(lab.server.ports, SEED + rounds.start)
        phones = await everybody_in(lab, people, proxy.port)
        sent: set[str] = set()
        for cut in parts.within(rounds):
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
            parts.most(settled_s=round(time.monotonic() - healed, 1))
            parts.add(cuts=1, seconds_cut_off=round(seconds))
        await asyncio.gather(*(phone.stop() for phone in phones))
        proxy.stop()
        parts.add(**check(lab, phones, sent), resent=sum(phone.resent for phone in phones))

    for rounds in parts:
        played(partial(play, room(people), rounds))
    ledger("F4", phones=people, **parts.figures)
    assert parts.figures["resent"] > 0  # the cuts did hit somebody
    assert parts.figures["settled_s"] <= 5 or not FULL


def test_f5_a_line_that_died_without_a_word_is_noticed(room: MakeRoom, ledger: Ledger) -> None:
    """F5: a phone that was locked: its connection carries nothing and was never closed. Visible again it asks, and moves on.

    The server lets go of the dead lines when their ping stays unanswered (full size only: that takes forty seconds)."""
    people = sized(8, 100)
    parts = Parts(sized(2, 20), 5)

    async def play(lab: Room, rounds: range) -> None:
        proxy = Proxy(lab.server.ports, random.Random(SEED))
        await proxy.start()
        phones, sent = await everybody_in(lab, people, proxy.port), set()
        for n in parts.within(rounds):
            before = [phone.connects for phone in phones]
            proxy.swallow()
            sent |= {phone.write(lab.board, f"{phone.name} after {n}") for phone in phones}
            swallowed = time.monotonic()
            await until(lambda: all(p.connects > n for p, n in zip(phones, before, strict=True)), 300, "everybody is back")  # noqa: B023
            parts.most(away_s=round(time.monotonic() - swallowed, 1))
            await settle(lab, phones)
            parts.most(settled_s=round(time.monotonic() - swallowed, 1))
            parts.add(times=1)
        if sized(0, 1):
            await until(lambda: lab.metric("connected") <= people, 90, "the server lets the dead lines go")
        await leave(phones, proxy)
        parts.add(**check(lab, phones, sent))

    for rounds in parts:
        played(partial(play, room(people), rounds))
    ledger("F5", phones=people, **parts.figures)
    assert parts.figures["settled_s"] <= 15 or not FULL  # it asks after three seconds and gives up after eight


def test_f6_doubled_and_swapped_frames_change_nothing(room: MakeRoom, ledger: Ledger) -> None:
    """F6: a command that arrives twice has one effect; changes in the wrong order are noticed and asked for anew."""
    people, frames = sized(6, 280), sized(150, 100_000)
    parts = Parts(50, 10)

    async def play(lab: Room, rounds: range) -> None:
        proxy = Proxy(lab.server.ports, random.Random(SEED))
        proxy.weather.doubled, proxy.weather.swapped = 0.3, 0.3
        await proxy.start()
        phones, sent = await everybody_in(lab, people, proxy.port), set()
        for n in parts.within(rounds):
            sent |= {phone.write(lab.board, f"{phone.name} says {4 * n + m}") for m in range(4) for phone in phones}
            await settle(lab, phones)
            if parts.figures.get("frames", 0) + proxy.touched >= frames:
                break
        await leave(phones, proxy)
        gaps = sum(phone.gaps for phone in phones)
        parts.add(**check(lab, phones, sent), frames=proxy.touched, gaps_seen=gaps)

    for rounds in parts:
        if parts.figures.get("frames", 0) >= frames:
            break
        played(partial(play, room(people), rounds))
    ledger("F6", phones=people, **parts.figures)
    assert parts.figures["gaps_seen"] > 0  # some were out of order, and were seen to be


def test_f7_an_answer_lost_after_the_commit_is_given_again(room: MakeRoom, ledger: Ledger) -> None:
    """F7: sent again with its key, the text is answered `dup` and stands there once."""
    people, texts = sized(5, 20), sized(4, 100)
    lab = room(people)

    async def play() -> None:
        proxy = Proxy(lab.server.ports, random.Random(SEED))
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
        proxy = Proxy(lab.server.ports, random.Random(SEED))
        proxy.weather.slices, proxy.weather.delay = 200, 0.03
        await proxy.start()
        phones = await everybody_in(lab, people, proxy.port)
        sent = {phone.write(lab.board, f"{phone.name} schreibt {n}: größer, 零, 🪨") for n in range(texts) for phone in phones}
        await settle(lab, phones, 300)
        await leave(phones, proxy)
        ledger("crumbs", **check(lab, phones, sent))

    played(play)
