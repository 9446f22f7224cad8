"""Reads that find what a worker was not told: numbers ahead of what it sent, and listeners who lost their right."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitation.boards.models import Contribution
from facilitation.people.models import Seat
from facilitation.people.recognise import recognise
from facilitation.permissions import standing_of
from facilitation.stream.models import Change, StreamHead
from facilitation.stream.record import STAFF
from facilitation.web.access import streams_of


def unheard(session: Session, told: Mapping[tuple[str, str], int], seats: Collection[str]) -> dict[str, set[str]]:
    """{lab: audiences whose stream is ahead of `told`, and the seats among `seats` whose own contributions changed}."""
    labs = {lab for lab, _ in told}
    heads = session.execute(
        select(StreamHead.lab_id, StreamHead.audience, StreamHead.head).where(StreamHead.lab_id.in_(labs))
    ).all()
    news: dict[str, set[str]] = {}
    for lab, audience, head in heads:
        known = told.get((lab, audience))
        if known is not None and known < head:
            news.setdefault(lab, set()).add(audience)
    for lab, audiences in news.items():
        known = told.get((lab, STAFF))
        since = max((known, 0)) if known is not None else _since(session, lab, told, audiences)
        audiences |= {f"seat:{seat}" for seat in _authors(session, lab, since) if seat in seats}
    return news


def _since(session: Session, lab: str, told: Mapping[tuple[str, str], int], audiences: set[str]) -> int:
    """Nobody of the staff listens here: as far back in the staff's stream as the others are behind in theirs, generously."""
    behind = max(
        head - told[lab, audience]
        for audience, head in session.execute(
            select(StreamHead.audience, StreamHead.head).where(StreamHead.lab_id == lab, StreamHead.audience.in_(audiences))
        )
    )
    head = session.scalar(select(StreamHead.head).where(StreamHead.lab_id == lab, StreamHead.audience == STAFF)) or 0
    return max(0, head - 2 * behind - 20)


def _authors(session: Session, lab: str, since: int) -> set[str]:
    """The seats whose contributions changed in the staff's stream after `since`; it holds every change of every text."""
    rows = session.scalars(
        select(Contribution.seat_id)
        .join(Change, Change.entity_id == Contribution.id)
        .where(Change.lab_id == lab, Change.audience == STAFF, Change.seq > since, Change.type == "contribution")
    )
    return {seat for seat in rows if seat is not None}


def no_longer_allowed(session: Session, connections: Collection[Any]) -> set[str]:
    """The socket rooms of seats and accounts that may no longer listen to what their sockets listen to (rule 8)."""
    gone: set[str] = set()
    seats = {one.seat: one.lab for one in connections if one.seat}
    removed = session.scalars(select(Seat.id).where(Seat.id.in_(seats), Seat.removed_at.is_not(None)))
    gone |= {f"{seats[seat]}/seat:{seat}" for seat in removed}
    for who, lab, streams in {(one.who, one.lab, one.streams) for one in connections if one.who.kind == "staff"}:
        standing = standing_of(session, recognise(session, who), "lab", lab)
        if not standing or set(streams) - set(streams_of(who, standing)):
            gone.add(f"staff:{who.id}")
    return gone
