"""Joining: a code or a scanned link, the notice, the tier; no account (R-60 to R-62)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitation.cases.template import template
from facilitation.core import i18n, ids
from facilitation.core.actor import Identity
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.waits import pause
from facilitation.extensions import csrf
from facilitation.labs.models import Lab
from facilitation.labs.rules import JOINABLE
from facilitation.people.models import Seat
from facilitation.people.seats import lab_by_code, seat_token
from facilitation.web import access
from facilitation.web.errors import wants_json

blueprint = Blueprint("join", __name__)
FIELDS = ("name", "tier", "organisation", "stage", "attribution")
NOTICE = "1"  # of templates/join/notice.html: raised when a sentence changes its meaning
BACK_TO_FORM = {"invalid", "too_long", "full", "not_open"}


@blueprint.get("/join")
def enter() -> ResponseReturnValue:
    """The page with one field: the code. A typed code leads to its lab."""
    typed = ids.tidy_code(request.args.get("code", ""))
    if typed:
        return redirect(url_for("join.form", code=typed))
    return render_template("join/code.html", error=None, typed="")


@blueprint.get("/join/<code>")
def form(code: str) -> ResponseReturnValue:
    """The join form of a lab; whoever sits there already goes straight in."""
    try:
        lab = _lab(code)
    except Refused as refusal:
        if wants_json() or refusal.code == "gone":
            raise
        return render_template("join/code.html", error=refusal.message, typed=ids.tidy_code(code)[:12]), refusal.status
    if access.seat_identity(access.session(), lab.id) is not None:
        return redirect(url_for("phone.lab", lab=lab.id))
    return _page(lab, code, {}, {})


@blueprint.post("/join/<code>")
@csrf.exempt  # the Origin list guards it; a form of a page carries its token all the same
def join(code: str) -> ResponseReturnValue:
    """Take a seat. JSON answers {lab, seat}; a form leads to the phone page. Both set the seat's cookie."""
    if not wants_json():
        csrf.protect()
    values: dict[str, Any] = {**(request.get_json(silent=True) or {})} if request.is_json else request.form.to_dict()
    key = values.pop("key", None)
    given = {name: values[name] for name in FIELDS if values.get(name) not in (None, "")}
    language = i18n.locale()
    try:
        if "attribution" in given:
            given["attribution"] = _number(given["attribution"])
        lab = _lab(code)
        seat = access.seat_identity(access.session(), lab.id)
        answer = {"lab": lab.id, "seat": seat.id} if seat is not None else _take(code, given, language, key)
    except Refused as refusal:
        if wants_json() or refusal.code not in BACK_TO_FORM:
            raise
        return _page(_lab(code), code, given, refusal.fields or {"form": refusal.message}), refusal.status
    return _seated(answer)


def _take(code: str, given: dict[str, Any], language: str, key: Any) -> dict[str, Any]:
    dispatcher = access.extension("dispatcher")
    nobody = Identity("nobody", language=language)
    answer: dict[str, Any] = dispatcher.do(
        "seat.join", nobody, key=access.csrf_key(key if isinstance(key, str) else None), code=code, language=language, **given
    )
    return answer


def _seated(answer: dict[str, Any]) -> ResponseReturnValue:
    settings = access.extension("settings")
    page = url_for("phone.lab", lab=answer["lab"])
    response = make_response(jsonify(answer) if wants_json() else redirect(page, 303))
    session = access.session()
    seat = session.get_one(Seat, answer["seat"])
    response.set_cookie(
        access.seat_cookie(answer["lab"]),
        seat_token(settings.SECRET_KEY, seat.id, seat.serial),
        max_age=settings.SEAT_DAYS * 86400,
        httponly=True,
        secure=settings.secure,
        samesite="Lax",
        path=settings.cookie_path,
    )
    return response


def _number(value: Any) -> Any:
    """A level from a form field; anything else is left for the command to refuse."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _lab(code: str) -> Lab:
    """The lab behind a code. Wrong codes are counted and slowed down; right ones never are."""
    lab = lab_by_code(access.session(), code[:60])
    address = request.remote_addr or ""
    if lab is None:
        limits = access.extension("limits")
        limits.wrong_code(address)
        pause(limits.code_delay(address))
        raise Refused("not_found", _("There is no lab with this code. Please look at it once more."))
    if lab.state == "closed":
        raise Refused("gone", _("This lab has ended. Thank you for your interest."))
    if lab.state not in JOINABLE:
        raise Refused("not_open", _("This lab is not open yet. Please come back when it begins."))
    return lab


def _page(lab: Lab, code: str, values: dict[str, Any], errors: dict[str, str]) -> str:
    words = template(i18n.locale())
    return render_template(
        "join/join.html",
        lab=lab,
        code=ids.tidy_code(code),
        values=values,
        errors=errors,
        tier_options=[(tier.id, tier.label, tier.text) for tier in words.options("tiers")],
        stage_options=[(stage.id, stage.label) for stage in words.options("value_chain_stages")],
        notice_version=NOTICE,
    )
