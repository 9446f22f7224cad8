"""The case desk: a new case, the editor of each place, details, sources, status, owner, files in (R-01 to R-21)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from facilitation.cases import queries
from facilitation.cases.commands import SOURCE, details_content
from facilitation.cases.editing import matrix_form, peers_form, progress, section_form, swot_form
from facilitation.cases.models import Case
from facilitation.cases.rules import mark
from facilitation.cases.template import Template
from facilitation.core.clock import epoch_ms
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.permissions import CASE, COMMANDS, LEAD, standing_of
from facilitation.reports.models import Proposal
from facilitation.reports.proposing import OPEN
from facilitation.web import access

blueprint = Blueprint("desk", __name__)
BLANK_SOURCES = 3  # empty lines offered below the sources there are


# ---- new cases


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    return _new_page({}, {})


@blueprint.post("/new")
def create() -> ResponseReturnValue:
    values = {name: request.form.get(name, "") for name in ("title", "neutral_title", "sector", "type", "owner")}
    try:
        made = access.do("case.create", key=access.csrf_key(request.form.get("key")), **values)
    except Refused as refusal:
        if not refusal.fields:
            raise
        return _new_page(values, refusal.fields), 400
    return redirect(url_for("cases.desk.edit", case=made["case"]), 303)


def _new_page(values: dict[str, str], errors: dict[str, str]) -> str:
    actor = access.signed_in()
    if not standing_of(access.session(), actor, "site", "") & LEAD:
        raise Refused("forbidden")
    words = queries.site_template(access.session())
    people = [("", _("Nobody yet")), *queries.accounts(access.session())]
    return render_template(
        "cases/new.html", values=values, errors=errors, words=words, people=people,
        sectors=_pairs(words, "sectors"),
    )  # fmt: skip


@blueprint.post("/topics")
def add_topic() -> ResponseReturnValue:
    """A topic of this instance (R-15)."""
    try:
        access.do("topic.add", key=access.csrf_key(request.form.get("key")), label=request.form.get("label", ""))
        flash(_("The topic is on the list."))
    except Refused as refusal:
        if refusal.code != "invalid":
            raise
        flash(refusal.message, "error")
    return redirect(url_for("cases.index"), 303)


# ---- the editor


@blueprint.get("/<case>/edit")
def edit(case: str) -> ResponseReturnValue:
    """To the first section with something missing, else to the first."""
    row, words = _editable(case)
    missing = progress(row.document, words)["missing"]
    section = missing[0][0] if missing else words.sections[0].id
    return redirect(url_for("cases.desk.section", case=row.id, section=section))


@blueprint.get("/<case>/edit/<section>")
def section(case: str, section: str) -> ResponseReturnValue:
    """One section, the matrix, the draft SWOT with the open questions, or what came from peers."""
    row, words = _editable(case)
    found = words.section(section)
    if section == "swot":
        form, stance = swot_form(row.document, words), ""
    elif section == "peers":
        form, stance = peers_form(row.document, words), ""
    elif found is None:
        raise Refused("not_found")
    elif found.is_matrix:
        if found is not words.matrix_section:
            return redirect(url_for("cases.desk.section", case=row.id, section=words.matrix_section.id))
        form = matrix_form(row.document, found, words)
        stance = form["stance"]
    else:
        form, stance = section_form(row.document, found, words), ""
    island = {"case": row.id, "form": form, "saved": epoch_ms(row.updated_at), "version": row.version, "origin": _origin(row.id)}
    return render_template(
        "cases/edit.html", **_shell(row, words, section), island=island, form=form, stance=stance, section=found
    )


def _origin(case: str) -> str:
    return "owner" if "case_owner" in standing_of(access.session(), access.signed_in(), "case", case) else "desk"


@blueprint.get("/<case>/state")
def state(case: str) -> ResponseReturnValue:
    """How full the case is and when it was last saved, for the contents beside the editor."""
    row, words = _editable(case)
    return jsonify({**progress(row.document, words), "version": row.version, "saved": epoch_ms(row.updated_at)})


def _editable(case: str) -> tuple[Case, Template]:
    _actor, _standing = access.need("case", case, *CASE)
    return access.session().get_one(Case, case), queries.site_template(access.session())


def _shell(row: Case, words: Template, current: str) -> dict[str, Any]:
    state = progress(row.document, words)
    return {"case": row, "words": words, "current": current, "progress": state, "proposals": open_proposals(row.id)}


def open_proposals(case: str) -> int:
    """How many proposals of labs wait for a decision about this case."""
    query = select(func.count()).select_from(Proposal).where(Proposal.case_id == case, Proposal.state.in_(OPEN))
    return access.session().scalar(query) or 0


def _pairs(words: Template, vocabulary: str) -> list[tuple[str, str]]:
    """(id, label) of a vocabulary, for a select."""
    return [(option.id, option.label) for option in words.options(vocabulary)]


# ---- details, status, owner


@blueprint.get("/<case>/edit/details")
def details(case: str) -> ResponseReturnValue:
    return _details_page(case, {}, {})


def _details_page(case: str, values: dict[str, Any], errors: dict[str, str], conflict: Any = None) -> str:
    row, words = _editable(case)
    standing = standing_of(access.session(), access.signed_in(), "case", row.id)
    content = details_content(row)
    return render_template(
        "cases/details.html", **_shell(row, words, "details"), values={**content, **values}, errors=errors, conflict=conflict,
        base=mark(content), may_give=bool(standing & COMMANDS["case.set_owner"]), people=queries.accounts(access.session()),
        owner=queries.owner_of(access.session(), row.id), may_lead=bool(standing & LEAD),
        steps=_pairs(words, "statuses"), sectors=_pairs(words, "sectors"),
    )  # fmt: skip


@blueprint.post("/<case>/edit/details")
def save_details(case: str) -> ResponseReturnValue:
    form = request.form
    fields: dict[str, Any] = {name: form.get(name, "") for name in ("title", "neutral_title", "sector", "type") if name in form}
    fields |= {"topics": form.getlist("topics"), "stages": form.getlist("stages")}
    fields["mapping"] = {name: form.getlist(name) for name in ("areas", "issues", "sectors") if form.getlist(name)}
    try:
        access.do("case.save_details", key=access.csrf_key(form.get("key")), case=case, fields=fields, base=form.get("base", ""))
    except Refused as refusal:
        if refusal.code == "conflict":
            return _details_page(case, fields, {}, _differences(refusal)), 409
        if not refusal.fields:
            raise
        return _details_page(case, fields, refusal.fields), 400
    flash(_("Saved."))
    return redirect(url_for("cases.desk.details", case=case), 303)


def _differences(refusal: Refused) -> dict[str, tuple[Any, Any]]:
    """Field → (mine, theirs), where they differ."""
    mine: Any = refusal.data["mine"]
    theirs: Any = refusal.data["theirs"]
    return {name: (mine[name], theirs.get(name)) for name in mine if (mine[name] or None) != (theirs.get(name) or None)}


@blueprint.post("/<case>/status")
def set_status(case: str) -> ResponseReturnValue:
    form = request.form
    try:
        access.do("case.set_status", case=case, status=form.get("status", ""), reason=form.get("reason", ""))
        flash(_("The status is changed."))
    except Refused as refusal:
        if refusal.code != "invalid":
            raise
        flash(refusal.message, "error")
    return redirect(url_for("cases.desk.details", case=case), 303)


@blueprint.post("/<case>/owner")
def set_owner(case: str) -> ResponseReturnValue:
    access.do("case.set_owner", case=case, user=request.form.get("user", ""))
    flash(_("The owner is changed."))
    return redirect(url_for("cases.desk.details", case=case), 303)


@blueprint.post("/<case>/delete")
def delete(case: str) -> ResponseReturnValue:
    try:
        access.do("case.delete", case=case)
    except Refused as refusal:
        if refusal.code != "bad_state":
            raise
        flash(refusal.message, "error")
        return redirect(url_for("cases.desk.details", case=case), 303)
    flash(_("The case is gone."))
    return redirect(url_for("cases.index"), 303)


# ---- sources


@blueprint.get("/<case>/edit/references")
def references(case: str) -> ResponseReturnValue:
    return _references_page(case, None, {})


def _references_page(case: str, values: dict[str, dict[str, str]] | None, errors: dict[str, str], conflict: bool = False) -> str:
    row, words = _editable(case)
    known: dict[str, dict[str, str]] = row.document.get("references", {})
    shown = dict(known if values is None else values)
    highest = max([int(number) for number in shown], default=0)
    rows = sorted(shown.items(), key=lambda item: int(item[0]))
    rows += [(str(highest + n), {}) for n in range(1, BLANK_SOURCES + 1)]
    return render_template(
        "cases/references.html", **_shell(row, words, "references"), rows=rows, errors=errors, conflict=conflict,
        base=mark({"references": known}), columns=[column.id for column in SOURCE], theirs=known,
    )  # fmt: skip


@blueprint.post("/<case>/edit/references")
def save_references(case: str) -> ResponseReturnValue:
    form = request.form
    values: dict[str, dict[str, str]] = {}
    for number in form.getlist("number"):
        entry = {column.id: form.get(f"{column.id}-{number}", "") for column in SOURCE}
        if number.isdigit() and any(entry.values()):
            values[str(int(number))] = entry
    try:
        access.do(
            "case.save_references", key=access.csrf_key(form.get("key")), case=case, references=values, base=form.get("base", "")
        )
    except Refused as refusal:
        if refusal.code == "conflict":
            return _references_page(case, values, {}, conflict=True), 409
        if not refusal.fields:
            raise
        return _references_page(case, values, refusal.fields), 400
    flash(_("Saved."))
    return redirect(url_for("cases.desk.references", case=case), 303)
