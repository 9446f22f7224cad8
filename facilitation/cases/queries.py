"""Reading cases: the template of this instance, who may read what, lists with filters, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from facilitation.cases.compare import from_labs
from facilitation.cases.completeness import Completeness, completeness
from facilitation.cases.models import Case, CaseRevision
from facilitation.cases.template import Option, Template, template
from facilitation.core.actor import Actor, Grant, Staff, System
from facilitation.labs.models import Lab, LabCase
from facilitation.people.models import Assignment, User
from facilitation.stream.models import Instance


def site_template(session: Session, locale: str | None = None) -> Template:
    """The template in the language in force, with the topics the coordinator added (R-15)."""
    row = session.get(Instance, 1)
    topics = (row.settings or {}).get("topics", ()) if row is not None else ()
    return template(locale).with_topics(Option(topic["id"], topic["label"]) for topic in topics)


# ---- who may read


def readable(actor: Actor) -> ColumnElement[bool]:
    """The cases this actor may read. Leads observe the other sectors; staff of a lab read the cases of their lab."""
    if isinstance(actor, System):
        return true()
    if not isinstance(actor, Staff):
        return false()
    return or_(false(), *(_readable(grant) for grant in actor.grants))


def _readable(grant: Grant) -> ColumnElement[bool]:
    match grant.role:
        case "coordinator" | "sector_lead":
            return true()
        case "reviewer":
            return true() if grant.sector is None else Case.sector == grant.sector
        case "case_owner":
            return Case.id == grant.case
        case "facilitator" | "rapporteur":
            return Case.id.in_(select(LabCase.case_id).where(LabCase.lab_id == grant.lab))
        case _:
            return false()


def readable_case(session: Session, actor: Actor, case: str) -> Case | None:
    """The case, when it is there and theirs to read."""
    return session.scalar(select(Case).where(Case.id == case, readable(actor)))


# ---- the list


@dataclass(frozen=True)
class CaseLine:
    """One case in a list."""

    case: Case
    state: Completeness
    minerals: tuple[str, ...]
    additions: int  # lines that came from a lab
    owner: str

    @property
    def document(self) -> dict[str, Any]:
        return self.case.document

    @property
    def sections(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document.get("sections", {})
        return found

    def say(self) -> str:
        """One or two sentences of the summary."""
        summary = self.sections.get("1.1", {})
        return str(summary.get("summary_part3") or summary.get("summary_part2") or "")

    def values(self, name: str) -> Sequence[str]:
        """What a filter looks at."""
        match name:
            case "sector" | "type" | "status":
                return (getattr(self.case, name),)
            case "topic":
                return tuple(self.document.get("topics", ()))
            case "stage":
                return tuple(self.document.get("stages", ()))
            case "mineral":
                return tuple(self.sections.get("1.3", {}).get("mineral_groups", ()))
            case "origin":
                return ("lab",) if self.additions else ()
            case _:
                return ("complete" if self.state.complete else "gaps",)


FILTERS = ("sector", "status", "type", "topic", "mineral", "stage", "origin", "state")


def case_lines(session: Session, actor: Actor, words: Template) -> list[CaseLine]:
    """Every case this actor may read, by reference."""
    owners = owner_names(session)
    rows = session.scalars(select(Case).where(readable(actor)).order_by(Case.ref))
    return [
        CaseLine(
            case=case,
            state=completeness(case.document, words),
            minerals=tuple(
                row.get("mineral", "") for row in case.document.get("sections", {}).get("1.3", {}).get("minerals", ())
            ),
            additions=len(from_labs(case.document)),
            owner=owners.get(case.id, ""),
        )
        for case in rows
    ]


def chosen(lines: Sequence[CaseLine], wanted: Mapping[str, Sequence[str]], text: str = "") -> list[CaseLine]:
    """The lines that fit: any of the values within a filter, every filter, and all words of `text`."""
    found = [line for line in lines if all(not values or set(values) & set(line.values(name)) for name, values in wanted.items())]
    words = text.casefold().split()
    return [line for line in found if all(word in _searchable(line) for word in words)]


def _searchable(line: CaseLine) -> str:
    return " ".join([line.case.ref, line.case.title, line.case.neutral_title, line.say(), *line.minerals]).casefold()


def owner_names(session: Session) -> dict[str, str]:
    """Case → name of its owner."""
    rows = session.execute(
        select(Assignment.case_id, User.name)
        .join(User, User.id == Assignment.user_id)
        .where(Assignment.role == "case_owner", Assignment.case_id.is_not(None), User.disabled_at.is_(None))
    )
    return {row.case_id: row.name for row in rows}


def owner_of(session: Session, case: str) -> str:
    """The account that owns the case, or an empty text."""
    query = select(Assignment.user_id).where(Assignment.role == "case_owner", Assignment.case_id == case)
    return session.scalar(query) or ""


def accounts(session: Session) -> list[tuple[str, str]]:
    """(id, name) of everybody who could own a case."""
    rows = session.execute(select(User.id, User.name).where(User.disabled_at.is_(None)).order_by(User.name))
    return [(row.id, row.name) for row in rows]


# ---- history


@dataclass(frozen=True)
class HistoryLine:
    revision: CaseRevision
    author: str
    lab: str


def history(session: Session, case: str) -> list[HistoryLine]:
    """The revisions of a case, the newest first."""
    rows = session.execute(
        select(CaseRevision, User.name, Lab.title)
        .join(User, User.id == CaseRevision.user_id, isouter=True)
        .join(Lab, Lab.id == CaseRevision.lab_id, isouter=True)
        .where(CaseRevision.case_id == case)
        .order_by(CaseRevision.number.desc())
    )
    return [HistoryLine(revision, name or "", lab or "") for revision, name, lab in rows]


def revision(session: Session, case: str, number: int) -> CaseRevision | None:
    return session.get(CaseRevision, (case, number))


@dataclass(frozen=True)
class LabLine:
    """A lab that had the case: its id, title, day, and the case as it came into it (None before the lab began)."""

    id: str
    title: str
    at: datetime | None
    before: dict[str, Any] | None


def labs_of(session: Session, case: str) -> list[LabLine]:
    """The labs of a case, the latest first; those not begun yet come last."""
    rows = session.execute(
        select(Lab.id, Lab.title, Lab.opened_at, Lab.closed_at, LabCase.document_before)
        .join(LabCase, LabCase.lab_id == Lab.id)
        .where(LabCase.case_id == case)
    )
    lines = [LabLine(row.id, row.title, row.opened_at or row.closed_at, row.document_before) for row in rows]
    return sorted(lines, key=lambda line: (line.at is None, -(line.at.timestamp() if line.at else 0)))


def lab_titles(session: Session) -> dict[str, str]:
    """Lab → its title, for notes that say where an item comes from."""
    return {row.id: row.title for row in session.execute(select(Lab.id, Lab.title))}


def before_lab(session: Session, case: Case) -> tuple[dict[str, Any], str] | None:
    """The case as it was before its latest lab, with that lab's title; None when no lab has touched it (R-22)."""
    for lab in labs_of(session, case.id):
        if lab.before is not None:
            return lab.before, lab.title
    merged = session.scalar(
        select(CaseRevision)
        .where(CaseRevision.case_id == case.id, CaseRevision.origin == "merge")
        .order_by(CaseRevision.number)
        .limit(1)
    )
    earlier = revision(session, case.id, merged.number - 1) if merged else None
    if earlier is None or merged is None:
        return None
    return earlier.document, session.scalar(select(Lab.title).where(Lab.id == merged.lab_id)) or ""
