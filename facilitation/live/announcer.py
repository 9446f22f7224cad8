"""After the commit: read the stream from the database and send each audience what it may see.

Off the answering path. It may lose everything it holds: it reads again. How soon it flushes again is in `Pace`: a room
that is calm hears at once, a room in a storm gets more with each frame, so that cost does not grow with contributions.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from typing import Any

from flask import Flask
from flask_socketio import SocketIO
from sqlalchemy import Connection, Engine

from facilitation.core import failpoints, outages
from facilitation.core.lost_database import task_failed
from facilitation.core.unit_of_work import moment
from facilitation.extensions import db
from facilitation.live.encoding import encode
from facilitation.people.mine import held_by
from facilitation.people.place import place_of
from facilitation.stream.read import Looking, delta, epoch_and_head
from facilitation.stream.record import AUDIENCES, NO_LAB


def room_of(lab: str, audience: str) -> str:
    """The Socket.IO room of one audience of one lab."""
    return f"{lab}/{audience}"


class Pace:
    """How long to wait after a fan-out before the next: on the long run a fan-out may take a third of the time.

    Shares that were not used are kept, up to `SAVED` seconds: contributions that meet by chance need not wait for each
    other, and only those of a storm are gathered.
    """

    SAVED, LONGEST = 0.06, 0.25  # seconds

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._at, self._owed = clock, clock(), 0.0

    def after(self, took: float) -> float:
        """Seconds to wait after a fan-out of `took` seconds that ends now."""
        now = self._clock()
        self._owed = max(0.0, self._owed - (now - self._at)) + 3 * took
        self._at = now
        wait = max(0.0, self._owed - self.SAVED)
        self._owed = min(self._owed, self.SAVED + self.LONGEST)
        return min(wait, self.LONGEST)


class Announcer:
    """Knows which labs have news, and up to which number each audience was told."""

    def __init__(self, app: Flask, socketio: SocketIO, settings: Any) -> None:
        self._app, self._socketio, self._settings = app, socketio, settings
        self._news: deque[dict[str, set[str]]] = deque()  # threads add to one end and take from the other
        self._told: dict[tuple[str, str], int] = {}
        self.said = 0  # grows before it is looked who listens, and before what was read is told (door.py)
        self._wake = threading.Event()
        self._started = False

    def notify(self, news: Mapping[str, Collection[str]]) -> None:
        """Called after every commit: {lab: audiences and seats with news}."""
        if news:
            self._news.append({lab: set(audiences) for lab, audiences in news.items()})
            self._wake.set()

    def listen(self, lab: str, audience: str, at: int) -> None:
        """Somebody listens from number `at` on: earlier ones need no telling."""
        self._told.setdefault((lab, audience), at)

    def told(self) -> dict[tuple[str, str], int]:
        """{(lab, audience): number} up to which those who listen here were told."""
        return dict(self._told)

    def start(self) -> None:
        if not self._started:
            self._started = True
            self._socketio.start_background_task(self._run)

    def _run(self) -> None:
        with self._app.app_context():
            engine = db.engine
        pace = Pace()
        while True:
            self._wake.wait()
            began = time.monotonic()
            try:
                with self._app.extensions["facilitation"]["counters"].fan_out.taken():
                    self.flush(engine)
                outages.worked("announcer")
            except Exception as error:  # the next news or tick repairs it
                task_failed("announcer", error)
            self._socketio.sleep(pace.after(time.monotonic() - began))

    def flush(self, engine: Engine) -> None:
        """Send everything that is new."""
        self._wake.clear()
        news = self._heard()
        failpoints.reach("before-announce")
        for account in news.pop(NO_LAB, ()):
            self.hang_up(account)
        with moment(engine) as asked:
            for lab, audiences in news.items():
                self._flush_lab(asked, lab, audiences)
                self._app.extensions["facilitation"]["presence"].changed(lab)  # who was heard may be somebody more

    def _heard(self) -> dict[str, set[str]]:
        """All news so far: {lab: audiences}."""
        found: dict[str, set[str]] = {}
        while self._news:
            for lab, audiences in self._news.popleft().items():
                found.setdefault(lab, set()).update(audiences)
        return found

    def _flush_lab(self, asked: Connection, lab: str, audiences: set[str]) -> None:
        for audience in audiences:
            self.said += 1
            if audience in AUDIENCES:
                self._tell_audience(asked, lab, audience)
            elif self._is_listening(room_of(lab, audience)):
                value = held_by(asked, place_of(asked, audience.removeprefix("seat:")))
                self._socketio.emit("mine", encode(value), to=room_of(lab, audience))
                if value.get("removed"):
                    self.hang_up(room_of(lab, audience))

    def _tell_audience(self, asked: Connection, lab: str, audience: str) -> None:
        where = (lab, audience)
        if where not in self._told or not self._is_listening(room_of(*where)):
            self._told.pop(where, None)
            return
        change = delta(Looking(asked, lab, audience, self._settings), self._told[where])
        self.said += 1
        if change is None:  # too far behind for one delta: the next tick makes everybody sync
            self._told[where] = epoch_and_head(asked, lab, audience)[1]
        elif change["to"] > change["from"]:
            self._told[where] = change["to"]
            self._socketio.emit("changes", encode(change), to=room_of(*where))

    def _is_listening(self, room: str) -> bool:
        rooms = self._socketio.server.manager.rooms.get("/", {})
        return bool(rooms.get(room))

    def hang_up(self, room: str, reason: str = "revoked") -> None:
        """Say goodbye to every socket in a room and close it."""
        members = list(self._socketio.server.manager.get_participants("/", room))
        if members:
            self._socketio.emit("bye", {"reason": reason}, to=room)
        connections = self._app.extensions["facilitation"]["connections"]
        for sid, _ in members:
            if sid in connections:
                connections[sid].ending = reason
            self._socketio.server.disconnect(sid)
