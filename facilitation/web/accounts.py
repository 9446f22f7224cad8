"""Signing in and out, one-use links, first-run set-up, the own account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from facilitation.cases.models import Case
from facilitation.cases.template import template
from facilitation.core import i18n
from facilitation.core.actor import NOBODY, SYSTEM, Staff
from facilitation.core.clock import system_clock
from facilitation.core.errors import Refused
from facilitation.core.events import event
from facilitation.core.i18n import _
from facilitation.core.waits import pause
from facilitation.labs.models import Lab
from facilitation.labs.words import ROLES
from facilitation.offload import offload
from facilitation.people.models import User
from facilitation.people.signing_in import check_password_rules, has_accounts, password_matches, usable_link
from facilitation.web import access

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    return render_template("accounts/sign_in.html", errors={}, values={"next": request.args.get("next", "")})


@blueprint.post("/sign-in")
def sign_in_now() -> ResponseReturnValue:
    """E-mail and password. Wrong ones only slow down; an unknown account takes as long as a known one."""
    email, password = request.form.get("email", "").strip().lower(), request.form.get("password", "")
    user = access.session().scalar(select(User).where(User.email == email, User.disabled_at.is_(None)))
    address, limits = request.remote_addr or "", access.extension("limits")
    if not offload(password_matches, user.password_hash if user else None, password) or user is None:
        limits.failed_login(address, email)
        delay = limits.login_delay(address, email)
        event("sign_in", how="password", outcome="slowed" if delay else "refused")
        pause(delay)
        errors = {"password": _("E-mail address and password do not belong together.")}
        values = {"email": email, "next": request.form.get("next", "")}
        return render_template("accounts/sign_in.html", errors=errors, values=values), 400
    event("sign_in", how="password", outcome="ok")
    _remember(user.id, user.session_serial, user.language, user.name)
    return redirect(_next(request.form.get("next", "")), 303)


@blueprint.get("/sign-in/<token>")
def link(token: str) -> ResponseReturnValue:
    """A one-use link: shown first, used up by a press, so that a mail scanner does not spend it."""
    if usable_link(access.session(), token, system_clock()) is None:
        raise Refused("gone", _("This link was used already or is too old. Please ask for a new one."))
    return render_template("accounts/link.html", token=token)


@blueprint.post("/sign-in/<token>")
def follow(token: str) -> ResponseReturnValue:
    result = access.extension("dispatcher").do("user.follow_link", NOBODY, token=token)
    user = access.session().get_one(User, result["user"])
    _remember(user.id, result["serial"], user.language, user.name)
    return redirect(url_for("labs.index"), 303)


def _remember(user: str, serial: int, language: str, name: str) -> None:
    session.clear()
    session.permanent = True
    login_user(access.SignedIn(user, serial, language, name))


def _next(wished: str) -> str:
    return wished if wished.startswith("/") and not wished.startswith(("//", "/\\")) else url_for("labs.index")


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    who = access.staff_identity()
    event("sign_out")
    logout_user()
    session.clear()
    access.extension("announcer").hang_up(f"staff:{who.id}")
    return redirect(url_for("library.home"), 303)


@blueprint.route("/set-up/<token>", methods=["GET", "POST"])
def set_up(token: str) -> ResponseReturnValue:
    """First run only: the coordinator's account. Without the printed link, or afterwards, this is not there."""
    link = usable_link(access.session(), token, system_clock())
    if has_accounts(access.session()) or link is None or link.purpose != "set_up":
        raise Refused("not_found")
    values = {name: request.form.get(name, "") for name in ("name", "email")}
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _set_up(token, values)
        if not errors:
            return redirect(url_for("labs.index"), 303)
    return render_template("accounts/first_run.html", token=token, errors=errors, values=values), 400 if errors else 200


def _set_up(token: str, values: dict[str, str]) -> dict[str, str]:
    password = request.form.get("password", "")
    problem = check_password_rules(password)
    if problem:
        return {"password": problem}
    digest = offload(generate_password_hash, password)
    wished: dict[str, Any] = {**values, "token": token, "password_hash": digest, "language": i18n.locale()}
    try:
        result = access.extension("dispatcher").do("user.set_up", SYSTEM, **wished)
    except Refused as refusal:
        if refusal.fields:
            return refusal.fields
        raise
    _remember(result["user"], result["serial"], i18n.locale(), values["name"])
    return {}


@blueprint.get("/account")
def account() -> ResponseReturnValue:
    return _account_page(access.staff(), {})


def _account_page(who: Staff, errors: dict[str, str]) -> str:
    reads = access.session()
    labs = select(Lab).where(Lab.id.in_([grant.lab for grant in who.grants if grant.lab]))
    cases = select(Case).where(Case.id.in_([grant.case for grant in who.grants if grant.case]))
    return render_template(
        "accounts/account.html", user=reads.get_one(User, who.id), grants=who.grants, errors=errors, role_words=ROLES,
        labs={lab.id: lab for lab in reads.scalars(labs)}, cases={case.id: case for case in reads.scalars(cases)},
        labels=template(),
    )  # fmt: skip


@blueprint.post("/account/password")
def new_password() -> ResponseReturnValue:
    who = access.staff()
    problem = check_password_rules(request.form.get("password", ""))
    if problem:
        return _account_page(who, {"password": problem}), 400
    result = access.do("user.set_password", password_hash=offload(generate_password_hash, request.form["password"]))
    _remember(who.id, result["serial"], who.language, who.name)
    flash(_("The new password is set. Other devices were signed out."))
    return redirect(url_for("accounts.account"), 303)


@blueprint.post("/account/language")
def language() -> ResponseReturnValue:
    access.do("user.set_language", language=i18n.known(request.form.get("language")))
    return redirect(url_for("accounts.account"), 303)
