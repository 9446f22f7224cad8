"""Moderation: publish, hide, restore, move, pin, spotlight, wall, park, translate, ask (R-75, R-86)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from facilitation.boards.log import note_act
from facilitation.boards.models import Contribution
from facilitation.boards.notice import contribution_changed, in_room, with_replies
from facilitation.boards.posting import board_of, contribution_of
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.text import Line, Prose
from facilitation.labs.models import Lab
from facilitation.stream.record import touch

STATES = {"publish": "shown", "hide": "hidden", "restore": "shown"}
FROM = {"publish": {"pending"}, "hide": {"shown", "pending"}, "restore": {"hidden"}}


class OneContribution(Command):
    id: Id


@command("contribution.publish", scope="lab")
class PublishContribution(OneContribution):
    """Approve a waiting contribution."""


@command("contribution.hide", scope="lab")
class HideContribution(OneContribution):
    """Take a contribution off phones and wall. The author is told why."""

    reason: Annotated[str, Line(200, required=False)] = ""


@command("contribution.restore", scope="lab")
class RestoreContribution(OneContribution):
    """Show a hidden contribution again."""


@handles(PublishContribution)
def publish(cmd: PublishContribution, ctx: Context) -> dict[str, Any]:
    return set_status(ctx, "publish", cmd.id)


@handles(HideContribution)
def hide(cmd: HideContribution, ctx: Context) -> dict[str, Any]:
    return set_status(ctx, "hide", cmd.id, reason=cmd.reason)


@handles(RestoreContribution)
def restore(cmd: RestoreContribution, ctx: Context) -> dict[str, Any]:
    return set_status(ctx, "restore", cmd.id)


def set_status(ctx: Context, act: str, id_: str, reason: str = "") -> dict[str, Any]:
    """Change what is shown, tell everybody concerned, and write the act down. Same state again is no act."""
    contribution = contribution_of(ctx, id_)
    wanted = STATES[act]
    if contribution.status == wanted:
        return {"id": id_, "status": wanted, "act": None}
    if contribution.status not in FROM[act]:
        raise Refused("bad_state", _("This contribution cannot be shown or hidden any more."))
    before = {"status": contribution.status}
    change_status(ctx, contribution, wanted, reason)
    act_id = note_act(ctx, act, "contribution", id_, before=before, after={"status": wanted})
    return {"id": id_, "status": wanted, "act": act_id}


def change_status(ctx: Context, contribution: Contribution, status: str, reason: str = "") -> None:
    family = [(item, in_room(ctx.work, item)) for item in with_replies(ctx.work, contribution)]
    contribution.status, contribution.reason = status, reason or None
    contribution.version += 1
    for item, was in family:
        contribution_changed(ctx.work, item, was_in_room=was)
    lab = ctx.session.get_one(Lab, ctx.scope)
    if status != "shown" and lab.spotlight_id == contribution.id:
        lab.spotlight_id = None
        touch(ctx.work, ctx.scope, "lab", ctx.scope)


@command("seat.hide_all", scope="lab")
class HideAllOfOne(OneContribution):
    """Hide everything from the device that wrote this contribution; one undo brings it back. Nobody learns whose it is."""

    reason: Annotated[str, Line(200, required=False)] = ""


@handles(HideAllOfOne)
def hide_all(cmd: HideAllOfOne, ctx: Context) -> dict[str, Any]:
    seat = contribution_of(ctx, cmd.id).seat_id
    if seat is None:
        raise Refused("bad_state", _("It is no longer known which device wrote this."))
    mine = select(Contribution).where(Contribution.seat_id == seat, Contribution.status.in_(["shown", "pending"]))
    hidden = {}
    for contribution in ctx.session.scalars(mine.order_by(Contribution.number)).all():
        hidden[contribution.id] = contribution.status
        change_status(ctx, contribution, "hidden", cmd.reason)
    act = note_act(ctx, "hide_all", "contribution", cmd.id, before={"statuses": hidden}, after={"status": "hidden"})
    return {"hidden": len(hidden), "act": act}


def set_field(ctx: Context, act: str, contribution: Contribution, **fields: Any) -> dict[str, Any]:
    """Change plain fields of a contribution with one log line; no change, no line."""
    before = {name: getattr(contribution, name) for name in fields}
    if before == fields:
        return {"id": contribution.id, "act": None}
    was = in_room(ctx.work, contribution)
    for name, value in fields.items():
        setattr(contribution, name, value)
    contribution_changed(ctx.work, contribution, was_in_room=was)
    return {
        "id": contribution.id,
        "act": note_act(ctx, act, "contribution", contribution.id, before=before, after=fields),
    }


@command("contribution.move", scope="lab")
class MoveContribution(OneContribution):
    """Put a contribution into another column of its board."""

    column: Annotated[str, Field(max_length=40)]


@handles(MoveContribution)
def move(cmd: MoveContribution, ctx: Context) -> dict[str, Any]:
    contribution = contribution_of(ctx, cmd.id)
    board = board_of(ctx, contribution.board_id)
    if cmd.column not in {item["id"] for item in board.columns}:
        raise Refused("invalid", fields={"column": _("Please choose a column.")})
    old = contribution.column
    answer = set_field(ctx, "move", contribution, column=cmd.column)
    if old != contribution.column and not board.shown_to_all:
        touch(ctx.work, ctx.scope, "tally", f"{board.id}:{old}", to=("room",))
    return answer


@command("contribution.pin", scope="lab")
class PinContribution(OneContribution):
    pinned: bool = True


@handles(PinContribution)
def pin(cmd: PinContribution, ctx: Context) -> dict[str, Any]:
    return set_field(ctx, "pin", contribution_of(ctx, cmd.id), pinned=cmd.pinned)


@command("contribution.wall", scope="lab")
class SwitchWall(OneContribution):
    """The wall's own switch: off, it stays on the phones only."""

    on: bool


