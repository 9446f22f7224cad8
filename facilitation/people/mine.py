"""What one seat wrote and gave, in any state: part of each of its snapshots, and the event `mine` (D6)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, select
from sqlalchemy.orm import Session

from facilitation.boards.models import Contribution, Vote
from facilitation.core.prepared import Prepared
from facilitation.labs.models import FactCheck
from facilitation.people.place import Place, place_of
from facilitation.people.seats import seat_value

# Asked after every contribution of a seat and at every sync: columns instead of objects, and built once.
_SEAT: BindParameter[str] = bindparam("seat")
_CONTRIBUTIONS = Prepared(
    select(
        Contribution.id, Contribution.key, Contribution.board_id, Contribution.column, Contribution.kind, Contribution.text,
        Contribution.version, Contribution.status, Contribution.label, Contribution.number, Contribution.reason,
        Contribution.parent_id, Contribution.reply_kind, Contribution.target, Contribution.extra, Contribution.people,
    )
    .where(Contribution.seat_id == _SEAT)
    .order_by(Contribution.number)
)  # fmt: skip
_VOTES = Prepared(select(Vote.ballot_id, Vote.dots).where(Vote.seat_id == _SEAT))
_CHECKS = Prepared(
    select(FactCheck.case_id, FactCheck.section, FactCheck.verdict, FactCheck.text).where(FactCheck.seat_id == _SEAT)
)


def mine(session: Session, seat_id: str) -> dict[str, Any]:
    """{contributions: [{id, key, board, column, text, version, status, reason?, replies…}], dots: {ballot: {item: n}}, …}."""
    asked = session.connection()
    return held_by(asked, place_of(asked, seat_id))


def held_by(asked: Connection, place: Place | None) -> dict[str, Any]:
    """`mine` of a place that was looked up already; what was never given is not asked for."""
    if place is None:
        return {"contributions": [], "dots": {}}
    who = {"seat": place.id}
    rows = _CONTRIBUTIONS.rows(asked, who) if place.wrote else []
    votes = _VOTES.rows(asked, who) if place.voted else []
    checks = _CHECKS.rows(asked, who) if place.checked else []
    return {
        "contributions": [_own(row) for row in rows],
        "dots": {row.ballot_id: row.dots for row in votes},
        "facts": {f"{row.case_id}:{row.section}": {"verdict": row.verdict, "text": row.text} for row in checks},
        "evaluated": place.evaluated_at is not None,
        "hand": place.hand_at is not None,
        "ready": place.ready_activity,
        "removed": place.removed_at is not None,
        "seat": seat_value(place),
    }


def _own(row: Row[Any]) -> dict[str, Any]:
    value: dict[str, Any] = {
        "id": row.id,
        "key": row.key,
        "board": row.board_id,
        "column": row.column,
        "kind": row.kind,
        "text": row.text,
        "version": row.version,
        "status": row.status,
        "label": row.label,
        "n": row.number,
    }
    optional = {
        "reason": row.reason,
        "parent": row.parent_id,
        "reply_kind": row.reply_kind,
        "target": row.target,
        "extra": row.extra,
        "people": row.people if row.people > 1 else None,
    }
    return value | {name: content for name, content in optional.items() if content}
