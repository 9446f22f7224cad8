"""Hours of coming and going (F25): `python3 -m facilitation soak [--minutes 60] [--phones 300] [--connects 50000]`.

Phones connect, catch up, write now and then and leave, some without a word. After a warm-up, which ends with a crowd, and at the
end everybody leaves; then memory, open files and green threads of the server are compared. Ends with 1 when they have grown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facilitation import create_app
from facilitation.core import ids
from facilitation.extensions import db
from tests.conftest import migrated_in
from tests.faults.conftest import until
from tests.faults.holding import Crowd, ends
from tests.faults.phone import Phone
from tests.faults.room import House, Room
from tests.faults.wire import Gone, Wire

WARM_UP = 0.2  # of the time
MAY_GROW = {"memory_kb": 20_000, "files": 5, "threads": 2, "green_threads": 5}  # from the warm-up to the end
POSTS_PER_SECOND = 0.5
EXPECTED = {"left", "closed", "no_answer"}  # half of the visits say that they go, the others just go; some are asleep
STAY = {"idle": 30, "writing": 30, "asleep": 5}
LINGER = 45.0  # seconds until the last ping of a socket that is gone was missed
WATCHED = Path(__file__).with_name("watched.py")


@dataclass
class Soak:
    """`connects`: how many in all, spread over the time."""

    lab: Room
    minutes: float
    connects: int
    window: Path
    done: int = 0
    failed: int = 0
    sent: set[str] = field(default_factory=set)
    acknowledged: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    async def run(self) -> bool:
        """True when nothing has grown."""
        self.rows.append(await self._quiet("before"))
        await self._come_and_go(WARM_UP)
        await self._crowd()
        self.rows.append(await self._quiet("after the warm-up"))
        await asyncio.gather(self._come_and_go(1 - WARM_UP), self._held(60 * self.minutes * (1 - WARM_UP)))
        self.rows.append(await self._quiet("at the end"))
        warm, end = self.rows[-2:]
        return all(end[name] - warm[name] <= most for name, most in MAY_GROW.items())

    async def _come_and_go(self, share: float) -> None:
        """This share of the connects, evenly over this share of the time."""
        count, seconds = round(self.connects * share), 60 * self.minutes * share
        begun, visits, told = time.monotonic(), set[asyncio.Task[None]](), 0
        seats: list[int] = []
        for n in range(count):
            await asyncio.sleep(max(0.0, begun + n * seconds / count - time.monotonic()))
            seats = seats or self.lab.chance.sample(range(len(self.lab.seats)), len(self.lab.seats))
            visit = asyncio.create_task(self._visit(self.lab.phone(seats.pop()), posts=POSTS_PER_SECOND * seconds / count))
            visits.add(visit)
            visit.add_done_callback(visits.discard)
            if time.monotonic() - begun > 60 * (told + 1):
                told += 1
                print(f"{self.done} connects, {len(self.acknowledged)} texts, {self._look()}", file=sys.stderr, flush=True)
        await asyncio.gather(*visits)

    async def _held(self, seconds: float) -> None:
        """Some stay all the while, idle, writing or asleep. Fails when one of those awake is hung up on."""
        crowd = Crowd(self.lab, pause=max(2.0, seconds / 150))
        await crowd.come(**STAY)
        await crowd.stay(seconds)
        self.acknowledged |= crowd.acknowledged
        self.sent |= set(crowd.acknowledged)
        await crowd.leave()

    async def _crowd(self) -> None:
        """Everybody at once, twice over: memory once asked for stays with the process, and a later rush is no leak."""
        for _ in range(2):
            await asyncio.gather(*(self._visit(self.lab.phone(n), posts=0.0) for n in 2 * [*range(len(self.lab.seats))]))

    async def _visit(self, phone: Phone, *, posts: float) -> None:
        """One phone comes, catches up, may write, stays for a while and leaves."""
        wire = Wire(lambda _name, _payload: None)
        try:
            await wire.connect(
                phone.port, origin=phone.origin, cookie=phone.cookie, auth={"v": 1, "lab": phone.lab, "as": "seat"}, patience=20
            )
            self.done += 1
            await wire.ask("sync", {"stream": "room"}, 20)
            if self.lab.chance.random() < posts:
                await self._write(wire, phone)
            await asyncio.sleep(self.lab.chance.uniform(0, 10))
            if self.lab.chance.random() < 0.5:
                wire._say("1")  # says that it goes; the others just go
                await asyncio.sleep(0.05)
        except Gone:
            self.failed += 1
        finally:
            wire.abandon()

    async def _write(self, wire: Wire, phone: Phone) -> None:
        key = ids.new_key()
        self.sent.add(key)
        args = {"board": self.lab.board, "text": f"{phone.name} was here: {key}"}
        answer = await wire.ask("command", {"v": 1, "key": key, "name": "contribution.post", "args": args}, 20)
        if answer["ok"]:
            self.acknowledged[key] = answer["result"]["id"]

    async def _quiet(self, name: str) -> dict[str, Any]:
        """What the server holds when nobody is there any more."""
        await until(lambda: self.lab.metric("connected") == 0, 120, "everybody has left")
        await asyncio.sleep(LINGER if self.done else 0)
        return {"when": name, "connects": self.done, **self._look()}

    def _look(self) -> dict[str, int]:
        self.window.unlink(missing_ok=True)
        os.kill(self.lab.server.pid, signal.SIGUSR2)
        patience = time.monotonic() + 30
        while not self.window.exists():
            if time.monotonic() > patience:
                raise RuntimeError("the server does not tell what it holds")
            time.sleep(0.02)
        told: dict[str, int] = json.loads(self.window.read_text())
        return told


def table(rows: Sequence[dict[str, Any]]) -> str:
    head = list(rows[0])
    lines = [head, ["---"] * len(head), *([str(row[name]) for name in head] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m facilitation soak")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--connects", type=int, help="in all; default: 50,000 in 60 minutes, fewer in less")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = migrated_in(Path(folder) / "data")
        app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
        os.environ["SOAK_WINDOW"] = str(data / "window")
        with app.app_context():
            house = House(app, data, {"MAX_SOCKETS_PER_SEAT": "1000"})
            house.server.program = WATCHED
            lab = house.room(options.phones, random.Random(options.seed))
            house.server.start()
            connects = options.connects or round(50_000 * options.minutes / 60)
            soak = Soak(lab, options.minutes, connects, data / "window")
            try:
                flat = asyncio.run(soak.run())
                lost = set(soak.acknowledged) - {row.key for row in lab.stored()}
                ended = ends(lab)
            finally:
                house.server.kill()
                db.session.remove()
                db.engine.dispose()
    print(f"\n{options.minutes:g} minutes, {options.phones} seats, {len(soak.acknowledged)} texts, {soak.failed} visits failed, "
          f"{len(lost)} answered texts lost\n\n{table(soak.rows)}\n")  # fmt: skip
    print(f"Connections that ended, by reason:\n\n{table([{'reason': why, 'ended': n} for why, n in sorted(ended.items())])}\n")
    unstated = {why for why in ended if why not in EXPECTED}
    if unstated:
        print(f"UNEXPECTED ends: {', '.join(sorted(unstated))}")
    print("flat" if flat else f"GROWN by more than {MAY_GROW} since the warm-up")
    return 0 if flat and not lost and not soak.failed and not unstated else 1


if __name__ == "__main__":
    raise SystemExit(main())
