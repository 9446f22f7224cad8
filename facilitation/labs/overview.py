"""Reading labs for the desks: which labs somebody sees, and one lab with everything its plan is checked by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import false, func, or_, select, true
from sqlalchemy.orm import Session

from facilitation.boards.models import Ballot, Board, Cluster, Contribution
from facilitation.cases.document import aspects, draft_swot, elements
from facilitation.cases.models import Case
from facilitation.core.actor import Grant
from facilitation.labs.checks import OpenPoint, Plan, PlannedActivity, PlannedCase, open_points
from facilitation.labs.models import Activity, EvaluationAnswer, Lab, LabCase
from facilitation.people.models import Assignment, Seat, User
from facilitation.reports.models import Narrative, Proposal, ReportState

LIVE = ("lobby", "live", "paused", "closing")


@dataclass(frozen=True)
class LabLine:
    """One line of the list of labs."""

    lab: Lab
    cases: int
    people: int
    points: tuple[OpenPoint, ...]


def labs_of(session: Session, grants: Sequence[Grant]) -> list[LabLine]:
    """The labs these roles may see: running ones first, then by date, the newest on top."""
    rows = session.scalars(select(Lab).where(_seen_by(grants)).order_by(Lab.created_at.desc())).all()
    cases = _counted(session, LabCase.lab_id)
    people = _counted(session, Seat.lab_id, Seat.removed_at.is_(None))
    lines = [LabLine(lab, cases.get(lab.id, 0), people.get(lab.id, 0), _points(session, lab)) for lab in rows]
    return sorted(lines, key=lambda line: (line.lab.state not in LIVE, line.lab.state == "closed"))


def _points(session: Session, lab: Lab) -> tuple[OpenPoint, ...]:
    return tuple(open_points(plan_of(session, lab))) if lab.state in ("draft", "lobby") else ()


def _seen_by(grants: Sequence[Grant]) -> Any:
    """The labs in which these roles are anything at all; the same as `permissions.standing_of`, for many labs at once."""
    roles = {grant.role for grant in grants}
    if roles & {"coordinator", "sector_lead"} or any(grant.role == "reviewer" and not grant.sector for grant in grants):
        return true()
    own = [grant.lab for grant in grants if grant.lab and grant.role in ("facilitator", "rapporteur")]
    cases = [grant.case for grant in grants if grant.case and grant.role == "case_owner"]
    sectors = [grant.sector for grant in grants if grant.role == "reviewer"]
    with_case = select(LabCase.lab_id).where(LabCase.case_id.in_(cases))
    return or_(false(), Lab.id.in_(own), Lab.id.in_(with_case), Lab.sector.in_(sectors))


def _counted(session: Session, column: Any, *conditions: Any) -> dict[str, int]:
    rows = session.execute(select(column, func.count()).where(*conditions).group_by(column))
    return {key: n for key, n in rows}


def plan_of(session: Session, lab: Lab) -> Plan:
    """The plan of a lab as its checks want it."""
    report = session.get(ReportState, lab.id)
    conclusions = session.get(Narrative, (lab.id, "conclusions"))
    roles = [role for _user, role in staff_of(session, lab.id)]
    return Plan(
        kind=lab.kind,
        state=lab.state,
        starts=lab.planned_start or "",
        cases=_cases(session, lab),
        agenda=[_activity(item) for item in agenda_of(session, lab.id)],
        focus=lab.focus,
        facilitators=roles.count("facilitator"),
        rapporteurs=roles.count("rapporteur"),
        people=people_by_tier(session, lab.id),
        report=report.state if report is not None else "draft",
        concluded=bool(conclusions is not None and conclusions.text.strip()),
    )


def cases_of(session: Session, lab: str) -> list[Case]:
    """The lab's cases in their order."""
    query = select(Case).join(LabCase, LabCase.case_id == Case.id).where(LabCase.lab_id == lab)
    return list(session.scalars(query.order_by(LabCase.position)))


def agenda_of(session: Session, lab: str) -> list[Activity]:
    return list(session.scalars(select(Activity).where(Activity.lab_id == lab).order_by(Activity.position)))


