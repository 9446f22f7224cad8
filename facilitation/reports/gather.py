"""Reads a closed lab out of the database into frozen values, text of hidden and withdrawn contributions left behind (D14)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitation.boards import models as boards
from facilitation.cases.models import Case
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.labs import models as labs
from facilitation.labs.keeping import counts
from facilitation.people.models import Seat
from facilitation.reports import closed, models
from facilitation.reports.release import released
from facilitation.stream.models import Instance


def gather(session: Session, lab_id: str, *, live: bool = False, pictures: bool = False) -> closed.ClosedLab:
    """The closed lab. `not_found` when there is none, `not_open` while it is not closed.

    While its report is released, everything is as the release kept it, less what was taken back since; `live`: as it is now, for
    the merge desk and the next release. `pictures`: with the bytes of the photos, for files.
    """
    lab = session.get(labs.Lab, lab_id)
    if lab is None:
        raise Refused("not_found")
    state = session.get(models.ReportState, lab.id)
    kept = None if live else released(session, state)
    if kept is not None:
        return with_pictures(session, kept) if pictures else kept
    if lab.state != "closed":
        raise Refused("not_open", _("The report is made when the lab is closed."))
    found = _as_it_is(session, lab, state)
    return with_pictures(session, found) if pictures else found


def _as_it_is(session: Session, lab: labs.Lab, state: models.ReportState | None) -> closed.ClosedLab:
    kept = lab.kept or counts(session, lab.id)
    statuses = _statuses(session, lab.id)
    instance = session.get(Instance, 1)
    return closed.ClosedLab(
        lab=_facts(lab),
        cases=_cases(session, lab),
        activities=_activities(session, lab.id, kept["active"]),
        participants=_participants(session, lab),
        boards=_boards(session, lab.id),
        contributions=_contributions(session, lab.id),
        clusters=_clusters(session, lab.id),
        ballots=_ballots(session, lab.id),
        evaluations=_evaluations(session, lab.id),
        facts=_facts_checked(session, lab.id),
        proposals=proposals(session, lab.id),
        narrative=_narrative(session, lab.id),
        photos=_photos(session, lab.id),
        imprint=dict((instance.settings or {}).get("imprint", {})) if instance else {},
        hidden=statuses["hidden"],
        withdrawn=statuses["withdrawn"],
        pending=statuses["pending"],
        authors=kept["authors"],
        heard=kept["heard"],
        state=state.state if state else "draft",
        version=state.version if state else 1,
    )


def _facts(lab: labs.Lab) -> closed.LabFacts:
    names = ("id", "title", "kind", "sector", "language", "mode", "planned_seconds", "chatham_house", "ceiling", "minimum_cell",
             "withdraw_hours", "retention_days", "rehearsal")  # fmt: skip
    same = {name: getattr(lab, name) for name in names}
    closed_day = lab.closed_at.date().isoformat() if lab.closed_at else ""
    return closed.LabFacts(
        **same, day=day_of(lab), closed_day=closed_day, focus=dict(lab.focus or {}), cut=lab.cut_at is not None
    )


def day_of(lab: labs.Lab) -> str:
    """The day of the lab: as planned, else when it was opened."""
    if lab.planned_start:
        try:
            return datetime.fromisoformat(lab.planned_start).date().isoformat()
        except ValueError:
            pass
    moment = lab.opened_at or lab.closed_at
    return moment.date().isoformat() if moment else ""


def _cases(session: Session, lab: labs.Lab) -> tuple[closed.ClosedCase, ...]:
    query = select(Case, labs.LabCase.document_before).join(labs.LabCase, labs.LabCase.case_id == Case.id)
    rows = session.execute(query.where(labs.LabCase.lab_id == lab.id).order_by(labs.LabCase.position))
    return tuple(
        closed.ClosedCase(case.id, case.ref, case.neutral_title or case.title, case.type, before or case.document, case.document)
        for case, before in rows
    )


def _activities(session: Session, lab: str, active: dict[str, int]) -> tuple[closed.Activity, ...]:
    rows = session.scalars(select(labs.Activity).where(labs.Activity.lab_id == lab).order_by(labs.Activity.position))
    return tuple(
        closed.Activity(
            row.id, row.position, row.stage, row.kind, row.method, row.title, row.instruction, row.seconds,
            _lasted(row), active.get(row.id, 0),
        )
        for row in rows
    )  # fmt: skip


def _lasted(row: labs.Activity) -> int | None:
    if row.started_at is None or row.ended_at is None:
        return None
    return round((row.ended_at - row.started_at).total_seconds())


def _participants(session: Session, lab: labs.Lab) -> tuple[closed.Participant, ...]:
    begun = session.scalar(
        select(labs.Activity.started_at)
        .where(labs.Activity.lab_id == lab.id, labs.Activity.started_at.is_not(None))
        .order_by(labs.Activity.started_at)
        .limit(1)
    )
    seats = session.scalars(select(Seat).where(Seat.lab_id == lab.id, Seat.removed_at.is_(None)))
    people = [
        closed.Participant(
            seat.tier,
            seat.stage or "",
            took_part=seat.took_part,
            late=begun is not None and seat.joined_at > begun,
            left=seat.left_at is not None,
        )
        for seat in seats
    ]
    return tuple(sorted(people, key=lambda person: (person.tier, person.stage, person.took_part, person.late, person.left)))


def _boards(session: Session, lab: str) -> tuple[closed.Board, ...]:
    query = select(boards.Board).where(boards.Board.lab_id == lab)
    rows = session.scalars(query.order_by(boards.Board.position, boards.Board.id))
    return tuple(
        closed.Board(row.id, row.kind, row.title, row.case_id or "", row.activity_id or "", row.position) for row in rows
    )


def _contributions(session: Session, lab: str) -> tuple[closed.Contribution, ...]:
    query = select(boards.Contribution).where(boards.Contribution.lab_id == lab, boards.Contribution.status == "shown")
    rows = list(session.scalars(query.order_by(boards.Contribution.number)))
    there = {row.id for row in rows}
    return tuple(_contribution(row) for row in rows if row.parent_id is None or row.parent_id in there)


def _contribution(row: boards.Contribution) -> closed.Contribution:
    parked = (row.parked_owner, row.parked_step or "", row.parked_date or "") if row.parked_owner else None
    return closed.Contribution(
        id=row.id, board=row.board_id, kind=row.kind, text=row.text, column=row.column, origin=row.origin,
        parent=row.parent_id or "", reply_kind=row.reply_kind or "", lang=row.lang or "", translation=row.translation or "",
        target=dict(row.target or {}), extra={name: value for name, value in (row.extra or {}).items() if value},
        tier=row.tier or "", level=row.level, label=row.label or "", people=row.people, cluster=row.cluster_id or "",
        place=row.cluster_place, parked=parked,
    )  # fmt: skip


def _statuses(session: Session, lab: str) -> Counter[str]:
    """How many contributions of participants are in which state."""
    query = select(boards.Contribution.status).where(
        boards.Contribution.lab_id == lab,
        boards.Contribution.parent_id.is_(None),
        boards.Contribution.origin == closed.PARTICIPANT,
    )
    return Counter(session.scalars(query))


def _clusters(session: Session, lab: str) -> tuple[closed.Cluster, ...]:
    query = select(boards.Cluster).where(boards.Cluster.lab_id == lab, boards.Cluster.dissolved.is_(False))
    rows = session.scalars(query.order_by(boards.Cluster.number))
    return tuple(closed.Cluster(row.id, row.board_id, row.number, row.title, row.column) for row in rows)


def _ballots(session: Session, lab: str) -> tuple[closed.Ballot, ...]:
    query = select(boards.Ballot).where(boards.Ballot.lab_id == lab, boards.Ballot.number.is_not(None))
    rows = session.scalars(query.order_by(boards.Ballot.number))
    return tuple(
        closed.Ballot(
            row.number or 0, row.scope, row.method, row.question, tuple(row.items), row.activity_id, dict(row.scale or {}),
            row.per_person, _votes(session, row.id),
        )
        for row in rows
    )  # fmt: skip


def _votes(session: Session, ballot: str) -> tuple[closed.Vote, ...]:
    """Votes in an order that says nothing about who gave them or when."""
    rows = session.execute(select(boards.Vote.tier, boards.Vote.dots).where(boards.Vote.ballot_id == ballot))
    votes = [closed.Vote(row.tier, dict(row.dots)) for row in rows if row.dots]
    return tuple(sorted(votes, key=lambda vote: (vote.tier, json.dumps(vote.dots, sort_keys=True))))


def _evaluations(session: Session, lab: str) -> tuple[dict[str, Any], ...]:
    rows = session.scalars(select(labs.EvaluationAnswer.answers).where(labs.EvaluationAnswer.lab_id == lab))
    return tuple(sorted(rows, key=lambda answers: json.dumps(answers, sort_keys=True)))


def _facts_checked(session: Session, lab: str) -> tuple[closed.FactCheck, ...]:
    rows = session.scalars(select(labs.FactCheck).where(labs.FactCheck.lab_id == lab))
    checks = [closed.FactCheck(row.case_id, row.section, row.verdict, row.text, row.id, row.tier) for row in rows]
    return tuple(sorted(checks, key=lambda check: (check.case, check.section, check.verdict, check.text, check.id)))


def proposals(session: Session, lab: str) -> tuple[closed.Proposal, ...]:
    """The proposals of a lab in their order."""
    query = select(models.Proposal).where(models.Proposal.lab_id == lab)
    return tuple(proposal(row) for row in session.scalars(query.order_by(models.Proposal.position, models.Proposal.id)))


def proposal(row: models.Proposal) -> closed.Proposal:
    return closed.Proposal(
        id=row.id, case=row.case_id, position=row.position, source=row.source, op=row.op, target=dict(row.target), text=row.text,
        detail=dict(row.detail), contributions=tuple(row.contributions), votes=row.votes, tiers=dict(row.tiers),
        votes_by_tier=dict(row.votes_by_tier), level=row.level, state=row.state, applied_text=row.applied_text or "",
        applied_item=row.applied_item or "", reason=row.reason or "", version=row.version,
    )  # fmt: skip


def _narrative(session: Session, lab: str) -> dict[str, closed.Narrative]:
    rows = session.scalars(select(models.Narrative).where(models.Narrative.lab_id == lab).order_by(models.Narrative.part))
    return {row.part: closed.Narrative(row.text, row.version) for row in rows}


def _photos(session: Session, lab: str) -> tuple[closed.Photo, ...]:
    """The pictures without their bytes."""
    columns = (models.Photo.id, models.Photo.alt, models.Photo.caption, models.Photo.width, models.Photo.height)
    query = select(*columns).where(models.Photo.lab_id == lab).order_by(models.Photo.position, models.Photo.id)
    return tuple(closed.Photo(row.id, row.alt, row.caption, row.width, row.height) for row in session.execute(query))


def with_pictures(session: Session, found: closed.ClosedLab) -> closed.ClosedLab:
    """The same lab, its pictures with their bytes."""
    rows = session.execute(select(models.Photo.id, models.Photo.data).where(models.Photo.lab_id == found.lab.id))
    stored = {row.id: row.data for row in rows}
    return replace(found, photos=tuple(replace(one, data=stored[one.id]) for one in found.photos))
