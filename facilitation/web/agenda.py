"""The agenda of a plan: a page for each activity, and its place. Every form works without script (R-55)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.labs import overview, words
from facilitation.labs.methods import KIND_LABELS, KINDS, METHODS, STAGES, default_instruction
from facilitation.labs.models import Activity, Lab
from facilitation.web import access, lab_forms
from facilitation.web.plan import store

blueprint = Blueprint("agenda", __name__)
#: kind → the method and stage it usually has, and whether others are seen at once
USUAL = {
    "present": ("presentation", "context"),
    "swot": ("swot_walk", "peer_learning"),
    "cluster": ("cluster_and_vote", "peer_learning"),
    "challenges": ("one_two_four_all", "peer_learning"),
    "transferability": ("brainwriting", "peer_learning"),
    "experiences": ("fishbowl", "peer_learning"),
    "takeaways": ("harvest", "outcomes"),
    "ballot": ("dot_vote", "peer_learning"),
    "validation": ("validation", "peer_learning"),
    "evaluation": ("evaluation", "outcomes"),
    "break": ("break", "break"),
}


@blueprint.get("/labs/<lab>/agenda/new")
def new(lab: str) -> ResponseReturnValue:
    """First the kind, then (with `kind`) the form of the new activity, filled in as it usually is."""
    row = _plannable(lab)
    kind, after = request.args.get("kind", ""), request.args.get("after", "")
    stage = request.args.get("stage", "")
    if kind not in KINDS:
        usual = {name: stages[1] for name, stages in USUAL.items()}
        return render_template("labs/kinds.html", lab=row, labels=KIND_LABELS, usual=usual, stage=stage, after=after)
    method, usual_stage = USUAL.get(kind, ("plenary", "peer_learning"))
    values = {
        "title": str(KIND_LABELS[kind]), "stage": "break" if kind == "break" else stage if stage in STAGES else usual_stage,
        "method": method, "instruction": default_instruction(kind), "minutes": "10", "open": True, "moderated": False,
        "reveal": "own" if kind in ("swot", "challenges") else "all", "max_length": 140, "case": "",
        "ballots": [_usual_ballot(kind)] if kind == "ballot" else [],
    }  # fmt: skip
    return _page(row, None, values, kind=kind, after=after)


def _usual_ballot(kind: str) -> dict[str, Any]:
    return {"scope": "challenges", "method": "dots", "question": "", "per_person": 3, "max_per_item": 1}


@blueprint.post("/labs/<lab>/agenda/new")
def add(lab: str) -> ResponseReturnValue:
    access.allowed("activity.add", lab)
    form = request.form
    kind, after = form.get("kind", ""), form.get("after") or None
    given = lab_forms.activity(form)
    settings = {name: value for name, value in given.pop("settings").items() if value is not None}
    try:
        made = access.do(
            "activity.add", lab=lab, key=access.csrf_key(form.get("key")), kind=kind, after=after, settings=settings, **given
        )
    except Refused as refusal:
        if refusal.code not in {"invalid", "too_long"} or kind not in KINDS:
            raise
        page = _page(_plannable(lab), None, lab_forms.entered(form), kind=kind, after=after or "", errors=_named(refusal))
        return page, refusal.status
    flash(_("Added to the agenda."))
    return _back(lab, made["activity"])


@blueprint.get("/labs/<lab>/agenda/<activity>")
def edit(lab: str, activity: str) -> ResponseReturnValue:
    row = _plannable(lab)
    item = _activity(lab, activity)
    return _page(row, item, lab_forms.activity_of(item), kind=item.kind)


@blueprint.post("/labs/<lab>/agenda/<activity>")
def update(lab: str, activity: str) -> ResponseReturnValue:
    """Store the form. When somebody else changed the same thing meanwhile both are shown, and nothing is stored (D11)."""
    access.allowed("activity.update", lab)
    form = request.form
    changes = lab_forms.changed(lab_forms.activity(form), lab_forms.seen(form))
    try:
        store("activity.update", lab, lab_forms.number(form.get("version")), changes, activity=activity)
    except Refused as refusal:
        if refusal.code not in {"invalid", "too_long", "conflict", "bad_state"}:
            raise
        row, item = _plannable(lab), _activity(lab, activity)
        conflict = refusal.data if refusal.code == "conflict" else {}
        errors = {} if conflict else _named(refusal)
        page = _page(row, item, lab_forms.entered(form), kind=item.kind, errors=errors, conflict=conflict)
        return page, refusal.status
    flash(_("Saved."))
    return _back(lab, activity)


@blueprint.post("/labs/<lab>/agenda/<activity>/move")
def move(lab: str, activity: str) -> ResponseReturnValue:
    """Put it after another one (`after`, empty: first), perhaps into another stage."""
    stage = request.form.get("stage") or None
    access.do("activity.move", lab=lab, activity=activity, after=request.form.get("after") or None, stage=stage)
    return _back(lab, activity)


@blueprint.post("/labs/<lab>/agenda/<activity>/remove")
def remove(lab: str, activity: str) -> ResponseReturnValue:
    access.do("activity.remove", lab=lab, activity=activity)
    flash(_("Taken out of the agenda."))
    return _back(lab)


def _back(lab: str, activity: str = "") -> ResponseReturnValue:
    anchor = f"a-{activity}" if activity else "agenda"
    return redirect(url_for("labs.plan", lab=lab, step=4, _anchor=anchor), 303)


def _plannable(lab: str) -> Lab:
    access.allowed("activity.update", lab)
    row = access.session().get_one(Lab, lab)
    if row.state in ("closing", "closed"):
        raise Refused("closed", _("The lab has ended; its agenda stays as it was."))
    return row


def _activity(lab: str, activity: str) -> Activity:
    item = access.session().get(Activity, activity)
    if item is None or item.lab_id != lab:
        raise Refused("not_found")
    return item


def _named(refusal: Refused) -> dict[str, str]:
    """What is wrong, under the names of the form's fields."""
    names = {"seconds": "minutes", "settings": "ballots"}
    found: dict[str, str] = {}
    for place, message in refusal.fields.items():
        parts = place.split(".")
        name = parts[1] if parts[0] == "settings" and len(parts) > 1 else names.get(parts[0], parts[0])
        found.setdefault(name, message)
    return found or {"form": refusal.message}


def _page(lab: Lab, item: Activity | None, values: dict[str, Any], *, kind: str, **more: Any) -> str:
    session = access.session()
    agenda = overview.agenda_of(session, lab.id)
    context = {
        "lab": lab, "item": item, "values": values, "kind": kind, "kind_label": KIND_LABELS[kind], "methods": METHODS,
        "stages": words.STAGES, "surfaces": words.SURFACES, "cases": overview.cases_of(session, lab.id),
        "others": [other for other in agenda if item is None or other.id != item.id], "rows": lab_forms.BALLOTS,
        "used": item is not None and item.id in overview.used_activities(session, lab.id),
        "has_board": KINDS[kind][0] is not None, "errors": {}, "conflict": {}, "after": "",
        "before": _before(agenda, item), "forms": lab_forms,
    }  # fmt: skip
    return render_template("labs/activity.html", **{**context, **more})


def _before(agenda: list[Activity], item: Activity | None) -> str:
    """The activity this one follows now."""
    earlier = [other.id for other in agenda if item is not None and other.position < item.position]
    return earlier[-1] if earlier else ""
