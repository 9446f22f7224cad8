"""Phones that only stay: idle, writing, asleep, by long-polling; and what the server counts of their ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
import socketio

from facilitation.core import ids
from tests.faults.conftest import until
from tests.faults.room import Room
from tests.faults.wire import Wire


class Crowd:
    """Phones in one lab. Each of the writing ones posts every `pause` seconds."""

    def __init__(self, lab: Room, *, pause: float) -> None:
        self.lab, self.pause = lab, pause
        self.awake: list[Wire] = []
        self.asleep: list[Asleep] = []
        self.acknowledged: dict[str, str] = {}  # key → id
        self._before = ends(lab)
        self._writing: list[Wire] = []

    async def come(self, *, idle: int = 0, writing: int = 0, asleep: int = 0) -> None:
        self._writing = [await self._arrive(Wire(_nothing), n) for n in range(writing)]
        self.awake = [*self._writing, *[await self._arrive(Wire(_nothing), writing + n) for n in range(idle)]]
        self.asleep = [await self._arrive(Asleep(_nothing), writing + idle + n) for n in range(asleep)]

    async def stay(self, seconds: float) -> dict[str, int]:
        """Everybody stays; {reason: connections that ended} since the beginning. Fails when one of those awake ended, or when
        one of those asleep did not hear of its end."""
        until_then = time.monotonic() + seconds
        await asyncio.gather(*(self._write(wire, until_then) for wire in self._writing))
        await asyncio.sleep(max(0.0, until_then - time.monotonic()))
        assert [n for n, wire in enumerate(self.awake) if wire.ended.is_set()] == []
        assert [n for n, wire in enumerate(self.asleep) if not wire.ended.is_set()] == []
        return self.ended()

    async def leave(self) -> None:
        """Half say so, half just go: each is counted as what it did."""
        half, before = len(self.awake) // 2, ends(self.lab)
        for wire in self.awake[:half]:
            wire._say("1")
        await until(lambda: since(before, ends(self.lab)).get("left", 0) == half, 20, "goodbyes are counted")
        for wire in self.awake:
            wire.abandon()
        await until(
            lambda: since(before, ends(self.lab)).get("closed", 0) == len(self.awake) - half, 20, "the others are counted"
        )

    @property
    def answered(self) -> int:
        return len(self.acknowledged)

    def ended(self) -> dict[str, int]:
        return since(self._before, ends(self.lab))

    async def _arrive(self, wire: Any, seat: int) -> Any:
        phone = self.lab.phone(seat)
        auth = {"v": 1, "lab": phone.lab, "as": "seat", "sync": {"stream": "room"}}
        await wire.connect(phone.port, origin=phone.origin, cookie=phone.cookie, auth=auth)
        return wire

    async def _write(self, wire: Wire, until_then: float) -> None:
        await asyncio.sleep(self.pause * self._writing.index(wire) / len(self._writing))
        while time.monotonic() < until_then and not wire.ended.is_set():
            args, key = {"board": self.lab.board, "text": f"held: {self.answered}"}, ids.new_key()
            answer = await wire.ask("command", {"v": 1, "key": key, "name": "contribution.post", "args": args}, 20)
            assert answer["ok"], answer
            self.acknowledged[key] = answer["result"]["id"]
            await asyncio.sleep(self.pause)


class Asleep(Wire):
    """A phone in a pocket: its network is there, its page is not running."""

    def _packet(self, text: str) -> None:
        if text != "2":
            super()._packet(text)


def _nothing(_name: str, _payload: Any) -> None:
    pass


def ends(lab: Room) -> dict[str, int]:
    """{reason: connections that ended for it so far}, as the server counts."""
    said = requests.get(f"{lab.server.url}/metrics", timeout=20).text.splitlines()
    counted = (line.partition('facilitation_ends_total{reason="')[2].partition('"} ') for line in said)
    return {reason: round(float(n)) for reason, _, n in counted if n}


def since(before: dict[str, int], now: dict[str, int]) -> dict[str, int]:
    return {reason: n - before.get(reason, 0) for reason, n in now.items() if n > before.get(reason, 0)}


@contextmanager
def polling(lab: Room, seat: int) -> Iterator[tuple[list[str], list[Any]]]:
    """A phone whose network lets no WebSocket through: (ends it heard of, news it heard)."""
    phone, heard, news = lab.phone(seat), list[str](), list[Any]()
    client = socketio.Client(reconnection=False)
    client.on("disconnect", lambda reason="": heard.append(reason))
    client.on("changes", news.append)
    headers = {"Cookie": phone.cookie, "Origin": phone.origin}
    client.connect(lab.server.url, headers=headers, auth={"v": 1, "lab": phone.lab, "as": "seat"}, transports=["polling"])
    try:
        yield heard, news
    finally:
        client.disconnect()
