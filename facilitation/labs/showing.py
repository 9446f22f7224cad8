"""What phones and wall show: the case that is presented, the wall's switches, the door, an announcement."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from facilitation.boards.log import note_act
from facilitation.boards.models import Board
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.text import Line
from facilitation.labs.clock import lab_of
from facilitation.labs.models import LabCase
from facilitation.stream.record import touch


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
