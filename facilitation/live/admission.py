"""Who knocks at the socket door: from its cookies to a connection, and what it is greeted with (live contract, section 3)."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import Connection as Database
from werkzeug.http import parse_cookie

from facilitation.core.actor import Identity
from facilitation.core.clock import epoch_ms, system_clock
from facilitation.core.errors import Refused
from facilitation.labs.models import Lab
from facilitation.people.place import Place, sitting
from facilitation.people.recognise import recognise
from facilitation.people.seats import seat_value
from facilitation.permissions import standing_of
from facilitation.stream.read import epoch_and_heads
from facilitation.stream.record import ROOM
from facilitation.web.access import identity_for, place_at, reading_with, streams_of

SYNCS_PER_10S = 40


@dataclass
class Connection:
    """One socket: whose it is and which lab it looks at. Rights are read anew for every command all the same."""

    who: Identity
    lab: str
    role: str
    streams: tuple[str, ...]
    rehearsal: bool
    strikes: int = 0
    ending: str = ""  # why we end it (core/counters.py)
    syncs: deque[float] = field(default_factory=lambda: deque(maxlen=SYNCS_PER_10S))

    @property
    def seat(self) -> str | None:
        return self.who.id if self.who.kind == "seat" else None

    def may_sync(self) -> bool:
        """Not more than `SYNCS_PER_10S` in ten seconds: a client in step with its stream asks once or twice a minute."""
        now = time.monotonic()
        if len(self.syncs) == SYNCS_PER_10S and now - self.syncs[0] < 10:
            return False
        self.syncs.append(now)
        return True


class Admitted(NamedTuple):
    """Who was let in, and what it is greeted with. `place`: that of a seat, as it was read."""

    connection: Connection
    hello: dict[str, Any]
    place: Place | None = None


class Admission:
    """Lets in who may look. A client never names its own rooms."""

    def __init__(self, app: Flask, settings: Any) -> None:
        self._app, self._settings = app, settings

    def admit(self, asked: Database, environ: dict[str, Any], auth: Any) -> Admitted:
        """The connection of whoever knocks and its `hello`, or `Refused`. Called inside an application context."""
        if not isinstance(auth, Mapping) or auth.get("v") != 1 or not isinstance(auth.get("lab"), str):
            raise Refused("invalid")
        lab, wall = auth["lab"], auth.get("wall") if isinstance(auth.get("wall"), str) else None
        door = auth.get("as") if auth.get("as") in ("seat", "staff") else None
        if wall is None and door != "staff":
            place = place_at(asked, lab, parse_cookie(environ), self._settings)
            if place is not None:
                return self._seat(place)
        with self._app.request_context(environ):
            return self._other(asked, lab, wall, door)

    def _seat(self, place: Place) -> Admitted:
        """What is known with the place is enough: a room that joins together comes this way."""
        if sitting(place) is None:
            raise Refused("not_found")
        connection = Connection(Identity("seat", place.id, place.language), place.lab_id, "participant", (ROOM,), place.rehearsal)
        hello = {**self._hello(connection, place.epoch or "0", {ROOM: place.head or 0}), "seat": seat_value(place)}
        return Admitted(connection, hello, place)

    def _other(self, asked: Database, lab_id: str, wall: str | None, door: str | None) -> Admitted:
        with reading_with(asked) as session:
            lab = session.get(Lab, lab_id)
            if lab is None:
                raise Refused("not_found")
            who = identity_for(session, lab, wall=wall, door=door)
        standing = standing_of(asked, recognise(asked, who), "lab", lab.id)
        if not standing:
            raise Refused("unauthenticated" if who.kind == "nobody" else "not_found")
        connection = Connection(who, lab.id, min(standing), streams_of(who, standing), lab.rehearsal)
        return Admitted(connection, self._hello(connection, *epoch_and_heads(asked, lab.id)))

    def _hello(self, connection: Connection, epoch: str, heads: Mapping[str, int]) -> dict[str, Any]:
        return {
            "v": 1,
            "epoch": epoch,
            "now": epoch_ms(system_clock()),
            "lab": connection.lab,
            "role": connection.role,
            "streams": list(connection.streams),
            "heads": {stream: heads.get(stream, 0) for stream in connection.streams},
            "limits": {
                "max_length": 140,
                "per_minute": round(60 / self._settings.POSTS_SECONDS),
                "queue": 200,
            },
        }
