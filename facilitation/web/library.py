"""The front door and the library: a code to type, published cases and released reports, for anybody to read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from facilitation.cases.published import FILTERS, chosen, library, options, published_case, released_at
from facilitation.cases.queries import case_lines, labs_of, site_template
from facilitation.cases.reading import Reader
from facilitation.core.actor import Staff
from facilitation.core.errors import Refused
from facilitation.labs import overview, words
from facilitation.labs.models import Lab
from facilitation.reports.models import Proposal, ReportState
from facilitation.web import access, dates

blueprint = Blueprint("library", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """For a stranger what this is and a field for the code; for staff their labs and cases first; for both the library."""
    session = access.session()
    labels = site_template(session)
    every = library(session)
    wanted = {name: request.args.getlist(name) for name in FILTERS}
    text = request.args.get("q", "")[:200]
    return render_template(
        "library/home.html", every=every, lines=chosen(every, wanted, text), filters=options(every, labels), wanted=wanted,
        q=text, labels=labels, reports=_released(), words=words, dates=dates, **_own(),
    )  # fmt: skip


def _own() -> dict[str, Any]:
    """The running and planned labs and the cases of whoever is signed in."""
    asking = access.actor()
    if not isinstance(asking, Staff):
        return {"own_labs": [], "own_cases": [], "signed_in": False}
    labs = [line for line in overview.labs_of(access.session(), asking.grants) if line.lab.state != "closed"]
    owned = {grant.case for grant in asking.grants if grant.role == "case_owner"}
    lines = case_lines(access.session(), asking, site_template(access.session()))
    cases = [line for line in lines if line.case.id in owned]
    return {"own_labs": labs[:5], "own_cases": cases[:5], "signed_in": True}


def _released() -> list[Lab]:
    """The labs whose report is released, the latest first."""
    query = select(Lab).join(ReportState, ReportState.lab_id == Lab.id).where(ReportState.state == "released")
    return list(access.session().scalars(query.order_by(ReportState.released_at.desc())))


@blueprint.get("/library/<case>")
def case(case: str) -> ResponseReturnValue:
    """A published case: what labs added is marked, the margin says from which tiers it came. Nobody else's words, no ids."""
    session = access.session()
    row = published_case(session, case)
    if row is None:
        raise Refused("not_found")
    labels = site_template(session)
    reader = Reader(row.document, labels)
    parts = reader.parts()
    return render_template(
        "library/case.html", case=row, reader=reader, labels=labels, parts=parts, dates=dates,
        aspects=[aspect for part in parts for section in part.sections for aspect in section.matrix],
        labs={lab.id: lab for lab in labs_of(session, row.id)}, votes=_votes(row.id), released=released_at(session, row),
        topics=labels.labels("good_practice_topics", row.document.get("topics", ())),
    )  # fmt: skip


def _votes(case: str) -> dict[str, dict[str, int]]:
    """Proposal → its votes by tier, as the lab's report prints them."""
    rows = access.session().scalars(select(Proposal).where(Proposal.case_id == case))
    return {row.id: row.votes_by_tier for row in rows if row.votes}


@blueprint.get("/specimen")
def specimen() -> ResponseReturnValue:
    access.signed_in()
    return render_template("specimen.html")
