"""Telling the streams about a contribution, a cluster or a board: what the room may count, it is told; nothing else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from facilitation.boards.models import Board, Cluster, Contribution
from facilitation.boards.rules import seen_by_room
from facilitation.core.unit_of_work import Work
from facilitation.stream.record import ROOM, STAFF, touch, touch_seat


def in_room(work: Work, contribution: Any, board: Any = None) -> bool:
    """Does the room see this contribution as things stand?"""
    board = board or work.session.get_one(Board, contribution.board_id)
    parent_seen = True
    if contribution.parent_id is not None:
        parent_seen = in_room(work, work.session.get_one(Contribution, contribution.parent_id), board)
    return seen_by_room(
        status=contribution.status, board_shown=board.shown_to_all, origin=contribution.origin, parent_seen=parent_seen
    )


def contribution_changed(work: Work, contribution: Any, *, was_in_room: bool = False, board: Any = None) -> None:
    """Note a new or changed contribution for everybody who sees it or just saw it, and for its author."""
    board = board or work.session.get_one(Board, contribution.board_id)
    now_in_room = in_room(work, contribution, board)
    to = (ROOM, STAFF) if was_in_room or now_in_room else (STAFF,)
    touch(work, contribution.lab_id, "contribution", contribution.id, to=to)
    touch_seat(work, contribution.lab_id, contribution.seat_id)
    if contribution.cluster_id is not None:
        touch(work, contribution.lab_id, "cluster", contribution.cluster_id, to=to)
    if contribution.parent_id is not None:
        parent = work.session.get_one(Contribution, contribution.parent_id)
        touch(work, contribution.lab_id, "contribution", parent.id, to=to)
        touch_seat(work, contribution.lab_id, parent.seat_id)
    elif not board.shown_to_all:
        touch(work, contribution.lab_id, "tally", tally_id(board.id, contribution.column), to=(ROOM,))


def with_replies(work: Work, contribution: Contribution) -> list[Contribution]:
    """A contribution and what hangs under it: they appear and disappear together."""
    replies = work.session.scalars(select(Contribution).where(Contribution.parent_id == contribution.id))
    return [contribution, *replies]


def cluster_changed(work: Work, cluster: Cluster, *contributions: Contribution) -> None:
    """Note a cluster and the contributions that came or went."""
    board = work.session.get_one(Board, cluster.board_id)
    touch(work, cluster.lab_id, "cluster", cluster.id, to=(ROOM, STAFF) if board.shown_to_all else (STAFF,))
    for contribution in contributions:
        contribution_changed(work, contribution, was_in_room=False)


def board_changed(work: Work, board: Board) -> None:
    """Note a board that came, went or changed, with the bare counts the room has of it."""
    touch(work, board.lab_id, "board", board.id)
    for column in board.columns or [{"id": ""}]:
        touch(work, board.lab_id, "tally", tally_id(board.id, column["id"]), to=(ROOM,))


def board_revealed(work: Work, board: Board) -> None:
    """At the reveal everything on the board becomes visible at once, and the bare counts go."""
    board_changed(work, board)
    shown = select(Contribution).where(Contribution.board_id == board.id, Contribution.status == "shown")
    for contribution in work.session.scalars(shown.order_by(Contribution.number)):
        touch(work, board.lab_id, "contribution", contribution.id, to=(ROOM,))
    for cluster in work.session.scalars(select(Cluster.id).where(Cluster.board_id == board.id)):
        touch(work, board.lab_id, "cluster", cluster, to=(ROOM,))


def tally_id(board: str, column: str) -> str:
    return f"{board}:{column}"
