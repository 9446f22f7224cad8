"""Applying an accepted proposal to a case (R-96, R-97, D9). Pure: a document in, a document out.

Laws, each with generated tests: applying twice is applying once; a line a person rewrote is never overwritten; a line a
person took out is never brought back; nothing that was there before changes by a byte; every merged line knows its sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from facilitation.cases.document import (
    Document,
    add_element,
    add_suggestion,
    content,
    extend_section,
    find,
    need,
    proposals_of,
    remove_item,
    removed_proposals,
    walk,
)

#: Where a line comes from, by the kind of event (R-21, R-98).
ORIGINS = {"webinar": "webinar", "consultation": "consultation"}
NEEDS = "framework_conditions"  # where needs that came as one text go
SUGGESTION = ("how_to_transfer", "target_context", "specificity", "degree")


@dataclass(frozen=True)
class Merge:
    """What is written where. `own_words`: the owner worded it, so it counts as a person's text from the start."""

    proposal: str
    lab: str
    op: str
    target: Mapping[str, str]
    text: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    contributions: tuple[str, ...] = ()
    tiers: Mapping[str, int] = field(default_factory=dict)
    votes: int | None = None
    level: int = 0
    origin: str = "lab"
    own_words: bool = False


class RewrittenError(ValueError):
    """The line was changed by a person since, or something hangs under it: it is theirs to take out."""


def apply(document: Document, merge: Merge) -> tuple[Document, str | None]:
    """The document with the merged line, and the id of that line; None when a person has taken it out again.

    `LookupError` when the place is no longer there.
    """
    there = merged_item(document, merge.proposal)
    if there is not None:
        return document, there
    if merge.proposal in removed_proposals(document):
        return document, None
    changed, id_ = _written(document, merge)
    return changed, id_


def merged_item(document: Mapping[str, Any], proposal: str) -> str | None:
    """The id of the line a proposal became, or None."""
    return next((found.id for found in walk(document) if proposal in proposals_of(found.item)), None)


def _written(document: Document, merge: Merge) -> tuple[Document, str]:
    marks: dict[str, Any] = {
        "id": f"m-{merge.proposal}",
        "origin": merge.origin,
        "author": "human" if merge.own_words else "lab",
        "sources": [source(merge)],
    }
    if merge.op == "add_element":
        marks |= {name: merge.detail.get(name) for name in ("category", "description")}
        return add_element(document, merge.target["aspect"], title=merge.text, **marks)
    if merge.op == "add_suggestion":
        marks |= {name: merge.detail.get(name) for name in SUGGESTION} | {"needs": _needs(merge.detail.get("needs"))}
        return add_suggestion(document, merge.target["element"], what_to_transfer=merge.text, **marks)
    return extend_section(document, merge.target["section"], text=merge.text, **marks)


def _needs(said: Any) -> dict[str, str] | None:
    return {NEEDS: said} if isinstance(said, str) and said else said or None


def source(merge: Merge) -> dict[str, Any]:
    """What the line says about where it comes from: never more than the most careful of its people allowed."""
    known = {
        "lab": merge.lab,
        "proposal": merge.proposal,
        "contributions": list(merge.contributions),
        "tiers": dict(merge.tiers),
        "votes": merge.votes,
        "level": merge.level,
    }
    return {name: value for name, value in known.items() if value not in (None, {}, [])}


def take_out(document: Document, item: str, merged: Mapping[str, Any]) -> Document:
    """The document without a merged line that nobody touched since (`merged`: the document right after the merge).

    Unlike a deletion by a person this leaves no note: the same proposal may be accepted again. `RewrittenError` when it is no
    longer what was merged. A line that is gone already changes nothing.
    """
    found = find(document, item)
    if found is None:
        return document
    before = need(merged, item).item
    if content(found.item) != content(before) or found.item.get("suggestions"):
        raise RewrittenError(item)
    without = remove_item(document, item)
    graves = [grave for grave in without.get("removed", ()) if grave["id"] != item]
    rest = {name: value for name, value in without.items() if name != "removed"}
    return {**rest, "removed": graves} if graves else rest


def place_words(document: Mapping[str, Any], op: str, target: Mapping[str, str]) -> bool:
    """Is the place of a proposal there?"""
    if op == "extend_section":
        return "section" in target
    kind = "element" if op == "add_suggestion" else "aspect"
    found = find(document, str(target.get(kind, "")))
    return found is not None and found.kind == kind
