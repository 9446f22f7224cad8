"""The server's own clock: finishes closing labs when their grace is over and cuts seat links when the promise is due.

It only sends commands; whether a lab takes posts is decided by the rule and the time, not by whether this has run.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import bindparam, select

from facilitation.core import ids, outages
from facilitation.core.actor import SYSTEM
from facilitation.core.clock import system_clock
from facilitation.core.errors import Refused
from facilitation.core.events import event
from facilitation.core.lost_database import task_failed
from facilitation.core.prepared import Prepared
from facilitation.core.unit_of_work import moment
from facilitation.extensions import db
from facilitation.labs.models import Lab

STEP = 0.5  # seconds between two looks
_CLOSING = Prepared(select(Lab.id, Lab.closes_at).where(Lab.state == "closing", Lab.closes_at <= bindparam("now")))
_OPEN_LINKS = Prepared(
    select(Lab.id, Lab.closed_at, Lab.withdraw_hours).where(
        Lab.state == "closed", Lab.cut_at.is_(None), Lab.closed_at.is_not(None)
    )
)


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
                outages.worked("database", side="reading")
                outages.worked("timekeeper")
            except Exception as error:
                task_failed("timekeeper", error)

    def look(self) -> None:
        """Do what is due now."""
        now = system_clock()
        with moment(db.engine) as asked:
            closing = _CLOSING.rows(asked, {"now": now})
            open_links = _OPEN_LINKS.rows(asked, {})
        for lab in closing:
            self._do("lab.finish", lab.id, lab.closes_at)
        for lab in open_links:
            if lab.closed_at + timedelta(hours=lab.withdraw_hours) <= now:
                self._do("lab.cut", lab.id, lab.closed_at)

    def _do(self, name: str, lab: str, at: datetime) -> None:
        """Every worker's clock sends the same key for the same occasion: the first does it, the others are answered (D2)."""
        key = ids.key_of(self._settings.SECRET_KEY, name, lab, at.isoformat())
        try:
            self._dispatcher.do(name, SYSTEM, lab=lab, key=key)
        except Refused as refusal:
            if refusal.code != "busy":  # the outage is in the log already, and the next look tries again
                event("clock_refused", command=name, outcome=refusal.code, lab=lab)
