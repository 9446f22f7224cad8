"""Accounts and their roles, for coordinators: list, new account, roles, one-use links, closing an account (R-43)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from facilitation.cases.models import Case
from facilitation.cases.template import template
from facilitation.core import i18n
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.labs.models import Lab
from facilitation.labs.words import ROLES
from facilitation.people.models import Assignment, User
from facilitation.people.roles import PLACE
from facilitation.people.signing_in import LINK_MINUTES
from facilitation.web import access

blueprint = Blueprint("people", __name__)


@blueprint.get("/people")
def index() -> ResponseReturnValue:
    """Everybody with an account, and the form for another one."""
    access.need("site", "", "coordinator")
    return _index_page({"language": i18n.locale(), "role": "facilitator"}, {})


def _index_page(values: dict[str, Any], errors: dict[str, str]) -> str:
    users = access.session().scalars(select(User).order_by(User.disabled_at.is_not(None), User.name)).all()
    held: dict[str, list[str]] = {}
    for row in access.session().scalars(select(Assignment)).all():
        held.setdefault(row.user_id, []).append(row.role)
    roles = {user.id: list(dict.fromkeys(role for role in ROLES if role in held.get(user.id, ()))) for user in users}
    return render_template(
        "people/index.html", users=users, roles=roles, values=values, errors=errors, locales=i18n.LOCALES, **_choices()
    )


def _choices() -> dict[str, Any]:
    session = access.session()
    return {
        "role_words": ROLES,
        "place": PLACE,
        "sectors": template().options("sectors"),
        "labs": session.scalars(select(Lab).order_by(Lab.created_at.desc())).all(),
        "cases": session.scalars(select(Case).order_by(Case.sector, Case.ref)).all(),
    }


@blueprint.post("/people")
def create() -> ResponseReturnValue:
    """A new account with its first role. How they get in comes next: a link."""
    access.need("site", "", "coordinator")
    form = request.form
    given = {name: form.get(name, "") for name in ("email", "name", "role", "language")}
    more = {"sector": form.get("sector") or None} if PLACE.get(given["role"]) == "sector" else {}
    try:
        made = access.do("user.create", key=access.csrf_key(form.get("key")), **given, **more)
    except Refused as refusal:
        if not refusal.fields:
            raise
        return _index_page(form.to_dict(), refusal.fields), refusal.status
    flash(_("The account is there. Give this person an invitation next."))
    return redirect(url_for("people.person", user=made["user"]), 303)


@blueprint.get("/people/<user>")
def person(user: str) -> ResponseReturnValue:
    access.need("site", "", "coordinator")
    return _person_page(user)


def _person_page(user: str, **more: Any) -> str:
    row = access.session().get(User, user)
    if row is None:
        raise Refused("not_found")
    held = access.session().scalars(select(Assignment).where(Assignment.user_id == user).order_by(Assignment.role)).all()
    context = {"user": row, "held": held, "errors": {}, "link": "", "purpose": "", "minutes": LINK_MINUTES}
    return render_template("people/person.html", **{**context, **_choices(), **more})


@blueprint.post("/people/<user>/roles")
def grant(user: str) -> ResponseReturnValue:
    access.need("site", "", "coordinator")
    try:
        access.do("user.grant", **_role(user))
    except Refused as refusal:
        if not refusal.fields:
            raise
        return _person_page(user, errors={"form": refusal.message}), refusal.status
    flash(_("The role is given."))
    return redirect(url_for("people.person", user=user), 303)


@blueprint.post("/people/<user>/roles/take")
def revoke(user: str) -> ResponseReturnValue:
    access.need("site", "", "coordinator")
    access.do("user.revoke", **_role(user))
    flash(_("The role is taken. Screens that were open with it are closed."))
    return redirect(url_for("people.person", user=user), 303)


def _role(user: str) -> dict[str, Any]:
    return {"user": user, "role": request.form.get("role", ""), "place": request.form.get("place") or None}


@blueprint.post("/people/<user>/link")
def link(user: str) -> ResponseReturnValue:
    """A one-use link, shown on this answer and never again: only its digest is kept."""
    access.need("site", "", "coordinator")
    row = access.session().get(User, user)
    if row is None:
        raise Refused("not_found")
    purpose = "invitation" if request.form.get("purpose") == "invitation" else "sign_in"
    made = access.do("user.link", email=row.email, purpose=purpose)
    path = url_for("accounts.link", token=made["token"])
    return _person_page(user, link=f"{access.extension('settings').origin}{path}", purpose=purpose)


@blueprint.post("/people/<user>/disable")
def disable(user: str) -> ResponseReturnValue:
    access.need("site", "", "coordinator")
    access.do("user.disable", user=user)
    flash(_("The account is closed. Its sessions and screens have ended; its roles wait for it."))
    return redirect(url_for("people.person", user=user), 303)


@blueprint.post("/people/<user>/enable")
def enable(user: str) -> ResponseReturnValue:
    access.need("site", "", "coordinator")
    access.do("user.enable", user=user)
    flash(_("The account is open again, with the roles it had."))
    return redirect(url_for("people.person", user=user), 303)
