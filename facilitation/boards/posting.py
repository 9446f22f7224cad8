"""Posting, rewording and withdrawing: what participants do most."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Annotated, Any, cast

from pydantic import Field
from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from facilitation.boards import rules
from facilitation.boards.gone import tell_gone
from facilitation.boards.labels import label_for
from facilitation.boards.models import Board, Contribution
from facilitation.boards.notice import contribution_changed, in_room, with_replies
from facilitation.core.actor import Seat as SeatActor
from facilitation.core.actor import Staff
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.ids import new_id
from facilitation.core.prepared import Prepared
from facilitation.core.text import Prose, length
from facilitation.labs.models import Lab, LabCase
from facilitation.labs.rules import takes_posts, takes_withdrawals
from facilitation.people.models import Seat

SEAT_LIMIT = 200  # contributions per seat and lab (safety, section 2)
# Asked for every contribution; rows instead of objects, for nothing of them is changed.
_LAB = Prepared(
    select(
        Lab.id, Lab.state, Lab.closes_at, Lab.approve_first, Lab.language, Lab.ceiling, Lab.minimum_cell
    ).where(Lab.id == bindparam("lab"))
)  # fmt: skip
_BOARD = Prepared(
    select(Board.__table__, Board.shown_to_all.label("shown_to_all")).where(
        Board.id == bindparam("board"), Board.lab_id == bindparam("lab")
    )
)
_LAST = Prepared(select(func.max(Contribution.number)).where(Contribution.lab_id == bindparam("lab")))
_CONTRIBUTIONS = cast(Table, Contribution.__table__)
_INSERT = Prepared(insert(_CONTRIBUTIONS), columns=[column.name for column in _CONTRIBUTIONS.c])
_NEW: dict[str, Any] = {  # what a contribution is before anybody did anything with it
    column.name: column.default.arg if isinstance(column.default, ScalarElementColumnDefault) else None
    for column in _CONTRIBUTIONS.c
}
_POSTED = Prepared(select(func.count()).select_from(Contribution).where(Contribution.seat_id == bindparam("seat")))
_SEAT = Prepared(select(Seat.__table__).where(Seat.id == bindparam("seat")))
_HEARD = Prepared(update(cast(Table, Seat.__table__)).where(Seat.id == bindparam("seat")).values(took_part=True))


class Target(Command):
    """What an idea is about: a case, and the aspect or element of its matrix by reference (A1, A1.E3)."""

    case: Id
    aspect: Id | None = None
    element: Id | None = None


class Extra(Command):
    """What a suggestion for transfer adds (R-67): needs, setting, degree."""

    needs: Annotated[str, Prose(280, required=False)] = ""
    setting: Annotated[str, Prose(280, required=False)] = ""
    degree: Annotated[str, Field(pattern=f"^({'|'.join(rules.DEGREES)})?$")] = ""


@command("contribution.post", scope="lab")
class PostContribution(Command):
    """Put a text on a board. `kind` other than the board's own: an experience or a question.

    It may speak for several: for named seats (`speaks_for`), or for as many `people` as sit around the phone.
    """

    board: Id
    text: Annotated[str, Prose(2000)]
    column: Annotated[str, Field(max_length=40)] = ""
    kind: Annotated[str, Field(max_length=40)] | None = None
    target: Target | None = None
    extra: Extra | None = None
    speaks_for: Annotated[list[Id], Field(max_length=20)] = []
    people: Annotated[int, Field(ge=1, le=20)] | None = None  # author included
    composed_at: datetime | None = None


@handles(PostContribution)
def post(cmd: PostContribution, ctx: Context) -> dict[str, Any]:
    lab = _LAB.first(ctx.work.connection, {"lab": ctx.scope})
    board = _BOARD.first(ctx.work.connection, {"board": cmd.board, "lab": ctx.scope})
    if board is None:
        raise Refused("not_found", _("This board is not part of the lab."))
    _may_post(ctx, lab, board)
    if length(cmd.text) > board.max_length:
        raise Refused(
            "too_long",
            _("This is %(length)s characters long; %(max)s are possible.", length=length(cmd.text), max=board.max_length),
            fields={"text": _("This text is too long.")},
        )
    contribution = {
        **_NEW,
        "id": new_id(),
        "lab_id": lab.id,
        "board_id": board.id,
        "number": next_number(ctx, lab.id),
        "column": column_of(board, cmd.column),
        "kind": kind_of(board, cmd.kind),
        "text": cmd.text,
        "target": target_of(ctx, lab, board, cmd.target),
        "extra": {name: value for name, value in cmd.extra.model_dump().items() if value} if cmd.extra else None,
        "posted_at": ctx.now,
        "key": ctx.key,
        "composed_at": cmd.composed_at,
        "status": "pending" if (board.moderated or lab.approve_first) and isinstance(ctx.actor, SeatActor) else "shown",
        **signature(ctx, lab, cmd.speaks_for),
    }
    contribution["people"] = max(contribution["people"], cmd.people or 0)
    ctx.work.flush()
    _INSERT.do(ctx.work.connection, contribution)
    contribution_changed(ctx.work, SimpleNamespace(**contribution), board=board)
    return {"id": contribution["id"], "status": contribution["status"], "version": 1}


def board_of(ctx: Context, id_: str) -> Board:
    """The lab's board, or `not_found`."""
    board = ctx.session.get(Board, id_)
    if board is None or board.lab_id != ctx.scope:
        raise Refused("not_found", _("This board is not part of the lab."))
    return board


