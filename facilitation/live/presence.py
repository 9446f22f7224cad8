"""Who is connected: counts by tier, never names; and the regular `tick` that makes a miss noticed within 15 s (D5)."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from typing import Any

from flask import Flask
from flask_socketio import SocketIO
from sqlalchemy import func, select

from facilitation.core import outages
from facilitation.core.clock import epoch_ms, system_clock
from facilitation.core.lost_database import task_failed
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Lab
from facilitation.live.announcer import room_of
from facilitation.people.models import Seat
from facilitation.stream.read import epoch, heads
from facilitation.stream.record import AUDIENCES, ROOM, STAFF

BELIEVED = 12.0  # seconds the count of another process is believed


class Presence:
    """The sockets of this process by lab and seat."""

    def __init__(self, app: Flask, socketio: SocketIO, settings: Any) -> None:
        self._app, self._socketio, self._settings = app, socketio, settings
        self._seats: dict[str, Counter[str]] = defaultdict(Counter)  # lab → seat → sockets
        self._others: Counter[str] = Counter()  # lab → walls and staff
        self._changed: set[str] = set()  # labs somebody came to or left
        self._maybe: set[str] = set()  # labs with news that the counts may depend on
        self._said: dict[tuple[str, str], dict[str, Any]] = {}  # what an audience of a lab was told last
        self._here: dict[str, dict[str, int]] = {}  # lab → tier → seats connected to this process
        self._elsewhere: dict[str, tuple[float, dict[str, dict[str, int]]]] = {}  # other process → when, the same of it

    def came(self, lab: str, seat: str | None) -> None:
        if seat is None:
            self._others[lab] += 1
        else:
            self._seats[lab][seat] += 1
        self._changed.add(lab)

    def went(self, lab: str, seat: str | None) -> None:
        if seat is None:
            self._others[lab] -= 1
        else:
            self._seats[lab][seat] -= 1
            if self._seats[lab][seat] <= 0:
                del self._seats[lab][seat]
        self._changed.add(lab)

    def sockets_of(self, lab: str, seat: str) -> int:
        return self._seats[lab][seat] if lab in self._seats else 0

    def changed(self, lab: str) -> None:
        """Something happened that the counts may depend on: a tier, somebody's first contribution."""
        self._maybe.add(lab)

    def here(self) -> dict[str, dict[str, int]]:
        """{lab: {tier: seats connected to this process}}, as last counted."""
        return {lab: tiers for lab, tiers in self._here.items() if tiers}

    def elsewhere(self, process: str, labs: dict[str, dict[str, int]]) -> None:
        """Another process says who is connected to it. What it says holds for a few seconds."""
        _, before = self._elsewhere.get(process, (0.0, {}))
        self._elsewhere[process] = time.monotonic(), labs
        self._maybe |= {lab for lab in {*before, *labs} if before.get(lab) != labs.get(lab)}

    def _others_of(self, lab: str) -> Counter[str]:
        """Seats of a lab by tier that are connected to other processes."""
        self._forget_silent_processes()
        return sum((Counter(labs.get(lab, {})) for _, labs in self._elsewhere.values()), Counter())

    def _forget_silent_processes(self) -> None:
        for process, (heard, labs) in list(self._elsewhere.items()):
            if time.monotonic() - heard > BELIEVED:
                del self._elsewhere[process]
                self._maybe |= set(labs)

    def start(self) -> None:
        self._socketio.start_background_task(self._every, self._settings.PRESENCE_SECONDS, self.send_presence)
        self._socketio.start_background_task(self._every, self._settings.TICK_SECONDS, self.send_ticks)

    def _every(self, seconds: float, call: Any) -> None:
        while True:
            self._socketio.sleep(seconds)
            try:
                with self._app.app_context():
                    call()
                outages.worked(call.__name__)
            except Exception as error:
                task_failed(call.__name__, error)

    def send_presence(self) -> None:
        """Tell rooms and staff who is here: always after somebody came or left, else only when a number is another one."""
        self._forget_silent_processes()
        labs, self._changed = self._changed, set()
        maybe, self._maybe = self._maybe, set()
        if not labs and not maybe:
            return
        with reading(db.engine) as session:
            for lab in labs | {lab for lab in maybe if self._elsewhere or self._is_listening(room_of(lab, STAFF))}:
                seats = list(self._seats[lab]) if lab in self._seats else []
                counts = self._by_tier(session, lab, seats)
                self._say(lab, ROOM, {"online": counts["online"]}, anew=lab in labs)
                self._say(lab, STAFF, counts, anew=lab in labs)
                if not seats and self._others[lab] <= 0:
                    self._forget(lab)

    def _say(self, lab: str, audience: str, value: dict[str, Any], *, anew: bool) -> None:
        if anew or self._said.get((lab, audience)) != value:
            self._said[lab, audience] = value
            self._socketio.emit("presence", value, to=room_of(lab, audience))

    def _is_listening(self, room: str) -> bool:
        return bool(self._socketio.server.manager.rooms.get("/", {}).get(room))

    def _forget(self, lab: str) -> None:
        """Nobody is there any more: nothing is kept."""
        for audience in AUDIENCES:
            self._said.pop((lab, audience), None)
        self._seats.pop(lab, None)
        self._here.pop(lab, None)
        self._others.pop(lab, None)

    def _by_tier(self, session: Any, lab: str, online: list[str]) -> dict[str, Any]:
        people = select(Seat.tier, func.count()).where(Seat.lab_id == lab, Seat.removed_at.is_(None)).group_by(Seat.tier)
        connected = select(Seat.tier, func.count()).where(Seat.lab_id == lab, Seat.id.in_(online)).group_by(Seat.tier)
        here = self._here[lab] = {tier: n for tier, n in session.execute(connected)}
        by_tier = self._others_of(lab) + Counter(here)
        return {
            "online": by_tier.total(),
            "by_tier": dict(by_tier),
            "people": dict(session.execute(people).all()),
            "silent_by_tier": dict(session.execute(people.where(Seat.took_part.is_(False))).all()),
        }

    def send_ticks(self) -> None:
        labs = [lab for lab in {*self._seats, *self._others} if self._seats[lab] or self._others[lab] > 0]
        if not labs:
            return
        with reading(db.engine) as session:
            moment, era = epoch_ms(system_clock()), epoch(session)
            for lab in labs:
                numbers = heads(session, lab, AUDIENCES)
                state = session.scalar(select(Lab.state).where(Lab.id == lab))
                tick = {"epoch": era, "now": moment, "state": state}
                self._socketio.emit("tick", {**tick, "heads": {ROOM: numbers.get(ROOM, 0)}}, to=room_of(lab, ROOM))
                self._socketio.emit("tick", {**tick, "heads": numbers}, to=room_of(lab, STAFF))
