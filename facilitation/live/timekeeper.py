"""The server's own clock: finishes closing labs when their grace is over and cuts seat links when the promise is due.

It only sends commands; whether a lab takes posts is decided by the rule and the time, not by whether this has run.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select

from facilitation.core import ids
from facilitation.core.actor import SYSTEM
from facilitation.core.clock import system_clock
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Lab

log = logging.getLogger(__name__)
STEP = 0.5  # seconds between two looks


class Timekeeper:
    def __init__(self, app: Flask) -> None:
        self._app = app
        self._socketio = app.extensions["facilitation"]["socketio"]
        self._settings = app.extensions["facilitation"]["settings"]
        self._dispatcher = app.extensions["facilitation"]["dispatcher"]

    def start(self) -> None:
        self._socketio.start_background_task(self._run)

    def _run(self) -> None:
        while True:
            self._socketio.sleep(STEP)
            try:
                with self._app.app_context():
                    self.look()
            except Exception:
                log.exception("the clock stumbled; it looks again")

    def look(self) -> None:
        """Do what is due now."""
        now = system_clock()
        with reading(db.engine) as session:
            closing = session.execute(select(Lab.id, Lab.closes_at).where(Lab.state == "closing", Lab.closes_at <= now)).all()
            open_links = session.execute(
                select(Lab.id, Lab.closed_at, Lab.withdraw_hours).where(Lab.state == "closed", Lab.cut_at.is_(None))
            ).all()
        for lab, at in closing:
            self._do("lab.finish", lab, at or now)
        for lab, at, hours in open_links:
            if at and at + timedelta(hours=hours) <= now:
                self._do("lab.cut", lab, at)

    def _do(self, name: str, lab: str, at: datetime) -> None:
        """Every worker's clock sends the same key for the same occasion: the first does it, the others are answered (D2)."""
        key = ids.key_of(self._settings.SECRET_KEY, name, lab, at.isoformat())
        try:
            self._dispatcher.do(name, SYSTEM, lab=lab, key=key)
        except Refused as refusal:
            log.warning("%s of lab %s: %s", name, lab, refusal.code)
