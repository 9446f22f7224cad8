"""The report desk: sections beside their sources, remarks with their answers, parking, pictures; and the draft's readers."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select

from facilitation.core.clock import system_clock
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.labs.models import Lab
from facilitation.offload import offload
from facilitation.permissions import COMMANDS
from facilitation.reports import desk_sections
from facilitation.reports.assemble import assemble
from facilitation.reports.gather import gather
from facilitation.reports.models import Photo, ReportState
from facilitation.reports.photos import LARGEST, PictureError, make_anew, seal
from facilitation.reports.remarks import is_open, link_token, linked, remarks_of
from facilitation.reports.render import html
from facilitation.web import access, dates

blueprint = Blueprint("desk", __name__)
Trouble = Mapping[str, Any]


@blueprint.get("/labs/<lab>/report/desk")
def desk(lab: str) -> ResponseReturnValue:
    """Everything a writer of the report needs. `take`: the cluster whose title is put before the writer's own sentence."""
    return _desk(lab)


def _desk(lab: str, trouble: Trouble | None = None) -> str:
    """`trouble`: {at, message, mine, theirs} of what could not be stored; what was typed is kept."""
    _actor, standing = access.need("lab", lab, *COMMANDS["report.write"])
    session = access.session()
    row = session.get_one(Lab, lab)
    if row.state != "closed":
        return render_template("reports/not_yet.html", lab=row)
    closed = gather(session, row.id)
    made = offload(assemble, closed)
    icons = url_for("static", filename="icons.svg")
    sources = offload(lambda: {section.number: html.sources(made, section, icons=icons) for section in made.sections})
    state = session.get(ReportState, row.id)
    return render_template(
        "reports/desk.html", lab=row, report=made, closed=closed, state=state, sources=sources, trouble=trouble or {},
        parts=desk_sections.parts(closed), proposed=(top := desk_sections.proposed(closed)),
        taken_words=next((one.title for one in top if one.id == request.args.get("take")), ""),
        remarks=remarks_of(session, row.id), parked=desk_sections.parked(closed), photos=photos(row.id),
        link=_link(state), may_state=bool(standing & COMMANDS["report.set_state"]), may_write=closed.state != "released",
        today=system_clock().date().isoformat(), day_words=_day,
    )  # fmt: skip


def _day(iso: str) -> str:
    return dates.day(date.fromisoformat(iso))


def _link(state: ReportState | None) -> str:
    if state is None or state.state != "remarks":
        return ""
    settings = access.extension("settings")
    return str(settings.origin) + url_for("reports.desk.draft", link=link_token(settings, state))


def photos(lab: str) -> list[Photo]:
    return list(access.session().scalars(select(Photo).where(Photo.lab_id == lab).order_by(Photo.position)))


def _done(lab: str, anchor: str) -> ResponseReturnValue:
    flash(_("Stored."))
    return redirect(url_for("reports.desk.desk", lab=lab, _anchor=anchor), 303)


def _try(name: str, lab: str, at: str, mine: Mapping[str, Any], **args: Any) -> ResponseReturnValue:
    """A command of the desk; when it cannot be done the desk comes back with the reason and with what was typed."""
    try:
        access.do(name, lab=lab, key=access.csrf_key(request.form.get("key")), **args)
    except Refused as refusal:
        if refusal.code not in ("invalid", "too_long", "conflict", "bad_state", "full"):
            raise
        message = next(iter(refusal.fields.values()), "") if refusal.fields and not refusal.message else refusal.message
        trouble = {"at": at, "message": message, "mine": mine, "theirs": refusal.data.get("theirs")}
        return _desk(lab, trouble), refusal.status
    return _done(lab, at)


@blueprint.post("/labs/<lab>/report/desk/<part>")
def write(lab: str, part: str) -> ResponseReturnValue:
    """Store one written part; a conflict shows both texts on the desk (D11)."""
    access.allowed("report.write", lab)
    text, version = request.form.get("text", ""), request.form.get("version", "0")
    number = int(version) if version.isdigit() else 0
    return _try("report.write", lab, f"part-{part}", {"text": text}, part=part, text=text, version=number)


@blueprint.post("/labs/<lab>/report/remarks/<remark>")
def answer(lab: str, remark: str) -> ResponseReturnValue:
    access.allowed("remark.answer", lab)
    form, version = request.form, request.form.get("version", "1")
    mine = {"answer": form.get("answer", ""), "taken": form.get("taken", "")}
    return _try(
        "remark.answer", lab, f"remark-{remark}", mine, remark=remark, version=int(version) if version.isdigit() else 1, **mine
    )


