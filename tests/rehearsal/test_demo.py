"""What a fresh checkout shows, and that an interrupted start loses and doubles nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from facilitation import demo
from facilitation.boards.models import Contribution
from facilitation.cases.models import Case
from facilitation.core.actor import NOBODY
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Activity, Lab
from facilitation.labs.planning import code_of
from facilitation.people.models import Seat, User
from facilitation.rehearsal.transcript import Transcript
from tests.rehearsal import figures


def labs() -> dict[str, Lab]:
    with reading(db.engine) as session:
        return {lab.state: lab for lab in session.scalars(select(Lab))}


def count(model: Any, *where: Any) -> int:
    with reading(db.engine) as session:
        return int(session.scalar(select(func.count()).select_from(model).where(*where)) or 0)


def test_before_the_server_answers_the_join_code_works(app: Flask) -> None:
    demo.fill(app)
    extension = app.extensions["facilitation"]
    assert count(Case) == 7
    lab = labs()["lobby"]
    assert lab.rehearsal
    assert count(Activity, Activity.lab_id == lab.id) == 15
    joined = extension["dispatcher"].do("seat.join", NOBODY, code=code_of(extension["settings"], lab), tier="1")
    assert joined["lab"] == lab.id
    with reading(db.engine) as session:
        account = session.scalars(select(User).where(User.email == demo.DEMO_EMAIL)).one()
    assert account.password_hash is None  # only the printed link lets anybody in


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_closed_lab_is_yesterdays(app: Flask, sample: Transcript) -> None:
    demo.fill(app)
    told: list[str] = []
    demo.go_on(app, told.append)
    closed = labs()["closed"]
    assert closed.closed_at is not None
    assert closed.closed_at.date() == (datetime.now(UTC) - timedelta(days=1)).date()
    found, wanted = figures.of_lab(closed.id), figures.expected(sample)
    assert {name: found[name] for name in wanted} == wanted
    assert [line for line in told if "%" in line] == [f"Loading the sample lab: {n} %" for n in (25, 50, 75)]
    assert closed.id in told[-1]
    assert demo.unfinished(app) is None
    told.clear()
    demo.go_on(app, told.append)  # nothing is left to do
    assert told == []


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("stop", [40, 500])
def test_an_interrupted_load_goes_on_where_it_was(
    app: Flask, monkeypatch: pytest.MonkeyPatch, sample: Transcript, stop: int
) -> None:
    demo.fill(app)
    sent = 0
    real = demo.DispatcherDoor.send

    def cut_off(door: demo.DispatcherDoor, who: str, envelope: Any, lab: str | None) -> Any:
        nonlocal sent
        sent += 1
        if sent == stop:
            raise KeyboardInterrupt
        return real(door, who, envelope, lab)

    with monkeypatch.context() as patch:
        patch.setattr(demo.DispatcherDoor, "send", cut_off)
        with pytest.raises(KeyboardInterrupt):
            demo.go_on(app, lambda _line: None)
    assert demo.unfinished(app) is not None
    demo.go_on(app, lambda _line: None)
    closed = labs()["closed"]
    assert count(Lab) == 2
    assert count(Seat, Seat.lab_id == closed.id) == 40
    assert count(Contribution, Contribution.lab_id == closed.id, Contribution.origin == "participant") == 157 + 16
    found, wanted = figures.of_lab(closed.id), figures.expected(sample)
    assert {name: found[name] for name in wanted} == wanted
