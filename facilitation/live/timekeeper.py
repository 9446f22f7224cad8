"""The server's own clock: finishes closing labs when their grace is over and cuts seat links when the promise is due.

It only sends commands; whether a lab takes posts is decided by the rule and the time, not by whether this has run.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

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
            due = list(session.scalars(select(Lab.id).where(Lab.state == "closing", Lab.closes_at <= now)))
            open_links = session.execute(
                select(Lab.id, Lab.closed_at, Lab.withdraw_hours).where(Lab.state == "closed", Lab.cut_at.is_(None))
            ).all()
        cut = [row.id for row in open_links if row.closed_at and row.closed_at + timedelta(hours=row.withdraw_hours) <= now]
        for name, labs in (("lab.finish", due), ("lab.cut", cut)):
            for lab in labs:
                try:
                    self._dispatcher.do(name, SYSTEM, lab=lab)
                except Refused as refusal:
                    log.warning("%s of lab %s: %s", name, lab, refusal.code)
