"""Planning the agenda: add, change, remove and move activities (R-55)."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select

from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.text import Line, Prose
from facilitation.labs import agenda
from facilitation.labs.methods import KINDS, METHODS, STAGES, Item
from facilitation.labs.models import Activity, Lab, LabCase
from facilitation.stream.record import touch

SURFACES = ("swot", "challenges", "transferability", "questions", "takeaways", "experiences")
Surface = Annotated[str, Field(pattern=f"^({'|'.join(SURFACES)})$")]
Kind = Annotated[str, Field(pattern=f"^({'|'.join(KINDS)})$")]
Method = Annotated[str, Field(pattern=f"^({'|'.join(METHODS)})$")]
Stage = Annotated[str, Field(pattern=f"^({'|'.join(STAGES)})$")]
Seconds = Annotated[int, Field(ge=0, le=8 * 3600)]
Step = Annotated[str, StringConstraints(pattern=r"^\d{1,2}$")]


class Ballot(Command):
    """Dots with a budget, or a rating: `scale` gives each step, a whole number, its word."""

    scope: Surface
    method: Annotated[str, Field(pattern="^(dots|rating)$")] = "dots"
    question: Annotated[str, Line(300, required=False)] = ""
    per_person: Annotated[int, Field(ge=0, le=100)] = 3
    max_per_item: Annotated[int, Field(ge=0, le=100)] = 1
    scale: Annotated[dict[Step, Annotated[str, Line(60)]], Field(min_length=2, max_length=11)] | None = None

    @model_validator(mode="after")
    def _can_be_voted_on(self) -> Self:
        if self.method == "rating" and not self.scale:
            raise PydanticCustomError("missing", "a rating needs its scale")
        if self.method == "dots" and not 1 <= self.max_per_item <= self.per_person:
            raise PydanticCustomError("budget", "at least one dot per item and no more than a person has")
        return self


class ActivitySettings(Command):
    """What an activity's board or ballot is like. In an update a name left out stays, `null` takes it away.

    `open`: the board opens with the activity (the default) or waits for a facilitator. `case`: only this one.
    """

    open: bool | None = None
    reveal: Annotated[str, Field(pattern="^(own|all)$")] | None = None
    moderated: bool | None = None
    max_length: Annotated[int, Field(ge=20, le=2000)] | None = None
    case: Id | None = None
    board: Surface | None = None
    ballots: Annotated[list[Ballot], Field(max_length=10)] | None = None
    form: Annotated[str, Line(40, required=False)] | None = None


@command("activity.add", scope="lab")
class AddActivity(Command):
    """Put an activity at the end of the agenda, or after another one."""

    kind: Kind
    stage: Stage
    title: Annotated[str, Line(300)]
    method: Method = "plenary"
    instruction: Annotated[str, Prose(300, required=False)] = ""
    seconds: Seconds = 0
    settings: ActivitySettings = ActivitySettings()
    after: Id | None = None
    ref: Id | None = None


@handles(AddActivity)
def add_activity(cmd: AddActivity, ctx: Context) -> dict[str, Any]:
    lab = _plannable(ctx)
    _check_case(ctx, cmd.settings.case)
    settings = cmd.settings.model_dump(exclude_none=True)
    item = Item(cmd.kind, cmd.method, cmd.stage, cmd.title, cmd.seconds, cmd.instruction, settings)
    activity = agenda.add_activity(ctx, lab, item, ref=cmd.ref)
    if cmd.after is not None:
        _place(ctx, activity, after=cmd.after)
    lab.planned_seconds = agenda.planned_length(ctx, lab)
    return {"activity": activity.id, "version": activity.version}


@command("activity.update", scope="lab")
class UpdateActivity(Command):
    """Change title, instruction, length or settings; settings only while nobody has used it.

    With `version` as seen, somebody else's change in between is a conflict that tells both (D11).
    """

    activity: Id
    version: int | None = None
    title: Annotated[str, Line(300)] | None = None
    method: Method | None = None
    stage: Stage | None = None
    instruction: Annotated[str, Prose(300, required=False)] | None = None
    seconds: Seconds | None = None
    settings: ActivitySettings | None = None


@handles(UpdateActivity)
def update_activity(cmd: UpdateActivity, ctx: Context) -> dict[str, Any]:
    lab = _plannable(ctx)
    activity = _activity(ctx, cmd.activity)
    wanted = cmd.model_dump(exclude={"activity", "version", "settings"}, exclude_none=True)
    if cmd.settings is not None:
        _check_case(ctx, cmd.settings.case)
        wanted["settings"] = _merged(activity.settings, cmd.settings)
    changes = {name: value for name, value in wanted.items() if getattr(activity, name) != value}
    if not changes:
        return {"activity": activity.id, "version": activity.version}
    if cmd.version not in (None, activity.version):
        theirs = {name: getattr(activity, name) for name in changes}
        raise Refused("conflict", data={"mine": changes, "theirs": theirs, "version": activity.version})
    if "settings" in changes and agenda.is_used(ctx, activity):
        raise Refused("bad_state", _("People have worked on this activity; its board stays as it is."))
    for name, value in changes.items():
        setattr(activity, name, value)
    if "settings" in changes:
        agenda.renew_contents(ctx, lab, activity)
    activity.version += 1
    touch(ctx.work, lab.id, "activity", activity.id)
    lab.planned_seconds = agenda.planned_length(ctx, lab)
    return {"activity": activity.id, "version": activity.version}


def _merged(old: dict[str, Any], given: ActivitySettings) -> dict[str, Any]:
    merged = {**old, **given.model_dump(exclude_unset=True)}
    return {name: value for name, value in merged.items() if value is not None}


def _check_case(ctx: Context, case: str | None) -> None:
    if case is not None and ctx.session.get(LabCase, (ctx.scope, case)) is None:
        message = _("This case is not part of the lab.")
        raise Refused("invalid", message, fields={"settings.case": message})


@command("activity.remove", scope="lab")
class RemoveActivity(Command):
    activity: Id


@handles(RemoveActivity)
def remove_activity(cmd: RemoveActivity, ctx: Context) -> dict[str, Any]:
    lab = _plannable(ctx)
    activity = _activity(ctx, cmd.activity)
    if agenda.is_used(ctx, activity):
        raise Refused("bad_state", _("People have worked on this activity; it stays in the agenda."))
    agenda.remove_contents(ctx, activity)
    ctx.session.delete(activity)
    ctx.session.flush()
    touch(ctx.work, lab.id, "activity", activity.id)
    lab.planned_seconds = agenda.planned_length(ctx, lab)
    return {"activity": activity.id}


@command("activity.move", scope="lab")
class MoveActivity(Command):
    """Put an activity after another one; `after` empty means first. With `stage` it goes into that stage too."""

    activity: Id
    after: Id | None = None
    stage: Stage | None = None


@handles(MoveActivity)
def move_activity(cmd: MoveActivity, ctx: Context) -> dict[str, Any]:
    _plannable(ctx)
    activity = _activity(ctx, cmd.activity)
    if cmd.stage is not None and cmd.stage != activity.stage:
        activity.stage, activity.version = cmd.stage, activity.version + 1
        touch(ctx.work, ctx.scope, "activity", activity.id)
    if cmd.after != activity.id:
        _place(ctx, activity, after=cmd.after)
    return {"activity": cmd.activity}


def _place(ctx: Context, moved: Activity, *, after: str | None) -> None:
    rest = [
        item
        for item in ctx.session.scalars(select(Activity).where(Activity.lab_id == ctx.scope).order_by(Activity.position))
        if item.id != moved.id
    ]
    place = 0
    if after is not None:
        _activity(ctx, after)
        place = next(index for index, item in enumerate(rest) if item.id == after) + 1
    rest.insert(place, moved)
    for position, item in enumerate(rest, 1):
        if item.position != position:
            item.position = position
            touch(ctx.work, ctx.scope, "activity", item.id)


def _activity(ctx: Context, id_: str) -> Activity:
    activity: Activity | None = ctx.session.get(Activity, id_)
    if activity is None or activity.lab_id != ctx.scope:
        raise Refused("not_found")
    return activity


def _plannable(ctx: Context) -> Lab:
    lab: Lab = ctx.session.get_one(Lab, ctx.scope)
    if lab.state in {"closing", "closed"}:
        raise Refused("closed")
    return lab
