"""Erasing what a person wrote, at their request (safety, sections 5 and 6): words, everybody's traces of them, and who they were.

Withdrawing takes a text off every screen and out of every report; erasing takes it out of the database as well. The row stays
without a word, so that numbers and replies keep their places.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from facilitation.boards.erased import note
from facilitation.boards.gone import ON_ERASED, tell_gone, tell_unnamed
from facilitation.boards.models import Ballot, Contribution, Vote
from facilitation.boards.notice import contribution_changed, in_room, with_replies
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _, n_
from facilitation.labs.models import FactCheck, Lab
from facilitation.people.models import Seat
from facilitation.stream.models import AnsweredCommand
from facilitation.stream.record import touch, touch_seat

OWNER_DRAFT = "owner_draft"  # a line of the case on a board: the case's words, not a participant's
ERASED = "erased"
MOST_FOUND = 100


@command("contribution.erase", scope="lab")
class EraseContributions(Command):
    """Erase what a person asks for. Nothing brings it back; copies made before (backups, downloads) are not reached.

    `whole_person`: also everything else from the devices these came from, what they checked, their names, and what ties votes
    to them, as long as the lab still knows whose they are. `keep_words`: only who wrote them is forgotten.
    """

    ids: Annotated[list[Id], Field(min_length=1, max_length=500)]
    whole_person: bool = False
    keep_words: bool = False


@handles(EraseContributions)
def erase(cmd: EraseContributions, ctx: Context) -> dict[str, Any]:
    named = _named(ctx, set(cmd.ids))
    seats = _seats(named) if cmd.whole_person else set()
    rows = [*named, *_others_of(ctx, seats, {row.id for row in named})]
    checks = list(ctx.session.scalars(select(FactCheck).where(FactCheck.seat_id.in_(seats)))) if seats else []
    words = set() if cmd.keep_words else {text for row in rows for text in _words(row)} | {check.text for check in checks}
    words |= {seat.name for seat in _places(ctx, seats) if seat.name}  # an organisation is not a person: cases may name it
    for row in rows:
        _erase(ctx, row, keep_words=cmd.keep_words)
    gone = {check.id for check in checks}
    for check in checks:
        check.seat_id = None
        if not cmd.keep_words:
            ctx.session.delete(check)
    _forget_seats(ctx, seats)
    ctx.session.flush()
    if cmd.keep_words:
        tell_unnamed(ctx, frozenset({row.id for row in rows}))
    else:
        tell_gone(ctx, frozenset({row.id for row in rows} | gone))
    passages = sum(follow(ctx, tuple(sorted(words, key=len, reverse=True))) for follow in ON_ERASED) if words else 0
    entry = {"lab": ctx.scope, "ids": [row.id for row in rows], "whole_person": bool(seats), "keep_words": cmd.keep_words}
    ctx.work.after_commit.append(lambda: note(ctx.settings.data, entry))
    return {"erased": len(rows), "checks": len(checks), "people": len(seats), "passages": passages}


def found_by(session: Session, lab: str, words: str) -> list[Contribution]:
    """Contributions and replies of a lab that hold these words and were written by somebody in it, in their order."""
    wanted = words.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    holds = or_(*(column.ilike(f"%{wanted}%", escape="\\") for column in (Contribution.text, Contribution.translation)))
    query = select(Contribution).where(Contribution.lab_id == lab, Contribution.origin != OWNER_DRAFT, holds)
    return list(session.scalars(query.order_by(Contribution.number).limit(MOST_FOUND)))


def quoted(n: int) -> str:
    """What an answer's `passages` mean."""
    return n_(
        "It was quoted in %(n)s other place; […] stands there now.",
        "They were quoted in %(n)s other places; […] stands there now.",
        n,
    )


def _named(ctx: Context, ids: Collection[str]) -> list[Contribution]:
    query = select(Contribution).where(Contribution.lab_id == ctx.scope, Contribution.id.in_(ids))
    found = list(ctx.session.scalars(query.order_by(Contribution.number)))
    if len(found) < len(ids):
        raise Refused("not_found", _("One of these contributions is not part of the lab."))
    if any(row.origin == OWNER_DRAFT for row in found):
        raise Refused("bad_state", _("A line of the owner’s draft belongs to the case. Change it there."))
    return found


