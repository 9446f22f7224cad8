"""What a fresh checkout shows: the sample cases, a rehearsal lab with its code, and yesterday's lab with its report.

Cases and rehearsal lab are there before the server answers, so that the printed join address works at once. The closed lab
is played from its transcript behind the running server, one command at a time. Its command keys follow from the secret, so an
interrupted play is taken up again at the next start and nothing happens twice (D2).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from facilitation.cases.template import template
from facilitation.core import ids
from facilitation.core.actor import SYSTEM, Identity
from facilitation.core.clock import system_clock
from facilitation.core.events import event
from facilitation.core.i18n import _
from facilitation.core.unit_of_work import Work, reading
from facilitation.extensions import db
from facilitation.people.models import User
from facilitation.rehearsal import staging
from facilitation.rehearsal.doors import COORDINATOR
from facilitation.rehearsal.inside import DispatcherDoor
from facilitation.rehearsal.performing import perform
from facilitation.rehearsal.player import Pace, Player
from facilitation.rehearsal.reading import read_transcript
from facilitation.rehearsal.script import Step
from facilitation.rehearsal.transcript import Transcript
from facilitation.stream.models import Instance

DEMO_EMAIL = "demo@example.org"
PACKAGE = Path(__file__).resolve().parent
CASES, TRANSCRIPT = PACKAGE / "cases" / "data" / "sample-cases.yaml", PACKAGE / "rehearsal" / "data" / "sample-lab.yaml"
MARK = "demo"  # in the instance's settings: the start of the closed lab while it is not played to its end, then "done"
BEGINS = time(12, 0)


def fill(app: Flask) -> None:
    """The account, the cases and the rehearsal lab of an empty database. Run inside an application context."""
    dispatcher = app.extensions["facilitation"]["dispatcher"]
    user = dispatcher.do("user.create", SYSTEM, email=DEMO_EMAIL, name="Demo", role="coordinator")["user"]
    dispatcher.do("case.import", SYSTEM, text=CASES.read_text("utf-8"))
    door = DispatcherDoor(app, Identity("staff", user), system_clock())
    player = Player(door, _transcript())
    tomorrow = datetime.combine(system_clock() + timedelta(days=1), BEGINS, UTC)
    staging.plan_lab(player, title=_("Rehearsal lab - Mobility"), planned_start=tomorrow.isoformat(timespec="minutes"))
    player.do(COORDINATOR, "lab.open")
    yesterday = datetime.combine(system_clock() - timedelta(days=1), BEGINS, UTC)
    _mark(app, yesterday.isoformat())


def unfinished(app: Flask) -> datetime | None:
    """When the closed lab began that is still to be played, or None."""
    with app.app_context(), reading(db.engine) as session:
        row = session.get(Instance, 1)
        begun = (row.settings or {}).get(MARK) if row is not None else None
    return None if begun in (None, "done") else datetime.fromisoformat(str(begun))


def go_on(app: Flask, tell: Callable[[str], None]) -> None:
    """Play the closed lab to its end, telling how far it is. Meant to run behind the server; safe to run again."""
    begun = unfinished(app)
    if begun is None:
        return
    try:
        with app.app_context():
            result = perform(_player(app, begun, tell), planned_start=begun.isoformat(timespec="minutes"))
            _mark(app, "done")
    except Exception as error:  # the next start goes on
        event("failed", part="sample_lab", error=error)
        return
    tell(
        _(
            "The sample lab is loaded: %(url)s",
            url=f"{app.extensions['facilitation']['settings'].public_url}/labs/{result['lab']}/report",
        )
    )


def _player(app: Flask, begun: datetime, tell: Callable[[str], None]) -> Player:
    with reading(db.engine) as session:
        user = session.scalars(select(User.id).where(User.email == DEMO_EMAIL)).one()
    secret = app.extensions["facilitation"]["settings"].SECRET_KEY
    door = DispatcherDoor(app, Identity("staff", user), begun, again=True)
    transcript = _transcript()
    return Player(door, transcript, Pace(), lambda label: key_for(secret, label), _progress(transcript, tell))


def key_for(secret: str, label: str) -> str:
    """The key of one command of the demo: always the same for the same instance."""
    return ids.key_of(secret, "demo", label)


def _transcript() -> Transcript:
    return read_transcript(TRANSCRIPT.read_text("utf-8"), template("en"))


def _progress(transcript: Transcript, tell: Callable[[str], None]) -> Callable[[Step], None]:
    """A line at every quarter."""
    end = max(item.end for item in transcript.agenda)
    told: set[int] = set()

    def say(step: Step) -> None:
        quarter = max(0, step.t * 4 // end)
        if 0 < quarter < 4 and quarter not in told:
            told.add(quarter)
            tell(_("Loading the sample lab: %(n)s %%", n=quarter * 25))

    return say


def _mark(app: Flask, value: Any) -> None:
    def job(work: Work) -> None:
        row = work.session.get_one(Instance, 1)
        row.settings = {**row.settings, MARK: value}

    app.extensions["facilitation"]["writer"].run(job)
