"""The way through the agenda: start, next, back, the clock, the reveal (R-78)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from facilitation.boards.models import Board
from facilitation.boards.notice import board_revealed
from facilitation.core.clock import epoch_ms
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.labs import rules
from facilitation.labs.clock import lab_of, start_clock, stop_clock
from facilitation.labs.keeping import keep_cases
from facilitation.labs.models import Activity, Lab, LabCase
from facilitation.stream.record import touch

FINISH_HERE_SECONDS = 90  # a half-written text may still come in after the room moved on (experience, 2.2)


@command("activity.start", scope="lab")
class StartActivity(Command):
    """Take the room to this activity, forward or back. Going back never loses anything."""

    activity: Id


@command("activity.next", scope="lab")
class NextActivity(Command):
    pass


@command("activity.back", scope="lab")
class PreviousActivity(Command):
    pass


@command("activity.extend", scope="lab")
class ExtendActivity(Command):
    """More (or less) time, on all devices at once."""

    activity: Id | None = None
    seconds: Annotated[int, Field(ge=-3600, le=7200)]


@command("activity.pause", scope="lab")
class PauseActivity(Command):
    activity: Id | None = None


@command("activity.resume", scope="lab")
class ResumeActivity(Command):
    activity: Id | None = None


@command("activity.reveal", scope="lab")
class RevealActivity(Command):
    """Turn all hidden contributions of the activity at once."""

    activity: Id | None = None


def activity_of(ctx: Context, id_: str | None) -> Activity:
    """The named activity of the lab, or the current one."""
    wanted = id_ or lab_of(ctx).activity_id
    activity = ctx.session.get(Activity, wanted) if wanted else None
    if activity is None or activity.lab_id != ctx.scope:
        raise Refused("not_found", _("This activity is not part of the lab."))
    return activity


@handles(StartActivity)
def start(cmd: StartActivity, ctx: Context) -> dict[str, Any]:
    return go_to(ctx, activity_of(ctx, cmd.activity))


@handles(NextActivity)
def next_activity(cmd: NextActivity, ctx: Context) -> dict[str, Any]:
    return go_to(ctx, _neighbour(ctx, +1))


@handles(PreviousActivity)
def previous_activity(cmd: PreviousActivity, ctx: Context) -> dict[str, Any]:
    return go_to(ctx, _neighbour(ctx, -1))


def _neighbour(ctx: Context, step: int) -> Activity:
    agenda = list(ctx.session.scalars(select(Activity).where(Activity.lab_id == ctx.scope).order_by(Activity.position)))
    current = lab_of(ctx).activity_id
    place = next((index for index, item in enumerate(agenda) if item.id == current), -1 if step > 0 else len(agenda))
    if not 0 <= place + step < len(agenda):
        raise Refused("bad_state", _("There is nothing further in the agenda."))
    return agenda[place + step]


def go_to(ctx: Context, activity: Activity) -> dict[str, Any]:
    lab = lab_of(ctx)
    if lab.state in {"closing", "closed"}:
        raise Refused("closed")
    if lab.activity_id != activity.id or activity.state not in {"running", "paused"}:
        if lab.activity_id and lab.activity_id != activity.id:
            _leave(ctx, ctx.session.get_one(Activity, lab.activity_id))
        _enter(ctx, lab, activity)
    return {"activity": activity.id, "state": activity.state, "ends_at": epoch_ms(activity.ends_at)}


def _leave(ctx: Context, activity: Activity) -> None:
    activity.state, activity.ended_at = "done", ctx.now
    activity.left_seconds, activity.ends_at = rules.seconds_left(activity.ends_at, ctx.now), None
    touch(ctx.work, activity.lab_id, "activity", activity.id)
    for board in _boards(ctx, activity):
        board.open, board.open_until = False, ctx.now + timedelta(seconds=FINISH_HERE_SECONDS)
        touch(ctx.work, activity.lab_id, "board", board.id)


def _enter(ctx: Context, lab: Lab, activity: Activity) -> None:
    again = activity.started_at is not None
    activity.state, activity.started_at = "running", activity.started_at or ctx.now
    activity.ended_at = None
    seconds = activity.left_seconds if again and activity.left_seconds is not None else activity.seconds
    activity.ends_at = ctx.now + timedelta(seconds=seconds) if activity.seconds else None
    activity.left_seconds = None
    keep_cases(ctx.session, lab.id)
    lab.activity_id, lab.state, lab.opened_at = activity.id, "live", lab.opened_at or ctx.now
    lab.announcement = None
    lab.case_id = activity.settings.get("case") or lab.case_id or _first_case(ctx, lab.id)
    for board in _boards(ctx, activity):
        board.open, board.open_until = bool(activity.settings.get("open", True)), None
        touch(ctx.work, lab.id, "board", board.id)
    touch(ctx.work, lab.id, "activity", activity.id)
    touch(ctx.work, lab.id, "lab", lab.id)


def _first_case(ctx: Context, lab: str) -> str | None:
    return ctx.session.scalar(select(LabCase.case_id).where(LabCase.lab_id == lab).order_by(LabCase.position).limit(1))


def _boards(ctx: Context, activity: Activity) -> list[Board]:
    return list(ctx.session.scalars(select(Board).where(Board.activity_id == activity.id).order_by(Board.position)))


@handles(ExtendActivity)
def extend(cmd: ExtendActivity, ctx: Context) -> dict[str, Any]:
    activity = activity_of(ctx, cmd.activity)
    if activity.state == "paused":
        activity.left_seconds = max(0, (activity.left_seconds or 0) + cmd.seconds)
    elif activity.state == "running":
        base: datetime = max(activity.ends_at or ctx.now, ctx.now) if cmd.seconds > 0 else activity.ends_at or ctx.now
        activity.ends_at = max(base + timedelta(seconds=cmd.seconds), ctx.now)
    else:
        raise Refused("bad_state", _("This activity is not running."))
    touch(ctx.work, ctx.scope, "activity", activity.id)
    return {"activity": activity.id, "ends_at": epoch_ms(activity.ends_at), "left_s": activity.left_seconds}


@handles(PauseActivity)
def pause_activity(cmd: PauseActivity, ctx: Context) -> dict[str, Any]:
    activity = activity_of(ctx, cmd.activity)
    if activity.state not in {"running", "paused"}:
        raise Refused("bad_state", _("This activity is not running."))
    stop_clock(ctx, activity)
    return {"activity": activity.id, "state": activity.state, "left_s": activity.left_seconds}


@handles(ResumeActivity)
def resume_activity(cmd: ResumeActivity, ctx: Context) -> dict[str, Any]:
    activity = activity_of(ctx, cmd.activity)
    if activity.state not in {"running", "paused"}:
        raise Refused("bad_state", _("This activity is not running."))
    start_clock(ctx, activity)
    return {"activity": activity.id, "state": activity.state, "ends_at": epoch_ms(activity.ends_at)}


@handles(RevealActivity)
def reveal(cmd: RevealActivity, ctx: Context) -> dict[str, Any]:
    activity = activity_of(ctx, cmd.activity)
    for board in _boards(ctx, activity):
        if not board.shown_to_all:
            board.revealed = True
            ctx.session.flush()
            board_revealed(ctx.work, board)
    if not activity.revealed:
        activity.revealed = True
        touch(ctx.work, ctx.scope, "activity", activity.id)
    return {"activity": activity.id, "revealed": True}
