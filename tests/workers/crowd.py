"""The people of a lab on several workers: phones that come through nginx and phones at each worker, all writing all the while."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.faults.conftest import until
from tests.faults.phone import Patience, Phone
from tests.faults.room import Room
from tests.workers.stack import Stack

PATIENCE = 240.0  # nothing here is about speed
#: Nothing here dies without a word, so nobody gives up early (on a slow machine that makes it slower still), and nobody asks by
#: themselves whether there is something new: it is for the workers to tell.
CALM = Patience(connect=30.0, answer=30.0, probe=3600.0)
MOST = 200  # texts of one seat in a lab; the product takes no more


@dataclass
class Fleet:
    """A lab, and the processes that serve it."""

    room: Room
    stack: Stack


class Crowd:
    """`through` phones come through nginx, one more to each worker. Each writes `texts` texts, then only when it is asked to.

    `fault` names what is being broken; figures are kept for each.
    """

    def __init__(self, fleet: Fleet, *, through: int, pause: tuple[float, float], texts: int = MOST - 30) -> None:
        self.room, self.stack = fleet.room, fleet.stack
        ports = [*([self.stack.port] * through), *self.stack.ports]
        self.phones = [self.room.phone(n, port, CALM) for n, port in enumerate(ports)]
        self.through, self.at_worker = self.phones[:through], self.phones[through:]
        self.sent: dict[str, set[str]] = defaultdict(set)  # fault → keys
        self.fault = "the start"
        self._pause, self._texts = pause, texts
        self._chance = random.Random(self.room.chance.random())
        self._over = asyncio.Event()

    @asynccontextmanager
    async def writing(self, *, to_the_end: bool = False) -> AsyncIterator[Crowd]:
        """Everybody comes and writes. Afterwards what is under way gets its answer (`to_the_end`: all their texts), all
        devices are in step, everybody leaves, and the checkers of the harness have found nothing."""
        for phone in self.phones:
            phone.start()
        await until(lambda: all(phone.state is not None for phone in self.phones), PATIENCE, "everybody has a first state")
        tasks = [asyncio.create_task(self._write_on(phone)) for phone in self.phones]
        try:
            yield self
            if not to_the_end:
                self._over.set()
            await asyncio.gather(*tasks)
            await until(lambda: not any(phone.waiting for phone in self.phones), PATIENCE, "every text has a final answer")
            await until(lambda: self.room.in_step(self.phones), PATIENCE, "every device is in step")
        finally:
            self._over.set()
            await asyncio.gather(*(phone.stop() for phone in self.phones), *tasks)
        self._check()

    async def _write_on(self, phone: Phone) -> None:
        for _ in range(self._texts):
            if self._over.is_set():
                return
            self.write(phone)
            await asyncio.sleep(self._chance.uniform(*self._pause))

    def write(self, phone: Phone) -> str:
        """One more text; its key."""
        key = phone.write(self.room.board, f"{phone.name} during {self.fault}, {time.monotonic()}")
        self.sent[self.fault].add(key)
        return key

    async def goes_on(self, why: str, phones: Sequence[Phone] | None = None) -> None:
        """What each of these phones (all, if none are named) writes from now on is answered, and seen by all of them."""
        among = self.phones if phones is None else phones
        new = [(phone, self.write(phone)) for phone in among]
        await until(lambda: all(key in phone.acknowledged for phone, key in new), PATIENCE, f"answers: {why}")
        ids = {phone.acknowledged[key] for phone, key in new}
        await until(lambda: all(ids <= seen(phone) for phone in among), PATIENCE, f"seen by all: {why}")

    async def spread(self, phone: Phone) -> float:
        """Seconds from the answer to a new text of this phone until everybody sees it."""
        key = self.write(phone)
        await until(lambda: key in phone.acknowledged, PATIENCE, "an answer")
        return await until(lambda: all(phone.acknowledged[key] in seen(one) for one in self.phones), PATIENCE, "seen by all")

    @property
    def answered(self) -> int:
        return sum(len(phone.acknowledged) for phone in self.phones)

    async def noticed(self, trouble: Callable[[], object]) -> None:
        """Make trouble, and wait until somebody was told to come again or hung up on."""
        resent, connected = self.resent, max(1, self.connected)
        await asyncio.to_thread(trouble)
        await until(lambda: self.resent > resent or self.connected < connected, PATIENCE, "somebody notices")

    @property
    def connected(self) -> int:
        return sum(phone.connected for phone in self.phones)

    @property
    def resent(self) -> int:
        return sum(phone.resent for phone in self.phones)

    def _check(self) -> None:
        """Set, order, numbers and state (safety, section 7)."""
        assert [phone.refused for phone in self.phones] == [[]] * len(self.phones)
        count = self.room.check_set(self.phones, sent=set().union(*self.sent.values()))
        assert count["answered"] == count["stored"] == count["attempted"]
        self.room.check_order(self.phones)
        self.room.check_numbers()
        self.room.check_state(self.phones)

    def figures(self, fault: str) -> dict[str, int]:
        """What was written while this fault was tried, for the table."""
        stored = [row.key for row in self.room.stored() if row.key in self.sent[fault]]
        answered = {key for phone in self.phones for key in phone.acknowledged} & self.sent[fault]
        return {
            "attempted": len(self.sent[fault]), "answered": len(answered), "stored": len(stored),
            "lost": len(answered - set(stored)), "doubled": len(stored) - len(set(stored)),
        }  # fmt: skip


def seen(phone: Phone) -> set[str]:
    """The contributions on this device."""
    return set() if phone.state is None else set(phone.state["entities"].get("contribution", {}))
