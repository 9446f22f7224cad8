"""The phone: one page for a seat, the way out, and what a person can take home about themselves (R-60 to R-71)."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from facilitation.cases.template import Template, template
from facilitation.core import i18n
from facilitation.core.actor import Identity
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.extensions import csrf
from facilitation.labs.evaluating import QUESTIONS
from facilitation.labs.methods import METHODS
from facilitation.labs.models import Lab
from facilitation.labs.planning import wall_token
from facilitation.paths import STATIC
from facilitation.people.mine import mine
from facilitation.web import access
from facilitation.web.modules import imports_of, messages_of, sprite_of
from facilitation.web.packing import packed

blueprint = Blueprint("phone", __name__)
START = 60_000  # characters of a stream that come with the page; a longer one is fetched, packed once for everybody


@blueprint.get("/labs/<lab>/phone")
def lab(lab: str) -> ResponseReturnValue:
    """The phone page of a seat; with `as=staff` the same page, read only, for the staff of the lab."""
    if request.args.get("as") == "staff":
        return _as_participant(lab)
    row = access.session().get(Lab, lab)
    if row is None:
        raise Refused("not_found")
    if not request.cookies.get(access.seat_cookie(lab)):
        return render_template("phone/no_seat.html"), 401
    who = _seat_of(row)
    start = access.synced(access.session().connection(), who, row.id, {}, access.extension("settings")).text()
    return _page(row, {"as": "seat", "start": json.loads(start) if len(start) <= START else None})


@blueprint.get("/labs/offline.js")
def offline() -> Response:
    """The service worker that keeps phone pages for a start without network; from here it may see what lies below /labs."""
    answer = send_file(STATIC / "js" / "offline-worker.js", mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/labs/<lab>/phone/mine.json")
def own_data(lab: str) -> ResponseReturnValue:
    """Everything the lab holds that is tied to this seat, as a file (safety, section 6)."""
    row = access.session().get(Lab, lab)
    if row is None:
        raise Refused("not_found")
    held = {"lab": {"id": row.id, "title": row.title}, **mine(access.session(), _seat_of(row).id)}
    answer = jsonify(held)
    answer.headers["Content-Disposition"] = 'attachment; filename="my-contributions.json"'
    return answer


@blueprint.post("/labs/<lab>/phone/leave")
@csrf.exempt  # the Origin list guards it
def leave(lab: str) -> ResponseReturnValue:
    """Leave the lab: the seat is told, the cookie goes. Leaving twice is leaving once."""
    answer = make_response(jsonify({"left": True, "next": url_for("phone.goodbye")}))
    row = access.session().get(Lab, lab)
    who = access.seat_identity(access.session(), lab) if row is not None else None
    if who is not None:
        access.extension("dispatcher").handle(_leaving(), who, lab=lab)
    settings = access.extension("settings")
    answer.delete_cookie(access.seat_cookie(lab), path=settings.cookie_path, secure=settings.secure, httponly=True)
    return answer


@blueprint.get("/goodbye")
def goodbye() -> ResponseReturnValue:
    """The last page of whoever left."""
    return render_template("phone/goodbye.html")


def _leaving() -> dict[str, Any]:
    body = request.get_json(silent=True, force=True)
    key = body.get("key") if isinstance(body, dict) else None
    return {"v": 1, "key": access.csrf_key(key if isinstance(key, str) else None), "name": "seat.leave", "args": {}}


def _seat_of(row: Lab) -> Identity:
    """The seat behind the cookie, or a kind `gone`: removed, left, or cut after the lab."""
    who = access.seat_identity(access.session(), row.id)
    if row.cut_at is not None:
        raise Refused("gone", _("This lab is over. What tied your texts to this phone is destroyed, as promised."))
    if who is None or mine(access.session(), who.id).get("removed"):
        raise Refused("gone", _("Your place in this lab has ended. The facilitators can tell you more."))
    return who


def _as_participant(lab: str) -> ResponseReturnValue:
    """What a phone gets, exactly: the room's stream, by the wall's read-only token, and no seat."""
    access.need("lab", lab, *access.LAB_STAFF)
    row = access.session().get_one(Lab, lab)
    return _page(row, {"as": "staff", "wall": wall_token(access.extension("settings"), row)})


def _page(row: Lab, island: dict[str, Any]) -> Response:
    page = render_template(
        "phone/lab.html",
        lab=row,
        modules=imports_of("js/pages/phone.js"),
        sprite=sprite_of("phone"),
        js_messages=messages_of("phone", i18n.locale()),
        island={**island, "lab": row.id, "words": words()},
    )
    return packed(Response(page))


def words() -> dict[str, Any]:
    """The choices a phone offers, in the person's language."""
    found: Template = template(i18n.locale())
    return {
        "tiers": [{"id": option.id, "label": option.label, "text": option.text} for option in found.options("tiers")],
        "stages": [{"id": option.id, "label": option.label} for option in found.options("value_chain_stages")],
        "sections": [{"id": section.id, "title": section.title} for section in found.sections],
        "matrix": found.matrix_section.id,
        "methods": {id_: str(label) for id_, label in METHODS.items()},
        "questions": [
            {"id": item["id"], "kind": item["kind"], "text": str(item["text"]), "values": list(item.get("values", ()))}
            for item in QUESTIONS
        ],
    }
