"""What a lab keeps for its report while there is still time: numbers that need the seat links, and the cases as they came in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitation.boards.models import Ballot, Board, Contribution, Vote
from facilitation.cases.models import Case
from facilitation.labs.models import LabCase


def keep_cases(session: Session, lab: str) -> None:
    """Keep each case as it is when the lab goes live; a lab that goes live again keeps the first state."""
    rows = session.execute(select(LabCase, Case).join(Case, Case.id == LabCase.case_id).where(LabCase.lab_id == lab))
    for held, case in rows:
        if held.document_before is None:
            held.document_before = case.document


def counts(session: Session, lab: str) -> dict[str, Any]:
    """People behind what is shown: {authors, heard, active: {activity: people}}. Numbers only, so they survive the cut.

    `authors` wrote something themselves, `heard` wrote or were spoken for, `active` also replied or voted.
    """
    authors: set[str] = set()
    heard: set[str] = set()
    active: dict[str, set[str]] = {}
    for activity, own, seats in _written(session, lab):
        active.setdefault(activity, set()).update(seats)
        if own is not None:
            authors.update(own)
            heard.update(seats)
    for activity, seat in _voted(session, lab):
        active.setdefault(activity, set()).add(seat)
    return {
        "authors": len(authors),
        "heard": len(heard),
        "active": {activity: len(seats) for activity, seats in sorted(active.items()) if activity and seats},
    }


def _written(session: Session, lab: str) -> Iterator[tuple[str, set[str] | None, set[str]]]:
    """(activity, author or None for replies and notes, everybody it speaks for) of each shown text."""
    query = select(Board.activity_id, Contribution.origin, Contribution.parent_id, Contribution.seat_id, Contribution.speaks_for)
    query = query.join(Board, Board.id == Contribution.board_id)
    query = query.where(Contribution.lab_id == lab, Contribution.status == "shown")
    for activity, origin, parent, seat, others in session.execute(query):
        own = {seat} if seat else set()
        is_own = origin == "participant" and parent is None
        yield activity or "", own if is_own else None, own | set(others or ())


def _voted(session: Session, lab: str) -> Iterator[tuple[str, str]]:
    query = select(Ballot.activity_id, Vote.seat_id).join(Vote, Vote.ballot_id == Ballot.id)
    rows = session.execute(query.where(Ballot.lab_id == lab, Vote.seat_id.is_not(None)))
    return ((str(row[0]), str(row[1])) for row in rows)
