"""A participant's device that keeps the phone rules of the live contract (section 6), without a screen.

Written to the contract, not to our browser modules: what one gets wrong, the other may get right.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from facilitation.core import ids
from tests.faults.wire import Gone, Wire


@dataclass(frozen=True)
class Patience:
    """Seconds. The browser's are longer (8, 3 and 2 to 30); a test need not wait as long to see the same."""

    connect: float = 8.0
    answer: float = 2.0
    probe: float = 1.0
    first_pause: float = 0.1
    longest_pause: float = 1.0


@dataclass
class Phone:
    """`port`: where it connects; `origin`: where its page came from. `write` puts a text into its queue."""

    port: int
    origin: str
    lab: str
    cookie: str
    name: str
    chance: random.Random
    patience: Patience = Patience()
    stream: str = "room"
    door: str = "seat"
    acknowledged: dict[str, str] = field(default_factory=dict)  # key → id
    results: dict[str, dict[str, Any]] = field(default_factory=dict)  # key → what the answer said
    order: list[str] = field(default_factory=list)  # keys in the order of their first answer
    took: dict[str, float] = field(default_factory=dict)  # key → seconds from the wish to the `ok`
    refused: list[dict[str, Any]] = field(default_factory=list)  # final refusals
    answers: dict[str, int] = field(default_factory=dict)  # code → how often
    resent: int = 0
    duplicates: int = 0  # answers marked dup: the first one was lost
    rounds: list[tuple[float, float]] = field(default_factory=list)  # of each answer: when it came, seconds since it was asked
    gaps: int = 0
    connects: int = 0
    overheard: list[str] = field(default_factory=list)
    listening: bool = False  # keep every frame, for the visibility checker
    state: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self._queue: deque[dict[str, Any]] = deque()
        self._wished: dict[str, float] = {}
        self._wire: Wire | None = None
        self._news = asyncio.Event()
        self._syncing: asyncio.Task[None] | None = None
        self._again = False
        self._tasks: list[asyncio.Task[None]] = []

    # ---- what a person does

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._stay_connected()), asyncio.create_task(self._send_all())]

    async def stop(self) -> None:
        for task in [*self._tasks, *([self._syncing] if self._syncing else [])]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def say(self, command: str, **args: Any) -> str:
        """Into the queue; the key it will keep until there is a final answer."""
        envelope = {"v": 1, "key": ids.new_key(), "name": command, "args": args}
        self._queue.append(envelope)
        self._wished[envelope["key"]] = time.monotonic()
        self._news.set()
        return str(envelope["key"])

    def write(self, board: str, text: str, column: str = "") -> str:
        return self.say("contribution.post", board=board, text=text, column=column)

    @property
    def waiting(self) -> int:
        return len(self._queue)

    @property
    def connected(self) -> bool:
        return self._wire is not None and self._wire.connected

    def drop(self) -> None:
        """The device lost its network and knows it."""
        if self._wire is not None:
            self._wire.abandon()

    # ---- rule 4: stay connected

    async def _stay_connected(self) -> None:
        failures = 0
        while True:
            wire = Wire(self._hear, self._overhear)
            try:
                await wire.connect(
                    self.port,
                    origin=self.origin,
                    cookie=self.cookie,
                    auth={"v": 1, "lab": self.lab, "as": self.door, "sync": {"stream": self.stream, **self._have()}},
                    patience=self.patience.connect,
                )
                self._wire, failures = wire, 0
                self.connects += 1
                self._news.set()
                await self._watch(wire)
            except Gone:
                failures += 1
            finally:
                wire.abandon()
            ceiling = min(self.patience.longest_pause, self.patience.first_pause * 2**failures)
            await asyncio.sleep(self.chance.uniform(0, ceiling))

    async def _watch(self, wire: Wire) -> None:
        """Until it is hung up on: ask from time to time, as a page does that wakes up, and give up on a dead line."""
        while wire.connected:
            try:
                async with asyncio.timeout(self.patience.probe):
                    await wire.ended.wait()
            except TimeoutError:
                await self._sync(wire)

    # ---- rules 1 to 3: one in flight, in order, the same key until a final answer

    async def _send_all(self) -> None:
        while True:
            if not self._queue or not self.connected:
                self._news.clear()
                await self._news.wait()
                continue
            await self._send(self._queue[0])

    async def _send(self, envelope: dict[str, Any]) -> None:
        assert self._wire is not None
        begun = time.monotonic()
        try:
            answer = await self._wire.ask("command", envelope, self.patience.answer)
        except Gone:
            self.resent += 1
            self._wire.abandon()
            return
        self.rounds.append((time.monotonic(), time.monotonic() - begun))
        code = "ok" if answer["ok"] else answer["code"]
        self.answers[code] = self.answers.get(code, 0) + 1
        if answer["ok"]:
            self._queue.popleft()
            self.duplicates += bool(answer.get("dup"))
            self.took[envelope["key"]] = time.monotonic() - self._wished.pop(envelope["key"], time.monotonic())
            self.results[envelope["key"]] = answer.get("result") or {}
            self.acknowledged[envelope["key"]] = self.results[envelope["key"]].get("id", "")
            self.order.append(envelope["key"])
        elif answer["retry"]:
            self.resent += 1
            await asyncio.sleep(min(answer.get("after_ms", 200) / 1000, self.patience.longest_pause))
        else:
            self._queue.popleft()
            self.refused.append({**answer, "key": envelope["key"]})

    # ---- rule 5: the law

    def _overhear(self, text: str) -> None:
        if self.listening:
            self.overheard.append(text)

    def _hear(self, name: str, payload: Any) -> None:
        if name == "hello":
            if "news" in payload:
                self._accept(payload["news"])
            else:
                self._ask_soon()
        elif name == "changes" and payload["stream"] == self.stream:
            self._take(payload)
        elif name == "tick" and self.state is not None:
            behind = payload["heads"].get(self.stream, 0) > self.state["seq"]
            if behind or payload["epoch"] != self.state["epoch"]:
                self._ask_soon()

    def _take(self, delta: dict[str, Any]) -> None:
        state = self.state
        if state is None or delta["epoch"] != state["epoch"]:
            return self._ask_soon()
        if delta["to"] <= state["seq"]:
            return None
        if delta["from"] > state["seq"]:
            self.gaps += 1
            return self._ask_soon()
        for change in delta["changes"]:
            values = state["entities"].setdefault(change["type"], {})
            if change["value"] is None:
                values.pop(change["id"], None)
            else:
                values[change["id"]] = change["value"]
        state["seq"] = delta["to"]
        return None

    def _ask_soon(self) -> None:
        if self._syncing is None or self._syncing.done():
            self._syncing = asyncio.create_task(self._sync_quietly())
        else:
            self._again = True

    async def _sync_quietly(self) -> None:
        self._again = True
        while self._again and self._wire is not None and self._wire.connected:
            self._again = False
            try:
                await self._sync(self._wire)
            except Gone:
                self._wire.abandon()

    def _have(self) -> dict[str, Any]:
        return {} if self.state is None else {"epoch": self.state["epoch"], "have": self.state["seq"]}

    async def _sync(self, wire: Wire) -> None:
        news = await wire.ask("sync", {"stream": self.stream, **self._have()}, self.patience.answer)
        if news is None or "gone" in news:
            raise Gone(str(news))
        self._accept(news)

    def _accept(self, news: dict[str, Any]) -> None:
        if "entities" in news:
            if self.state is None or news["epoch"] != self.state["epoch"] or news["seq"] >= self.state["seq"]:
                entities = {type_: dict(values) for type_, values in news["entities"].items()}  # the frame is others' too
                self.state = {"epoch": news["epoch"], "seq": news["seq"], "entities": entities}
        else:
            self._take(news)
