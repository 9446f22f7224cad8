"""Running a lab: its life cycle, the way through the agenda, the clock (R-78)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from facilitation.boards.log import note_act
from facilitation.boards.models import Board
from facilitation.boards.notice import board_revealed
from facilitation.core.actor import System
from facilitation.core.clock import epoch_ms
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.text import Line
from facilitation.labs import rules
from facilitation.labs.closing import cut_links, finish
from facilitation.labs.keeping import keep_cases
from facilitation.labs.models import Activity, Lab, LabCase
from facilitation.stream.record import touch

FINISH_HERE_SECONDS = 90  # a half-written text may still come in after the room moved on (experience, 2.2)


class OfLab(Command):
    """A command about the lab of the door; `lab` is only needed where the door has none."""

    lab: Id | None = None


@command("lab.open", scope="lab")
class OpenLab(OfLab):
    """Let people in: the lobby."""


@command("lab.pause", scope="lab")
class PauseLab(OfLab):
    """Stop writing for everybody; the clock stands."""


@command("lab.resume", scope="lab")
class ResumeLab(OfLab):
    pass


@command("lab.close", scope="lab")
class CloseLab(OfLab):
    """Close after `grace_s` seconds, shown as a countdown on every device. 0 closes at once (D7)."""

    grace_s: Annotated[int, Field(ge=0, le=3600)] = 60


@command("lab.finish", scope="lab")
class FinishLab(OfLab):
    """The grace is over: fix the final number. The server's own clock sends this."""


@command("lab.reopen", scope="lab")
class ReopenLab(OfLab):
    """Back from closing or closed, paused; not after the seat links were cut."""


@command("lab.cut", scope="lab")
class CutLab(OfLab):
    """The time to withdraw is over: destroy the links between texts and seats. The server's own clock sends this."""


def lab_of(ctx: Context) -> Lab:
    return ctx.session.get_one(Lab, ctx.scope)


def _go(ctx: Context, act: str) -> Lab | None:
    """The lab after a change of state, or None when it is there already."""
    lab = lab_of(ctx)
    state = rules.next_state(lab.state, act)
    if state is None:
        raise Refused("closed" if lab.state == "closed" else "bad_state")
    if state == lab.state:
        return None
    lab.state = state
    touch(ctx.work, lab.id, "lab", lab.id)
    return lab


