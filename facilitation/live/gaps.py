"""Reads that find what a worker was not told: numbers ahead of what it sent, and listeners who lost their right."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select

from facilitation.boards.models import Contribution
from facilitation.core.prepared import Prepared
from facilitation.people.models import Seat
from facilitation.people.recognise import recognise
from facilitation.permissions import standing_of
from facilitation.stream.models import Change
from facilitation.stream.read import epoch_and_heads
from facilitation.stream.record import STAFF
from facilitation.web.access import streams_of

# Asked every second; `since` is a number in the staff's stream, which holds every change of every text.
_AUTHORS = Prepared(
    select(Contribution.seat_id)
    .distinct()
    .join(Change, Change.entity_id == Contribution.id)
    .where(
        Change.lab_id == bindparam("lab"),
        Change.audience == STAFF,
        Change.seq > bindparam("since"),
        Change.type == "contribution",
        Contribution.seat_id.is_not(None),
    )
)


def unheard(asked: Connection, told: Mapping[tuple[str, str], int], seats: Collection[str]) -> dict[str, set[str]]:
    """{lab: audiences whose stream is ahead of `told`, and the seats among `seats` whose own contributions changed}."""
    news: dict[str, set[str]] = {}
    for lab in {lab for lab, _audience in told}:
        _epoch, heads = epoch_and_heads(asked, lab)
        behind = {audience: head - told.get((lab, audience), head) for audience, head in heads.items()}
        late = {audience for audience, by in behind.items() if by > 0}
        if late:
            given = {"lab": lab, "since": _since(told.get((lab, STAFF)), heads.get(STAFF, 0), max(behind.values()))}
            news[lab] = late | {f"seat:{row.seat_id}" for row in _AUTHORS.rows(asked, given) if row.seat_id in seats}
    return news


def _since(told: int | None, head: int, behind: int) -> int:
    """From where in the staff's stream somebody may not have heard. When nobody of the staff listens here: as far back as
    the others are behind in theirs, generously."""
    return max(0, head - 2 * behind - 20) if told is None else max(0, told)


def no_longer_allowed(asked: Connection, connections: Collection[Any]) -> set[str]:
    """The socket rooms of seats and accounts that may no longer listen to what their sockets listen to (rule 8)."""
    gone: set[str] = set()
    seats = {one.seat: one.lab for one in connections if one.seat}
    removed = asked.scalars(select(Seat.id).where(Seat.id.in_(seats), Seat.removed_at.is_not(None)))
    gone |= {f"{seats[seat]}/seat:{seat}" for seat in removed}
    for who, lab, streams in {(one.who, one.lab, one.streams) for one in connections if one.who.kind == "staff"}:
        standing = standing_of(asked, recognise(asked, who), "lab", lab)
        if not standing or set(streams) - set(streams_of(who, standing)):
            gone.add(f"staff:{who.id}")
    return gone