@handles(SwitchWall)
def switch_wall(cmd: SwitchWall, ctx: Context) -> dict[str, Any]:
    return set_field(ctx, "wall", contribution_of(ctx, cmd.id), on_wall=cmd.on)


@command("contribution.spotlight", scope="lab")
class SpotlightContribution(Command):
    """Fill the wall with one contribution, or with none (id empty)."""

    id: Id | None = None


@handles(SpotlightContribution)
def spotlight(cmd: SpotlightContribution, ctx: Context) -> dict[str, Any]:
    lab = ctx.session.get_one(Lab, ctx.scope)
    if cmd.id is not None and not in_room(ctx.work, contribution_of(ctx, cmd.id)):
        raise Refused("bad_state", _("Only what everybody may see can fill the wall."))
    if lab.spotlight_id == cmd.id:
        return {"id": cmd.id, "act": None}
    before, lab.spotlight_id = lab.spotlight_id, cmd.id
    touch(ctx.work, lab.id, "lab", lab.id)
    act = note_act(ctx, "spotlight", "lab", lab.id, before={"spotlight_id": before}, after={"spotlight_id": cmd.id})
    return {"id": cmd.id, "act": act}


@command("contribution.park", scope="lab")
class ParkContribution(OneContribution):
    """Put it on the parking list with an owner and a next step (R-86). An empty owner takes it off again."""

    owner: Annotated[str, Line(200, required=False)] = ""
    next_step: Annotated[str, Line(300, required=False)] = ""
    date: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""


@handles(ParkContribution)
def park(cmd: ParkContribution, ctx: Context) -> dict[str, Any]:
    contribution = contribution_of(ctx, cmd.id)
    before = {"parked": contribution.parked_owner is not None}
    contribution.parked_owner, contribution.parked_step = cmd.owner or None, cmd.next_step or None
    contribution.parked_date = cmd.date or None
    contribution_changed(ctx.work, contribution, was_in_room=in_room(ctx.work, contribution))
    act = note_act(ctx, "park", "contribution", cmd.id, before=before, after={"parked": contribution.parked_owner is not None})
    return {"id": cmd.id, "act": act}


@command("contribution.translate", scope="lab")
class TranslateContribution(OneContribution):
    """Say in which language it is written and add a translation into the lab's language (R-85)."""

    lang: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    translation: Annotated[str, Prose(2000)]


@handles(TranslateContribution)
def translate(cmd: TranslateContribution, ctx: Context) -> dict[str, Any]:
    contribution = contribution_of(ctx, cmd.id)
    contribution.lang, contribution.translation = cmd.lang, cmd.translation
    contribution_changed(ctx.work, contribution, was_in_room=in_room(ctx.work, contribution))
    return {"id": cmd.id}


@command("contribution.ask", scope="lab")
class AskAuthor(OneContribution):
    """Ask the author for another wording: hidden until they send one, with the request as reason."""

    text: Annotated[str, Line(200)]


@handles(AskAuthor)
def ask(cmd: AskAuthor, ctx: Context) -> dict[str, Any]:
    contribution = contribution_of(ctx, cmd.id)
    if contribution.status == "withdrawn":
        raise Refused("gone")
    before = {"status": contribution.status}
    change_status(ctx, contribution, "hidden", cmd.text)
    return {
        "id": cmd.id,
        "act": note_act(ctx, "ask", "contribution", cmd.id, before=before, after={"status": "hidden"}),
    }
