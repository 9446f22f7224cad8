"""What the pages of the lab desk show: lines, rows and words, made from what `labs/overview.py` reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from facilitation.cases.template import template
from facilitation.core import i18n
from facilitation.core.i18n import _, n_
from facilitation.labs import checks, overview, words
from facilitation.labs.invitation import Invitation, invitation
from facilitation.labs.methods import BREAK, METHODS
from facilitation.labs.models import Activity, Lab
from facilitation.labs.planning import code_of
from facilitation.permissions import COMMANDS
from facilitation.web import dates

CANONICAL = tuple(words.STAGES)


@dataclass(frozen=True)
class Row:
    """One activity of the agenda as it stands on the plan."""

    item: Activity
    begins: datetime | None
    method: str
    warnings: tuple[str, ...]
    used: bool


@dataclass(frozen=True)
class Stage:
    """A heading with its activities; `last` is where a new one of this stage goes."""

    id: str
    title: str
    rows: tuple[Row, ...]
    last: str | None


@dataclass(frozen=True)
class StepLine:
    """One of the five organisation steps: what is there, and how many points are open."""

    number: int
    title: str
    line: str
    open: int
    later: bool


def may(standing: frozenset[str]) -> frozenset[str]:
    """The commands this standing allows: the page offers nothing else."""
    return frozenset(name for name, roles in COMMANDS.items() if roles & standing)


def stages(session: Session, lab: Lab, points: Sequence[checks.OpenPoint]) -> list[Stage]:
    """The agenda under its stages, in its own order; a stage without activities keeps its heading."""
    return _with_empty(list(_groups(_rows(session, lab, points))))


def _rows(session: Session, lab: Lab, points: Sequence[checks.OpenPoint]) -> list[Row]:
    items = overview.agenda_of(session, lab.id)
    used = overview.used_activities(session, lab.id)
    times = overview.timetable(overview.begins(lab), [item.seconds for item in items])
    warnings: dict[str, list[str]] = {}
    for point in points:
        warnings.setdefault(point.place.removeprefix("activity:"), []).append(point.text)
    return [
        Row(item, begins, str(METHODS.get(item.method, item.method)), tuple(warnings.get(item.id, ())), item.id in used)
        for item, begins in zip(items, times, strict=True)
    ]


def _groups(rows: list[Row]) -> Iterator[Stage]:
    """Rows of one stage in a row; a break belongs to the stage it falls into."""
    current: str | None = None
    group: list[Row] = []
    for row in rows:
        stage = row.item.stage
        if stage not in (BREAK, current) and current is not None:
            yield _stage(current, group)
            group = []
        current = current if stage == BREAK and current else CANONICAL[0] if stage == BREAK else stage
        group.append(row)
    if current is not None:
        yield _stage(current, group)


def _stage(id_: str, rows: Sequence[Row], last: str | None = None) -> Stage:
    return Stage(id_, str(words.STAGES.get(id_, id_)), tuple(rows), rows[-1].item.id if rows else last)


def _with_empty(groups: list[Stage]) -> list[Stage]:
    """The groups, with a heading for each stage that has no activity, at its place in the course of an event."""
    there = {group.id for group in groups}
    for stage in (stage for stage in CANONICAL if stage not in there):
        before = [index for index, group in enumerate(groups) if CANONICAL.index(group.id) < CANONICAL.index(stage)]
        place = before[-1] + 1 if before else 0
        groups.insert(place, _stage(stage, (), groups[place - 1].last if place else None))
    return groups


def steps(lab: Lab, plan: checks.Plan, points: Sequence[checks.OpenPoint]) -> list[StepLine]:
    sorted_points = checks.by_step(points)
    lines = (_cases_line(plan), _focus_line(plan), _people_line(lab, plan), _content_line(plan), _outcome_line(plan))
    return [
        StepLine(number, str(title), line, len(sorted_points[number]), number == 5 and not plan.is_over)
        for (number, title), line in zip(words.STEPS.items(), lines, strict=True)
    ]


def _cases_line(plan: checks.Plan) -> str:
    if not plan.cases:
        return _("no case yet")
    ready = sum(1 for case in plan.cases if case.elements)
    if ready == len(plan.cases):
        return n_("%(n)s case, reading sheet ready", "%(n)s cases, reading sheets ready", len(plan.cases))
    return n_("%(n)s case, %(ready)s ready to read", "%(n)s cases, %(ready)s ready to read", len(plan.cases), ready=ready)


def _focus_line(plan: checks.Plan) -> str:
    count = {name: len(plan.focus.get(name, ())) for name in ("challenges", "impact_areas", "value_chain_stages")}
    if not any(count.values()):
        return _("no focus yet")
    parts = (
        n_("%(n)s challenge", "%(n)s challenges", count["challenges"]),
        n_("%(n)s impact area", "%(n)s impact areas", count["impact_areas"]),
        n_("%(n)s stage", "%(n)s stages", count["value_chain_stages"]),
    )
    return _("%(challenges)s, %(areas)s, %(stages)s", challenges=parts[0], areas=parts[1], stages=parts[2])


def _people_line(lab: Lab, plan: checks.Plan) -> str:
    if plan.people:
        tiers = " / ".join(str(plan.people.get(tier, 0)) for tier in ("1", "2", "3", "other"))
        return _("%(tiers)s by tier", tiers=tiers)
    if plan.is_over:
        return _("nobody joined")
    return n_("%(n)s person expected", "%(n)s people expected", lab.expected_people)


def _content_line(plan: checks.Plan) -> str:
    count = sum(1 for item in plan.agenda if item.stage != BREAK)
    return n_("%(n)s activity in three stages", "%(n)s activities in three stages", count)


def _outcome_line(plan: checks.Plan) -> str:
    return _("report, evaluation, revised cases") if plan.is_over else _("after the lab: report, evaluation, revised cases")


def headline(lab: Lab) -> str:
    """Flagship Lab, mobility, hybrid."""
    kind = str(words.LAB_KINDS.get(lab.kind, (lab.kind, ""))[0])
    sector = template().label("sectors", lab.sector)
    return _("%(kind)s, %(sector)s, %(mode)s", kind=kind, sector=sector, mode=str(words.MODES.get(lab.mode, lab.mode)))


def invitation_text(session: Session, settings: Any, lab: Lab) -> str:
    """The invitation in the lab's language."""
    with i18n.use_locale(lab.language):
        labels, focus, code = template(), lab.focus, code_of(settings, lab)
        return invitation(
            lab,
            Invitation(
                when=dates.span(overview.begins(lab), lab.planned_seconds),
                cases=[overview.name_of(case) for case in overview.cases_of(session, lab.id)],
                challenges=focus.get("challenges", ()),
                impact_areas=labels.labels("impact_areas", focus.get("impact_areas", ())),
                stages=labels.labels("value_chain_stages", focus.get("value_chain_stages", ())),
                learning_aims=focus.get("learning_aims", ()),
                read_url=f"{settings.public_url}/read/{code}",
                join_url=f"{settings.public_url}/join",
                code=code,
                lasts=dates.length(lab.planned_seconds) if lab.planned_seconds else "",
            ),
        )
