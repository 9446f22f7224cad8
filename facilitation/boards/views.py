"""What an audience sees of boards, contributions, clusters, ballots and counts (live contract, section 2)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, Row, Select, String, bindparam, func, not_, select
from sqlalchemy.orm import aliased

from facilitation.boards import results
from facilitation.boards.models import Ballot, Board, Cluster, Contribution, Vote
from facilitation.boards.notice import tally_id
from facilitation.boards.rules import seen_by_room
from facilitation.core.prepared import Prepared
from facilitation.labs.models import ModerationAct
from facilitation.people.models import User
from facilitation.stream.read import Looking, Value, view


@view("board")
def boards(looking: Looking, ids: Collection[str] | None) -> dict[str, Value]:
    query = select(Board).where(Board.lab_id == looking.lab_id)
    if ids is not None:
        query = query.where(Board.id.in_(ids))
    return {board.id: _board(board) for board in looking.session.scalars(query.order_by(Board.position))}


def _board(board: Board) -> Value:
    value: Value = {
        "kind": board.kind,
        "title": board.title,
        "activity": board.activity_id,
        "columns": board.columns,
        "open": board.open,
        "reveal": board.reveal,
        "revealed": board.shown_to_all,
        "moderated": board.moderated,
        "max_length": board.max_length,
        "order": board.order,
        "position": board.position,
    }
    return {**value, "case": board.case_id} if board.case_id else value


# The room is told of every contribution: columns instead of objects, and statements built once.
_LAB: BindParameter[str] = bindparam("lab")
_PARENT, _REPLY = aliased(Contribution), aliased(Contribution)
_COLUMNS = (
    Contribution.id, Contribution.board_id, Contribution.column, Contribution.kind, Contribution.text, Contribution.origin,
    Contribution.number, Contribution.version, Contribution.label, Contribution.tier, Contribution.level, Contribution.lang,
    Contribution.translation, Contribution.cluster_id, Contribution.cluster_place, Contribution.parent_id,
    Contribution.reply_kind, Contribution.target, Contribution.extra, Contribution.pinned, Contribution.on_wall,
    Contribution.people, Contribution.parked_owner, Contribution.parked_step, Contribution.parked_date, Contribution.status,
    Contribution.reason, Board.shown_to_all.label("board_shown"), _PARENT.status.label("parent_status"),
    select(func.count()).where(_REPLY.parent_id == Contribution.id, _REPLY.status == "shown").scalar_subquery().label("replies"),
)  # fmt: skip
_ALL: Select[Any] = (
    select(*_COLUMNS)
    .join(Board, Board.id == Contribution.board_id)
    .outerjoin(_PARENT, _PARENT.id == Contribution.parent_id)
    .where(Contribution.status != "withdrawn")
    .order_by(Contribution.number)
)
_AUDIENCES = {True: _ALL, False: _ALL.where(Contribution.status == "shown")}  # of the staff; of the room
_WHOLE = {staff: Prepared(query.where(Contribution.lab_id == _LAB)) for staff, query in _AUDIENCES.items()}
# Compared as an expression: for the order by number SQLite would read the whole lab by its index, and not look the few up.
_OF_LAB = Contribution.lab_id.concat("") == _LAB
_FEW = 8  # announced together at most, as a rule
_SOME = {
    staff: Prepared(query.where(_OF_LAB, Contribution.id.in_([bindparam(f"id{n}", type_=String) for n in range(_FEW)])))
    for staff, query in _AUDIENCES.items()
}


@view("contribution")
def contributions(looking: Looking, ids: Collection[str] | None) -> dict[str, Value]:
    """The room sees what is shown on revealed boards, and the owner's drafts; the staff everything but what was withdrawn."""
    rows = _rows(looking, ids)
    return {row.id: _contribution(row, staff=looking.is_staff) for row in rows if looking.is_staff or _in_room(row)}


def _rows(looking: Looking, ids: Collection[str] | None) -> list[Any]:
    given: dict[str, Any] = {"lab": looking.lab_id}
    if ids is None:
        return _WHOLE[looking.is_staff].rows(looking.asked, given)
    if len(ids) <= _FEW:
        wanted = [*ids, *[None] * (_FEW - len(ids))]
        return _SOME[looking.is_staff].rows(looking.asked, given | {f"id{n}": id_ for n, id_ in enumerate(wanted)})
    return list(looking.session.execute(_AUDIENCES[looking.is_staff].where(_OF_LAB, Contribution.id.in_(ids)), given))


def _in_room(row: Row[Any]) -> bool:
    return seen_by_room(
        status=row.status,
        board_shown=row.board_shown,
        origin=row.origin,
        parent_seen=row.parent_id is None or row.parent_status == "shown",
    )


def _contribution(row: Row[Any], *, staff: bool) -> Value:
    value: Value = {
        "board": row.board_id,
        "column": row.column,
        "kind": row.kind,
        "text": row.text,
        "origin": row.origin,
        "n": row.number,
        "version": row.version,
    }
    optional: dict[str, Any] = {
        "label": row.label,
        "tier": row.tier if row.level else None,
        "lang": row.lang,
        "translation": row.translation,
        "cluster": row.cluster_id,
        "place": row.cluster_place or None,
        "parent": row.parent_id,
        "reply_kind": row.reply_kind,
        "target": row.target,
        "extra": row.extra,
        "pinned": row.pinned or None,
        "wall": None if row.on_wall else False,
        "replies": (row.replies or None) if staff or row.board_shown else None,
        "people": row.people if row.people > 1 else None,
        "parked": bool(row.parked_owner) or None,
    }
    if staff:
        parked = {"owner": row.parked_owner, "next_step": row.parked_step, "date": row.parked_date}
        optional |= {"status": row.status, "reason": row.reason, "parked": parked if row.parked_owner else None}
    return value | {name: content for name, content in optional.items() if content is not None}


