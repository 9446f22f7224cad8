"""Where a coordinator erases what somebody wrote, when that person asks for it (safety, section 6)."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitation.boards.erasing import MOST_FOUND, found_by, quoted
from facilitation.core.errors import Refused
from facilitation.core.i18n import _, n_
from facilitation.labs.models import Lab
from facilitation.permissions import COMMANDS
from facilitation.web import access

blueprint = Blueprint("erasing", __name__)


@blueprint.get("/labs/<lab>/erase")
def find(lab: str) -> ResponseReturnValue:
    """Find the words (`q`), choose which of them go."""
    return _page(lab)


def _page(lab: str, error: str = "") -> str:
    access.need("lab", lab, *COMMANDS["contribution.erase"])
    words = request.values.get("q", "")[:200]
    found = found_by(access.session(), lab, words) if words.strip() else []
    return render_template(
        "labs/erase.html", lab=access.session().get_one(Lab, lab), q=words, found=found, most=MOST_FOUND, error=error,
        chosen=set(request.form.getlist("id")),
    )  # fmt: skip


@blueprint.post("/labs/<lab>/erase")
def erase(lab: str) -> ResponseReturnValue:
    form = request.form
    try:
        done = access.do(
            "contribution.erase", lab=lab, key=access.csrf_key(form.get("key")), ids=form.getlist("id"),
            whole_person=form.get("reach") == "person", keep_words=form.get("words") == "keep",
        )  # fmt: skip
    except Refused as refusal:
        if refusal.code not in ("invalid", "bad_state"):
            raise
        message = _("Please choose at least one contribution.") if refusal.code == "invalid" else refusal.message
        return _page(lab, message), 400
    flash(n_("%(n)s contribution is erased.", "%(n)s contributions are erased.", done["erased"]))
    if done["passages"]:
        flash(quoted(done["passages"]))
    return redirect(url_for("erasing.find", lab=lab), 303)