def contribution_of(ctx: Context, id_: str) -> Contribution:
    """The lab's contribution, or `not_found`. Somebody else's unseen text is "not there" for a seat."""
    contribution = ctx.session.get(Contribution, id_)
    if contribution is None or contribution.lab_id != ctx.scope:
        raise Refused("not_found")
    mine = isinstance(ctx.actor, SeatActor) and contribution.seat_id == ctx.actor.id
    if isinstance(ctx.actor, SeatActor) and not mine and not in_room(ctx.work, contribution):
        raise Refused("not_found")
    return contribution


def next_number(ctx: Context, lab: str) -> int:
    """Arrival number inside the lab; the lab's row is locked, so no two are alike."""
    return int(_LAST.first(ctx.work.connection, {"lab": lab})[0] or 0) + 1


def signature(ctx: Context, lab: Any, speaks_for: list[str]) -> dict[str, Any]:
    """Who speaks, as columns of a contribution, as far as the lab keeps it; everybody spoken for has taken part now."""
    signed: dict[str, Any] = {"origin": "participant", "seat_id": None, "level": rules.NOTHING, "label": None}
    if isinstance(ctx.actor, Staff):
        signed |= {"origin": "staff", "user_id": ctx.actor.id}
    elif isinstance(ctx.actor, SeatActor):
        seat = _SEAT.first(ctx.work.connection, {"seat": ctx.actor.id})
        if not seat.took_part:
            _HEARD.do(ctx.work.connection, {"seat": seat.id})
        level, label = label_for(ctx.work, lab, seat)
        signed |= {"seat_id": seat.id, "tier": seat.tier, "level": level, "label": label}
    others = spoken_for(ctx, signed["seat_id"], speaks_for)
    for other in others:
        other.took_part = True
        level, label = label_for(ctx.work, lab, other)
        if level < signed["level"]:  # a shared text says no more than the most careful of its people allows
            signed |= {"level": level, "label": label}
    signed["speaks_for"] = [seat.id for seat in others] or None
    signed["people"] = len(others) + (1 if signed["seat_id"] else 0)
    return signed


def spoken_for(ctx: Context, author: str | None, ids: list[str]) -> list[Seat]:
    if not ids:
        return []
    seats = list(ctx.session.scalars(select(Seat).where(Seat.lab_id == ctx.scope, Seat.id.in_(ids), Seat.id != author)))
    if len(seats) != len(set(ids) - {author}):
        raise Refused("not_found", _("One of these people is not in the lab."))
    return seats


def _may_post(ctx: Context, lab: Any, board: Any) -> None:
    if not takes_posts(lab.state, lab.closes_at, ctx.now):
        raise Refused("closed" if lab.state in {"closing", "closed"} else "not_open")
    if not board.open and not (board.open_until is not None and ctx.now < board.open_until):
        raise Refused("not_open", _("This board is locked. Your text stays with you."))
    if isinstance(ctx.actor, SeatActor) and _POSTED.first(ctx.work.connection, {"seat": ctx.actor.id})[0] >= SEAT_LIMIT:
        raise Refused("full", _("You have reached the number of contributions one person can make in this lab."))


