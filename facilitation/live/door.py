"""Socket.IO handlers: read the input, name the command, call dispatch, translate the outcome (live contract, section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Semaphore
from typing import Any
from urllib.parse import urlsplit

from engineio import Server as Engine
from flask import Flask
from flask_socketio import ConnectionRefusedError, SocketIO
from sqlalchemy import Connection as Database
from sqlalchemy.exc import DBAPIError, TimeoutError

from facilitation.core.clock import epoch_ms, system_clock
from facilitation.core.counters import ENDS
from facilitation.core.errors import Refused
from facilitation.core.i18n import use_locale
from facilitation.core.lost_database import lost_database
from facilitation.core.unit_of_work import moment
from facilitation.dispatch import answer_of
from facilitation.extensions import db
from facilitation.live.admission import Admission, Admitted, Connection
from facilitation.live.announcer import room_of
from facilitation.live.bound import hang_up, has_hung_up
from facilitation.live.encoding import Encoded, encode
from facilitation.live.presence import Presence
from facilitation.people.place import Place
from facilitation.web.access import synced, synced_seat

STRIKES = 3
AT_ONCE = 12  # a room that joins, or comes back, waits here in the first place: connections of the database are for commands too
ELSEWHERE_MS = 30_000  # a page whose place a newer one took: people with so many pages open look at few of them


def register(app: Flask, socketio: SocketIO) -> None:
    """Bind the handlers of one application.

    They go to the server itself, not through the request context that Flask-SocketIO makes for each event: who asks is
    read from the cookies when the socket comes, and the context would cost more than the answer.
    """
    door = Door(app, socketio)
    socketio.server.on("connect", door.on_connect)
    socketio.server.on("disconnect", door.on_disconnect)
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
        self._admission = Admission(app, self._settings)
        self._turn = Semaphore(AT_ONCE)
        self._connections: dict[str, Connection] = extension.setdefault("connections", {})

    def on_connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        if environ is not self._server.get_environ(sid, "/") or sid in self._connections:
            return  # `connect` sent as an ordinary event does nothing
        if asked_from(environ) not in self._settings.origins:
            raise self._refusal("origin")
        if len(self._connections) >= self._settings.MAX_SOCKETS:
            raise self._refusal("full")
        try:
            with self._turn, self._app.app_context(), moment(db.engine) as asked:
                said = self._announcer.said
                admitted = self._admission.admit(asked, environ, auth)
                news = self._greeting_news(asked, admitted, auth.get("sync"))
        except Refused as refusal:
            raise self._refusal(refusal.code) from None
        except (DBAPIError, TimeoutError) as error:
            lost_database(error)
            raise self._refusal("busy") from None
        self._let_in(sid, admitted)
        if news is not None and self._announcer.said != said:
            news = self._read_again(admitted.connection, auth["sync"])
        self._server.emit("hello", greeting(admitted.hello, news), to=sid)

    def _refusal(self, code: str) -> ConnectionRefusedError:
        """What a client that is not let in hears."""
        self._counters.refused[code] += 1
        return ConnectionRefusedError(code)

    def _greeting_news(self, asked: Database, admitted: Admitted, wanted: Any) -> Encoded | None:
        """A client that says with its knock what it knows gets the news with `hello`: one way there and back less."""
        if not isinstance(wanted, Mapping):
            return None
        try:
            return self._news(asked, admitted.connection, wanted, admitted.place)
        except Refused:
            return None  # it asks by itself then, and hears why

    def _read_again(self, connection: Connection, wanted: Mapping[str, Any]) -> Encoded | None:
        """The news once more: something was told after they were read, when the client was perhaps not in its rooms yet.

        What is told from now on reaches it. None: it asks by itself then, and hears why."""
        try:
            return self._read_news(connection, wanted)
        except (Refused, DBAPIError, TimeoutError):
            return None

    def _read_news(self, connection: Connection, wanted: Mapping[str, Any]) -> Encoded:
        """In its turn, as of now."""
        with self._turn, self._app.app_context(), moment(db.engine) as asked:
            return self._news(asked, connection, wanted)

    def _let_in(self, sid: str, admitted: Admitted) -> None:
        connection = admitted.connection
        self._make_room(connection)
        self._connections[sid] = connection
        self._counters.opened += 1
        self._presence.came(connection.lab, connection.seat)
        self._listen(sid, connection, admitted.hello["heads"])

    def _news(self, asked: Database, connection: Connection, wanted: Mapping[str, Any], place: Place | None = None) -> Encoded:
        """What this client does not know yet of a stream; `Refused` for whoever may not look. `place`: when it is known."""
        self._counters.resyncs += wanted.get("have") is not None
        with use_locale(connection.who.language):
            if place is not None:
                return Encoded(synced_seat(asked, place, connection.lab, wanted, self._settings).text())
            return Encoded(synced(asked, connection.who, connection.lab, wanted, self._settings).text())

    def _make_room(self, connection: Connection) -> None:
        """The newest socket of a seat takes the place of its oldest.

        On a bad network the older ones may be dead without anybody having been told for most of a minute; to refuse the
        newest would keep out the very phone that needs it."""
        seat, allowed = connection.seat, self._settings.MAX_SOCKETS_PER_SEAT
        if seat is not None and self._presence.sockets_of(connection.lab, seat) >= allowed:
            for oldest in [sid for sid, one in list(self._connections.items()) if one.seat == seat][:1]:
                self._connections[oldest].ending = "moved"
                self._hang_up(oldest, "moved", ELSEWHERE_MS)

    def _listen(self, sid: str, connection: Connection, heads: Mapping[str, int]) -> None:
        """Into the rooms of its own streams, its seat and its account: a client never names one."""
        for stream in connection.streams:
            self._server.enter_room(sid, room_of(connection.lab, stream))
            self._announcer.listen(connection.lab, stream, heads[stream])  # only now: where nobody is, it forgets the number
        if connection.seat:
            self._server.enter_room(sid, room_of(connection.lab, f"seat:{connection.seat}"))
        if connection.who.kind == "staff":
            self._server.enter_room(sid, f"staff:{connection.who.id}")

    def on_disconnect(self, sid: str, reason: str = "") -> None:
        # a client may send `disconnect` as an ordinary event: only a socket that is really gone is let go
        if self._server.manager.is_connected(sid, "/"):
            return
        connection = self._connections.pop(sid, None)
        if connection is not None:
            self._counters.ends[end_of(connection, reason)] += 1
            self._presence.went(connection.lab, connection.seat)

    def on_sync(self, sid: str, wanted: Any = None) -> Any:
        connection = self._connections.get(sid)
        if connection is None:
            return {"gone": "gone"}
        if has_hung_up(self._server, sid):
            return None  # after a cut, a room's old questions arrive together with the news that nobody waits for the answers
        if not connection.may_sync():
            self._drop(sid, 10_000)
            return None
        if not isinstance(wanted, Mapping):
            wanted = {}
        try:
            return self._read_news(connection, wanted)
        except Refused as refusal:
            return {"gone": refusal.code}
        except (DBAPIError, TimeoutError) as error:
            connection.ending = "no_database"
            self._server.disconnect(sid)  # no database, no truth: it comes back with its own back-off, when there is one
            if lost_database(error):
                return None
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
            self._drop(sid, answer.get("after_ms", 10_000))
        return answer

    def _drop(self, sid: str, back_in_ms: int) -> None:
        """Hang up on whoever asks too often."""
        self._counters.drops += 1
        self._connections[sid].ending = "too_many"
        self._hang_up(sid, "slow", back_in_ms)

    def _hang_up(self, sid: str, reason: str, back_in_ms: int) -> None:
        transport = self._server.manager.eio_sid_from_sid(sid, "/")
        self._server.emit("bye", {"reason": reason, "back_in_ms": back_in_ms}, to=sid)
        self._server.disconnect(sid)
        self._server.start_background_task(hang_up, self._server.eio, transport)  # else it could go on sending


#: The library's reasons for an end, in our words (core/counters.py).
REASONS = {
    Engine.reason.CLIENT_DISCONNECT: "left",
    Engine.reason.TRANSPORT_CLOSE: "closed",
    Engine.reason.PING_TIMEOUT: "no_answer",
    Engine.reason.TRANSPORT_ERROR: "error",
}


def end_of(connection: Connection, reason: str) -> str:
    """Why a connection ended: what we stated, else what the library says. One of `ENDS`."""
    known = connection.ending or REASONS.get(reason, reason)
    return known if known in ENDS else "other"


def greeting(hello: dict[str, Any], news: Encoded | None) -> dict[str, Any] | Encoded:
    """`hello` with the news in it, which are encoded already."""
    return hello if news is None else Encoded(f'{encode(hello)[:-1]},"news":{news}}}')


def asked_from(environ: Mapping[str, Any]) -> str:
    """The origin of the page that knocks. Browsers leave it out of the GET that begins long-polling; its Referer says it."""
    if environ.get("HTTP_ORIGIN"):
        return str(environ["HTTP_ORIGIN"])
    referrer = urlsplit(environ.get("HTTP_REFERER", ""))
    return f"{referrer.scheme}://{referrer.netloc}"
