"""What a release keeps: the closed lab as it was then, so that nothing done later changes what a released report says (R-94).

Kept as values, not as files: what somebody takes back afterwards still leaves it, when it is read and where it is kept (D14).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitation.boards.models import Contribution
from facilitation.cases.document import Document, find, remove_item
from facilitation.labs.models import LabCase
from facilitation.reports import closed
from facilitation.reports.models import Photo, ReportState

Kept = dict[str, Any]
_SHAPE = TypeAdapter(closed.ClosedLab)
_PICTURES = {"photos": {"__all__": {"data"}}}  # their bytes stay in their own table: consent can be taken back


def keep(lab: closed.ClosedLab) -> Kept:
    """The lab as plain JSON."""
    kept: Kept = _SHAPE.dump_python(lab, mode="json", exclude=_PICTURES)
    return kept


def kept_by(state: ReportState | None) -> closed.ClosedLab | None:
    """The lab as the release kept it; None while the report is not released."""
    if state is None or state.state != "released" or state.frozen is None:
        return None
    return _SHAPE.validate_python(state.frozen)


def released(session: Session, state: ReportState | None) -> closed.ClosedLab | None:
    """The same, without what was taken back or hidden since and without pictures that were removed.

    Texts that are no longer stored at all (their time is over) stay: the report remains.
    """
    lab = kept_by(state)
    if lab is None:
        return None
    query = select(Contribution.id, Contribution.status).where(Contribution.lab_id == lab.lab.id, Contribution.status != "shown")
    there = set(session.scalars(select(Photo.id).where(Photo.lab_id == lab.lab.id)))
    photos = tuple(one for one in lab.photos if one.id in there)
    return without(replace(lab, photos=photos), {row.id: row.status for row in session.execute(query)})


def without(lab: closed.ClosedLab, gone: Mapping[str, str]) -> closed.ClosedLab:
    """The lab without these contributions (id → what they are now: withdrawn, hidden or pending) and the replies to them."""
    left = [item for item in lab.contributions if item.id not in gone]
    if len(left) == len(lab.contributions):
        return lab
    there = {item.id for item in left}
    kept = tuple(item for item in left if not item.parent or item.parent in there)
    less = Counter(gone[item.id] for item in lab.posted if item.id in gone)
    numbers = {name: getattr(lab, name) + less[name] for name in ("hidden", "withdrawn", "pending")}
    return replace(lab, contributions=kept, **numbers)


def scrub(session: Session, lab: str, gone: Collection[str]) -> None:
    """Take contributions that were taken back out of what the release of their lab keeps, and all that only says their words."""
    state = session.get(ReportState, lab)
    held = kept_by(state)
    if state is None or held is None:
        return
    less = without(held, dict.fromkeys(gone, "withdrawn"))
    less = replace(less, facts=tuple(fact for fact in less.facts if fact.id not in gone))
    clusters = tuple(item for item in less.clusters if item.id in less.cluster or item.id not in held.cluster)
    alone = {one.id for one in less.proposals if one.contributions and not any(id_ in less.evidence for id_ in one.contributions)}
    lines = [one.applied_item for one in less.proposals if one.id in alone and one.state == "accepted"]
    state.frozen = keep(
        replace(
            less,
            clusters=clusters,
            proposals=tuple(_without_words(one) if one.id in alone else one for one in less.proposals),
            cases=tuple(_without_lines(case, lines) for case in less.cases),
        )
    )


def unname(session: Session, lab: str, ids: Collection[str]) -> None:
    """What a release keeps says of these contributions no longer whose they are."""
    state = session.get(ReportState, lab)
    held = kept_by(state)
    if state is None or held is None:
        return
    told = tuple(replace(item, level=0, label="") if item.id in ids else item for item in held.contributions)
    state.frozen = keep(replace(held, contributions=told))


def _without_words(proposal: closed.Proposal) -> closed.Proposal:
    """A proposal nobody stands behind any more says nothing but what the owner wrote."""
    own = proposal.applied_text if proposal.state == "edited" else ""
    return replace(proposal, text="", detail={}, applied_text=own)


def _without_lines(case: closed.ClosedCase, lines: Collection[str]) -> closed.ClosedCase:
    now = dict(case.now)
    for line in lines:
        now = without_item(now, line)
    return replace(case, now=now)


def without_item(document: Document, item: str) -> Document:
    """The document without an item, and without a note that it was there."""
    if find(document, item or "-") is None:
        return document
    kept = document.get("removed")
    rest = {name: value for name, value in remove_item(document, item).items() if name != "removed"}
    return {**rest, "removed": kept} if kept else rest


def scrub_item(session: Session, case: str, item: str) -> None:
    """A line of a case out of every release that keeps the case, as it came into the lab and as it was then."""
    labs = select(LabCase.lab_id).where(LabCase.case_id == case)
    for state in session.scalars(select(ReportState).where(ReportState.lab_id.in_(labs), ReportState.frozen.is_not(None))):
        frozen = state.frozen or {}
        cases = [
            {**held, **{name: without_item(held[name], item) for name in ("before", "now")}} if held["id"] == case else held
            for held in frozen["cases"]
        ]
        state.frozen = {**frozen, "cases": cases}