@view("cluster")
def clusters(looking: Looking, ids: Collection[str] | None) -> dict[str, Value]:
    query = select(Cluster, Board).join(Board, Board.id == Cluster.board_id)
    query = query.where(Cluster.lab_id == looking.lab_id, Cluster.dissolved.is_(False))
    if ids is not None:
        query = query.where(Cluster.id.in_(ids))
    found = [(cluster, board) for cluster, board in looking.session.execute(query.order_by(Cluster.number))]
    seen = [cluster for cluster, board in found if looking.is_staff or board.shown_to_all]
    members: dict[str, list[str]] = {cluster.id: [] for cluster in seen}
    contained = select(Contribution.id, Contribution.cluster_id).where(Contribution.cluster_id.in_(list(members)))
    if not looking.is_staff:
        contained = contained.where(Contribution.status == "shown")
    else:
        contained = contained.where(Contribution.status != "withdrawn")
    for id_, cluster_id in looking.session.execute(contained.order_by(Contribution.cluster_place, Contribution.number)):
        if cluster_id is not None:
            members[cluster_id].append(id_)
    return {
        cluster.id: {
            "board": cluster.board_id, "column": cluster.column, "title": cluster.title, "n": cluster.number,
            "contributions": members[cluster.id], "version": cluster.version,
        }
        for cluster in seen
    }  # fmt: skip


@view("ballot")
def ballots(looking: Looking, ids: Collection[str] | None) -> dict[str, Value]:
    query = select(Ballot).where(Ballot.lab_id == looking.lab_id)
    if ids is not None:
        query = query.where(Ballot.id.in_(ids))
    return {row.id: _ballot(looking, row) for row in looking.session.scalars(query.order_by(Ballot.position))}


def _ballot(looking: Looking, row: Ballot) -> Value:
    value: Value = {
        "activity": row.activity_id,
        "scope": row.scope,
        "method": row.method,
        "question": row.question,
        "items": row.items,
        "per_person": row.per_person,
        "max_per_item": row.max_per_item,
        "state": row.state,
        "position": row.position,
    }
    if row.scale:
        value["scale"] = row.scale
    if row.number:
        value["number"] = row.number
    if row.state == "revealed" or (row.state == "closed" and looking.is_staff):
        value["result"] = result_of(looking.session, row, looking.lab.minimum_cell)
    return value


def result_of(session: Any, ballot: Ballot, minimum: int) -> dict[str, dict[str, Any]]:
    votes = [
        (row.tier, row.dots)
        for row in session.execute(select(Vote.tier, Vote.dots).where(Vote.ballot_id == ballot.id).order_by(Vote.id))
    ]
    count = results.ratings if ballot.method == "rating" else results.dots
    return count(ballot.items, votes, minimum=minimum)


_HELD_BACK = Prepared(select(Board.id, Board.columns).where(Board.lab_id == _LAB, not_(Board.shown_to_all)))
_COUNTED = Prepared(
    select(Contribution.column, func.count().label("texts"))
    .where(
        Contribution.board_id == bindparam("board"),
        Contribution.status == "shown",
        Contribution.parent_id.is_(None),
        Contribution.origin != "owner_draft",
    )
    .group_by(Contribution.column)
)
_VOTED = Prepared(
    select(Ballot.id, select(func.count()).where(Vote.ballot_id == Ballot.id).scalar_subquery().label("people"))
    .where(Ballot.lab_id == _LAB, Ballot.number.is_not(None))
)  # fmt: skip


@view("tally")
def tallies(looking: Looking, ids: Collection[str] | None) -> dict[str, Value]:
    """Bare numbers: contributions per column before the reveal, and how many have voted. Only what is asked for is counted."""
    values: dict[str, Value] = {}
    about = None if ids is None else {id_.partition(":")[0] for id_ in ids}  # boards and ballots
    if not looking.is_staff:
        for board in _HELD_BACK.rows(looking.asked, {"lab": looking.lab_id}):
            if about is None or board.id in about:
                values |= _board_tally(looking, board)
    if ids is None or any(":" not in id_ for id_ in ids):
        for ballot in _VOTED.rows(looking.asked, {"lab": looking.lab_id}):
            values[ballot.id] = {"ballot": ballot.id, "count": ballot.people}
    return values if ids is None else {id_: values[id_] for id_ in ids if id_ in values}


def _board_tally(looking: Looking, board: Row[Any]) -> dict[str, Value]:
    counted = {row.column: row.texts for row in _COUNTED.rows(looking.asked, {"board": board.id})}
    columns = [column["id"] for column in board.columns] or [""]
    return {
        tally_id(board.id, column): {"board": board.id, "column": column, "count": counted.get(column, 0)} for column in columns
    }


@view("act")
def acts(looking: Looking, ids: Collection[str] | None) -> dict[str, Value]:
    """The moderation log, for the staff."""

    if not looking.is_staff:
        return {}
    query = (
        select(ModerationAct, User.name)
        .outerjoin(User, User.id == ModerationAct.user_id)
        .where(ModerationAct.lab_id == looking.lab_id)
    )
    if ids is not None:
        query = query.where(ModerationAct.id.in_(ids))
    return {
        row.id: {
            "n": row.number, "act": row.act, "entity": row.entity, "id": row.entity_id, "by": name,
            "undone": row.undone_by is not None, "at": round(row.at.timestamp() * 1000),
        }
        for row, name in looking.session.execute(query.order_by(ModerationAct.number))
    }  # fmt: skip
