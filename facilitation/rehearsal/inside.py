"""The door without a network: the dispatcher itself, with a clock of its own. For the demo's lab of yesterday."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import select

from facilitation.core.actor import NOBODY, Identity
from facilitation.core.clock import Clock
from facilitation.core.unit_of_work import Work, Writer, reading
from facilitation.dispatch import Dispatcher
from facilitation.people.mine import mine
from facilitation.people.models import User
from facilitation.rehearsal.doors import COORDINATOR, Answer
from facilitation.stream.read import Looking, snapshot
from facilitation.stream.record import ROOM, STAFF

T = TypeVar("T")
NO_SUCH_PAGE = 404


@dataclass
class TimedWriter:
    """The application's one writer, its work at another time. For loading what is told to have happened earlier."""

    writer: Writer
    clock: Clock

    def run(self, job: Callable[[Work], T], *, place: str | None = None) -> T:
        return self.writer.run(lambda work: job(replace(work, now=self.clock())), place=place)


@dataclass
class DispatcherDoor:
    """`start`: the moment of second 0. `again`: commands of an earlier, interrupted play may be met under their keys."""

    app: Flask
    coordinator: Identity
    start: datetime
    again: bool = False
    _now: int = 0
    _who: dict[str, Identity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        extension = self.app.extensions["facilitation"]
        self._settings, self._writer = extension["settings"], extension["writer"]
        timed: Any = TimedWriter(self._writer, lambda: self.moment(self._now))
        self._dispatcher = Dispatcher(timed, self._settings, extension["announcer"].notify)
        self._who[COORDINATOR] = self.coordinator

    def at(self, t: int) -> None:
        self._now = t

    def moment(self, t: int) -> datetime:
        return self.start + timedelta(seconds=t)

    def sign_in(self, who: str, email: str) -> None:
        with reading(self._writer.engine) as session:
            self._who[who] = Identity("staff", session.scalars(select(User.id).where(User.email == email)).one())

    def join(self, who: str, code: str, fields: Mapping[str, Any], key: str) -> Answer:
        envelope = {"v": 1, "key": key, "name": "seat.join", "args": {"code": code, **fields}}
        answer = self._dispatcher.handle(envelope, NOBODY)
        if answer["ok"]:
            self._who[who] = Identity("seat", answer["result"]["seat"])
        return answer

    def connect(self, who: str, lab: str) -> None:
        """Nobody listens."""

    def disconnect(self, who: str) -> None:
        """Nobody listened."""

    def send(self, who: str, envelope: Mapping[str, Any], lab: str | None) -> Answer:
        answer = self._dispatcher.handle(dict(envelope), self._who[who], lab=lab)
        if self.again and answer.get("code") == "key_reused":
            return {"ok": True, "key": envelope["key"], "result": {}, "dup": True}
        return answer

    def send_all(self, crowd: Sequence[tuple[str, Mapping[str, Any]]], lab: str) -> list[Answer]:
        return [self.send(who, envelope, lab) for who, envelope in crowd]

    def look(self, who: str, lab: str) -> dict[str, Any]:
        identity = self._who[who]
        with reading(self._writer.engine) as session:
            audience = ROOM if identity.kind == "seat" else STAFF
            seen = snapshot(Looking(session, lab, audience, self._settings))
            return {**seen, "mine": mine(session, identity.id)} if identity.kind == "seat" else seen

    def fetch(self, who: str, path: str) -> int:
        return NO_SUCH_PAGE

    def close(self) -> None:
        """Nothing is open."""
