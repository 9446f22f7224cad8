"""One device asks as fast as it can (F21)."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.faults.conftest import MakeRoom, everybody_in, played, until
from tests.faults.phone import Phone
from tests.faults.room import Room
from tests.faults.wire import Wire
from tests.ledger import FULL, sized

Ledger = Callable[..., None]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
COMMANDS = 20  # of one seat in ten seconds
SETTINGS = {"COMMANDS_PER_10S": str(COMMANDS)}
PER_SECOND = 500  # what the rude one tries


def test_f21_one_device_that_asks_too_often_slows_nobody(room: MakeRoom, ledger: Ledger) -> None:
    """F21: its commands are refused and it is hung up on; the others are answered as before, and as quickly."""
    people, seconds = sized(4, 41), sized(2, 60)
    lab = room(people)

    async def play() -> None:
        rude, *others = await everybody_in(lab, people)
        before = await polite(lab, others, seconds)
        one = Rude(rude, lab.board)
        pounding, begun = asyncio.create_task(one.pound()), time.monotonic()
        meanwhile = await polite(lab, others, seconds)
        await until(lambda: rude.connects > 1, 300, "it was hung up on")
        took = time.monotonic() - begun
        pounding.cancel()
        await asyncio.gather(*(phone.stop() for phone in [rude, *others]))
        sent = before | meanwhile
        found = lab.check_set(others, sent=sent | {key_of(n) for n in range(one.asked)})
        stored = {row.key for row in lab.stored()}
        taken = len(stored - sent)
        assert taken <= COMMANDS * (took // 10 + 2)  # of thousands
        count = {**found, "attempted": len(sent), "stored": len(sent & stored)}
        assert count["answered"] == count["stored"] == len(sent)
        calm, pressed = (slow_answer(others, keys) for keys in (before, meanwhile))
        asked = {"asked_per_s": round(one.asked / took), "taken_of_it": taken, "hung_up": rude.connects - 1}
        ledger("F21", **count, **asked, p95_before_ms=calm, p95_meanwhile_ms=pressed)
        assert pressed - calm <= 100 or not FULL

    played(play)


async def polite(lab: Room, phones: list[Phone], seconds: int) -> set[str]:
    """Everybody writes once in two seconds, each at a moment of their own; what was written, when all of it is answered."""
    sent: set[str] = set()
    for n in range(max(1, seconds // 2)):
        begun = time.monotonic()
        for phone, moment in zip(phones, sorted(lab.chance.uniform(0, 1.5) for _ in phones), strict=True):
            await asyncio.sleep(max(0.0, begun + moment - time.monotonic()))
            sent.add(phone.write(lab.board, f"{phone.name} politely {n}"))
        await until(lambda: not any(phone.waiting for phone in phones), 300, "the polite ones have their answers")
        await asyncio.sleep(max(0.0, begun + 2 - time.monotonic()))
    return sent


def slow_answer(phones: list[Phone], keys: set[str]) -> int:
    """ms in which 95 of 100 of these were answered."""
    took = [phone.took[key] for phone in phones for key in phone.took.keys() & keys]
    return round(1000 * statistics.quantiles(took, n=20, method="inclusive")[-1])


def key_of(number: int) -> str:
    """Of the rude one's commands."""
    return f"rude-{number:017d}"


@dataclass
class Rude:
    """Says so many commands in every second in which the door is open, and keeps no rule."""

    phone: Phone
    board: str
    asked: int = 0

    async def pound(self) -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.005)
            wire, now = self.phone._wire, time.monotonic()
            if wire is not None and wire.connected:
                for _ in range(min(100, round(PER_SECOND * (now - last)))):
                    self._post(wire)
            last = now

    def _post(self, wire: Wire) -> None:
        args = {"board": self.board, "text": f"{self.asked}"}
        post = {"v": 1, "key": key_of(self.asked), "name": "contribution.post", "args": args}
        wire._say(f"42{1_000_000 + self.asked}{json.dumps(['command', post])}")
        self.asked += 1
