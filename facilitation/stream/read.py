"""What an audience sees: snapshots, deltas, and the law that ties them together.

`apply(snapshot at h, delta h→H) == snapshot at H`. A delta is the rows after h, folded to one per entity, each with the
value this audience may see *now*; `null` means gone, or no longer theirs to see. Live update, catch-up after a tunnel
and reload are the same reading.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from facilitation.core.errors import Refused
from facilitation.core.prepared import Asked, Prepared
from facilitation.labs.models import Lab
from facilitation.stream.models import Change, Instance, StreamHead

Value = dict[str, Any]
Entities = dict[str, dict[str, Value]]
FOLD_LIMIT = 2000  # more rows than this and a snapshot is the shorter answer


@dataclass
class Looking:
    """Who looks at what: the lab's id, the audience ("room" or "staff") and the server's settings.

    `asked` is a connection in one moment of the database, or a session on one. What is read most needs no objects, so the
    session and the lab are there when somebody asks for them.
    """

    asked: Asked
    lab_id: str
    audience: str
    settings: Any

    @property
    def is_staff(self) -> bool:
        return self.audience == "staff"

    @cached_property
    def session(self) -> Session:
        return self.asked if isinstance(self.asked, Session) else Session(self.asked, autoflush=False)

    @property
    def lab(self) -> Lab:
        return self.session.get_one(Lab, self.lab_id)


View = Callable[[Looking, Collection[str] | None], Mapping[str, Value]]
VIEWS: dict[str, View] = {}


def view(type_: str) -> Callable[[View], View]:
    """Register the view of an entity type: `view(looking, ids or None for all) -> {id: value}` of what may be seen."""

    def register(function: View) -> View:
        VIEWS[type_] = function
        return function

    return register


# What every reading asks first, built once: SQLAlchemy takes longer to build a statement than SQLite to answer it.
_ERA = select(Instance.epoch).where(Instance.id == 1).scalar_subquery().label("epoch")
_OF_LAB = select(_ERA, StreamHead.audience, StreamHead.head).where(StreamHead.lab_id == bindparam("lab"))
_EPOCH_AND_HEADS = Prepared(_OF_LAB)
_EPOCH_AND_HEAD = Prepared(_OF_LAB.where(StreamHead.audience == bindparam("audience")))
_CHANGES = Prepared(
    select(Change.type, Change.entity_id)
    .where(
        Change.lab_id == bindparam("lab"),
        Change.audience == bindparam("audience"),
        Change.seq > bindparam("after"),
        Change.seq <= bindparam("to"),
    )
    .order_by(Change.seq)
)


def epoch_and_head(asked: Asked, lab: str, audience: str) -> tuple[str, int]:
    """What the database calls itself, and the last number of one stream; `Refused` when there is no such stream."""
    row = _EPOCH_AND_HEAD.first(asked, {"lab": lab, "audience": audience})
    if row is None:
        raise Refused("not_found")
    return row.epoch or "0", row.head


def epoch_and_heads(asked: Asked, lab: str) -> tuple[str, dict[str, int]]:
    """What the database calls itself, and the last number of every stream of a lab."""
    rows = _EPOCH_AND_HEADS.rows(asked, {"lab": lab})
    return (rows[0].epoch if rows else None) or "0", {row.audience: row.head for row in rows}


def epoch(session: Session) -> str:
    return session.scalar(select(Instance.epoch).where(Instance.id == 1)) or "0"


def head(session: Session, lab: str, audience: str) -> int:
    number = session.scalar(select(StreamHead.head).where(StreamHead.lab_id == lab, StreamHead.audience == audience))
    if number is None:
        raise Refused("not_found")
    return number


def heads(session: Session, lab: str, audiences: Collection[str]) -> dict[str, int]:
    rows = session.execute(
        select(StreamHead.audience, StreamHead.head).where(StreamHead.lab_id == lab, StreamHead.audience.in_(list(audiences)))
    )
    return {row.audience: row.head for row in rows}


def snapshot(looking: Looking) -> dict[str, Any]:
    """Everything the audience may see, at the number it is true for."""
    era, number = epoch_and_head(looking.asked, looking.lab_id, looking.audience)
    return {
        "epoch": era,
        "stream": looking.audience,
        "seq": number,
        "entities": {type_: dict(look(looking, None)) for type_, look in VIEWS.items()},
    }


def delta(looking: Looking, have: int) -> dict[str, Any] | None:
    """What changed after number `have`; None when a snapshot is the better answer."""
    asked, lab, audience = looking.asked, looking.lab_id, looking.audience
    era, to = epoch_and_head(asked, lab, audience)
    if not 0 <= have <= to or to - have > FOLD_LIMIT:
        return None
    wanted = {"lab": lab, "audience": audience, "after": have, "to": to}
    rows = _CHANGES.rows(asked, wanted) if to > have else ()
    changed: dict[str, dict[str, None]] = {}
    for type_, entity in rows:
        changed.setdefault(type_, {})[entity] = None
    changes = []
    for type_, ids in changed.items():
        seen = VIEWS[type_](looking, list(ids))
        changes += [{"type": type_, "id": entity, "value": seen.get(entity)} for entity in ids]
    return {"epoch": era, "stream": audience, "from": have, "to": to, "changes": changes}


def apply(state: dict[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The law's left side: `state` (a snapshot) after a delta. The same function as the phone's, in Python, for tests."""
    if change["epoch"] != state["epoch"] or change["from"] != state["seq"]:
        raise ValueError("this delta does not fit")
    entities = {type_: dict(values) for type_, values in state["entities"].items()}
    for item in change["changes"]:
        values = entities.setdefault(item["type"], {})
        if item["value"] is None:
            values.pop(item["id"], None)
        else:
            values[item["id"]] = item["value"]
    return {**state, "seq": change["to"], "entities": entities}