def _cases(session: Session, lab: Lab) -> list[PlannedCase]:
    waiting = select(Proposal.case_id, func.count()).where(Proposal.lab_id == lab.id, Proposal.state == "pending")
    undecided = {case: n for case, n in session.execute(waiting.group_by(Proposal.case_id))}
    owners = select(Assignment.case_id).join(User, User.id == Assignment.user_id)
    owned = set(session.scalars(owners.where(Assignment.role == "case_owner", User.disabled_at.is_(None))))
    return [planned_case(case, owned=case.id in owned, undecided=undecided.get(case.id, 0)) for case in cases_of(session, lab.id)]


def name_of(case: Case) -> str:
    """A case as the lab calls it: without the names of firms, where its owner wrote such a title."""
    return case.neutral_title or case.title


def planned_case(case: Case, *, owned: bool = False, undecided: int = 0) -> PlannedCase:
    """How full a case is, as far as a lab needs it."""
    document = case.document
    return PlannedCase(
        id=case.id,
        title=name_of(case),
        topics=len(document.get("topics", ())),
        aspects=len(aspects(document)),
        elements=sum(1 for _pair in elements(document)),
        draft=bool(draft_swot(document)),
        owned=owned,
        undecided=undecided,
    )


def _activity(item: Activity) -> PlannedActivity:
    settings = item.settings
    return PlannedActivity(
        id=item.id,
        kind=item.kind,
        stage=item.stage,
        title=item.title,
        seconds=item.seconds,
        case=settings.get("case"),
        board=settings.get("board"),
        votes_on=tuple(ballot["scope"] for ballot in settings.get("ballots", ())),
    )


def staff_of(session: Session, lab: str) -> list[tuple[User, str]]:
    """(account, role) of everybody assigned to the lab: facilitators first, by name."""
    query = select(User, Assignment.role).join(Assignment, Assignment.user_id == User.id)
    query = query.where(Assignment.lab_id == lab, User.disabled_at.is_(None))
    return [(user, role) for user, role in session.execute(query.order_by(Assignment.role, User.name))]


def people_by_tier(session: Session, lab: str) -> dict[str, int]:
    """Who has joined, by tier."""
    return _counted(session, Seat.tier, Seat.lab_id == lab, Seat.removed_at.is_(None))


def has_joined(session: Session, lab: str) -> bool:
    """Promises can only be tightened from now on (safety, section 5)."""
    return session.scalar(select(Seat.id).where(Seat.lab_id == lab).limit(1)) is not None


def evaluations_of(session: Session, lab: str) -> int:
    query = select(func.count()).select_from(EvaluationAnswer).where(EvaluationAnswer.lab_id == lab)
    return int(session.scalar(query) or 0)


def used_activities(session: Session, lab: str) -> set[str]:
    """The activities somebody has worked on: their boards stay as they are (as `agenda.is_used`, for all at once)."""
    started = select(Activity.id).where(Activity.lab_id == lab, Activity.started_at.is_not(None))
    written = select(Board.activity_id).join(Contribution, Contribution.board_id == Board.id)
    grouped = select(Board.activity_id).join(Cluster, Cluster.board_id == Board.id)
    voted = select(Ballot.activity_id).where(Ballot.lab_id == lab, Ballot.state != "planned")
    queries = (
        started,
        written.where(Board.lab_id == lab, Contribution.origin != "owner_draft"),
        grouped.where(Board.lab_id == lab),
        voted,
    )
    return {id_ for query in queries for id_ in session.scalars(query) if id_ is not None}


def begins(lab: Lab) -> datetime | None:
    """The planned start as it was written: with its offset, or as a plain wall time."""
    try:
        return datetime.fromisoformat(lab.planned_start) if lab.planned_start else None
    except ValueError:
        return None


def timetable(start: datetime | None, lengths: Sequence[int]) -> list[datetime | None]:
    """When each activity begins, one after the other."""
    times, elapsed = [], 0
    for seconds in lengths:
        times.append(start + timedelta(seconds=elapsed) if start is not None else None)
        elapsed += seconds
    return times
