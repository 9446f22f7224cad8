"""The report of a closed lab: to read, to finish, to download. A released one is there for anybody (R-94, R-95, R-108)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from facilitation.core.errors import Refused
from facilitation.core.events import event
from facilitation.core.i18n import _
from facilitation.extensions import db
from facilitation.labs.models import Lab
from facilitation.offload import offload
from facilitation.permissions import COMMANDS, standing_of
from facilitation.reports.assemble import assemble
from facilitation.reports.closed import ClosedLab
from facilitation.reports.content import Picture
from facilitation.reports.gather import day_of, gather
from facilitation.reports.models import Photo, ReportState
from facilitation.reports.render import FORMATS, data, html
from facilitation.reports.writing import PARTS
from facilitation.web import access, merge_desk, report_desk
from facilitation.web.exports import Making, pressed, pressing

STEPWISE, SENT_AT_ONCE = "application/x-ndjson", 4096
blueprint = Blueprint("reports", __name__)
blueprint.register_blueprint(merge_desk.blueprint)
blueprint.register_blueprint(report_desk.blueprint)


def readable(lab: str) -> tuple[Lab, frozenset[str]]:
    """The lab and what the account is to it. A released report needs no account; else somebody without standing finds nothing."""
    session = access.session()
    row = session.get(Lab, lab)
    state = session.get(ReportState, lab)
    released = row is not None and state is not None and state.state == "released"
    actor = access.actor() if released else access.signed_in()
    standing = standing_of(session, actor, "lab", lab) if row is not None else frozenset()
    if row is None or not (standing or released):
        raise Refused("not_found")
    return row, standing


def there_is_one(lab: Lab) -> bool:
    """A closed lab has a report; a released one stays when the lab is opened again."""
    state = access.session().get(ReportState, lab.id)
    return lab.state == "closed" or (state is not None and state.state == "released")


@blueprint.get("/labs/<lab>/report")
def report(lab: str) -> ResponseReturnValue:
    """The report as a page. Who may write sees the places to write in."""
    row, standing = readable(lab)
    if not there_is_one(row):
        return render_template("reports/not_yet.html", lab=row), 200
    closed = gather(access.session(), row.id)
    may_write = bool(standing & COMMANDS["report.write"]) and closed.state != "released"
    editing = {"form": _forms(closed)} if may_write else None
    made = offload(assemble, closed)
    body = offload(html.body, made, icons=url_for("static", filename="icons.svg"), editing=editing, source=_picture_in(row.id))
    return render_template(
        "reports/page.html", lab=row, report=made, body=body, may_write=may_write,
        may_state=bool(standing & COMMANDS["report.set_state"]), is_staff_of=bool(standing), state=closed.state,
        may_desk=bool(standing & COMMANDS["report.write"]),
        forms=forms(), schema=data.SCHEMA,
    )  # fmt: skip


def _picture_in(lab: str) -> Callable[[Picture], str]:
    """Where a page finds a picture; made beforehand, for the page is drawn outside the request."""
    address = url_for("reports.photo", lab=lab, photo="PHOTO")
    return lambda picture: address.replace("PHOTO", picture.id)


def _forms(closed: ClosedLab) -> Callable[[str], Markup]:
    """The form of each written part, made beforehand in the language of the person: the report itself speaks the lab's."""
    forms: dict[str, Markup] = {}
    for part in PARTS:
        now = closed.narrative.get(part)
        text, version = (now.text, now.version) if now else ("", 0)
        name = _act(part, again=bool(text))
        page = render_template("reports/write.html", lab=closed.lab.id, part=part, text=text, version=version, name=name)
        forms[part] = Markup(page)  # noqa: S704 - rendered by a template that escapes
    return forms.__getitem__


def _act(part: str, *, again: bool) -> str:
    """What opening the form of a part is called."""
    first, more = {
        "authors": (_("Name the authors"), _("Change the authors")),
        "conclusions": (_("Write the key conclusions"), _("Edit the key conclusions")),
        "purpose": (_("Write about the purpose"), _("Edit the purpose")),
    }.get(part) or (
        _("Add a remark to section %(n)s", n=part.removeprefix("note-")),
        _("Edit the remark on section %(n)s", n=part.removeprefix("note-")),
    )
    return more if again else first


