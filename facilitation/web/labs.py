"""The lab desk: the list of labs, a new one, and the plan in five steps with what is still open (R-48 to R-58)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from facilitation.cases.models import Case
from facilitation.cases.template import template
from facilitation.cases.views import room_value
from facilitation.core import i18n
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.waits import pause
from facilitation.labs import checks, overview, words
from facilitation.labs.models import Lab
from facilitation.labs.planning import code_of, wall_token
from facilitation.people.seats import lab_by_code
from facilitation.web import access, dates, lab_forms, lab_page
from facilitation.web.cases import figure

blueprint = Blueprint("labs", __name__)
NEW = {"kind": "flagship_lab", "mode": "hybrid", "expected_people": "40", "zone": "UTC"}
GROUPS = (("now", overview.LIVE), ("planned", ("draft",)), ("closed", ("closed",)))


@blueprint.get("/labs")
def index() -> ResponseReturnValue:
    """The labs this account may see, by state; without any, what a lab is and how to begin."""
    asking = access.staff()
    lines = overview.labs_of(access.session(), asking.grants)
    groups = [(name, [line for line in lines if line.lab.state in states]) for name, states in GROUPS]
    return render_template(
        "labs/index.html", groups=groups, lines=lines, may_create=bool(_sectors()), begins=overview.begins, **_words()
    )


def _words() -> dict[str, Any]:
    return {"words": words, "labels": template(), "dates": dates, "headline": lab_page.headline}


def _sectors() -> list[str]:
    """The sectors in which this account may create labs."""
    grants = access.staff().grants
    known = template().ids("sectors")
    if any(grant.role == "coordinator" for grant in grants):
        return list(known)
    own = {grant.sector for grant in grants if grant.role == "sector_lead"}
    return [sector for sector in known if sector in own]


@blueprint.get("/labs/new")
def new() -> ResponseReturnValue:
    """The form of a new lab; `kind` is chosen already where somebody came from."""
    if not _sectors():
        raise Refused("forbidden")
    asked = request.args.get("kind", "")
    values = {**NEW, "kind": asked if asked in words.LAB_KINDS else NEW["kind"], "language": i18n.locale()}
    return _new_page(values, {})


def _new_page(values: dict[str, Any], errors: dict[str, str]) -> str:
    return render_template(
        "labs/new.html", values=values, errors=errors, sectors=_sectors(), choices=choosable(), zones=dates.zones(),
        locales=i18n.LOCALES, missing_in=checks.missing_in, **_words(),
    )  # fmt: skip


def choosable() -> list[tuple[str, list[checks.PlannedCase]]]:
    """Every case under its sector, with how full it is."""
    cases = access.session().scalars(select(Case).order_by(Case.sector, Case.ref)).all()
    sectors = template().options("sectors")
    found = [(o.label, [overview.planned_case(case) for case in cases if case.sector == o.id]) for o in sectors]
    return [(label, of_sector) for label, of_sector in found if of_sector]


@blueprint.post("/labs/new")
def create() -> ResponseReturnValue:
    """Make the lab with its ready agenda and go to its plan; a case with nothing in it is named (R-51)."""
    if not _sectors():
        raise Refused("forbidden")
    form = request.form
    given = {
        **lab_forms.details(form), "kind": form.get("kind", ""), "sector": form.get("sector", ""),
        "cases": form.getlist("cases"), "focus": lab_forms.focus(form),
    }  # fmt: skip
    try:
        made = access.do("lab.create", key=access.csrf_key(form.get("key")), **given)
    except Refused as refusal:
        if not refusal.fields:
            raise
        values = {**form.to_dict(), "cases": form.getlist("cases"), **lab_forms.focus(form)}
        return _new_page(values, _by_field(refusal)), refusal.status
    _warn_of_empty_cases(made["lab"])
    return redirect(url_for("labs.plan", lab=made["lab"]), 303)


def _by_field(refusal: Refused) -> dict[str, str]:
    """The refusal's fields under the names the form has."""
    names = {"planned_start": "starts"}
    return {names.get(name, name.split(".")[0]): message for name, message in refusal.fields.items()}


def _warn_of_empty_cases(lab: str) -> None:
    for case in overview.cases_of(access.session(), lab):
        planned = overview.planned_case(case)
        if planned.is_empty:
            flash(" ".join(checks.missing_in(planned)), "alarm")


