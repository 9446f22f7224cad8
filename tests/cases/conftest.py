"""Fixtures for cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask import session as cookie
from flask.testing import FlaskClient
from flask_login import login_user
from hypothesis import settings

from facilitation import create_app
from facilitation.core.actor import Identity
from facilitation.core.clock import system_clock
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.people.models import Seat, User
from facilitation.people.seats import seat_token
from facilitation.web.access import SignedIn
from tests.cases.browsing import As
from tests.cases.desk import Desk
from tests.cast import Cast

# a busy machine is no finding
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast, cast.case)


@pytest.fixture
def later(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let time pass."""
    passed = [timedelta()]

    def clock() -> datetime:
        return system_clock() + passed[0]

    monkeypatch.setattr(cast.writer, "clock", clock)

    def go(by: timedelta) -> None:
        passed[0] += by

    return go


@pytest.fixture
def site(app: Flask, cast: Cast, data: Path) -> Flask:
    """A second application on the same data. The cast's own context is open, and its requests would all share one person."""
    return create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})


@pytest.fixture
def browse(site: Flask, cast: Cast) -> As:
    """A browser of somebody: an account, a seat, or nobody."""

    def become(who: Identity) -> FlaskClient:
        client = site.test_client()
        with reading(db.engine) as session:
            if who.kind == "staff":
                user = session.get_one(User, who.id)
                with site.test_request_context():
                    login_user(SignedIn(user.id, user.session_serial, "en", user.name))
                    kept = dict(cookie)
                with client.session_transaction() as fresh:
                    fresh.update(kept)
            elif who.kind == "seat":
                seat = session.get_one(Seat, who.id)
                client.set_cookie(f"seat_{seat.lab_id}", seat_token(cast.settings.SECRET_KEY, seat.id, seat.serial))
        return client

    return become
