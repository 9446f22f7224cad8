"""What one seat wrote and gave, in any state: part of each of its snapshots, and the event `mine` (D6)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, select
from sqlalchemy.orm import Session

from facilitation.boards.models import Contribution, Vote
from facilitation.labs.models import FactCheck
from facilitation.people.seats import seat_row, seat_value

# Asked after every contribution of a seat and at every sync: columns instead of objects, and built once.
_SEAT: BindParameter[str] = bindparam("seat")
_CONTRIBUTIONS = (
    select(
        Contribution.id, Contribution.key, Contribution.board_id, Contribution.column, Contribution.kind, Contribution.text,
        Contribution.version, Contribution.status, Contribution.label, Contribution.number, Contribution.reason,
        Contribution.parent_id, Contribution.reply_kind, Contribution.target, Contribution.extra, Contribution.people,
    )
    .where(Contribution.seat_id == _SEAT)
    .order_by(Contribution.number)
)  # fmt: skip
_VOTES = select(Vote.ballot_id, Vote.dots).where(Vote.seat_id == _SEAT)
_CHECKS = select(FactCheck.case_id, FactCheck.section, FactCheck.verdict, FactCheck.text).where(FactCheck.seat_id == _SEAT)


def mine(session: Session, seat_id: str) -> dict[str, Any]:
    """{contributions: [{id, key, board, column, text, version, status, reason?, replies…}], dots: {ballot: {item: n}}, …}."""
    asked, who = session.connection(), {"seat": seat_id}
    seat = seat_row(session, seat_id)
    if seat is None:
        return {"contributions": [], "dots": {}}
    rows, votes, checks = (asked.execute(query, who).all() for query in (_CONTRIBUTIONS, _VOTES, _CHECKS))
    return {
        "contributions": [_own(row) for row in rows],
        "dots": {row.ballot_id: row.dots for row in votes},
        "facts": {f"{row.case_id}:{row.section}": {"verdict": row.verdict, "text": row.text} for row in checks},
        "evaluated": seat.evaluated_at is not None,
        "hand": seat.hand_at is not None,
        "ready": seat.ready_activity,
        "removed": seat.removed_at is not None,
        "seat": seat_value(seat),
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
