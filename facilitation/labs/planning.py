"""Planning a lab: create, change, copy, cases, staff, agenda (R-49 to R-58)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field
from sqlalchemy import delete, func, select

from facilitation.cases.models import Case
from facilitation.core import ids
from facilitation.core.actor import Staff, System
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _, use_locale
from facilitation.core.text import Line
from facilitation.labs import agenda, rules
from facilitation.labs.methods import Item, agenda_for
from facilitation.labs.models import Activity, Lab, LabCase
from facilitation.people.models import Assignment, Seat, User
from facilitation.stream.record import hang_up_on, open_streams, touch

LAB_KINDS = ("flagship_lab", "single_case_lab", "webinar", "consultation", "conference")
Moment = Annotated[str, Field(max_length=40), AfterValidator(rules.checked_moment)]
Words = Annotated[list[Annotated[str, Line(300)]], Field(max_length=40)]


class Focus(Command):
    """What the event is about (R-52)."""

    challenges: Words = []
    impact_areas: Words = []
    value_chain_stages: Words = []
    learning_aims: Words = []


@command("lab.create", scope="site")
class CreateLab(Command):
    """A new lab with its ready agenda. `cases` are ids or own references, in their order."""

    kind: Annotated[str, Field(pattern=f"^({'|'.join(LAB_KINDS)})$")]
    sector: Annotated[str, Field(max_length=40)]
    title: Annotated[str, Line(300)]
    cases: Annotated[list[Id], Field(max_length=20)] = []
    language: Annotated[str, Field(pattern="^(en|de)$")] = "en"
    mode: Annotated[str, Field(pattern="^(physical|online|hybrid)$")] = "hybrid"
    planned_start: Moment | None = None
    expected_people: Annotated[int, Field(ge=1, le=5000)] = 40
    focus: Focus = Focus()
    rehearsal: bool = False
    empty: bool = False  # without the ready agenda


@handles(CreateLab)
def create_lab(cmd: CreateLab, ctx: Context) -> dict[str, Any]:
    _may_in_sector(ctx, cmd.sector)
    lab = Lab(
        id=ids.new_id(), created_at=ctx.now, code_hash="",
        **cmd.model_dump(exclude={"cases", "focus", "empty"}), focus=cmd.focus.model_dump(),
    )  # fmt: skip
    lab.ceiling = 1
    give_code(ctx, lab)
    ctx.session.add(lab)
    ctx.session.flush()
    open_streams(ctx.session, lab.id)
    _set_cases(ctx, lab, cmd.cases)
    if isinstance(ctx.actor, Staff):
        ctx.session.add(Assignment(user_id=ctx.actor.id, role="facilitator", lab_id=lab.id))
    with use_locale(lab.language):  # the room reads these titles, whoever plans it
        agenda.add_board(ctx, lab, None, "parking", case=None, position=0, cases=[])
        for item in [] if cmd.empty else agenda_for(cmd.kind):
            agenda.add_activity(ctx, lab, item)
    lab.planned_seconds = agenda.planned_length(ctx, lab)
    touch(ctx.work, lab.id, "lab", lab.id)
    return {"lab": lab.id, "code": code_of(ctx.settings, lab), "wall": wall_token(ctx.settings, lab)}


def _may_in_sector(ctx: Context, sector: str) -> None:
    if isinstance(ctx.actor, System):
        return
    grants = ctx.actor.grants if isinstance(ctx.actor, Staff) else ()
    if not any(grant.role == "coordinator" or (grant.role == "sector_lead" and grant.sector == sector) for grant in grants):
        raise Refused("forbidden", _("You can create labs in your own sector."))


def give_code(ctx: Context, lab: Lab) -> None:
    """The next free join code: derived from the secret, so only its digest is stored."""
    lab.code_serial = (lab.code_serial or 0) + 1
    while True:
        lab.code_hash = ids.fingerprint(code_of(ctx.settings, lab))
        with ctx.session.no_autoflush:
            if ctx.session.scalar(select(Lab.id).where(Lab.code_hash == lab.code_hash)) is None:
                return
        lab.code_serial += 1


def code_of(settings: Any, lab: Lab) -> str:
    return ids.join_code(settings.SECRET_KEY, lab.id, lab.code_serial)


def wall_token(settings: Any, lab: Lab) -> str:
    """Read-only token of the wall; a new join code gives a new one."""
    return ids.token(settings.SECRET_KEY, "wall", lab.id, lab.code_serial)


def _set_cases(ctx: Context, lab: Lab, wanted: list[str]) -> None:
    cases = {case.id: case for case in ctx.session.scalars(select(Case).where(Case.id.in_(wanted) | Case.ref.in_(wanted)))}
    by_name = {name: case for case in cases.values() for name in (case.id, case.ref)}
    missing = [name for name in wanted if name not in by_name]
    if missing:
        raise Refused("not_found", _("There is no case %(ref)s.", ref=missing[0]), fields={"cases": missing[0]})
    ctx.session.execute(delete(LabCase).where(LabCase.lab_id == lab.id))
    for position, case in enumerate(dict.fromkeys(by_name[name].id for name in wanted)):
        ctx.session.add(LabCase(lab_id=lab.id, case_id=case, position=position))
        touch(ctx.work, lab.id, "case", case)
    ctx.session.flush()


@command("lab.set_cases", scope="lab")
class SetCases(Command):
    """Choose the cases; boards nobody has used yet are made anew."""

    cases: Annotated[list[Id], Field(max_length=20)]


@handles(SetCases)
def set_cases(cmd: SetCases, ctx: Context) -> dict[str, Any]:
    lab = ctx.session.get_one(Lab, ctx.scope)
    if lab.state not in {"draft", "lobby"}:
        raise Refused("bad_state", _("The lab has begun; its cases are fixed."))
    for old in ctx.session.scalars(select(LabCase.case_id).where(LabCase.lab_id == lab.id)).all():
        touch(ctx.work, lab.id, "case", old)
    _set_cases(ctx, lab, cmd.cases)
    _rebuild(ctx, lab)
    return {"lab": lab.id}


def _rebuild(ctx: Context, lab: Lab) -> None:
    cases = [case.id for case in agenda.cases_of(ctx, lab.id)]
    for activity in ctx.session.scalars(select(Activity).where(Activity.lab_id == lab.id).order_by(Activity.position)):
        if not agenda.is_used(ctx, activity):
            if activity.settings.get("case") not in {None, *cases}:
                activity.settings = {name: value for name, value in activity.settings.items() if name != "case"}
            agenda.renew_contents(ctx, lab, activity)
            touch(ctx.work, lab.id, "activity", activity.id)


@command("lab.update", scope="lab")
class UpdateLab(Command):
    """Change the plan or the promises. `version` as seen; promises only tighten after the first join."""

    version: int
    title: Annotated[str, Line(300)] | None = None
    mode: Annotated[str, Field(pattern="^(physical|online|hybrid)$")] | None = None
    language: Annotated[str, Field(pattern="^(en|de)$")] | None = None
    planned_start: Moment | None = None
    expected_people: Annotated[int, Field(ge=1, le=5000)] | None = None
    focus: Focus | None = None
    chatham_house: bool | None = None
    ceiling: Annotated[int, Field(ge=0, le=4)] | None = None
    minimum_cell: Annotated[int, Field(ge=2, le=20)] | None = None
    withdraw_hours: Annotated[int, Field(ge=0, le=24 * 60)] | None = None
    retention_days: Annotated[int, Field(ge=1, le=3650)] | None = None


@handles(UpdateLab)
def update_lab(cmd: UpdateLab, ctx: Context) -> dict[str, Any]:
    lab = ctx.session.get_one(Lab, ctx.scope)
    changes = cmd.model_dump(exclude={"version"}, exclude_none=True)
    changes = {name: value for name, value in changes.items() if getattr(lab, name) != value}
    if not changes:
        return {"lab": lab.id, "version": lab.version}
    if cmd.version != lab.version:
        theirs = {name: getattr(lab, name) for name in changes}
        raise Refused("conflict", data={"mine": changes, "theirs": theirs, "version": lab.version})
    joined = bool(ctx.session.scalar(select(func.count()).select_from(Seat).where(Seat.lab_id == lab.id)))
    for name, value in changes.items():
        if not rules.may_change_promise(name, getattr(lab, name), value, joined=joined):
            raise Refused("bad_state", _("People have joined under this promise; it can be tightened, not loosened."))
        setattr(lab, name, value)
    if "language" in changes:  # boards nobody has used yet speak the new one
        _rebuild(ctx, lab)
    lab.version += 1
    touch(ctx.work, lab.id, "lab", lab.id)
    return {"lab": lab.id, "version": lab.version}


@command("lab.new_code", scope="lab")
class NewCode(Command):
    """Another join code (and wall address): the old ones stop working, seats stay."""


@handles(NewCode)
def new_code(cmd: NewCode, ctx: Context) -> dict[str, Any]:
    lab = ctx.session.get_one(Lab, ctx.scope)
    give_code(ctx, lab)
    touch(ctx.work, lab.id, "lab", lab.id)
    return {"lab": lab.id, "code": code_of(ctx.settings, lab), "wall": wall_token(ctx.settings, lab)}


@command("lab.set_staff", scope="lab")
class SetStaff(Command):
    """Give somebody with an account a role in this lab, or take it (role empty)."""

    email: Annotated[str, Field(max_length=254)]
    role: Annotated[str, Field(pattern="^(facilitator|rapporteur)?$")]


@handles(SetStaff)
def set_staff(cmd: SetStaff, ctx: Context) -> dict[str, Any]:
    user = ctx.session.scalar(select(User).where(User.email == cmd.email.strip().lower(), User.disabled_at.is_(None)))
    if user is None:
        raise Refused("not_found", _("There is no account with this address."), fields={"email": _("unknown")})
    held = select(Assignment).where(Assignment.user_id == user.id, Assignment.lab_id == ctx.scope)
    before = ctx.session.scalars(held).all()
    if [assignment.role for assignment in before] == [cmd.role]:
        return {"user": user.id, "role": cmd.role}
    for assignment in before:
        ctx.session.delete(assignment)
        hang_up_on(ctx.work, user.id)
    if cmd.role:
        ctx.session.add(Assignment(user_id=user.id, role=cmd.role, lab_id=ctx.scope))
    return {"user": user.id, "role": cmd.role or None}


@command("lab.copy", scope="lab")
class CopyLab(Command):
    """A new draft with the agenda and focus of this lab, without people and contributions (R-58).

    `rehearsal`: to try it out; nothing of it counts (R-59).
    """

    title: Annotated[str, Line(300)]
    rehearsal: bool = False


@handles(CopyLab)
def copy_lab(cmd: CopyLab, ctx: Context) -> dict[str, Any]:
    model = ctx.session.get_one(Lab, ctx.scope)
    cases = list(ctx.session.scalars(select(LabCase.case_id).where(LabCase.lab_id == model.id).order_by(LabCase.position)))
    fresh = CreateLab(
        kind=model.kind, sector=model.sector, title=cmd.title, cases=cases, language=model.language, mode=model.mode,
        expected_people=model.expected_people, focus=Focus(**model.focus), rehearsal=cmd.rehearsal, empty=True,
    )  # fmt: skip
    made = dict(create_lab(fresh, ctx) or {})
    lab = ctx.session.get_one(Lab, str(made["lab"]))
    for name in ("chatham_house", "ceiling", "minimum_cell", "withdraw_hours", "retention_days"):
        setattr(lab, name, getattr(model, name))
    for item in ctx.session.scalars(select(Activity).where(Activity.lab_id == model.id).order_by(Activity.position)).all():
        plan = Item(item.kind, item.method, item.stage, item.title, item.seconds, item.instruction, item.settings)
        agenda.add_activity(ctx, lab, plan, ref=item.ref)
    lab.planned_seconds = agenda.planned_length(ctx, lab)
    return made
