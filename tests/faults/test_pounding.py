"""One device asks as fast as it can (F21)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from tests.faults.conftest import MakeRoom, everybody_in, played, until
from tests.faults.phone import Phone
from tests.ledger import sized

Ledger = Callable[..., None]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
SETTINGS = {"COMMANDS_PER_10S": "20"}


def test_f21_one_device_that_asks_too_often_slows_nobody(room: MakeRoom, ledger: Ledger) -> None:
    """F21: its commands are refused and it is hung up on; the others are answered as before."""
    people, seconds = 4, sized(3, 30)
    lab = room(people)

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
