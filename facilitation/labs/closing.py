"""The end of a lab: one final number, and later the cut of every link to a seat (D7, safety section 5)."""

from __future__ import annotations

from sqlalchemy import select, update

from facilitation.boards.models import Ballot, Board, Contribution, Vote
from facilitation.core.commands import Context
from facilitation.labs.keeping import counts, keep_cases
from facilitation.labs.models import Activity, FactCheck, Lab
from facilitation.people.models import Seat
from facilitation.stream.read import head
from facilitation.stream.record import STAFF, touch


def finish(ctx: Context, lab: Lab) -> None:
    """Close for good: lock every board and ballot and write down the number that everything answered `ok` is under."""
    lab.state, lab.closed_at, lab.locked = "closed", ctx.now, True
    keep_cases(ctx.session, lab.id)
    for board in ctx.session.scalars(select(Board).where(Board.lab_id == lab.id)):
        if board.open or board.open_until is not None:
            board.open, board.open_until = False, None
            touch(ctx.work, lab.id, "board", board.id)
    for ballot in ctx.session.scalars(select(Ballot).where(Ballot.lab_id == lab.id, Ballot.state == "open")):
        ballot.state, ballot.closed_at = "closed", ctx.now
        touch(ctx.work, lab.id, "ballot", ballot.id)
    running = Activity.state.in_(["running", "paused"])
    for activity in ctx.session.scalars(select(Activity).where(Activity.lab_id == lab.id, running)):
        activity.state, activity.ended_at, activity.ends_at = "done", ctx.now, None
        touch(ctx.work, lab.id, "activity", activity.id)
    touch(ctx.work, lab.id, "lab", lab.id)
    coming = len(ctx.work.touched[(lab.id, STAFF)])
    lab.final_number = head(ctx.session, lab.id, STAFF) + coming


def cut_links(ctx: Context, lab: Lab) -> None:
    """Destroy what ties a text, a vote or a shared card to a seat. Tier and label as printed stay, and numbers of people."""
    lab.cut_at, lab.kept = ctx.now, counts(ctx.session, lab.id)
    ready = select(Seat.ready_activity).where(Seat.lab_id == lab.id, Seat.ready_activity.is_not(None)).distinct()
    for activity in filter(None, ctx.session.scalars(ready).all()):
        touch(ctx.work, lab.id, "activity", activity, to=(STAFF,))
    forget = {"synchronize_session": False}
    ballots = select(Ballot.id).where(Ballot.lab_id == lab.id)
    for statement in (
        update(Contribution).where(Contribution.lab_id == lab.id).values(seat_id=None, speaks_for=None),
        update(Vote).where(Vote.ballot_id.in_(ballots)).values(seat_id=None),
        update(FactCheck).where(FactCheck.lab_id == lab.id).values(seat_id=None),
        update(Seat)
        .where(Seat.lab_id == lab.id)
        .values(name=None, organisation=None, hand_at=None, ready_activity=None, evaluated_at=None, key=None,
                serial=Seat.serial + 1),
    ):  # fmt: skip
        ctx.session.execute(statement.execution_options(**forget))
    touch(ctx.work, lab.id, "lab", lab.id)
