"""Before the first request: the schema, the instance's own row, the demo, and the links that are printed once."""

from __future__ import annotations

import io
import secrets
import sys
from typing import Any

import segno
from flask import Flask
from sqlalchemy import select

from facilitation import logs
from facilitation.backup import Place
from facilitation.core.events import Sentence, event
from facilitation.core.unit_of_work import Work, reading
from facilitation.extensions import db
from facilitation.labs.models import Lab
from facilitation.labs.planning import code_of
from facilitation.migration import Migrated, migrate
from facilitation.people.models import Assignment, SignInLink, User
from facilitation.people.signing_in import has_accounts, new_link
from facilitation.start import to_type
from facilitation.stream.models import Instance

FIRST_ACCOUNT = "nobody has an account yet; run: {create}, then: {link}"


def prepare(app: Flask, *, demo: bool) -> None:
    """Bring the database up to date, fill the demo when there is nothing yet (never in production), print how to get in."""
    if (done := migrate_database(app)).before not in (None, done.after) and not logs.wants_json():  # else the event says it
        print(f"\n  {done}", flush=True)
    with app.app_context():
        if demo and not app.extensions["facilitation"]["settings"].PRODUCTION and _is_empty():
            from facilitation.demo import fill

            fill(app)
        _print_ways_in(app)


def load_rest(app: Flask) -> None:
    """What the demo loads slowly goes on behind the running server, with a line now and then."""
    from facilitation import demo

    if demo.unfinished(app) is not None:
        app.extensions["facilitation"]["socketio"].start_background_task(demo.go_on, app, _tell)


def _tell(line: str) -> None:
    if logs.wants_json():
        event("preparing", step=Sentence(line))
    else:
        print(f"  {line}", flush=True)


def migrate_database(app: Flask, *, backup: bool = True) -> Migrated:
    """Create or migrate the schema, after a backup of a SQLite file, and make sure the instance has its epoch."""
    with app.app_context():
        extension = app.extensions["facilitation"]
        sqlite = db.engine.dialect.name == "sqlite"
        done = migrate(db.engine, Place.of(extension["settings"]) if backup and sqlite else None)
        extension["writer"].run(_instance)
        return done


def _instance(work: Work) -> None:
    if work.session.get(Instance, 1) is None:
        work.session.add(Instance(id=1, epoch=secrets.token_hex(4), settings={}))


def _is_empty() -> bool:
    with reading(db.engine) as session:
        return not has_accounts(session)


def _print_ways_in(app: Flask) -> None:
    extension = app.extensions["facilitation"]
    settings = extension["settings"]
    if logs.wants_json():  # then all output is the log, which holds no link and no code
        with reading(db.engine) as session:
            if not has_accounts(session):
                create = to_type("create-user EMAIL --name NAME --role coordinator")
                event("no_account", hint=Sentence(FIRST_ACCOUNT.format(create=create, link=to_type("sign-in-link EMAIL"))))
        return
    path = extension["writer"].run(_way_in)
    with reading(db.engine) as session:
        lab = session.scalar(select(Lab).where(Lab.state.in_(["lobby", "live", "paused"])).order_by(Lab.created_at.desc()))
        code, title = (code_of(settings, lab), lab.title) if lab is not None else (None, "")
    print(f"\n  {settings.public_url}", flush=True)
    if path:
        print(f"  Sign in (works once, 30 minutes):  {settings.public_url}{path}")
    if code:
        print(f'  Join "{title}":  {settings.join_url(code)}   code {code}\n')
        print(terminal_qr(settings.join_url(code)))
    print("  Stop with Ctrl-C.\n", flush=True)


def _way_in(work: Work) -> str | None:
    """The path of a fresh one-use link: set-up when nobody has an account, sign-in for the demo's coordinator."""
    session: Any = work.session
    session.query(SignInLink).filter(SignInLink.purpose == "set_up").delete()
    if not has_accounts(session):
        return f"/set-up/{new_link(session, work.now, 'set_up', None)}"
    from facilitation.demo import DEMO_EMAIL

    demo = session.scalar(select(User.id).join(Assignment, Assignment.user_id == User.id).where(User.email == DEMO_EMAIL))
    return f"/sign-in/{new_link(session, work.now, 'sign_in', demo)}" if demo else None


def terminal_qr(text: str) -> str:
    """A QR code made of half blocks, for the terminal; nothing where it has no such characters (latin-1)."""
    out = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(out=out, compact=True, border=2)
    try:
        out.getvalue().encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return ""
    return "\n".join(f"  {line}" for line in out.getvalue().splitlines())
