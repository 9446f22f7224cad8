"""A seat as every door needs it: who it is, whether it has given anything yet, and how far its lab's stream is.

One question, for it is asked at every join, every sync and after every contribution.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select

from facilitation.boards.models import Contribution, Vote
from facilitation.core.actor import Seat as SeatActor
from facilitation.core.prepared import Prepared
from facilitation.labs.models import FactCheck, Lab
from facilitation.people.models import Seat
from facilitation.stream.models import Instance, StreamHead
from facilitation.stream.record import ROOM

Place = Any  # a row: the columns of `Seat`, and those named below

_PLACE = Prepared(
    select(
        Seat.__table__,
        Lab.rehearsal,
        select(Contribution.id).where(Contribution.seat_id == Seat.id).exists().label("wrote"),
        select(Vote.id).where(Vote.seat_id == Seat.id).exists().label("voted"),
        select(FactCheck.id).where(FactCheck.seat_id == Seat.id).exists().label("checked"),
        select(Instance.epoch).where(Instance.id == 1).scalar_subquery().label("epoch"),
        select(StreamHead.head)
        .where(StreamHead.lab_id == Seat.lab_id, StreamHead.audience == ROOM)
        .scalar_subquery()
        .label("head"),
    )
    .join_from(Seat, Lab, Lab.id == Seat.lab_id)
    .where(Seat.id == bindparam("seat"))
)


def place_of(connection: Connection, seat: str) -> Place | None:
    """The seat's row with `rehearsal` (of its lab), `wrote`, `voted`, `checked`, `epoch` and `head` (of its lab's room)."""
    return _PLACE.first(connection, {"seat": seat})


def sitting(place: Place | None) -> SeatActor | None:
    """Who acts from this place; None when the seat was taken away."""
    if place is None or place.removed_at is not None:
        return None
    return SeatActor(place.id, place.lab_id, place.tier, place.language)
