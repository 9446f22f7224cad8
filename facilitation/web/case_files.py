"""Cases from files: brought, looked at, and only then taken over (R-26)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from facilitation.cases import queries
from facilitation.cases.compare import Change, compare, names_of
from facilitation.cases.document import empty
from facilitation.cases.exporting import cases_json
from facilitation.cases.files.archive import MAX_PACKED
from facilitation.cases.files.taking import Taken, as_exported, take
from facilitation.cases.importing import ParsedCase
from facilitation.cases.managing import next_ref
from facilitation.cases.marked import FileError
from facilitation.cases.models import Case
from facilitation.cases.saving import HEAD
from facilitation.core.actor import Staff
from facilitation.core.clock import system_clock
from facilitation.core.errors import Refused
from facilitation.core.i18n import LOCALES, _, locale, n_
from facilitation.offload import offload
from facilitation.permissions import LEAD, standing_of
from facilitation.web import access, waiting
from facilitation.web.changes import field_labels, grouped

blueprint = Blueprint("files", __name__)


@dataclass(frozen=True)
class Arrival:
    """A case of a file beside the one that is there. `allowed`: it is in a sector this person leads."""

    case: ParsedCase
    there: Case | None
    changes: list[Change]
    allowed: bool


@blueprint.get("/import")
def choose() -> ResponseReturnValue:
    """Choose a file, or get the empty template."""
    _lead()
    return render_template("cases/take.html", error="")


@blueprint.post("/import")
def bring() -> ResponseReturnValue:
    """Read a file and show what it says. Nothing is saved yet."""
    person = _lead()
    upload = request.files.get("file")
    content = upload.read(MAX_PACKED + 1) if upload else b""
    templates = [queries.site_template(access.session(), tag) for tag in sorted(LOCALES, key=lambda tag: tag != locale())]
    try:
        found = offload(take, content, templates)
    except FileError as error:
        return render_template("cases/take.html", error=str(error)), 400
    told = {"name": (upload.filename or "")[:120] if upload else "", "notes": [[note.where, note.text] for note in found.notes],
            "text": _named(found, templates[0])}  # fmt: skip
    token = waiting.keep(_data(), person.id, told, now=_now())
    return redirect(url_for("cases.files.preview", token=token), 303)


@blueprint.get("/import/<token>")
def preview(token: str) -> ResponseReturnValue:
    """What goes where, what would change, and what was not understood."""
    waits = _waiting(token)
    return _preview(token, waits)


@blueprint.post("/import/<token>")
def take_over(token: str) -> ResponseReturnValue:
    """All cases of the file, or none: if one changed since it was looked at, look again."""
    waits = _waiting(token)
    if "drop" in request.form:
        waiting.drop(_data(), token)
        flash(_("Nothing was taken over."))
        return redirect(url_for("cases.files.choose"), 303)
    seen = {ref: int(version) for ref, _sep, version in (item.rpartition(":") for item in request.form.getlist("seen"))
            if version.isdigit()}  # fmt: skip
    try:
        done = access.do("case.import", key=access.csrf_key(request.form.get("key")), text=waits["text"], replace=True, seen=seen)
    except Refused as refusal:
        if refusal.code not in {"invalid", "conflict", "forbidden"}:
            raise
        return _preview(token, waits, refusal.message), 409
    waiting.drop(_data(), token)
    flash(n_("%(n)s case was taken over.", "%(n)s cases were taken over.", done["imported"]))
    only = done["cases"][0]["id"] if len(done["cases"]) == 1 else ""
    return redirect(url_for("cases.case", case=only) if only else url_for("cases.index"), 303)


def _preview(token: str, waits: Mapping[str, Any], error: str = "") -> str:
    words = queries.site_template(access.session())
    arrivals = [_arrival(case, words) for case in offload(take, waits["text"].encode(), [words]).cases]
    groups = [grouped(arrival.changes, words) for arrival in arrivals]
    return render_template(
        "cases/preview.html", token=token, name=waits["name"], notes=waits["notes"], error=error, words=words,
        arrivals=list(zip(arrivals, groups, strict=True)), field_label=field_labels(words),
        may=all(arrival.allowed for arrival in arrivals), fresh=sum(not arrival.there for arrival in arrivals),
        revised=sum(bool(arrival.there and arrival.changes) for arrival in arrivals),
    )  # fmt: skip


def _arrival(case: ParsedCase, words: Any) -> Arrival:
    there = access.session().scalar(select(Case).where(Case.ref == case.ref))
    readable = there is None or queries.readable_case(access.session(), access.signed_in(), there.id) is not None
    before: dict[str, Any] = (
        {**there.document, **{name: getattr(there, name) for name in HEAD}} if there and readable else empty()
    )
    after = {**case.document, **{name: getattr(case, name) for name in HEAD}}
    allowed = readable and _leads(case.sector) and (there is None or _leads(there.sector))
    return Arrival(case, there, compare(before, after, names_of(words)), allowed)


def _leads(sector: str) -> bool:
    grants = access.staff().grants
    return any(grant.role == "coordinator" or (grant.role == "sector_lead" and grant.sector == sector) for grant in grants)


def _named(found: Taken, words: Any) -> str:
    """The cases as one text; those without a reference get the next one of their sector."""
    cases = [as_exported(case, next_ref(access.session(), case.sector) if case in found.unnamed else "") for case in found.cases]
    return cases_json(cases, words)


def _lead() -> Staff:
    person = access.staff()
    if not standing_of(access.session(), person, "site", "") & LEAD:
        raise Refused("forbidden")
    return person


def _waiting(token: str) -> dict[str, Any]:
    person = _lead()
    found = waiting.kept(_data(), person.id, token, now=_now())
    if found is None:
        raise Refused("not_found", _("This file is no longer kept. Bring it once more."))
    return found


def _data() -> Path:
    found: Path = access.extension("settings").data
    return found


def _now() -> float:
    return system_clock().timestamp()
