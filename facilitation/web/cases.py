"""Case pages for readers: the list, the case, its reading sheet, its history, comparisons, files (R-01, R-12, R-20 to R-25)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from facilitation.cases import queries
from facilitation.cases.compare import compare, names_of
from facilitation.cases.completeness import completeness
from facilitation.cases.document import walk
from facilitation.cases.exchange import exported
from facilitation.cases.files.formats import FORMATS, Wanted, blank, together
from facilitation.cases.models import Case, CaseRevision
from facilitation.cases.reading import Reader
from facilitation.cases.reading_pieces import Wish
from facilitation.cases.template import Template
from facilitation.cases.views import room_value
from facilitation.core import i18n
from facilitation.core.actor import Staff
from facilitation.core.errors import Refused
from facilitation.core.events import event
from facilitation.core.i18n import _
from facilitation.labs.models import LabCase
from facilitation.permissions import CASE, LEAD, standing_of
from facilitation.reports.deciding import APPLIED
from facilitation.reports.models import Proposal
from facilitation.web import access, case_desk, case_files
from facilitation.web.changes import field_labels, grouped
from facilitation.web.exports import small

blueprint = Blueprint("cases", __name__, url_prefix="/cases")
blueprint.register_blueprint(case_desk.blueprint)
blueprint.register_blueprint(case_files.blueprint)
HEAD = ("title", "neutral_title", "sector", "type", "status")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The cases this account may read, with filters."""
    actor = access.signed_in()
    words = queries.site_template(access.session())
    every = queries.case_lines(access.session(), actor, words)
    wanted = {name: request.args.getlist(name) for name in queries.FILTERS}
    text = request.args.get("q", "")[:200]
    found = queries.chosen(every, wanted, text)
    return render_template(
        "cases/list.html", lines=found, every=every, filters=_filters(words, every, wanted), q=text, words=words,
        may_create=bool(standing_of(access.session(), actor, "site", "") & LEAD),
        may_add_topics="coordinator" in standing_of(access.session(), actor, "site", ""),
    )  # fmt: skip


def _filters(words: Template, lines: Sequence[queries.CaseLine], wanted: dict[str, list[str]]) -> list[dict[str, Any]]:
    """The filters that could divide these cases: each value with how many cases have it."""
    names = {
        "sector": (_("Sector"), words.options("sectors")),
        "status": (_("Status"), words.options("statuses")),
        "type": (_("Type of case"), words.options("case_types")),
        "topic": (_("Topic"), words.options("good_practice_topics")),
        "mineral": (_("Mineral resource group"), words.options("mineral_resource_groups")),
        "stage": (_("Stage of the value chain"), words.options("value_chain_stages")),
    }
    found: list[dict[str, Any]] = []
    for name, (legend, options) in names.items():
        counted = [(option.id, option.label, sum(option.id in line.values(name) for line in lines)) for option in options]
        found.append(
            {"name": name, "legend": legend, "options": [item for item in counted if item[2] or item[0] in wanted[name]]}
        )
    lab = [("lab", _("With additions from a lab"), sum(bool(line.additions) for line in lines))]
    full = [(id_, label, sum(id_ in line.values("state") for line in lines))
            for id_, label in (("complete", _("Nothing is missing")), ("gaps", _("Something is missing")))]  # fmt: skip
    found.append({"name": "origin", "legend": _("Origin"), "options": lab})
    found.append({"name": "state", "legend": _("Completeness"), "options": full})
    return [item | {"chosen": wanted[item["name"]]} for item in found if item["options"]]


@blueprint.get("/<case>")
def case(case: str) -> ResponseReturnValue:
    """The case in the order of the template; `origin` and `kind` show only such items."""
    row, may = readable(case)
    words = queries.site_template(access.session())
    wish = Wish(_known(words.ids("origins"), "origin"), request.args.get("kind", "")[:40])
    reader = Reader(row.document, words, wish)
    labs = queries.labs_of(access.session(), row.id)
    return render_template(
        "cases/case.html", case=row, words=words, parts=reader.parts(), reader=reader, wish=wish, may=may,
        state=completeness(row.document, words), labs={lab.id: lab for lab in labs}, kinds=_kinds(words),
        before=queries.before_lab(access.session(), row), owner=queries.owner_names(access.session()).get(row.id, ""),
        steps=[(option.id, option.label) for option in words.options("statuses")],
        proposals=case_desk.open_proposals(row.id) if may else 0,
    )  # fmt: skip


def _kinds(words: Template) -> list[tuple[str, str]]:
    """Kinds of context: the choices of every table that has a column `kind` (R-12)."""
    columns = [
        column for section in words.sections for field in section.fields for column in field.columns if column.id == "kind"
    ]
    return list(dict.fromkeys((option.id, option.label) for column in columns for option in column.options))


def _known(ids: Sequence[str], name: str) -> str:
    value = request.args.get(name, "")
    return value if value in ids else ""


def readable(case: str) -> tuple[Case, frozenset[str]]:
    """The case and what the account is to it. Somebody not signed in is sent to the sign-in page."""
    actor = access.signed_in()
    row = queries.readable_case(access.session(), actor, case)
    if row is None:
        raise Refused("not_found")
    return row, standing_of(access.session(), actor, "case", row.id) & CASE


