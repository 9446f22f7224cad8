"""From the transcript's agenda to the activities of a lab, as the arguments of `activity.add`. Pure."""

from __future__ import annotations

from typing import Any

from facilitation.boards.rules import DEFAULT_KIND, EXTRA_KINDS
from facilitation.cases.marked import FileError
from facilitation.core.i18n import _
from facilitation.labs.methods import KINDS
from facilitation.rehearsal import words
from facilitation.rehearsal.transcript import AgendaItem, BallotItem, Post, Transcript


def lab_of(transcript: Transcript) -> dict[str, Any]:
    """The arguments of `lab.create`."""
    meta = transcript.meta
    known = {"challenges", "impact_areas", "value_chain_stages", "learning_aims"}
    return {
        "kind": meta.kind, "sector": meta.sector, "title": meta.title, "cases": list(meta.cases),
        "language": meta.language, "mode": meta.mode, "planned_start": meta.planned_start or None,
        "expected_people": max(1, len(transcript.people)), "rehearsal": True, "empty": True,
        "focus": {key: value for key, value in meta.focus.items() if key in known},
    }  # fmt: skip


def promises_of(transcript: Transcript) -> dict[str, Any]:
    """The arguments of `lab.update`, sent before anybody joins."""
    meta = transcript.meta
    return {"version": 1, "chatham_house": meta.chatham_house, "ceiling": meta.ceiling, "minimum_cell": meta.minimum_cell}


def activities_of(transcript: Transcript) -> list[dict[str, Any]]:
    """The agenda. `ref` keeps the transcript's name, so that a lab planned earlier can be found again."""
    return [_activity(item, transcript) for item in transcript.agenda]


def _activity(item: AgendaItem, transcript: Transcript) -> dict[str, Any]:
    kind, method = words.AGENDA[item.kind]
    posts = [post for post in transcript.posts if post.activity == item.id and post.kind != "parking"]
    ballots = sorted((ballot for ballot in transcript.ballots if ballot.activity == item.id), key=lambda ballot: ballot.opened)
    settings: dict[str, Any] = {"max_length": transcript.meta.max_length, "reveal": "all"}
    if ballots:
        settings["ballots"] = [_ballot(ballot) for ballot in ballots]
    return {
        "kind": kind_for(kind, posts), "method": method, "stage": item.stage, "title": item.title,
        "seconds": max(0, item.end - item.start), "settings": settings, "ref": item.id,
    }  # fmt: skip


def kind_for(kind: str, posts: list[Post]) -> str:
    """The activity kind whose board takes all of `posts`: the agenda's own when it does, else another one."""
    board = KINDS[kind][0]
    firm = {post.kind: post for post in posts if post.kind not in EXTRA_KINDS}
    if len(firm) > 1:
        first, other = list(firm.values())[:2]
        message = _("An activity has one board; %(one)s and %(other)s need two.", one=first.kind, other=other.kind)
        raise FileError(message, line=other.line)
    needed = next((words.BOARDS[name] for name in firm), None)
    if needed is None and posts and board is None:
        needed = words.BOARDS[posts[0].kind]
    return kind if needed in (None, board) else words.ACTIVITY_WITH[str(needed)]


def kind_of_post(post: Post, board_kind: str) -> str | None:
    """What a contribution says it is on this board; None when the board says it already."""
    return None if DEFAULT_KIND[board_kind] == post.kind else post.kind


def _ballot(ballot: BallotItem) -> dict[str, Any]:
    plan: dict[str, Any] = {"scope": ballot.scope, "method": ballot.method, "question": ballot.question}
    plan |= {"per_person": ballot.per_person, "max_per_item": ballot.max_per_item}
    return {**plan, "scale": dict(ballot.scale)} if ballot.scale else plan
