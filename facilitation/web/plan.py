"""Changes of a lab's plan, one form each: details, cases, focus, promises, staff, code, its opening and its close."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.labs.models import Lab
from facilitation.web import access, lab_forms
from facilitation.web.labs import plan_page

blueprint = Blueprint("plan", __name__)


@blueprint.post("/labs/<lab>/details")
def details(lab: str) -> ResponseReturnValue:
    return _update(lab, "details", 3, lab_forms.details(request.form))


@blueprint.post("/labs/<lab>/focus")
def focus(lab: str) -> ResponseReturnValue:
    return _update(lab, "focus", 2, {"focus": lab_forms.focus(request.form)})


@blueprint.post("/labs/<lab>/promises")
def promises(lab: str) -> ResponseReturnValue:
    return _update(lab, "promises", 3, lab_forms.promises(request.form))


def _update(lab: str, part: str, step: int, given: dict[str, Any]) -> ResponseReturnValue:
    """Store what a person changed. Somebody else's change of the same thing comes back with both (D11)."""
    access.allowed("lab.update", lab)
    changes = lab_forms.changed(given, lab_forms.seen(request.form))
    if not changes:
        return _back(lab, step, part)
    try:
        store("lab.update", lab, lab_forms.number(request.form.get("version")), changes)
    except Refused as refusal:
        return _again(lab, part, step, refusal, given)
    flash(_("Saved."))
    return _back(lab, step, part)


def store(name: str, lab: str, version: Any, changes: dict[str, Any], **more: Any) -> None:
    """Carry out an update that knows its version. A change of something else in between is no conflict: both are kept."""
    try:
        access.do(name, lab=lab, version=version, **changes, **more)
    except Refused as refusal:
        if refusal.code != "conflict" or not _only_elsewhere(refusal):
            raise
        access.do(name, lab=lab, version=refusal.data["version"], **changes, **more)


def _only_elsewhere(refusal: Refused) -> bool:
    theirs, before = refusal.data["theirs"], lab_forms.seen(request.form)
    return isinstance(theirs, dict) and all(name in before and before[name] == value for name, value in theirs.items())


def _again(lab: str, part: str, step: int, refusal: Refused, given: dict[str, Any]) -> ResponseReturnValue:
    """The form once more, with what was typed and what is wrong; or both versions of what two people changed."""
    if refusal.code not in {"invalid", "too_long", "bad_state", "conflict"}:
        raise refusal
    errors = {"planned_start": "starts"}
    shown = {errors.get(name, name.split(".")[0]): message for name, message in refusal.fields.items()}
    more: dict[str, Any] = {"typed": {part: given}, "errors": shown or {"form": refusal.message}}
    if refusal.code == "conflict":
        more |= {"conflict": {part: refusal.data}, "errors": {}}
    return plan_page(lab, access.allowed("lab.update", lab), step, **more), refusal.status


def _back(lab: str, step: int, part: str = "") -> ResponseReturnValue:
    return redirect(url_for("labs.plan", lab=lab, step=step, _anchor=part or None), 303)


@blueprint.post("/labs/<lab>/cases")
def cases(lab: str) -> ResponseReturnValue:
    """The chosen cases in their order: those already there keep theirs, `first` moves one to the front."""
    access.allowed("lab.set_cases", lab)
    chosen = request.form.getlist("cases")
    first = request.form.get("first")
    if first in chosen:
        chosen = [first, *(case for case in chosen if case != first)]
    access.do("lab.set_cases", lab=lab, cases=chosen)
    flash(_("Saved. Boards that nobody has used yet were made anew."))
    return _back(lab, 1, "cases")


@blueprint.post("/labs/<lab>/staff")
def staff(lab: str) -> ResponseReturnValue:
    """Give somebody a role in this lab by their e-mail address, or take it."""
    standing = access.allowed("lab.set_staff", lab)
    given = {"email": request.form.get("email", ""), "role": request.form.get("role", "")}
    try:
        access.do("lab.set_staff", lab=lab, **given)
    except Refused as refusal:
        if not refusal.fields:
            raise
        more = {"typed": {"staff": given}, "errors": {"email": refusal.message}}
        return plan_page(lab, standing, 3, **more), 400
    flash(_("Saved."))
    return _back(lab, 3, "staff")


@blueprint.post("/labs/<lab>/code")
def code(lab: str) -> ResponseReturnValue:
    access.do("lab.new_code", lab=lab)
    flash(_("The lab has a new code. The old one, its links and its wall address stopped working; who is in stays in."))
    return _back(lab, 3, "invite")


@blueprint.post("/labs/<lab>/open")
def open_lobby(lab: str) -> ResponseReturnValue:
    access.do("lab.open", lab=lab)
    flash(_("The lobby is open: people can join with the code."))
    return _back(lab, 3, "invite")


@blueprint.post("/labs/<lab>/close")
def close(lab: str) -> ResponseReturnValue:
    """Close with the usual minute of grace, which every device shows as a countdown."""
    access.do("lab.close", lab=lab)
    flash(_("The lab closes in a minute; every device counts down."))
    return _back(lab, 5)


@blueprint.post("/labs/<lab>/reopen")
def reopen(lab: str) -> ResponseReturnValue:
    access.do("lab.reopen", lab=lab)
    flash(_("The lab is open again, and paused."))
    return _back(lab, 5)


@blueprint.post("/labs/<lab>/copy")
def copy(lab: str) -> ResponseReturnValue:
    """A new event after this one: agenda, focus, cases; no people, no contributions (R-58). Or a rehearsal of it (R-59)."""
    access.allowed("lab.copy", lab)
    title = request.form.get("title", "").strip() or access.session().get_one(Lab, lab).title
    made = access.do(
        "lab.copy", lab=lab, key=access.csrf_key(request.form.get("key")), title=title,
        rehearsal=bool(request.form.get("rehearsal")),
    )  # fmt: skip
    if request.form.get("rehearsal"):
        access.do("lab.open", lab=made["lab"])
        flash(_("This is a rehearsal with a code of its own. Try everything; nothing here touches the event itself."))
    else:
        flash(_("This is the copy. Set its date next."))
    return redirect(url_for("labs.plan", lab=made["lab"]), 303)
