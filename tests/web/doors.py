"""One house with everything in it, and everybody who might knock: for trying every door as everybody."""

from __future__ import annotations

import base64
import io
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from facilitation.boards.models import Contribution
from facilitation.cases.document import walk
from facilitation.cases.models import Case
from facilitation.core.actor import SYSTEM, Identity
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Activity, Lab
from facilitation.people.seats import seat_token
from facilitation.reports.models import Proposal, ReportState
from facilitation.reports.photos import make_anew, seal
from facilitation.reports.remarks import link_token
from tests.cast import ORIGIN, Browser, Cast

#: Everybody who might knock, in the order of the table. `guest` sits in another lab, `stranger` has an account and no role here.
PEOPLE = (
    "nobody", "seat", "guest", "stranger", "facilitator", "rapporteur", "owner", "organiser", "observer", "coordinator",
)  # fmt: skip


def a_picture(size: tuple[int, int] = (4, 3), kind: str = "PNG", mode: str = "RGB", **more: Any) -> bytes:
    """A file with a small picture in it."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").convert(mode).save(out, kind, **more)
    return out.getvalue()


@dataclass
class House:
    """A lab with boards, a closed lab with proposals, cases; and the database as it was, to go back to after each knock."""

    cast: Cast
    database: Path
    people: dict[str, Identity] = field(init=False)
    values: dict[str, str] = field(init=False)
    closed: str = field(init=False)

    def __post_init__(self) -> None:
        cast = self.cast
        stranger = cast.staff("sven@example.org", "Sven", "facilitator")
        cast.do("lab.set_staff", SYSTEM, lab=cast.other_lab["lab"], email="sven@example.org", role="facilitator")
        observer = cast.staff("lena@example.org", "Lena", "sector_lead", sector="RES")
        self.people = {
            "nobody": cast.eve, "seat": cast.ben, "guest": cast.dario, "stranger": stranger, "facilitator": cast.anna,
            "rapporteur": cast.rita, "owner": cast.omar, "organiser": cast.mara, "observer": observer, "coordinator": cast.olga,
        }  # fmt: skip
        self.closed = self._closed_lab()
        cast.do("case.set_status", cast.olga, case=cast.other_case, status="published", reason="for the library")
        self.values = self._values()
        db.engine.dispose()
        shutil.copy(self.database, self.kept)

    @property
    def kept(self) -> Path:
        return self.database.with_suffix(".kept")

    def _closed_lab(self) -> str:
        """A lab that is over, with a proposal for the case."""
        cast = self.cast
        lab = cast.do("lab.create", cast.mara, kind="single_case_lab", sector="MS", title="Over", cases=[cast.case])["lab"]
        for email, role in (("anna@example.org", "facilitator"), ("rita@example.org", "rapporteur")):
            cast.do("lab.set_staff", cast.mara, lab=lab, email=email, role=role)
        cast.do("lab.open", cast.mara, lab=lab)
        with reading(db.engine) as session:
            query = select(Activity.id).where(Activity.lab_id == lab, Activity.kind == "transferability")
            activity = str(session.scalar(query))
        cast.do("activity.start", cast.mara, lab=lab, activity=activity)
        board = next(id_ for id_, value in cast.look(lab=lab)["entities"]["board"].items() if value["kind"] == "transferability")
        for text in ("Share one audit", "Start with one mineral"):
            note = cast.do("contribution.note", cast.rita, lab=lab, board=board, text=text, tier="2")["id"]
            cast.do("cluster.create", cast.rita, lab=lab, board=board, title=text, contributions=[note])
        cast.do("lab.close", cast.mara, lab=lab, grace_s=0)
        cast.do("merge.propose", cast.mara, lab=lab)
        cast.do("report.set_state", cast.mara, lab=lab, state="remarks")
        return str(lab)

    def _desk(self) -> dict[str, str]:
        """The link of the draft, a remark, a picture and a parked point of the closed lab."""
        cast = self.cast
        with reading(db.engine) as session:
            link = link_token(cast.settings, session.get_one(ReportState, self.closed))
            contribution = str(session.scalar(select(Contribution.id).where(Contribution.lab_id == self.closed)))
        remark = cast.do("remark.add", cast.eve, token=link, section="3", text="Who was there?")["remark"]
        dot = make_anew(a_picture())
        photo = cast.do(
            "photo.add", cast.rita, lab=self.closed, data=base64.b64encode(dot.data).decode(), alt="A wall", consent=True,
            seal=seal(cast.settings, dot.data), width=dot.width, height=dot.height,
        )["photo"]  # fmt: skip
        return {"link": link, "remark": remark, "photo": photo, "contribution": contribution}

    def _values(self) -> dict[str, str]:
        """What stands in addresses, by the name of its place."""
        cast = self.cast
        token = cast.do("user.link", SYSTEM, email="rita@example.org")["token"]
        with reading(db.engine) as session:
            merged, waiting = session.scalars(
                select(Proposal.id).where(Proposal.lab_id == self.closed).order_by(Proposal.position)
            )
        cast.do("merge.accept", cast.omar, case=cast.case, proposal=merged, version=1)
        with reading(db.engine) as session:
            document = session.get_one(Case, cast.case).document
            item = next(found.id for found in walk(document) if found.item.get("sources"))
            return {
                "lab": cast.lab, "case": cast.case, "activity": cast.activity("takeaways"), "user": cast.rita.id,
                "code": cast.code, "number": "1", "name": "room", "kind": "json", "section": "2.1", "part": "purpose",
                "proposal": waiting, "act": "reject", "item": item, "filename": "icons.svg", "names": "tokens",
                "token": token, **self._desk(),
            }  # fmt: skip

    def restore(self) -> None:
        """The database as it was."""
        db.engine.dispose()
        for ending in ("-wal", "-shm"):
            Path(f"{self.database}{ending}").unlink(missing_ok=True)
        shutil.copy(self.kept, self.database)

    def client(self, person: str) -> FlaskClient:
        who = self.people[person]
        if person != "guest":
            return self.cast.browser(who)
        client = Browser(self.cast.app, self.cast.app.response_class)
        with reading(db.engine) as session:
            lab = session.get_one(Lab, self.cast.other_lab["lab"]).id
        client.set_cookie(f"seat_{lab}", seat_token(self.cast.settings.SECRET_KEY, who.id, 1))
        return client

    def address(self, rule: Rule, asked: str = "", **other: str) -> str:
        """The rule with something real in each of its places; `asked` comes behind the question mark."""
        values = {**self.values, **other}
        path = re.sub(r"<(?:[a-z]+(?:\([^)]*\))?:)?([a-z_]+)>", lambda place: values[place[1]], str(rule))
        return f"{path}?{asked}" if asked else path

    def knock(self, rule: Rule, method: str, person: str, form: dict[str, str], **address: str) -> TestResponse:
        """One request; what it changed is gone afterwards."""
        client, path = self.client(person), self.address(rule, **address)
        if method == "GET":
            return client.get(path, buffered=True)  # files are closed
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)
        assert token
        answer = client.open(path, method=method, data={"csrf_token": token[1], **form}, headers=ORIGIN)
        self.restore()
        return answer


def verdict(answer: TestResponse) -> str:
    """How a door answered: `o`pen, `s`ign in first, `f`orbidden, `a`bsent, `g`one; a number is no answer at all."""
    if answer.status_code == 401 or (answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")):
        return "s"
    named: dict[int, str] = {403: "f", 404: "a", 410: "g"}
    if answer.status_code >= 500:
        return str(answer.status_code)
    return named.get(answer.status_code, "o")


def rules(app: Any) -> list[tuple[str, str, Rule]]:
    """(method, endpoint, rule) of everything registered."""
    found = []
    for rule in app.url_map.iter_rules():
        found += [(method, rule.endpoint, rule) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return sorted(found, key=lambda item: (item[1], item[0], str(item[2])))