@blueprint.get("/labs/<lab>")
def plan(lab: str) -> ResponseReturnValue:
    """The plan of a lab: five steps, one of them open (`step`); observers read the same page without its buttons."""
    _asking, standing = access.need("lab", lab)
    return plan_page(lab, standing)


def plan_page(lab: str, standing: frozenset[str], step: int | None = None, **more: Any) -> str:
    """The page with one step open. `more` brings a form back with what was typed and what is wrong."""
    session, settings = access.session(), access.extension("settings")
    row = session.get_one(Lab, lab)
    found = overview.plan_of(session, row)
    points = checks.open_points(found)
    context = {
        "lab": row, "plan": found, "points": points, "by_step": checks.by_step(points), "may": lab_page.may(standing),
        "steps": lab_page.steps(row, found, points), "step": step or _step(points, found), "coverage": checks.coverage(found),
        "stages": lab_page.stages(session, row, points), "standing": standing, "code": code_of(settings, row),
        "begins": overview.begins(row),
        "staff": overview.staff_of(session, row.id), "joined": overview.has_joined(session, row.id), "settings": settings,
        "evaluations": overview.evaluations_of(session, row.id), "invitation": lab_page.invitation_text(session, settings, row),
        "choices": choosable(), "zones": dates.zones(), "locales": i18n.LOCALES, "errors": {}, "conflict": {}, "typed": {},
        "forms": lab_forms, "missing_in": checks.missing_in, "lab_staff": access.LAB_STAFF, **_links(row, standing), **_words(),
    }  # fmt: skip
    return render_template("labs/plan.html", **{**context, **more})


def _links(lab: Lab, standing: frozenset[str]) -> dict[str, str]:
    """Where the plan leads. The wall's address carries its token in the fragment, which no server log sees."""
    token = wall_token(access.extension("settings"), lab) if standing & access.LAB_STAFF else ""
    wall = url_for("wall.lab", lab=lab.id, lang=lab.language) + (f"#{token}" if token else "")
    return {"wall_href": wall, "reports_href": url_for("reports.report", lab=lab.id)}


def _step(points: list[checks.OpenPoint], found: checks.Plan) -> int:
    """The step that was asked for, else the first with an open point: the content when there is none."""
    asked = request.args.get("step", "")
    if asked in {"1", "2", "3", "4", "5"}:
        return int(asked)
    if found.is_over:
        return 5
    return next((point.step for point in points if point.step < 5), 4)


@blueprint.get("/labs/<lab>/sheet")
def sheet(lab: str) -> ResponseReturnValue:
    """Code, address and QR on one page, to print and put on tables and doors."""
    access.need("lab", lab, *access.LAB_STAFF)
    row, settings = access.session().get_one(Lab, lab), access.extension("settings")
    with i18n.use_locale(row.language):
        return render_template(
            "labs/sheet.html", lab=row, code=code_of(settings, row), address=f"{settings.public_url}/join",
            begins=overview.begins(row), promise_level=words.ATTRIBUTION[row.ceiling], locale=row.language, **_words(),
        )  # fmt: skip


@blueprint.get("/read/<code>")
def read(code: str) -> ResponseReturnValue:
    """What invited people read before the lab, for whoever has its code (R-54)."""
    row = _invited(code)
    cases = [room_value(case, i18n.locale()) for case in overview.cases_of(access.session(), row.id)]
    page = {"lab": row, "code": code, "cases": cases, "begins": overview.begins(row)}
    return render_template("labs/read.html", **page, **_words())


@blueprint.get("/read/<code>/<int:number>")
def read_case(code: str, number: int) -> ResponseReturnValue:
    """The reading sheet of one of its cases, counted from 1."""
    cases = overview.cases_of(access.session(), _invited(code).id)
    if not 1 <= number <= len(cases):
        raise Refused("not_found")
    back = url_for("labs.read", code=code)
    return render_template("cases/sheet.html", sheet=room_value(cases[number - 1], i18n.locale()), back=back, figure=figure)


def _invited(code: str) -> Lab:
    """The lab behind a code. Wrong codes are counted and slowed down as at the join page."""
    row = lab_by_code(access.session(), code[:60])
    if row is None:
        limits, address = access.extension("limits"), request.remote_addr or ""
        limits.wrong_code(address)
        pause(limits.code_delay(address))
        raise Refused("not_found", _("There is no lab with this code. Please look at it once more."))
    if row.state == "closed":
        raise Refused("gone", _("This lab has ended. Thank you for your interest."))
    return row
