"""The JSON door: commands, streams, health. Same envelope, same codes as the socket (live contract, sections 3 and 4)."""

from __future__ import annotations

import gzip
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from facilitation.core.actor import Identity
from facilitation.core.clock import epoch_ms, system_clock
from facilitation.core.errors import CODES, Refused
from facilitation.core.i18n import use_locale
from facilitation.core.unit_of_work import can_write, moment
from facilitation.dispatch import answer_of
from facilitation.extensions import csrf, db
from facilitation.labs.models import Lab
from facilitation.stream.kept import Kept
from facilitation.web import access

blueprint = Blueprint("api", __name__)
MAX_BODY = 64 * 1024
GZIP_FROM = 1024


@blueprint.post("/labs/<lab>/commands")
@csrf.exempt  # the Origin list guards it
def lab_command(lab: str) -> ResponseReturnValue:
    """One command about a lab, as whoever the cookies say."""
    row = access.session().get(Lab, lab)
    if row is None:
        raise Refused("not_found")
    who = access.identity_for(access.session(), row, door=_door())
    return _answer(who, lab=row.id, rehearsal=row.rehearsal)


@blueprint.post("/commands")
@csrf.exempt
def site_command() -> ResponseReturnValue:
    """One command about a case or the site, as the signed-in account."""
    return _answer(access.staff_identity(), lab=None, rehearsal=False)


def _door() -> str | None:
    wanted = request.headers.get("X-As") or request.args.get("as")
    return wanted if wanted in ("seat", "staff") else None


def _answer(who: Identity, *, lab: str | None, rehearsal: bool) -> ResponseReturnValue:
    envelope = _envelope()
    try:
        access.extension("limits").command(who, str(envelope.get("name")) if isinstance(envelope, dict) else "", loose=rehearsal)
        answer = access.extension("dispatcher").handle(envelope, who, lab=lab)
    except Refused as refusal:
        key = envelope.get("key") if isinstance(envelope, dict) else None
        answer = answer_of(refusal, key, epoch_ms(system_clock()))
    return jsonify(answer), 200 if answer["ok"] else CODES[answer["code"]].status


def _envelope() -> Any:
    if (request.content_length or 0) > MAX_BODY:
        raise Refused("too_long")
    try:
        return request.get_json(silent=True, force=True)
    except RecursionError:  # brackets in brackets in brackets
        return None


@blueprint.get("/labs/<lab>/stream/<name>")
def stream(lab: str, name: str) -> ResponseReturnValue:
    """`sync` over HTTP: a snapshot or a delta, with an ETag so that an unchanged board costs nothing."""
    have = request.args.get("have", "")
    wanted = {"stream": name, "epoch": request.args.get("epoch"), "have": int(have) if have.isdigit() else None}
    with moment(db.engine) as asked:
        answer = _synced(asked, lab, wanted)
    return _packed(answer)


def _synced(asked: Connection, lab: str, wanted: dict[str, Any]) -> access.Synced:
    """What the cookies, or a wall's token, may see of the lab. A phone's place says all there is to know."""
    settings, wall, door = access.extension("settings"), request.args.get("wall"), _door()
    place = access.place_at(asked, lab, request.cookies, settings) if wall is None and door != "staff" else None
    if place is not None:
        access.proven("seat")
        with use_locale(place.language):
            return access.synced_seat(asked, place, lab, wanted, settings)
    with access.reading_with(asked) as session:
        row = session.get(Lab, lab)
        if row is None:
            raise Refused("not_found")
        who = access.identity_for(session, row, wall=wall, door=door)
    with use_locale(who.language):
        return access.synced(asked, who, lab, wanted, settings)


def _packed(answer: access.Synced) -> Response:
    gzipped = "gzip" in request.headers.get("Accept-Encoding", "")
    if gzipped and isinstance(answer.news, Kept):
        body = answer.news.gzipped(answer.end)
    else:
        body = answer.text().encode()
        gzipped = gzipped and len(body) >= GZIP_FROM
        body = gzip.compress(body, compresslevel=5, mtime=0) if gzipped else body
    response = Response(body, mimetype="application/json")
    if gzipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    if isinstance(answer.news, Kept):
        response.set_etag(answer.news.mark(answer.end))
    response.add_etag()
    response.make_conditional(request)
    response.headers.remove("Date")  # it was set for the comparison; the server says it once, and phones set their clock by it
    return response


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    return jsonify({"ok": True})


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """Able to write?"""
    able = can_write(db.engine)
    return jsonify({"ok": able}), 200 if able else 503