def column_of(board: Any, column: str) -> str:
    """A column of the board; `invalid` for one it does not have."""
    known = {item["id"] for item in board.columns}
    if not known and column:
        raise Refused("invalid", fields={"column": _("This board has no columns.")})
    if known and column not in known:
        raise Refused("invalid", _("Please choose a column."), fields={"column": _("Please choose a column.")})
    return column


def kind_of(board: Any, kind: str | None) -> str:
    """What a text on this board is: its own kind unless another fits."""
    own = rules.DEFAULT_KIND[board.kind]
    if kind not in (None, own, *rules.EXTRA_KINDS):
        raise Refused("invalid", fields={"kind": _("This kind does not belong on this board.")})
    return kind or own


def target_of(ctx: Context, lab: Any, board: Any, target: Target | None) -> dict[str, str] | None:
    if target is None:
        return {"case": board.case_id} if board.case_id else None
    if ctx.session.get(LabCase, (lab.id, target.case)) is None:
        raise Refused("not_found", _("This case is not part of the lab."), fields={"target": _("unknown")})
    return target.model_dump(exclude_none=True)


@command("contribution.reword", scope="lab")
class RewordContribution(Command):
    """The author's new wording. `version` is the one they saw; another one in between is a conflict with both texts."""

    id: Id
    text: Annotated[str, Prose(2000)]
    version: int


@handles(RewordContribution)
def reword(cmd: RewordContribution, ctx: Context) -> dict[str, Any]:
    contribution = own_contribution(ctx, cmd.id)
    lab, board = ctx.session.get_one(Lab, ctx.scope), board_of(ctx, contribution.board_id)
    if not takes_posts(lab.state, lab.closes_at, ctx.now):
        raise Refused("closed")
    if contribution.status == "withdrawn":
        raise Refused("gone", _("You have withdrawn this."))
    if length(cmd.text) > board.max_length:
        raise Refused("too_long", fields={"text": _("This text is too long.")})
    if contribution.text == cmd.text:
        return {"id": contribution.id, "version": contribution.version, "status": contribution.status}
    if contribution.version != cmd.version:
        theirs = {"text": contribution.text, "version": contribution.version}
        raise Refused("conflict", data={"mine": {"text": cmd.text}, "theirs": theirs})
    was = in_room(ctx.work, contribution, board)
    contribution.text, contribution.translation = cmd.text, None
    contribution.version, contribution.rewords = contribution.version + 1, contribution.rewords + 1
    if contribution.status == "hidden" or (contribution.status == "shown" and (board.moderated or lab.approve_first)):
        contribution.status = "pending"  # a new wording of a hidden text waits for a look
    contribution_changed(ctx.work, contribution, was_in_room=was)
    return {"id": contribution.id, "version": contribution.version, "status": contribution.status}


def own_contribution(ctx: Context, id_: str) -> Contribution:
    """The actor's own contribution. Nobody edits the words of somebody else (R-75)."""
    contribution = contribution_of(ctx, id_)
    if isinstance(ctx.actor, SeatActor) and contribution.seat_id == ctx.actor.id:
        return contribution
    if isinstance(ctx.actor, Staff) and contribution.user_id == ctx.actor.id:
        return contribution
    raise Refused("forbidden", _("Only the author can change this text."))


@command("contribution.withdraw", scope="lab")
class WithdrawContribution(Command):
    """Take an own contribution back; after the close for the time the lab promised (R-90)."""

    id: Id


@handles(WithdrawContribution)
def withdraw(cmd: WithdrawContribution, ctx: Context) -> dict[str, Any]:
    contribution = own_contribution(ctx, cmd.id)
    lab = ctx.session.get_one(Lab, ctx.scope)
    if not takes_withdrawals(lab.state, lab.closed_at, lab.withdraw_hours, ctx.now):
        raise Refused("closed", _("The time to withdraw is over."))
    if contribution.status != "withdrawn":
        family = [(item, in_room(ctx.work, item)) for item in with_replies(ctx.work, contribution)]
        contribution.status, contribution.version = "withdrawn", contribution.version + 1
        for item, was in family:
            contribution_changed(ctx.work, item, was_in_room=was)
        tell_gone(ctx, frozenset(item.id for item, _was in family))
    return {"id": contribution.id, "status": contribution.status, "version": contribution.version}