@blueprint.get("/<case>/sheet")
def sheet(case: str) -> ResponseReturnValue:
    """The reading sheet (R-25): for staff who may read the case, and for the seats of a lab that has it."""
    row, back = _for_sheet(case)
    return render_template("cases/sheet.html", sheet=room_value(row, i18n.locale()), back=back, figure=figure)


def _for_sheet(case: str) -> tuple[Case, str]:
    session = access.session()
    row = queries.readable_case(session, access.actor(), case)
    if row is not None:
        return row, url_for("cases.case", case=row.id)
    for held in session.query(LabCase).filter(LabCase.case_id == case):
        if access.seat_identity(session, held.lab_id) is not None:
            return session.get_one(Case, case), url_for("phone.lab", lab=held.lab_id)
    raise Refused("not_found" if isinstance(access.actor(), Staff) else "unauthenticated")


def figure(text: str) -> tuple[str, str] | None:
    """A measurable impact that begins with a number: (number, the rest)."""
    found = re.match(r"([<>≈~]?\s?\d[\d.,\u202f\u00a0]*(?:\s?%)?)\s+(.+)", text)
    return (found[1], found[2]) if found else None


# ---- history


@blueprint.get("/<case>/history")
def history(case: str) -> ResponseReturnValue:
    row, may = readable(case)
    words = queries.site_template(access.session())
    return render_template(
        "cases/history.html", case=row, may=may, words=words, lines=queries.history(access.session(), row.id), place=_place(words)
    )


def _place(words: Template) -> Any:
    """The name of the place a save was about; empty for an item of the matrix."""

    def name(place: str) -> str:
        section = words.section(place)
        if place == "peers":
            return _("From peers")
        return f"{section.id} {section.title}" if section else words.words.get(f"section.{place}", "")

    return name


@blueprint.get("/<case>/compare")
def comparison(case: str) -> ResponseReturnValue:
    """Two revisions side by side (`from`, `to`), or with `since=lab` the case before its latest lab and now (R-22)."""
    row, may = readable(case)
    words = queries.site_template(access.session())
    if request.args.get("since") == "lab":
        found = queries.before_lab(access.session(), row)
        if found is None:
            raise Refused("not_found", _("No lab has worked on this case yet."))
        before, after = found[0], row.document
        title = _("Changes since the lab “%(lab)s”", lab=found[1]) if found[1] else _("Changes since the lab")
    else:
        first, second = _revision(row, "from"), _revision(row, "to")
        before, after = _whole(first), _whole(second)
        title = _("Revision %(before)s and revision %(after)s", before=first.number, after=second.number)
    changes = compare(before, after, names_of(words))
    return render_template(
        "cases/compare.html", case=row, may=may, title=title, groups=grouped(changes, words), words=words, count=len(changes),
        labs={lab.id: lab for lab in queries.labs_of(access.session(), row.id)}, field_label=field_labels(words),
        there={found.id for found in walk(row.document)}, merges=_merges(row.id) if request.args.get("since") == "lab" else {},
    )  # fmt: skip


def _merges(case: str) -> dict[str, Proposal]:
    """Accepted proposals by the line they became: what can be taken back one by one."""
    query = select(Proposal).where(Proposal.case_id == case, Proposal.state.in_(APPLIED))
    return {row.applied_item: row for row in access.session().scalars(query) if row.applied_item}


def _revision(row: Case, name: str) -> CaseRevision:
    wished = request.args.get(name, "")
    found = queries.revision(access.session(), row.id, int(wished)) if wished.isdigit() and len(wished) < 9 else None
    if found is None:
        raise Refused("not_found")
    return found


def _whole(revision: CaseRevision) -> dict[str, Any]:
    return {**revision.document, **{name: getattr(revision, name) for name in HEAD}}


# ---- files


@blueprint.get("/<case>.<any(docx,pdf,md,yaml,json):kind>")
def download(case: str, kind: str) -> ResponseReturnValue:
    """The case as a file. YAML, JSON and Word hold everything; `questions=1` writes the guiding questions in as well."""
    row, _may = readable(case)
    labs = {lab.id: lab.title for lab in queries.labs_of(access.session(), row.id)}
    wanted = Wanted(queries.site_template(access.session()), guided=request.args.get("questions") == "1", labs=labs)
    found = exported(row)
    return attachment(small(FORMATS[kind].write, found, wanted), found.ref, kind)


def attachment(content: bytes, name: str, kind: str) -> Response:
    """A file under a name of our own."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", name)
    headers = {"Content-Disposition": f'attachment; filename="{safe}.{kind}"'}
    event("export", of="cases", form=kind, bytes=len(content))
    return Response(content, headers=headers, content_type=FORMATS[kind].media)


@blueprint.get("/all.<any(yaml,json):kind>")
def download_all(kind: str) -> ResponseReturnValue:
    """Every case this account may read, in one file."""
    actor = access.signed_in()
    words = queries.site_template(access.session())
    cases = [exported(line.case) for line in queries.case_lines(access.session(), actor, words)]
    return attachment(small(together, cases, kind, Wanted(words)), "cases", kind)


@blueprint.get("/template.docx")
def blank_template() -> ResponseReturnValue:
    """The empty template for Word, with the guiding questions as hints (R-26)."""
    access.signed_in()
    words = queries.site_template(access.session())
    return attachment(small(blank, words), f"flagship-case-{words.locale}", "docx")
