"""A data folder to export from: cases, a small and a large closed lab with released reports, and somebody who may read all."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from facilitation import create_app
from facilitation.cases.models import Case
from facilitation.core.actor import SYSTEM
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.shell.cases import SHIPPED
from tests.bench.prepare import another, prepared

LARGE = 450  # contributions: more than web/exports.py makes without a process of their own


@dataclass(frozen=True)
class Given:
    data: Path
    small: str
    large: str
    cases: tuple[str, ...]
    cookie: str


def exporting(to: Path) -> Given:
    given = prepared(40, 1, LARGE)
    given.copy(to)
    app = create_app({"DATA": str(to), "ASYNC_MODE": "threading", "TESTING": True, "POSTS_BURST": 1_000_000})
    large = given.labs[0][0]
    with app.app_context(), contextlib.redirect_stdout(io.StringIO()):
        small = another(app, 10, 40)
        do = app.extensions["facilitation"]["dispatcher"].do
        for lab in (small, large):
            do("lab.close", SYSTEM, lab=lab, grace_s=0)
            do("report.set_state", SYSTEM, lab=lab, state="released")
        do("case.import", SYSTEM, text=SHIPPED["sample-cases"].read_text("utf-8"), replace=True)
        user = do("user.create", SYSTEM, email="cora@example.org", name="Cora", role="coordinator")["user"]
        with reading(db.engine) as session:
            cases = tuple(session.scalars(select(Case.id).order_by(Case.ref)))
        db.engine.dispose()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    signed = signer.dumps({"_user_id": f"{user}.1", "_fresh": True, "_permanent": True})
    return Given(to, small, large, cases, f"staff={signed!s}")