def _state(ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    return {"lab": lab.id, "state": lab.state, "closes_at": epoch_ms(lab.closes_at), "final": lab.final_number}


@handles(OpenLab)
def open_lab(cmd: OpenLab, ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    if lab.state == "draft":
        _go(ctx, "open")
        lab.opened_at = ctx.now
    elif lab.state in {"closing", "closed"}:
        raise Refused("closed")
    return _state(ctx)


@handles(PauseLab)
def pause(cmd: PauseLab, ctx: Context) -> dict[str, Any]:
    lab = _go(ctx, "pause")
    if lab is not None and lab.activity_id:
        stop_clock(ctx, ctx.session.get_one(Activity, lab.activity_id))
    return _state(ctx)


@handles(ResumeLab)
def resume(cmd: ResumeLab, ctx: Context) -> dict[str, Any]:
    lab = _go(ctx, "resume")
    if lab is not None and lab.activity_id:
        start_clock(ctx, ctx.session.get_one(Activity, lab.activity_id))
    return _state(ctx)


@handles(CloseLab)
def close(cmd: CloseLab, ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    if lab.state in {"closing", "closed"}:
        return _state(ctx)
    _go(ctx, "close")
    lab.closes_at = ctx.now + timedelta(seconds=cmd.grace_s)
    if cmd.grace_s == 0:
        finish(ctx, lab)
    return _state(ctx)


@handles(FinishLab)
def finish_lab(cmd: FinishLab, ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    if lab.state == "closing" and lab.closes_at is not None and ctx.now >= lab.closes_at:
        finish(ctx, lab)
    return _state(ctx)


@handles(ReopenLab)
def reopen(cmd: ReopenLab, ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    if lab.cut_at is not None:
        raise Refused("gone", _("The links to the seats are destroyed; this lab cannot be opened again."))
    if lab.state in {"closing", "closed"}:
        _go(ctx, "reopen")
        lab.closes_at = lab.closed_at = lab.final_number = None
    return _state(ctx)


@handles(CutLab)
def cut(cmd: CutLab, ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    if not isinstance(ctx.actor, System):
        raise Refused("forbidden")
    if lab.state == "closed" and lab.cut_at is None:
        cut_links(ctx, lab)
    return _state(ctx)


# ---- the way through the agenda ------------------------------------------------------------------------------


@command("activity.start", scope="lab")
class StartActivity(Command):
    """Take the room to this activity, forward or back. Going back never loses anything."""

    activity: Id


@command("activity.next", scope="lab")
class NextActivity(OfLab):
    pass


@command("activity.back", scope="lab")
class PreviousActivity(OfLab):
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
    if lab.activity_id != activity.id or activity.state == "planned":
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
        board.open, board.open_until = True, None
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


def stop_clock(ctx: Context, activity: Activity) -> None:
    if activity.state == "running":
        activity.state = "paused"
        activity.left_seconds, activity.ends_at = rules.seconds_left(activity.ends_at, ctx.now), None
        touch(ctx.work, ctx.scope, "activity", activity.id)


def start_clock(ctx: Context, activity: Activity) -> None:
    if activity.state == "paused":
        activity.state = "running"
        if activity.left_seconds is not None:
            activity.ends_at = ctx.now + timedelta(seconds=activity.left_seconds)
        activity.left_seconds = None
        touch(ctx.work, ctx.scope, "activity", activity.id)


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


# ---- what phones and wall show -------------------------------------------------------------------------------


@command("case.present", scope="lab")
class PresentCase(Command):
    """What the room reads now: a case and one of its sections. Phones follow (R-63)."""

    case: Id
    section: Annotated[str, Field(max_length=20)] | None = None


@handles(PresentCase)
def present(cmd: PresentCase, ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    if ctx.session.get(LabCase, (lab.id, cmd.case)) is None:
        raise Refused("not_found", _("This case is not part of the lab."))
    if (lab.case_id, lab.section) != (cmd.case, cmd.section):
        lab.case_id, lab.section = cmd.case, cmd.section
        touch(ctx.work, lab.id, "lab", lab.id)
    return {"case": cmd.case, "section": cmd.section}


@command("wall.set", scope="lab")
class SetWall(Command):
    """Freeze the wall, or fill it with the join code."""

    frozen: bool | None = None
    join: bool | None = None


@command("lab.lock", scope="lab")
class LockLab(Command):
    """Close the door: nobody else may join."""

    locked: bool


@command("lab.approve_first", scope="lab")
class ApproveFirst(Command):
    """From now on every contribution waits for approval, on every board."""

    on: bool


@command("lab.announce", scope="lab")
class Announce(Command):
    """One sentence on every phone and the wall, until the next activity; empty takes it away."""

    text: Annotated[str, Line(200, required=False)] = ""


@handles(SetWall)
def set_wall(cmd: SetWall, ctx: Context) -> dict[str, Any]:
    wanted = {"wall_frozen": cmd.frozen, "wall_join": cmd.join}
    return _switch(ctx, "wall_set", {name: on for name, on in wanted.items() if on is not None})


@handles(LockLab)
def lock(cmd: LockLab, ctx: Context) -> dict[str, Any]:
    return _switch(ctx, "lock", {"locked": cmd.locked})


@handles(ApproveFirst)
def approve_first(cmd: ApproveFirst, ctx: Context) -> dict[str, Any]:
    return _switch(ctx, "approve_first", {"approve_first": cmd.on})


def _switch(ctx: Context, act: str, wanted: dict[str, bool]) -> dict[str, Any]:
    lab = lab_of(ctx)
    before = {name: getattr(lab, name) for name in wanted}
    if before == wanted:
        return {"act": None}
    for name, on in wanted.items():
        setattr(lab, name, on)
    touch(ctx.work, lab.id, "lab", lab.id)
    return {"act": note_act(ctx, act, "lab", lab.id, before=before, after=wanted)}


@handles(Announce)
def announce(cmd: Announce, ctx: Context) -> dict[str, Any]:
    lab = lab_of(ctx)
    lab.announcement = cmd.text or None
    touch(ctx.work, lab.id, "lab", lab.id)
    return {}


@command("board.set", scope="lab")
class SetBoard(Command):
    """Change a board while it is used: open or locked, approve first, length."""

    board: Id
    open: bool | None = None
    moderated: bool | None = None
    max_length: Annotated[int, Field(ge=20, le=2000)] | None = None


@handles(SetBoard)
def set_board(cmd: SetBoard, ctx: Context) -> dict[str, Any]:
    board = ctx.session.get(Board, cmd.board)
    if board is None or board.lab_id != ctx.scope:
        raise Refused("not_found")
    for name, value in cmd.model_dump(exclude={"board"}, exclude_none=True).items():
        setattr(board, name, value)
    board.open_until = None
    touch(ctx.work, ctx.scope, "board", board.id)
    return {"board": board.id, "open": board.open, "moderated": board.moderated}
