"""Ballots: dots with a budget, or a rating of every item; hidden until revealed (R-73, R-74)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import func, select

from facilitation.boards.models import Ballot, Board, Cluster, Contribution, Vote
from facilitation.core.actor import Seat as SeatActor
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.ids import new_id
from facilitation.labs.models import Lab
from facilitation.labs.rules import takes_posts
from facilitation.people.models import Seat
from facilitation.stream.record import touch, touch_seat

Dots = Annotated[dict[Id, Annotated[int, Field(ge=0, le=1000)]], Field(max_length=500)]


@command("ballot.vote", scope="lab")
class CastVote(Command):
    """The whole allocation of one person: sending it again, or another one, replaces it."""

    ballot: Id
    dots: Dots


@handles(CastVote)
def vote(cmd: CastVote, ctx: Context) -> dict[str, Any]:
    ballot = ballot_of(ctx, cmd.ballot)
    lab = ctx.session.get_one(Lab, ctx.scope)
    if not takes_posts(lab.state, lab.closes_at, ctx.now):
        raise Refused("closed" if lab.state in {"closing", "closed"} else "not_open")
    if ballot.state != "open":
        raise Refused("not_open", _("This ballot is not open."))
    if not isinstance(ctx.actor, SeatActor):
        raise Refused("forbidden")
    dots = _allocation(ballot, cmd.dots)
    row = ctx.session.scalar(select(Vote).where(Vote.ballot_id == ballot.id, Vote.seat_id == ctx.actor.id))
    if row is None:
        row = Vote(id=new_id(), ballot_id=ballot.id, seat_id=ctx.actor.id, tier=ctx.actor.tier, dots=dots)
        ctx.session.add(row)
    row.dots = dots
    ctx.session.get_one(Seat, ctx.actor.id).took_part = True
    touch(ctx.work, lab.id, "tally", ballot.id)
    touch_seat(ctx.work, lab.id, ctx.actor.id)
    return {"ballot": ballot.id, "dots": dots}


def _allocation(ballot: Ballot, dots: dict[str, int]) -> dict[str, int]:
    """The dots as they count, or `invalid` with the item at fault."""
    strangers = set(dots) - set(ballot.items)
    if strangers:
        raise Refused("invalid", fields={"dots": _("This is not on the ballot.")})
    if ballot.method == "rating":
        steps = {int(step) for step in ballot.scale or {}}
        if any(value not in steps for value in dots.values()):
            raise Refused("invalid", fields={"dots": _("This step is not on the scale.")})
        return dict(sorted(dots.items()))
    given = {item: n for item, n in sorted(dots.items()) if n}
    if any(n > ballot.max_per_item for n in given.values()):
        raise Refused("invalid", _("At most %(n)s dots for one item.", n=ballot.max_per_item), fields={"dots": "max"})
    if sum(given.values()) > ballot.per_person:
        raise Refused("invalid", _("You have %(n)s dots.", n=ballot.per_person), fields={"dots": "sum"})
    return given


class OneBallot(Command):
    ballot: Id


@command("ballot.open", scope="lab")
class OpenBallot(OneBallot):
    """Start voting. Without `items`, everything clustered (or shown) on the boards of the ballot's scope is on it."""

    items: Annotated[list[Id], Field(max_length=500)] | None = None


@command("ballot.close", scope="lab")
class CloseBallot(OneBallot):
    """Stop voting; the result is seen by the staff only."""


@command("ballot.reveal", scope="lab")
class RevealBallot(OneBallot):
    """Show the result to everybody, in total and by tier."""


@handles(OpenBallot)
def open_ballot(cmd: OpenBallot, ctx: Context) -> dict[str, Any]:
    ballot = ballot_of(ctx, cmd.ballot)
    if ballot.state == "open":
        return {"ballot": ballot.id, "state": "open"}
    if ballot.state == "revealed":
        raise Refused("bad_state", _("The result of this ballot was already shown."))
    if ballot.state == "planned":
        ballot.items = _items(ctx, ballot, cmd.items)
        if not ballot.items:
            raise Refused("bad_state", _("There is nothing to vote on yet."))
        last = ctx.session.scalar(select(func.max(Ballot.number)).where(Ballot.lab_id == ctx.scope))
        ballot.number, ballot.opened_at = int(last or 0) + 1, ctx.now
    ballot.state, ballot.closed_at = "open", None
    touch(ctx.work, ctx.scope, "ballot", ballot.id)
    touch(ctx.work, ctx.scope, "tally", ballot.id)
    return {"ballot": ballot.id, "state": "open", "items": ballot.items}


@handles(CloseBallot)
def close_ballot(cmd: CloseBallot, ctx: Context) -> dict[str, Any]:
    ballot = ballot_of(ctx, cmd.ballot)
    if ballot.state == "planned":
        raise Refused("bad_state", _("This ballot is not open."))
    if ballot.state == "open":
        close_now(ctx, ballot)
    return {"ballot": ballot.id, "state": ballot.state}


def close_now(ctx: Context, ballot: Ballot) -> None:
    ballot.state, ballot.closed_at = "closed", ctx.now
    touch(ctx.work, ctx.scope, "ballot", ballot.id)


@handles(RevealBallot)
def reveal_ballot(cmd: RevealBallot, ctx: Context) -> dict[str, Any]:
    ballot = ballot_of(ctx, cmd.ballot)
    if ballot.state == "planned":
        raise Refused("bad_state", _("This ballot is not open."))
    if ballot.state != "revealed":
        ballot.closed_at = ballot.closed_at or ctx.now
        ballot.state = "revealed"
        touch(ctx.work, ctx.scope, "ballot", ballot.id)
    return {"ballot": ballot.id, "state": ballot.state}


def ballot_of(ctx: Context, id_: str) -> Ballot:
    ballot = ctx.session.get(Ballot, id_)
    if ballot is None or ballot.lab_id != ctx.scope:
        raise Refused("not_found")
    return ballot


def _items(ctx: Context, ballot: Ballot, wanted: list[str] | None) -> list[str]:
    """What is voted on: clusters of the scope in their order; single contributions where nothing is clustered."""
    boards = select(Board.id).where(Board.lab_id == ctx.scope, Board.kind == ballot.scope)
    members = select(Contribution.cluster_id).where(Contribution.status == "shown", Contribution.cluster_id.is_not(None))
    clusters = list(
        ctx.session.scalars(
            select(Cluster.id)
            .where(Cluster.board_id.in_(boards), Cluster.dissolved.is_(False), Cluster.id.in_(members))
            .order_by(Cluster.number)
        )
    )
    loose = list(
        ctx.session.scalars(
            select(Contribution.id)
            .where(
                Contribution.board_id.in_(boards),
                Contribution.status == "shown",
                Contribution.parent_id.is_(None),
                Contribution.cluster_id.is_(None),
                Contribution.kind != "experience",
            )
            .order_by(Contribution.number)
        )
    )
    if wanted is None:
        return clusters or loose
    if set(wanted) - set(clusters) - set(loose):
        raise Refused("not_found", _("This cannot be voted on."))
    return list(dict.fromkeys(wanted))
