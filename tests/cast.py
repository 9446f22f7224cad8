"""The people every test knows, and short ways to let them act."""

from __future__ import annotations

from contextvars import Context
from functools import cached_property
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_socketio.test_client import SocketIOTestClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitation.cases import document
from facilitation.cases.models import Case
from facilitation.core import ids
from facilitation.core.actor import NOBODY, SYSTEM, Identity
from facilitation.core.clock import system_clock
from facilitation.core.unit_of_work import Work, reading
from facilitation.extensions import db
from facilitation.people.seats import seat_token
from facilitation.stream.read import Looking, snapshot
from facilitation.stream.read import delta as read_delta

ORIGIN = {"Origin": "http://127.0.0.1:5000"}
DRAFT = {"S": ["Origin is known"], "W": ["Needs a large volume"], "O": ["Other minerals"], "T": ["Price cycles"]}


class Browser(FlaskClient):
    """A client whose requests see nothing of each other: Flask keeps who is signed in with the context a test has pushed."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return Context().run(super().open, *args, **kwargs)


class Socket(SocketIOTestClient):
    """The same for a socket: each of its events is handled as the server would, by itself."""

    def connect(self, *args: Any, **kwargs: Any) -> Any:
        return Context().run(super().connect, *args, **kwargs)

    def emit(self, *args: Any, **kwargs: Any) -> Any:
        return Context().run(super().emit, *args, **kwargs)


class Cast:
    """`anna`, `ben`, `chloe`, `dario`, `eve`, a coordinator, a case with its owner, and an open lab with boards."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        extension = app.extensions["facilitation"]
        self.dispatcher, self.writer, self.settings = extension["dispatcher"], extension["writer"], extension["settings"]
        self.case = self.add_case("FC-MS-01", "Buying lithium directly")
        self.other_case = self.add_case("FC-MS-02", "Tracing on a shared ledger")
        self.olga = self.staff("olga@example.org", "Olga", "coordinator")
        self.mara = self.staff("mara@example.org", "Mara", "sector_lead", sector="MS")
        self.omar = self.staff("omar@example.org", "Omar", "case_owner", case=self.case)
        made = self.do(
            "lab.create", self.mara, kind="flagship_lab", sector="MS", title="Lab one", cases=[self.case, self.other_case]
        )
        self.lab, self.code, self.wall = made["lab"], made["code"], made["wall"]
        self.anna = self.staff("anna@example.org", "Anna", "facilitator")
        self.rita = self.staff("rita@example.org", "Rita", "rapporteur")
        self.do("lab.set_staff", self.mara, lab=self.lab, email="anna@example.org", role="facilitator")
        self.do("lab.set_staff", self.mara, lab=self.lab, email="rita@example.org", role="rapporteur")
        self.do("lab.open", self.anna, lab=self.lab)
        self.ben, self.chloe = self.join(tier="1"), self.join(tier="2")
        self.eve = NOBODY

    @cached_property
    def other_lab(self) -> dict[str, Any]:
        made = self.do("lab.create", SYSTEM, kind="webinar", sector="RES", title="Lab two")
        self.do("lab.open", SYSTEM, lab=made["lab"])
        return dict(made)

    @cached_property
    def dario(self) -> Identity:
        return self.join(code=self.other_lab["code"], tier="3")

    def add_case(self, ref: str, title: str) -> str:
        """A case with a draft SWOT, one aspect and one element."""
        content = document.empty()
        for quadrant, lines in DRAFT.items():
            for line in lines:
                content, _ = document.add_line(content, quadrant, text=line)
        content, aspect = document.add_aspect(content, title="Direct contracts")
        content, _ = document.add_element(content, aspect, title="A mine-level clause")
        case = ids.new_id()

        def job(work: Work) -> None:
            now = system_clock()
            work.session.add(
                Case(id=case, ref=ref, title=title, neutral_title=title, sector="MS", type="management_systems",
                     document=content, created_at=now, updated_at=now)
            )  # fmt: skip

        self.writer.run(job)
        return case

    def staff(self, email: str, name: str, role: str, **more: Any) -> Identity:
        return Identity("staff", self.do("user.create", SYSTEM, email=email, name=name, role=role, **more)["user"])

    def join(self, *, code: str | None = None, tier: str = "1", **more: Any) -> Identity:
        return Identity("seat", self.do("seat.join", NOBODY, code=code or self.code, tier=tier, **more)["seat"])

    def do(self, name: str, who: Identity, /, *, lab: str | None = None, **args: Any) -> dict[str, Any]:
        """Carry a command out; the result, or Refused."""
        result: dict[str, Any] = self.dispatcher.do(name, who, lab=lab, **args)
        return result

    def ask(self, name: str, who: Identity, /, *, key: str | None = None, **args: Any) -> dict[str, Any]:
        """The answer of a command about the lab, refusals included."""
        envelope = {"v": 1, "key": key or ids.new_key(), "name": name, "args": args}
        answer: dict[str, Any] = self.dispatcher.handle(envelope, who, lab=self.lab)
        return answer

    def act(self, name: str, who: Identity, /, **args: Any) -> dict[str, Any]:
        """Carry out a command about the lab; it must succeed."""
        answer = self.ask(name, who, **args)
        assert answer["ok"], answer
        result: dict[str, Any] = answer["result"]
        return result

    def look(self, audience: str = "staff", *, lab: str | None = None) -> dict[str, Any]:
        """A fresh snapshot of the lab for an audience."""
        with reading(db.engine) as session:
            return snapshot(self._looking(session, audience, lab))

    def delta(self, audience: str, have: int) -> dict[str, Any]:
        with reading(db.engine) as session:
            change = read_delta(self._looking(session, audience, None), have)
        assert change is not None
        return change

    def _looking(self, session: Session, audience: str, lab: str | None) -> Looking:
        return Looking(session, lab or self.lab, audience, self.settings)

    def activity(self, kind: str) -> str:
        """The first activity of a kind in the agenda."""
        found = self.look()["entities"]["activity"].items()
        return next(id_ for id_, value in sorted(found, key=lambda item: item[1]["position"]) if value["kind"] == kind)

    def start(self, kind: str) -> str:
        activity = self.activity(kind)
        self.act("activity.start", self.anna, activity=activity)
        return activity

    def board(self, kind: str, *, case: str | None = None) -> str:
        boards = self.look()["entities"]["board"]
        return next(id_ for id_, value in boards.items() if value["kind"] == kind and (case is None or value.get("case") == case))

    def ballot(self, scope: str, method: str = "dots") -> str:
        ballots = self.look()["entities"]["ballot"]
        return next(id_ for id_, value in ballots.items() if value["scope"] == scope and value["method"] == method)

    def browser(self, who: Identity) -> FlaskClient:
        """An HTTP client with the cookies of `who`: a seat's, or a staff session."""
        client = Browser(self.app, self.app.response_class)
        if who.kind == "seat":
            client.set_cookie(f"seat_{self.lab}", seat_token(self.settings.SECRET_KEY, who.id, 1))
        elif who.kind == "staff":
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = f"{who.id}.1", True
        return client

    def socket(self, who: Identity, **auth: Any) -> SocketIOTestClient:
        """A connected socket of `who`; raises when the door refuses."""
        socketio = self.app.extensions["facilitation"]["socketio"]
        wanted = {"v": 1, "lab": self.lab, "as": who.kind if who.kind in ("seat", "staff") else None, **auth}
        return Socket(self.app, socketio, flask_test_client=self.browser(who), auth=wanted, headers=ORIGIN)
