"""A lab with an open board, seats for phones, and the checkers of the harness (safety, section 7)."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from flask import Flask
from sqlalchemy import select

from facilitation.boards.models import Contribution
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.people.seats import seat_token
from facilitation.stream.models import Change
from facilitation.stream.read import heads
from tests.cast import Cast
from tests.faults.phone import Patience, Phone
from tests.ledger import FULL
from tests.running import Server
from tests.workers.served import Served

#: A few phones wait less than browsers do, so that a test need not. Many of them on a machine that has other work must not: an
#: answer that is late would be asked for again and again, and nobody would be answered any more.
QUICK = Patience(answer=8.0, probe=3.0, first_pause=0.5, longest_pause=2.0) if FULL else Patience()
STAFF = ("anna", "rita", "olga")  # each at another worker, where there are several
#: Everybody of a test sits behind one address and writes faster than fingers do.
LOOSE = {"COMMANDS_PER_10S": "1000000", "POSTS_BURST": "1000000", "POSTS_SECONDS": "0.001", "TICK_SECONDS": "1", "METRICS": "yes"}


@dataclass
class Room:
    """`app` looks at the same database as the server does, which runs `wsgi.py` in a process of its own, or in several."""

    app: Flask
    cast: Cast
    server: Server | Served
    board: str
    seats: list[str]
    chance: random.Random

    def phone(self, number: int, port: int | None = None, patience: Patience = QUICK) -> Phone:
        """The phone of seat `number`; `port`: that of a proxy, when it is not one of the server's own."""
        seat = self.seats[number]
        cookie = f"seat_{self.cast.lab}={seat_token(self.cast.settings.SECRET_KEY, seat, 1)}"
        return Phone(
            port or self._door(number), self.server.url, self.cast.lab, cookie, f"Phone {number}",
            random.Random(self.chance.random()), patience,
        )  # fmt: skip

    def staff(self, who: str, port: int | None = None) -> Phone:
        """A device of the staff (`anna`, `rita` …), which follows the staff's stream."""
        jar = self.cast.browser(getattr(self.cast, who))._cookies or {}
        device = self.phone(0, port or self._door(STAFF.index(who)))
        device.cookie = "; ".join(f"{cookie.key}={cookie.value}" for cookie in jar.values())
        device.name, device.door, device.stream = who, "staff", "staff"
        return device

    def _door(self, number: int) -> int:
        return self.server.ports[number % len(self.server.ports)]

    def metric(self, name: str) -> float:
        """One of the numbers the server tells about itself, of all its processes."""
        told = [requests.get(f"{address}/metrics", timeout=20).text for address in self.server.addresses]
        lines = [line for one in told for line in one.splitlines() if line.startswith(f"facilitation_{name} ")]
        assert len(lines) == len(told), name
        return sum(float(line.split()[1]) for line in lines)

    # ---- checkers

    def stored(self) -> list[Contribution]:
        """What stands on the board now, in the order of its numbers."""
        with reading(db.engine) as session:
            found = select(Contribution).where(Contribution.board_id == self.board).order_by(Contribution.number)
            return list(session.scalars(found).all())

    def check_set(self, phones: Iterable[Phone], *, sent: set[str]) -> dict[str, int]:
        """Acknowledged − stored = ∅, nothing doubled, nothing nobody sent, each key answered with its own id."""
        rows = self.stored()
        acknowledged = {key: id_ for phone in phones for key, id_ in phone.acknowledged.items() if key in sent}
        keys = [row.key for row in rows]
        count = {
            "attempted": len(sent),
            "answered": len(acknowledged),
            "stored": len(rows),
            "lost": len(set(acknowledged) - set(keys)),
            "doubled": len(keys) - len(set(keys)),
            "ghosts": len(set(keys) - sent),
            "misnamed": sum(acknowledged.get(row.key or "", row.id) != row.id for row in rows),
        }
        assert (count["lost"], count["doubled"], count["ghosts"], count["misnamed"]) == (0, 0, 0, 0), count
        return count

    def check_order(self, phones: Iterable[Phone]) -> None:
        """Every person's texts stand in the order in which they wrote them."""
        number = {row.key: row.number for row in self.stored()}
        for phone in phones:
            own = [number[key] for key in phone.order if key in number]
            assert own == sorted(own), phone.name

    def check_numbers(self) -> None:
        """Every stream of the lab is numbered 1, 2, 3 … without a gap (D4)."""
        with reading(db.engine) as session:
            for audience in ("room", "staff"):
                found = select(Change.seq).where(Change.lab_id == self.cast.lab, Change.audience == audience).order_by(Change.seq)
                numbers = list(session.scalars(found).all())
                assert numbers == list(range(1, len(numbers) + 1)), audience
                assert numbers

    def fresh(self, audience: str = "room") -> dict[str, Any]:
        """What the running server shows somebody who comes only now."""
        someone = self.phone(0) if audience == "room" else self.staff("anna")
        answer = requests.get(
            f"{self.server.url}/labs/{self.cast.lab}/stream/{audience}",
            headers={"Cookie": someone.cookie, "X-As": someone.door, "Accept": "application/json"}, timeout=30,
        )  # fmt: skip
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def check_state(self, phones: Iterable[Phone]) -> None:
        """Old state + changes = fresh snapshot, on every device (D5)."""
        snapshots = {audience: self.fresh(audience) for audience in ("room", "staff")}
        for phone in phones:
            assert phone.state is not None, phone.name
            wanted = snapshots[phone.stream]
            assert phone.state["seq"] == wanted["seq"], phone.name
            for type_, values in wanted["entities"].items():
                assert phone.state["entities"].get(type_, {}) == values, (phone.name, type_)

    def in_step(self, phones: Iterable[Phone]) -> bool:
        """Has every device heard of the last number?"""
        with reading(db.engine) as session:
            last = heads(session, self.cast.lab, ("room", "staff"))
        return all(phone.state is not None and phone.state["seq"] == last[phone.stream] for phone in phones)


class House:
    """One database with its cast, and one server or several workers; every room in it is a lab of its own."""

    def __init__(self, app: Flask, data: Path, settings: Mapping[str, str], *, workers: int = 1) -> None:
        self.app, self.data = app, data
        told = {**LOOSE, **settings}
        self.server = Server(data, "--no-demo", **told) if workers == 1 else Served(data, workers=workers, **told)
        self._cast = Cast(app)

    def room(self, people: int, chance: random.Random) -> Room:
        """A new lab with an open board and so many seats. Its server is to be running when phones come."""
        cast = self._another_lab(people)
        cast.start("challenges")
        seats = [cast.join(tier=str(1 + n % 3)).id for n in range(people)]
        return Room(self.app, cast, self.server, cast.board("challenges"), seats, chance)

    def _another_lab(self, people: int) -> Cast:
        """The cast, met in a new lab."""
        cast = copy.copy(self._cast)
        wanted: dict[str, Any] = {"kind": "flagship_lab", "sector": "MS", "title": "A room", "expected_people": max(40, people)}
        made = cast.do("lab.create", cast.mara, **wanted, cases=[cast.case])
        cast.lab, cast.code, cast.wall = made["lab"], made["code"], made["wall"]
        for who, role in (("anna", "facilitator"), ("rita", "rapporteur")):
            cast.do("lab.set_staff", cast.mara, lab=cast.lab, email=f"{who}@example.org", role=role)
        cast.do("lab.open", cast.anna, lab=cast.lab)
        cast.ben, cast.chloe = cast.join(tier="1"), cast.join(tier="2")
        return cast
