"""From what a door knows to who acts: read anew for every command, inside its transaction (live contract, rule 8)."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from facilitation.core.actor import Actor, Grant, Identity, Nobody, Staff, System, Wall
from facilitation.core.actor import Seat as SeatActor
from facilitation.core.prepared import Asked, Prepared
from facilitation.people.models import Assignment, Seat, User


def recognise(asked: Asked, who: Identity) -> Actor:
    """The actor behind an identity; `Nobody` when account or seat are no longer there."""
    match who.kind:
        case "seat":
            return _seat(asked, who) or Nobody(who.language)
        case "staff":
            return _staff(asked, who) or Nobody(who.language)
        case "wall":
            return Wall(who.id, who.language)
        case "system":
            return System(who.language)
        case _:
            return Nobody(who.language)


# Asked for every command.
_SEAT = Prepared(
    select(Seat.id, Seat.lab_id, Seat.tier, Seat.language).where(Seat.id == bindparam("seat"), Seat.removed_at.is_(None))
)


def _seat(asked: Asked, who: Identity) -> SeatActor | None:
    row = _SEAT.first(asked, {"seat": who.id})
    return SeatActor(row.id, row.lab_id, row.tier, row.language) if row else None


def _staff(asked: Asked, who: Identity) -> Staff | None:
    user = asked.execute(select(User.id, User.name, User.language).where(User.id == who.id, User.disabled_at.is_(None))).first()
    if user is None:
        return None
    rows = asked.execute(
        select(Assignment.role, Assignment.sector, Assignment.lab_id, Assignment.case_id).where(Assignment.user_id == user.id)
    )
    grants = tuple(Grant(row.role, row.sector, row.lab_id, row.case_id) for row in rows)
    return Staff(user.id, user.name, user.language, grants)