@blueprint.get("/labs/<lab>/report.<any(docx, pdf, html, md, xlsx, csv, json):kind>")
def download(lab: str, kind: str) -> ResponseReturnValue:
    """The report as a file. Asked with `steps`, for a page that shows them: lines of JSON first (`_stepwise`)."""
    row, _standing = readable(lab)
    if not there_is_one(row):
        raise Refused("not_open", _("The report is made when the lab is closed."))
    session, settings = access.session(), access.extension("settings")
    state = session.get(ReportState, row.id)
    name = f"lab-report-{day_of(row) or row.id}-v{state.version if state else 1}"
    began = time.monotonic()
    if "steps" in request.args:
        making = pressing(session, db.engine, row.id, kind, template=settings.TEMPLATE)
        # X-Accel-Buffering: nginx would keep the steps back until the file is there.
        return Response(_stepwise(making, kind, name, began), content_type=STEPWISE, headers={"X-Accel-Buffering": "no"})
    content = pressed(session, db.engine, row.id, kind, template=settings.TEMPLATE)
    _note(kind, content, began)
    media, ending = FORMATS[kind].of(content)
    return Response(content, content_type=media, headers={"Content-Disposition": f'attachment; filename="{name}{ending}"'})


def _note(kind: str, content: bytes, began: float) -> None:
    event("export", of="report", form=kind, bytes=len(content), ms=round(1000 * (time.monotonic() - began)))


def _stepwise(making: Making, kind: str, name: str, began: float) -> Iterator[bytes]:
    """{step, done, of} for each step, then {size, name, media} and the file, or {failed}: each line JSON."""
    try:
        for step in making:
            if isinstance(step, bytes):
                media, ending = FORMATS[kind].of(step)
                _note(kind, step, began)
                yield _line(size=len(step), name=name + ending, media=media)
                yield step
            else:
                yield _line(step=step.name, done=step.done, of=step.of)
    except Exception as error:  # the answer has begun: the page cannot be told in another way
        event("failed", part="export", error=error)
        yield _line(failed=True)


def _line(**words: Any) -> bytes:
    """Filled up with blanks: servers keep less than this back until there is more to send."""
    return json.dumps(words).encode().ljust(SENT_AT_ONCE - 1) + b"\n"


def forms() -> list[tuple[str, str]]:
    """(format, what it is called on the page)"""
    return [
        ("docx", _("Word")), ("pdf", _("PDF")), ("html", _("Web page")), ("md", _("Markdown")), ("xlsx", _("Spreadsheet")),
        ("csv", _("CSV and figures")), ("json", _("Open data")),
    ]  # fmt: skip


@blueprint.post("/labs/<lab>/report/parts/<part>")
def write(lab: str, part: str) -> ResponseReturnValue:
    """Store one written part. When somebody else wrote in between, both texts are shown (D11)."""
    if part not in PARTS:
        raise Refused("not_found")
    text, version = request.form.get("text", ""), request.form.get("version", "0")
    try:
        access.do(
            "report.write", lab=lab, key=access.csrf_key(request.form.get("key")), part=part, text=text,
            version=int(version) if version.isdigit() else 0,
        )  # fmt: skip
    except Refused as refusal:
        if refusal.code != "conflict":
            raise
        theirs = refusal.data["theirs"]
        return render_template("reports/conflict.html", lab=lab, part=part, mine=text, theirs=theirs), refusal.status
    flash(_("Stored."))
    return redirect(url_for("reports.report", lab=lab, _anchor=f"part-{part}"), 303)


@blueprint.post("/labs/<lab>/report/state")
def set_state(lab: str) -> ResponseReturnValue:
    wanted = request.form.get("state", "")
    until = request.form.get("until", "")
    access.do("report.set_state", lab=lab, key=access.csrf_key(request.form.get("key")), state=wanted, until=until)
    flash(
        {
            "draft": _("The report is a draft again."),
            "remarks": _("The report is open for remarks."),
            "released": _("The report is released. Anybody who has its address can read it."),
        }.get(wanted, "")
    )
    if request.form.get("back") == "desk":
        return redirect(url_for("reports.desk.desk", lab=lab), 303)
    return redirect(url_for("reports.report", lab=lab), 303)


@blueprint.get("/labs/<lab>/report/photos/<photo>.jpg")
def photo(lab: str, photo: str) -> Response:
    """A picture of the event, for whoever may read the report."""
    row, _standing = readable(lab)
    found = access.session().get(Photo, photo)
    return report_desk.picture(found if found is not None and found.lab_id == row.id else None)
