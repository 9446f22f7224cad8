"""Contributions that are taken back or erased, followed to every place made from them (D14, R-90, R-97).

A proposal that rests on them, the line it became in a case, and what a release keeps. Words the machine took over and nobody
stands behind any more go out of the case, out of its earlier revisions and out of what labs and releases kept of it; words a
person wrote stay theirs: only the source loses what was taken back, and the merge desk asks the owner to look again (a
proposal remembers how many stood behind it, by their ids, until the lab itself is forgotten).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitation.boards.gone import ON_GONE, ON_UNNAMED
from facilitation.cases.document import Document, find, walk
from facilitation.cases.models import Case, CaseRevision
from facilitation.cases.saving import save
from facilitation.core.commands import Context
from facilitation.core.i18n import _, use_locale
from facilitation.labs.models import Lab, LabCase
from facilitation.reports import proposals, release
from facilitation.reports.gather import gather, proposal
from facilitation.reports.merge import RewrittenError, take_out
from facilitation.reports.models import Proposal
from facilitation.reports.release import without_item


@dataclass(frozen=True)
class Derived:
    """One place made from a contribution. `item`: the line of the case, empty while it is only proposed."""

    case: str
    proposal: str
    item: str = ""


def derived(session: Session, lab: str, ids: Iterable[str]) -> list[Derived]:
    """Every proposal and every line of a case that rests on one of these contributions of a lab."""
    wanted = set(ids)
    found = []
    for row in session.scalars(select(Proposal).where(Proposal.lab_id == lab)):
        if wanted & set(row.contributions):
            found.append(Derived(row.case_id, row.id))
    for case in _cases(session, lab):
        for item, entry in _sources(case.document, lab):
            if wanted & set(entry.get("contributions", ())):
                found.append(Derived(case.id, str(entry.get("proposal", "")), item))
    return found


def _cases(session: Session, lab: str) -> list[Case]:
    concerned = select(Proposal.case_id).where(Proposal.lab_id == lab)
    return list(session.scalars(select(Case).where(Case.id.in_(concerned)).order_by(Case.id)))


def _sources(document: Mapping[str, Any], lab: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for found in walk(document):
        for entry in found.item.get("sources", ()):
            if entry.get("lab") == lab:
                yield found.id, entry


def forget(ctx: Context, ids: frozenset[str]) -> None:
    """Follow contributions of the lab `ctx.scope` that were just taken back. Open proposals follow by themselves."""
    release.scrub(ctx.session, ctx.scope, ids)
    places = derived(ctx.session, ctx.scope, ids)
    lab = ctx.session.get(Lab, ctx.scope)
    if lab is None or lab.state != "closed" or not places:
        return
    closed = gather(ctx.session, lab.id, live=True)
    by_case: dict[str, list[str]] = {}
    for place in places:
        by_case.setdefault(place.case, []).append(place.proposal)
    for case, touched in by_case.items():
        row = ctx.session.get_one(Case, case)
        document = row.document
        for id_ in dict.fromkeys(touched):
            document = _followed(ctx, closed, row, document, ctx.session.get(Proposal, id_))
        reason = _("A source was taken back by its author")
        save(ctx.work, row, document, user=None, origin="merge", lab=lab.id, reason=reason)


def _followed(ctx: Context, closed: Any, case: Case, document: Document, row: Proposal | None) -> Document:
    if row is None:
        return document
    with use_locale(closed.lab.language):
        offer = proposals.offer(closed, proposal(row))
    if offer.gone:
        document = _without_words(ctx, case, document, row)
    else:
        document = _with_source(document, row.id, offer)
    row.tiers, row.level, row.version = dict(offer.proposal.tiers), offer.proposal.level, row.version + 1
    return document


def _without_words(ctx: Context, case: Case, document: Document, row: Proposal) -> Document:
    """The machine's words go, everywhere; a person's words stay, without the source."""
    item = find(document, row.applied_item or "-")
    revision = ctx.session.get(CaseRevision, (case.id, row.applied_revision or 0))
    if item is not None and revision is not None and row.state == "accepted":
        try:
            document = take_out(document, item.id, revision.document)
            _scrub(ctx.session, case.id, item.id)
            row.applied_text = row.applied_item = row.applied_revision = None
            row.text, row.state = "", "pending"
        except RewrittenError:
            pass  # a person made it theirs since
    if find(document, row.applied_item or "-"):
        document = _with_source(document, row.id, None)
    return document


def _with_source(document: Document, proposal: str, offer: proposals.Offer | None) -> Document:
    """The document in which the lines of a proposal know only the sources that are left."""

    def told(entry: dict[str, Any]) -> dict[str, Any]:
        if entry.get("proposal") != proposal:
            return entry
        kept = {name: value for name, value in entry.items() if name not in ("contributions", "tiers", "level")}
        if offer is None:
            return kept
        facts = {"contributions": [item.id for item in offer.sources], "tiers": dict(offer.proposal.tiers),
                 "level": offer.proposal.level}  # fmt: skip
        return kept | {name: value for name, value in facts.items() if value not in ({}, [])}

    changed: Document = _mapped(document, told)
    return changed


def _mapped(node: Any, told: Any) -> Any:
    """A copy of a document with every entry of every `sources` changed by `told`."""
    if isinstance(node, list):
        return [_mapped(child, told) for child in node]
    if not isinstance(node, dict):
        return node
    return {key: [told(entry) for entry in child] if key == "sources" else _mapped(child, told) for key, child in node.items()}


def _scrub(session: Session, case: str, item: str) -> None:
    """The line out of every earlier state of the case as well."""
    for revision in session.scalars(select(CaseRevision).where(CaseRevision.case_id == case)):
        revision.document = without_item(revision.document, item)
    for held in session.scalars(select(LabCase).where(LabCase.case_id == case, LabCase.document_before.is_not(None))):
        held.document_before = without_item(held.document_before or {}, item)
    release.scrub_item(session, case, item)


def unname(ctx: Context, ids: frozenset[str]) -> None:
    """Contributions of the lab `ctx.scope` whose words stay, and nothing says any more whose they are."""
    release.unname(ctx.session, ctx.scope, ids)


ON_GONE.append(forget)
ON_UNNAMED.append(unname)
