"""A small lab that was really held: posted, replied, clustered, voted, evaluated, closed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from facilitation import create_app
from facilitation.cases.models import Case
from facilitation.core.actor import SYSTEM, Identity
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.reports.closed import ClosedLab
from facilitation.reports.gather import gather
from facilitation.reports.models import Proposal
from tests import ledger
from tests.cast import Cast
from tests.databases import copied


@pytest.fixture(autouse=True)
def _told(request: pytest.FixtureRequest) -> Iterator[None]:
    """The laws of the merge are F18 in the table of faults."""
    yield
    if cases := getattr(request.module, "SIZE", 0):
        ledger.note("F18", on="–", laws=1, cases_each=cases)


class Held:
    """The lab of the cast after its close. `ids`: contributions and clusters by name."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.ids: dict[str, str] = {}
        self.people: list[Identity] = [cast.ben, cast.chloe]
        self._joined()
        self._written()
        self._voted()
        self.close()

    def _joined(self) -> None:
        """Six of tier 1, four of tier 2, three of tier 3, one from another group."""
        for tier, n in (("1", 5), ("2", 3), ("3", 3), ("other", 1)):
            self.people += [self.cast.join(tier=tier) for _ in range(n)]

    def person(self, tier: str, place: int = 0) -> Identity:
        order = ["1", "2", *["1"] * 5, *["2"] * 3, *["3"] * 3, "other"]
        return [who for who, of in zip(self.people, order, strict=True) if of == tier][place]

    def post(self, name: str, who: Identity, **args: Any) -> str:
        self.ids[name] = self.cast.act("contribution.post", who, **args)["id"]
        return str(self.ids[name])

    def _written(self) -> None:
        cast = self.cast
        cast.start("swot")
        swot = cast.board("swot", case=cast.case)
        self.post("known", self.person("1"), board=swot, column="S", text="Buyer knows the mine")
        self.post("size", self.person("2"), board=swot, column="W", text="Works only if you are big")
        self.post("cost", self.person("3"), board=swot, column="W", text="Audits cost too much")
        self.post("lonely", self.person("3", 1), board=swot, column="T", text="LONELY-THREAT")
        self.post("hidden", self.person("1", 1), board=swot, column="S", text="HIDDEN-WORDS")
        self.post("taken", self.person("1", 2), board=swot, column="S", text="WITHDRAWN-WORDS")
        cast.act("contribution.hide", cast.anna, id=self.ids["hidden"], reason="a test")
        cast.act("contribution.withdraw", self.person("1", 2), id=self.ids["taken"])
        cast.act("activity.reveal", cast.anna)
        cast.act("contribution.reply", self.person("1"), id=self.ids["size"], kind="agree", text="Same for us")
        self._cluster("size_k", swot, "Size barrier", "size", "cost")
        self._cluster("known_k", swot, "Known origin", "known")
        cast.start("transferability")
        ideas = cast.board("transferability")
        target = {"case": cast.case, "aspect": "A1", "element": "E1"}
        extra = {"needs": "a lawyer", "setting": "small firms", "degree": "with_adaptation"}
        for name, who, text in (
            ("buy", self.person("1"), "Buy together"),
            ("tender", self.person("3"), "Use tenders"),
            ("group", self.person("2"), "Join a group"),
        ):
            self.post(name, who, board=ideas, column=cast.case, text=text, target=target, extra=extra)
        self._cluster("buy_k", ideas, "Buying together", "buy", "tender", "group")

    def _cluster(self, name: str, board: str, title: str, *members: str) -> None:
        made = self.cast.act(
            "cluster.create", self.cast.rita, board=board, title=title, contributions=[self.ids[m] for m in members]
        )
        self.ids[name] = made["id"]

    def _voted(self) -> None:
        cast = self.cast
        for scope, item in (("swot", "size_k"), ("transferability", "buy_k")):
            ballot = cast.ballot(scope)
            cast.act("ballot.open", cast.anna, ballot=ballot)
            for who in self.people:
                cast.act("ballot.vote", who, ballot=ballot, dots={self.ids[item]: 1})
            cast.act("ballot.reveal", cast.anna, ballot=ballot)
        cast.start("evaluation")
        for place, who in enumerate(self.people[:4]):
            cast.act(
                "evaluation.answer", who, answers={"useful": 3 + place % 2, "will_transfer": "yes", "comment": f"Comment {place}"}
            )

    def close(self) -> None:
        self.cast.act("lab.close", self.cast.anna, grace_s=0)

    def cut(self) -> None:
        self.cast.act("lab.cut", SYSTEM)

    def gather(self) -> ClosedLab:
        with reading(db.engine) as session:
            return gather(session, self.cast.lab)

    def document(self) -> dict[str, Any]:
        with reading(db.engine) as session:
            found: dict[str, Any] = session.get_one(Case, self.cast.case).document
            return found

    def version(self) -> int:
        with reading(db.engine) as session:
            return session.get_one(Case, self.cast.case).version

    def proposals(self) -> dict[str, Proposal]:
        """By source, with its kind: cluster:size_k, contribution:lonely."""
        names = {id_: name for name, id_ in self.ids.items()}
        with reading(db.engine) as session:
            rows = session.query(Proposal).filter(Proposal.lab_id == self.cast.lab).all()
            session.expunge_all()
        return {f"{kind}:{names[id_]}": row for row in rows for kind, _, id_ in [row.source.partition(":")]}


def _application(folder: Path) -> Flask:
    app = create_app({"DATA": str(folder), "ASYNC_MODE": "threading", "TESTING": True})
    limits = app.extensions["facilitation"]["limits"]
    limits._any.amount = limits._posts.amount = 10_000
    return app


@pytest.fixture(scope="session")
def held_once(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Held]:
    """The lab is held once; each test gets a copy of what it left behind."""
    folder = tmp_path_factory.mktemp("held") / "data"
    copied(migrated, folder)
    app = _application(folder)
    with app.app_context():
        held = Held(Cast(app))
        db.session.remove()
        db.engine.dispose()
    return folder, held


@pytest.fixture
def held(held_once: tuple[Path, Held], tmp_path: Path) -> Iterator[Held]:
    folder, first = held_once
    copied(folder, tmp_path / "held")
    app = _application(tmp_path / "held")
    extension = app.extensions["facilitation"]
    cast, held = copy.copy(first.cast), copy.copy(first)
    cast.app, held.cast = app, cast
    cast.dispatcher, cast.writer, cast.settings = extension["dispatcher"], extension["writer"], extension["settings"]
    with app.app_context():
        yield held
        db.session.remove()
        db.engine.dispose()
