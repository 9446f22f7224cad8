"""Joining a lab and what a person may change about their seat (R-60 to R-62)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import func, select, update

from facilitation.boards.labels import label_for
from facilitation.boards.models import Ballot, Contribution, Vote
from facilitation.boards.notice import contribution_changed, in_room
from facilitation.core import ids
from facilitation.core.actor import Seat as SeatActor
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.text import Line
from facilitation.labs.models import Lab
from facilitation.labs.rules import JOINABLE, join_limit
from facilitation.people.models import Seat
from facilitation.people.place import Place
from facilitation.stream.record import STAFF, touch, touch_seat

Tier = Annotated[str, Field(pattern="^(1|2|3|other)$")]
Level = Annotated[int, Field(ge=0, le=4)]
Stage = Annotated[str, Field(max_length=40, pattern="^[a-z_]*$")]


@command("seat.join", scope="site")
class JoinLab(Command):
    """Take a place in the lab with this code. The same key again is the same seat."""

    code: Annotated[str, Line(40)]
    tier: Tier
    name: Annotated[str, Line(120, required=False)] = ""
    organisation: Annotated[str, Line(160, required=False)] = ""
    stage: Stage = ""
    attribution: Level = 1
    language: Annotated[str, Field(pattern="^(en|de)$")] = "en"


@handles(JoinLab)
def join(cmd: JoinLab, ctx: Context) -> dict[str, Any]:
    lab = lab_by_code(ctx.session, cmd.code)
    if lab is None:
        raise Refused("not_found", _("There is no lab with this code."), fields={"code": _("Please check the code.")})
    if lab.state == "closed":
        raise Refused("gone", _("This lab has ended."))
    if lab.state not in JOINABLE:
        raise Refused("not_open", _("This lab is not open yet. Please come back when it begins."))
    if lab.locked:
        raise Refused("full", _("The door of this lab is closed. Please speak to the facilitators."))
    people = select(func.count()).select_from(Seat).where(Seat.lab_id == lab.id, Seat.removed_at.is_(None))
    if int(ctx.session.scalar(people) or 0) >= join_limit(lab.expected_people):
        raise Refused("full", _("This lab is full. Please speak to the facilitators."))
    seat = Seat(
        id=ids.new_id(), lab_id=lab.id, tier=cmd.tier, stage=cmd.stage or None, name=cmd.name or None,
        organisation=cmd.organisation or None, attribution=cmd.attribution, language=cmd.language, joined_at=ctx.now,
        serial=1, key=ctx.key,
    )  # fmt: skip
    ctx.session.add(seat)
    ctx.session.flush()
    return {"lab": lab.id, "seat": seat.id}


def lab_by_code(session: Any, typed: str) -> Lab | None:
    """The lab behind a typed code, whatever its state."""
    found: Lab | None = session.scalar(select(Lab).where(Lab.code_hash == ids.fingerprint(ids.tidy_code(typed))))
    return found


def seat_token(secret: str, seat: str, serial: int) -> str:
    """What the seat's cookie holds: the seat and a proof. A raised serial ends it."""
    return f"{seat}.{ids.token(secret, 'seat', seat, serial)}"


@command("seat.update", scope="lab")
class UpdateSeat(Command):
    """Correct tier, stage, name, organisation or attribution; figures and labels follow (R-61)."""

    name: Annotated[str, Line(120, required=False)] | None = None
    tier: Tier | None = None
    organisation: Annotated[str, Line(160, required=False)] | None = None
    stage: Stage | None = None
    attribution: Level | None = None
    language: Annotated[str, Field(pattern="^(en|de)$")] | None = None


@handles(UpdateSeat)
def update_seat(cmd: UpdateSeat, ctx: Context) -> dict[str, Any]:
    if not isinstance(ctx.actor, SeatActor):
        raise Refused("forbidden")
    lab, seat = ctx.session.get_one(Lab, ctx.scope), ctx.session.get_one(Seat, ctx.actor.id)
    if lab.cut_at is not None:
        raise Refused("gone")
    for name, value in cmd.model_dump(exclude_none=True).items():
        setattr(seat, name, value if name in {"tier", "attribution", "language"} else value or None)
    ctx.session.flush()
    _sign_anew(ctx, lab, seat)
    touch_seat(ctx.work, lab.id, seat.id)
    return {"seat": seat_value(seat)}


def _sign_anew(ctx: Context, lab: Lab, seat: Seat) -> None:
    """What this person wrote and voted carries the corrected tier and label."""
    level, label = label_for(ctx.work, lab, seat)
    for contribution in ctx.session.scalars(select(Contribution).where(Contribution.seat_id == seat.id)).all():
        shared = bool(contribution.speaks_for)
        fresh = (seat.tier, min(level, contribution.level) if shared else level)
        if (contribution.tier, contribution.level, contribution.label) == (*fresh, label):
            continue
        contribution.tier, contribution.level = fresh
        contribution.label = label if fresh[1] == level else contribution.label
        contribution_changed(ctx.work, contribution, was_in_room=in_room(ctx.work, contribution))
    ballots = select(Vote.ballot_id).where(Vote.seat_id == seat.id, Vote.tier != seat.tier)
    for ballot in ctx.session.scalars(select(Ballot).where(Ballot.id.in_(ballots))).all():
        touch(ctx.work, lab.id, "ballot", ballot.id)
    ctx.session.execute(
        update(Vote).where(Vote.seat_id == seat.id).values(tier=seat.tier).execution_options(synchronize_session=False)
    )


def seat_value(seat: Seat | Place) -> dict[str, Any]:
    """What a person sees about their own seat."""
    return {
        "id": seat.id,
        "tier": seat.tier,
        "stage": seat.stage,
        "name": seat.name,
        "organisation": seat.organisation,
        "attribution": seat.attribution,
        "language": seat.language,
    }


@command("seat.leave", scope="lab")
class LeaveLab(Command):
    """I am leaving; what I wrote stays."""


@handles(LeaveLab)
def leave(cmd: LeaveLab, ctx: Context) -> dict[str, Any]:
    if not isinstance(ctx.actor, SeatActor):
        raise Refused("forbidden")
    seat = ctx.session.get_one(Seat, ctx.actor.id)
    seat.left_at = seat.left_at or ctx.now
    if seat.ready_activity is not None:
        touch(ctx.work, ctx.scope, "activity", seat.ready_activity, to=(STAFF,))
    if seat.hand_at is not None:
        touch(ctx.work, ctx.scope, "lab", ctx.scope, to=(STAFF,))
    seat.hand_at = seat.ready_activity = None
    return {"left": True}


@command("seat.remove", scope="lab")
class RemoveSeat(Command):
    """Send the device that wrote this contribution away. Its next command fails and its sockets are hung up."""

    contribution: Id


@handles(RemoveSeat)
def remove_seat(cmd: RemoveSeat, ctx: Context) -> dict[str, Any]:
    contribution = ctx.session.get(Contribution, cmd.contribution)
    if contribution is None or contribution.lab_id != ctx.scope or contribution.seat_id is None:
        raise Refused("not_found")
    seat = ctx.session.get_one(Seat, contribution.seat_id)
    if seat.removed_at is None:
        seat.removed_at, seat.hand_at = ctx.now, None
        touch(ctx.work, ctx.scope, "lab", ctx.scope, to=(STAFF,))
        touch_seat(ctx.work, ctx.scope, seat.id)
    return {"removed": True}
