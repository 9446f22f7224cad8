"""What an audience sees of the lab, its agenda, its cases and the checks of facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select

from facilitation.boards.models import Ballot, Board
from facilitation.cases.models import Case
from facilitation.cases.views import room_value
from facilitation.core.clock import epoch_ms
from facilitation.labs.models import Activity, EvaluationAnswer, FactCheck, LabCase
from facilitation.labs.planning import code_of
from facilitation.people.models import Seat
from facilitation.stream.read import Looking, Value, view


@view("lab")
def labs(looking: Looking, ids: Collection[str] | None) -> dict[str, Value]:
    lab = looking.lab
    value: Value = {
        "title": lab.title,
        "kind": lab.kind,
        "language": lab.language,
        "state": lab.state,
        "activity": lab.activity_id,
        "case": lab.case_id,
        "section": lab.section,
        "spotlight": lab.spotlight_id,
        "announcement": lab.announcement,
        "wall": {"frozen": lab.wall_frozen, "join": lab.wall_join},
        "locked": lab.locked,
        "join": {"code": code_of(looking.settings, lab), "url": looking.settings.join_url(code_of(looking.settings, lab))},
        "promises": {
            "chatham_house": lab.chatham_house, "ceiling": lab.ceiling, "minimum_cell": lab.minimum_cell,
            "withdraw_hours": lab.withdraw_hours, "retention_days": lab.retention_days, "cut": lab.cut_at is not None,
        },
    }  # fmt: skip
    for name, moment in (("closes_at", lab.closes_at), ("closed_at", lab.closed_at)):
        if moment is not None:
            value[name] = epoch_ms(moment)
    if looking.is_staff:
        value |= {"approve_first": lab.approve_first, "evaluations": _evaluations(looking), "hands": _hands(looking)}
        value |= {"final": lab.final_number, "version": lab.version}
    return {lab.id: value}


def _evaluations(looking: Looking) -> int:
    query = select(func.count()).select_from(EvaluationAnswer).where(EvaluationAnswer.lab_id == looking.lab_id)
    return int(looking.session.scalar(query) or 0)


def _hands(looking: Looking) -> list[str]:
    """Raised hands as tiers, longest waiting first: never who."""
    query = select(Seat.tier).where(Seat.lab_id == looking.lab_id, Seat.hand_at.is_not(None))
    return list(looking.session.scalars(query.order_by(Seat.hand_at)))


@view("activity")
def activities(looking: Looking, ids: Collection[str] | None) -> dict[str, Value]:
    lab = looking.lab_id
    query = select(Activity).where(Activity.lab_id == lab)
    if ids is not None:
        query = query.where(Activity.id.in_(ids))
    boards = _by_activity(looking, Board)
    ballots = _by_activity(looking, Ballot)
    ready = Counter[str]()
    if looking.is_staff:
        rows = select(Seat.ready_activity, func.count()).where(Seat.lab_id == lab, Seat.ready_activity.is_not(None))
        for activity, count in looking.session.execute(rows.group_by(Seat.ready_activity)):
            ready[str(activity)] = count
    values: dict[str, Value] = {}
    for row in looking.session.scalars(query.order_by(Activity.position)):
        values[row.id] = _activity(row, boards.get(row.id, []), ballots.get(row.id, []))
        if looking.is_staff:
            values[row.id]["ready"] = ready[row.id]
            if row.ref:
                values[row.id]["ref"] = row.ref
    return values


def _by_activity(looking: Looking, model: type[Board] | type[Ballot]) -> dict[str, list[str]]:
    rows = looking.session.execute(
        select(model.activity_id, model.id).where(model.lab_id == looking.lab_id).order_by(model.position)
    )
    found: dict[str, list[str]] = {}
    for activity, id_ in rows:
        if activity is not None:
            found.setdefault(activity, []).append(id_)
    return found


def _activity(row: Activity, boards: list[str], ballots: list[str]) -> Value:
    value: Value = {
        "position": row.position,
        "title": row.title,
        "stage": row.stage,
        "kind": row.kind,
        "method": row.method,
        "instruction": row.instruction,
        "state": row.state,
        "revealed": row.revealed,
        "seconds": row.seconds,
        "boards": boards,
        "ballots": ballots,
        "ballot": ballots[0] if ballots else None,
        "phase": None,
    }
    if row.ends_at is not None:
        value["ends_at"] = epoch_ms(row.ends_at)
    if row.left_seconds is not None:
        value["left_s"] = row.left_seconds
    return value


@view("case")
def cases(looking: Looking, ids: Collection[str] | None) -> dict[str, Value]:
    query = select(Case, LabCase.position).join(LabCase, LabCase.case_id == Case.id)
    query = query.where(LabCase.lab_id == looking.lab_id)
    if ids is not None:
        query = query.where(Case.id.in_(ids))
    return {
        case.id: {**room_value(case, looking.lab.language), "position": position}
        for case, position in looking.session.execute(query.order_by(LabCase.position))
    }


@view("fact")
def facts(looking: Looking, ids: Collection[str] | None) -> dict[str, Value]:
    """Counts of right, wrong and more per section; the words only for the staff."""
    found: dict[str, Value] = {}
    for row in looking.session.scalars(select(FactCheck).where(FactCheck.lab_id == looking.lab_id).order_by(FactCheck.id)):
        id_ = f"{row.case_id}:{row.section}"
        value: dict[str, Any] = found.setdefault(
            id_, {"case": row.case_id, "section": row.section, "right": 0, "wrong": 0, "more": 0}
        )
        value[row.verdict] += 1
        if looking.is_staff and row.text:
            value.setdefault("texts", []).append({"verdict": row.verdict, "text": row.text, "tier": row.tier})
    return found if ids is None else {id_: found[id_] for id_ in ids if id_ in found}