@blueprint.post("/labs/<lab>/report/parking/<contribution>")
def park(lab: str, contribution: str) -> ResponseReturnValue:
    """Owner, next step and date of a parked point (R-86). Not while the report is released: it would not change."""
    access.allowed("contribution.park", lab)
    mine = {name: request.form.get(name, "") for name in ("owner", "next_step", "date")}
    state = access.session().get(ReportState, lab)
    if state is not None and state.state == "released":
        message = _("This report is released. Take it back to a draft first.")
        return _desk(lab, {"at": f"parked-{contribution}", "message": message, "mine": mine}), 409
    return _try("contribution.park", lab, f"parked-{contribution}", mine, id=contribution, **mine)


# ---- pictures


@blueprint.post("/labs/<lab>/report/photos")
def add_photo(lab: str) -> ResponseReturnValue:
    """A picture, made anew off the main loop before it is stored."""
    access.allowed("photo.add", lab)
    upload, form = request.files.get("picture"), request.form
    mine = {"alt": form.get("alt", ""), "caption": form.get("caption", "")}
    try:
        picture = offload(make_anew, upload.read(LARGEST + 1) if upload else b"")
    except PictureError as error:
        return _desk(lab, {"at": "photos", "message": str(error), "mine": mine}), 400
    proof = seal(access.extension("settings"), picture.data)
    return _try(
        "photo.add", lab, "photos", mine, data=base64.b64encode(picture.data).decode(), seal=proof, width=picture.width,
        height=picture.height, consent=form.get("consent") == "yes", **mine,
    )  # fmt: skip


@blueprint.post("/labs/<lab>/report/photos/<photo>")
def change_photo(lab: str, photo: str) -> ResponseReturnValue:
    access.allowed("photo.describe", lab)
    if request.form.get("act") == "remove":
        return _try("photo.remove", lab, "photos", {}, photo=photo)
    mine = {"alt": request.form.get("alt", ""), "caption": request.form.get("caption", "")}
    return _try("photo.describe", lab, f"photo-{photo}", mine, photo=photo, **mine)


def picture(row: Photo | None) -> Response:
    if row is None:
        raise Refused("not_found")
    return Response(row.data, content_type="image/jpeg", headers={"Content-Disposition": "inline"})


# ---- readers of the draft


@blueprint.get("/remarks/<link>")
def draft(link: str) -> ResponseReturnValue:
    """The draft with its remarks and answers, for whoever has the link; until the day a place to write in."""
    return _draft(link, {})


def _draft(link: str, trouble: Trouble) -> str:
    session = access.session()
    lab, state = linked(session, access.extension("settings"), link)
    may_write = is_open(state, system_clock().date())
    body = made = None
    if state.state != "draft":
        made = offload(assemble, gather(session, lab.id))
        address = url_for("reports.desk.draft_photo", link=link, photo="PHOTO")
        icons = url_for("static", filename="icons.svg")
        body = Markup(offload(html.body, made, icons=icons, source=lambda one: address.replace("PHOTO", one.id)))  # noqa: S704 - autoescaped
    return render_template(
        "reports/draft.html", lab=lab, state=state, token=link, report=made, body=body, may_write=may_write,
        remarks=remarks_of(session, lab.id), trouble=trouble,
        day_words=_day,
    )  # fmt: skip


@blueprint.post("/remarks/<link>")
def remark(link: str) -> ResponseReturnValue:
    mine = {name: request.form.get(name, "") for name in ("section", "text")}
    linked(access.session(), access.extension("settings"), link)
    try:
        access.do("remark.add", key=access.csrf_key(request.form.get("key")), token=link, **mine)
    except Refused as refusal:
        if refusal.code not in ("invalid", "too_long", "closed", "full"):
            raise
        return _draft(link, {"message": refusal.message, "mine": mine}), refusal.status
    flash(_("Thank you. The writers see your remark, and so does everybody with this link."))
    return redirect(url_for("reports.desk.draft", link=link, _anchor="remarks"), 303)


@blueprint.get("/remarks/<link>/photos/<photo>.jpg")
def draft_photo(link: str, photo: str) -> Response:
    lab, state = linked(access.session(), access.extension("settings"), link)
    row = access.session().get(Photo, photo)
    return picture(row if row is not None and row.lab_id == lab.id and state.state != "draft" else None)