def _seats(rows: Iterable[Contribution]) -> set[str]:
    """Whose these are; who spoke for them where staff noted it."""
    seats: set[str] = set()
    for row in rows:
        own = {row.seat_id} if row.seat_id else set(row.speaks_for or ())
        if not own:
            raise Refused("bad_state", _("It is no longer known who wrote this. Name every contribution."))
        seats |= own
    return seats


def _others_of(ctx: Context, seats: Collection[str], known: Collection[str]) -> list[Contribution]:
    if not seats:
        return []
    query = select(Contribution).where(Contribution.lab_id == ctx.scope, Contribution.seat_id.in_(seats))
    return [row for row in ctx.session.scalars(query.order_by(Contribution.number)) if row.id not in known]


def _places(ctx: Context, seats: Collection[str]) -> list[Seat]:
    return list(ctx.session.scalars(select(Seat).where(Seat.id.in_(seats)))) if seats else []


def _words(row: Contribution) -> list[str]:
    """Not the label beside it: others may carry the same one."""
    said = {name: text for name, text in (row.extra or {}).items() if name != "degree"}
    return [text for text in (row.text, row.translation, *said.values()) if text]


def _erase(ctx: Context, row: Contribution, *, keep_words: bool) -> None:
    """No word and no trace of a person; or with `keep_words` the words alone, which then say of nobody whose they are."""
    family = [(item, in_room(ctx.work, item)) for item in with_replies(ctx.work, row)]
    _forget_answer(ctx, row.key)
    touch_seat(ctx.work, ctx.scope, row.seat_id)
    row.label = row.seat_id = row.speaks_for = row.composed_at = row.key = None
    row.level, row.version = 0, row.version + 1
    row.posted_at = row.posted_at.replace(hour=0, minute=0, second=0, microsecond=0)
    if not keep_words:
        row.text, row.status, row.people = "", "withdrawn", 1
        row.translation = row.extra = row.reason = row.target = row.lang = None
        row.parked_owner = row.parked_step = row.parked_date = None
    for item, was in family:
        contribution_changed(ctx.work, item, was_in_room=was)
    lab = ctx.session.get_one(Lab, ctx.scope)
    if lab.spotlight_id == row.id and not keep_words:
        lab.spotlight_id = None
        touch(ctx.work, lab.id, "lab", lab.id)


def _forget_answer(ctx: Context, key: str | None) -> None:
    """The key stays used up, so that nothing is posted again by a phone that was away; of the answer nothing stays."""
    if key is not None:
        _blank_answers(ctx, AnsweredCommand.key == key)


def _blank_answers(ctx: Context, which: Any) -> None:
    values = {"actor": ERASED, "digest": "", "result": {}}
    ctx.session.execute(update(AnsweredCommand).where(which).values(**values).execution_options(synchronize_session=False))


def _forget_seats(ctx: Context, seats: Collection[str]) -> None:
    """The places stay as numbers: a tier, and that somebody took part. Their devices are asked to join anew."""
    if not seats:
        return
    _blank_answers(ctx, or_(*(AnsweredCommand.actor == f"seat:{seat}" for seat in seats)))
    for row in _spoken_for(ctx, seats):
        row.speaks_for = [seat for seat in row.speaks_for or () if seat not in seats] or None
    ballots = select(Ballot.id).where(Ballot.lab_id == ctx.scope)
    votes = update(Vote).where(Vote.seat_id.in_(seats), Vote.ballot_id.in_(ballots)).values(seat_id=None)
    ctx.session.execute(votes.execution_options(synchronize_session=False))
    for seat in _places(ctx, seats):
        seat.name = seat.organisation = seat.stage = seat.key = seat.hand_at = seat.ready_activity = seat.evaluated_at = None
        seat.attribution, seat.language, seat.left_at, seat.serial = 0, "en", seat.left_at or ctx.now, seat.serial + 1
        touch_seat(ctx.work, ctx.scope, seat.id)


def _spoken_for(ctx: Context, seats: Collection[str]) -> list[Contribution]:
    query = select(Contribution).where(Contribution.lab_id == ctx.scope, Contribution.speaks_for.is_not(None))
    return [row for row in ctx.session.scalars(query) if set(seats) & set(row.speaks_for or ())]
