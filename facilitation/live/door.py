"""Socket.IO handlers: read the input, name the command, call dispatch, translate the outcome (live contract, section 3)."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, request
from flask_socketio import ConnectionRefusedError, SocketIO, emit, join_room
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.orm import Session

from facilitation.core.actor import Identity
from facilitation.core.clock import epoch_ms, system_clock
from facilitation.core.errors import Refused
from facilitation.core.i18n import use_locale
from facilitation.core.unit_of_work import reading
from facilitation.dispatch import answer_of
from facilitation.extensions import db
from facilitation.labs.models import Lab
from facilitation.live.announcer import room_of
from facilitation.live.encoding import Encoded
from facilitation.live.presence import Presence
from facilitation.people.recognise import recognise
from facilitation.people.seats import seat_row, seat_value
from facilitation.permissions import standing_of
from facilitation.stream.read import epoch_and_heads
from facilitation.web.access import identity_for, streams_of, synced

STRIKES = 3
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


def register(app: Flask, socketio: SocketIO) -> None:
    """Bind the handlers of one application."""
    door = Door(app, socketio)
    socketio.on_event("connect", door.on_connect)
    socketio.on_event("disconnect", door.on_disconnect)
    # These need no request: who asks was read from it when the socket came. The request would cost more than the answer.
    socketio.server.on("sync", door.on_sync)
    socketio.server.on("command", door.on_command)


class Door:
    """The sockets of this process, and what they may ask."""

    def __init__(self, app: Flask, socketio: SocketIO) -> None:
        extension = app.extensions["facilitation"]
        self._app = app
        self._server = socketio.server
        self._settings, self._dispatcher = extension["settings"], extension["dispatcher"]
        self._counters = extension["counters"]
        self._limits, self._announcer = extension["limits"], extension["announcer"]
        self._presence = extension["presence"] = Presence(app, socketio, self._settings)
        self._connections: dict[str, Connection] = extension.setdefault("connections", {})

    def on_connect(self, auth: Any = None) -> None:
        if sid() in self._connections:
            return  # `connect` sent as an ordinary event does nothing
        if asked_from(request.environ) not in self._settings.origins:
            raise ConnectionRefusedError("origin")
        if len(self._connections) >= self._settings.MAX_SOCKETS:
            raise ConnectionRefusedError("full")
        try:
            with reading(db.engine) as session:
                connection = admit(session, auth, self._presence, self._settings)
                hello = hello_to(session, connection, self._settings)
        except Refused as refusal:
            raise ConnectionRefusedError(refusal.code) from None
        except (DBAPIError, TimeoutError):
            raise ConnectionRefusedError("busy") from None
        self._connections[sid()] = connection
        self._presence.came(connection.lab, connection.seat)
        self._listen(connection, hello["heads"])
        emit("hello", hello)

    def _listen(self, connection: Connection, heads: Mapping[str, int]) -> None:
        """Into the rooms of its own streams, its seat and its account: a client never names one."""
        for stream in connection.streams:
            self._announcer.listen(connection.lab, stream, heads[stream])
            join_room(room_of(connection.lab, stream))
        if connection.seat:
            join_room(room_of(connection.lab, f"seat:{connection.seat}"))
        if connection.who.kind == "staff":
            join_room(f"staff:{connection.who.id}")

    def on_disconnect(self, _reason: Any = None) -> None:
        # a client may send `disconnect` as an ordinary event: only a socket that is really gone is let go
        if self._server.manager.is_connected(sid(), "/"):
            return
        connection = self._connections.pop(sid(), None)
        if connection is not None:
            self._presence.went(connection.lab, connection.seat)

    def on_sync(self, sid: str, wanted: Any = None) -> Any:
        connection = self._connections.get(sid)
        if connection is None:
            return {"gone": "gone"}
        if not connection.may_sync():
            self._hang_up(sid, 10_000)
            return None
        if not isinstance(wanted, Mapping):
            wanted = {}
        self._counters.resyncs += wanted.get("have") is not None
        try:
            with self._app.app_context(), reading(db.engine) as session, use_locale(connection.who.language):
                return Encoded(synced(session, connection.who, connection.lab, wanted, self._settings).text())
        except Refused as refusal:
            return {"gone": refusal.code}
        except (DBAPIError, TimeoutError):
            self._server.disconnect(sid)  # no database, no truth: it comes back with its own back-off, when there is one
            raise

    def on_command(self, sid: str, envelope: Any = None) -> dict[str, Any]:
        connection = self._connections.get(sid)
        key = envelope.get("key") if isinstance(envelope, Mapping) else None
        if connection is None:
            return answer_of(Refused("gone"), key, epoch_ms(system_clock()))
        try:
            name = str(envelope.get("name")) if isinstance(envelope, Mapping) else ""
            self._limits.command(connection.who, name, loose=connection.rehearsal)
        except Refused as refusal:
            return self._strike(sid, connection, answer_of(refusal, key, epoch_ms(system_clock())))
        with self._app.app_context():
            answer: dict[str, Any] = self._dispatcher.handle(envelope, connection.who, lab=connection.lab)
        return answer

    def _strike(self, sid: str, connection: Connection, answer: dict[str, Any]) -> dict[str, Any]:
        """A seat that goes on asking too often is hung up on; it may come back after the pause."""
        connection.strikes += 1
        if connection.strikes > STRIKES * self._settings.COMMANDS_PER_10S:
            self._hang_up(sid, answer.get("after_ms", 10_000))
        return answer

    def _hang_up(self, sid: str, back_in_ms: int) -> None:
        self._counters.drops += 1
        transport = self._server.manager.eio_sid_from_sid(sid, "/")
        self._server.emit("bye", {"reason": "slow", "back_in_ms": back_in_ms}, to=sid)
        self._server.disconnect(sid)
        self._server.start_background_task(self._server.eio.disconnect, transport)  # else it could go on sending


def asked_from(environ: Mapping[str, Any]) -> str:
    """The origin of the page that knocks. Browsers leave it out of the GET that begins long-polling; its Referer says it."""
    if environ.get("HTTP_ORIGIN"):
        return str(environ["HTTP_ORIGIN"])
    referrer = urlsplit(environ.get("HTTP_REFERER", ""))
    return f"{referrer.scheme}://{referrer.netloc}"


def sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def admit(session: Session, auth: Any, presence: Presence, settings: Any) -> Connection:
    """The connection of whoever knocks, or `Refused`. A client never names its own rooms."""
    if not isinstance(auth, Mapping) or auth.get("v") != 1 or not isinstance(auth.get("lab"), str):
        raise Refused("invalid")
    lab = session.get(Lab, auth["lab"])
    if lab is None:
        raise Refused("not_found")
    wall, door = auth.get("wall"), auth.get("as")
    who = identity_for(
        session, lab, wall=wall if isinstance(wall, str) else None, door=door if door in ("seat", "staff") else None
    )
    actor = recognise(session, who)
    standing = standing_of(session, actor, "lab", lab.id)
    if not standing:
        raise Refused("unauthenticated" if who.kind == "nobody" else "not_found")
    if who.kind == "seat" and presence.sockets_of(lab.id, who.id) >= settings.MAX_SOCKETS_PER_SEAT:
        raise Refused("rate")
    role = "participant" if who.kind == "seat" else min(standing)
    return Connection(who, lab.id, role, streams_of(who, standing), lab.rehearsal)


def hello_to(session: Session, connection: Connection, settings: Any) -> dict[str, Any]:
    era, numbers = epoch_and_heads(session, connection.lab)
    hello: dict[str, Any] = {
        "v": 1,
        "epoch": era,
        "now": epoch_ms(system_clock()),
        "lab": connection.lab,
        "role": connection.role,
        "streams": list(connection.streams),
        "heads": {stream: numbers.get(stream, 0) for stream in connection.streams},
        "limits": {
            "max_length": 140,
            "per_minute": round(60 / settings.POSTS_SECONDS),
            "queue": 200,
        },
    }
    if connection.seat:
        seat = seat_row(session, connection.seat)
        hello["seat"] = None if seat is None else seat_value(seat)
    return hello
