"""Posting, rewording and withdrawing: what participants do most."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, cast

from pydantic import Field
from sqlalchemy import Table, and_, bindparam, func, insert, select

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
from facilitation.core.text import Prose, length
from facilitation.labs.models import Lab, LabCase
from facilitation.labs.rules import takes_posts, takes_withdrawals
from facilitation.people.models import Seat

SEAT_LIMIT = 200  # contributions per seat and lab (safety, section 2)
# Asked for every contribution, so built once.
_SURROUNDINGS = (
    select(Lab, Board, Seat)
    .join(Board, and_(Board.lab_id == Lab.id, Board.id == bindparam("board")))
    .outerjoin(Seat, and_(Seat.lab_id == Lab.id, Seat.id == bindparam("seat")))
    .where(Lab.id == bindparam("lab"))
)
_LAST = select(func.max(Contribution.number)).where(Contribution.lab_id == bindparam("lab"))
_INSERT = insert(cast(Table, Contribution.__table__))
_STORED = tuple(column.key for column in Contribution.__mapper__.column_attrs)
_POSTED = select(func.count()).select_from(Contribution).where(Contribution.seat_id == bindparam("seat"))


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
    held = _surroundings(ctx, cmd.board)
    lab = ctx.session.get_one(Lab, ctx.scope)
    board = board_of(ctx, cmd.board)
    _may_post(ctx, lab, board)
    if length(cmd.text) > board.max_length:
        raise Refused(
            "too_long",
            _("This is %(length)s characters long; %(max)s are possible.", length=length(cmd.text), max=board.max_length),
            fields={"text": _("This text is too long.")},
        )
    contribution = Contribution(
        id=new_id(),
        lab_id=lab.id,
        board_id=board.id,
        number=next_number(ctx, lab.id),
        column=column_of(board, cmd.column),
        kind=kind_of(board, cmd.kind),
        text=cmd.text,
        target=target_of(ctx, lab, board, cmd.target),
        extra={name: value for name, value in cmd.extra.model_dump().items() if value} if cmd.extra else None,
        origin="participant",
        posted_at=ctx.now,
        key=ctx.key,
        composed_at=cmd.composed_at,
        status="pending" if (board.moderated or lab.approve_first) and isinstance(ctx.actor, SeatActor) else "shown",
    )
    sign(ctx, lab, contribution, cmd.speaks_for)
    contribution.people = max(contribution.people, cmd.people or 0)
    _store(ctx, contribution)
    contribution_changed(ctx.work, contribution)
    del held
    return {"id": contribution.id, "status": contribution.status, "version": 1}


def _surroundings(ctx: Context, board: str) -> object:
    """Lab, board and seat with one question instead of three; the session knows them for as long as they are held."""
    wanted = {"lab": ctx.scope, "board": board, "seat": ctx.actor.id if isinstance(ctx.actor, SeatActor) else ""}
    return ctx.session.execute(_SURROUNDINGS, wanted).first()


def _store(ctx: Context, contribution: Contribution) -> None:
    """Insert the row without the bookkeeping of an object that nobody in this transaction asks for again."""
    ctx.session.flush()
    given = {name: value for name in _STORED if (value := getattr(contribution, name)) is not None}
    ctx.session.connection().execute(_INSERT, given)


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
    last = ctx.session.connection().execute(_LAST, {"lab": lab}).scalar()
    return int(last or 0) + 1


def sign(ctx: Context, lab: Lab, contribution: Contribution, speaks_for: list[str]) -> None:
    """Write down who speaks, as far as the lab keeps it; mark everybody spoken for as having taken part."""
    if isinstance(ctx.actor, Staff):
        contribution.origin, contribution.user_id = "staff", ctx.actor.id
    elif isinstance(ctx.actor, SeatActor):
        seat = ctx.session.get_one(Seat, ctx.actor.id)
        contribution.seat_id, contribution.tier, seat.took_part = seat.id, seat.tier, True
        contribution.level, contribution.label = label_for(ctx.work, lab, seat)
    others = spoken_for(ctx, contribution.seat_id, speaks_for)
    contribution.speaks_for = [seat.id for seat in others] or None
    contribution.people = len(others) + (1 if contribution.seat_id else 0)
    for seat in others:
        seat.took_part = True
        level, label = label_for(ctx.work, lab, seat)
        if level < contribution.level:  # a shared text says no more than the most careful of its people allows
            contribution.level, contribution.label = level, label


def spoken_for(ctx: Context, author: str | None, ids: list[str]) -> list[Seat]:
    if not ids:
        return []
    seats = list(ctx.session.scalars(select(Seat).where(Seat.lab_id == ctx.scope, Seat.id.in_(ids), Seat.id != author)))
    if len(seats) != len(set(ids) - {author}):
        raise Refused("not_found", _("One of these people is not in the lab."))
    return seats


def _may_post(ctx: Context, lab: Lab, board: Board) -> None:
    if not takes_posts(lab.state, lab.closes_at, ctx.now):
        raise Refused("closed" if lab.state in {"closing", "closed"} else "not_open")
    if not board.open and not (board.open_until is not None and ctx.now < board.open_until):
        raise Refused("not_open", _("This board is locked. Your text stays with you."))
    if isinstance(ctx.actor, SeatActor):
        posted = ctx.session.connection().execute(_POSTED, {"seat": ctx.actor.id}).scalar()
        if int(posted or 0) >= SEAT_LIMIT:
            raise Refused("full", _("You have reached the number of contributions one person can make in this lab."))


def column_of(board: Board, column: str) -> str:
    """A column of the board; `invalid` for one it does not have."""
    known = {item["id"] for item in board.columns}
    if not known and column:
        raise Refused("invalid", fields={"column": _("This board has no columns.")})
    if known and column not in known:
        raise Refused("invalid", _("Please choose a column."), fields={"column": _("Please choose a column.")})
    return column


def kind_of(board: Board, kind: str | None) -> str:
    """What a text on this board is: its own kind unless another fits."""
    own = rules.DEFAULT_KIND[board.kind]
    if kind not in (None, own, *rules.EXTRA_KINDS):
        raise Refused("invalid", fields={"kind": _("This kind does not belong on this board.")})
    return kind or own


def target_of(ctx: Context, lab: Lab, board: Board, target: Target | None) -> dict[str, str] | None:
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
