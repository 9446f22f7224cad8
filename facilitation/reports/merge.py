"""Applying an accepted proposal to a case (R-96, R-97, D9). Pure: a document in, a document out.

Laws, each with generated tests: applying twice is applying once; words a person wrote change only where the proposal names
them and only while they are still those it speaks about (three-way); a line a person took out is never brought back; every
merged line knows its sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from facilitation.cases.document import (
    Document,
    add_aspect,
    add_element,
    add_line,
    add_suggestion,
    add_to,
    content,
    extend_section,
    find,
    need,
    proposals_of,
    remove_item,
    removed_proposals,
    walk,
)
from facilitation.reports.places import put_words, words_at

#: Where a line comes from, by the kind of event (R-21, R-98).
ORIGINS = {"webinar": "webinar", "consultation": "consultation"}
NEEDS = "framework_conditions"  # where needs that came as one text go
SUGGESTION = ("how_to_transfer", "target_context", "specificity", "degree")


@dataclass(frozen=True)
class Merge:
    """What is written where. `own_words`: the owner worded it, so it counts as a person's text from the start.

    `detail`: category, description, the parts of a suggestion; `column` of a new table row; `how` a SWOT line is settled
    (add, confirm, reword, drop); `base`, the words a correction replaces (none: it is noted beside them).
    """

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

    @property
    def item(self) -> str:
        """The id of the line it becomes."""
        return f"m-{self.proposal}"


class RewrittenError(ValueError):
    """The line was changed by a person since, or something hangs under it: it is theirs to take out."""


class MovedError(ValueError):
    """The words a correction was made for are not there any more. `now`: those that are."""

    def __init__(self, now: str) -> None:
        super().__init__(now)
        self.now = now


def apply(document: Document, merge: Merge) -> tuple[Document, str | None]:
    """The document with the merged line, and the id of that line; None when a person has taken it out again.

    `LookupError` when the place is no longer there, `MovedError` when a correction meets other words than it was made for.
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
        "id": merge.item,
        "origin": merge.origin,
        "author": "human" if merge.own_words else "lab",
        "sources": [source(merge)],
    }
    detail, target = merge.detail, merge.target
    match merge.op:
        case "add_aspect":
            return add_aspect(document, title=merge.text, description=detail.get("description"), **marks)
        case "add_element":
            marks |= {name: detail.get(name) for name in ("category", "description")}
            return add_element(document, target["aspect"], title=merge.text, **marks)
        case "add_suggestion":
            marks |= {name: detail.get(name) for name in SUGGESTION} | {"needs": _needs(detail.get("needs"))}
            return add_suggestion(document, target["element"], what_to_transfer=merge.text, **marks)
        case "extend_table":
            cell = {str(detail.get("column") or "text"): merge.text}
            return extend_section(document, target["section"], field=target["field"], **cell, **marks)
        case "link_challenge":
            return add_to(document, "challenges", text=merge.text, **marks)
        case "settle_swot":
            return _settled(document, merge, marks)
        case "confirm_fact" | "correct_fact":
            return _checked(document, merge, marks)
    return extend_section(document, target["section"], text=merge.text, about=target.get("field"), **marks)


def _needs(said: Any) -> dict[str, str] | None:
    return {NEEDS: said} if isinstance(said, str) and said else said or None


# ---- facts and SWOT lines: the words of somebody else


def _checked(document: Document, merge: Merge, marks: dict[str, Any]) -> tuple[Document, str]:
    place = {("section" if name == "fact" else name): value for name, value in merge.target.items()}
    record = {**place, "text": merge.text, **marks}
    if merge.op == "confirm_fact":
        return add_to(document, "checks", verdict="confirmed", **record)
    if "base" not in merge.detail:
        return add_to(document, "checks", verdict="noted", **record)
    document, before = _replaced(document, merge)
    return add_to(document, "checks", verdict="corrected", before=before, **record)


def _settled(document: Document, merge: Merge, marks: dict[str, Any]) -> tuple[Document, str]:
    how, quadrant = str(merge.detail.get("how") or "add"), merge.target["swot"]
    if "item" not in merge.target:
        return add_line(document, quadrant, text=merge.text, **marks)
    line = need(document, merge.target["item"], "swot")
    record = {"swot": quadrant, "item": line.id, **marks}
    if how == "confirm":
        return add_to(document, "checks", verdict="confirmed", text=line.item["text"], **record)
    if how == "drop":
        _same_words(document, merge)
        at = int(line.path[-1])
        document = remove_item(document, line.id)
        return add_to(document, "checks", verdict="dropped", before=line.item["text"], line=line.item, at=at + 1, **record)
    document, before = _replaced(document, merge)
    return add_to(document, "checks", verdict="reworded", before=before, text=merge.text, **record)


def _same_words(document: Document, merge: Merge) -> str:
    """The words at the place, when they are those the proposal speaks about or already those it wants."""
    now = words_at(document, merge.target)
    if now is None:
        raise LookupError(merge.target["item"])
    if now not in (merge.detail.get("base", now), merge.text):
        raise MovedError(now)
    return now


def _replaced(document: Document, merge: Merge) -> tuple[Document, str]:
    before = _same_words(document, merge)
    author = "human" if merge.own_words else "lab"
    return put_words(document, merge.target, merge.text, author=author), before


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


# ---- back again


def take_out(document: Document, item: str, merged: Mapping[str, Any]) -> Document:
    """The document without a merged line that nobody touched since (`merged`: the document right after the merge).

    Unlike a deletion by a person this leaves no note: the same proposal may be accepted again. `RewrittenError` when it is no
    longer what was merged. A line that is gone already changes nothing. Words that were corrected or settled come back.
    """
    found = find(document, item)
    if found is None:
        return document
    before = need(merged, item).item
    if content(found.item) != content(before) or found.item.get("suggestions") or found.item.get("elements"):
        raise RewrittenError(item)
    if found.kind == "check":
        document = _unchecked(document, found.item)
    without = remove_item(document, item)
    graves = [grave for grave in without.get("removed", ()) if grave["id"] != item]
    rest = {name: value for name, value in without.items() if name != "removed"}
    return {**rest, "removed": graves} if graves else rest


def _unchecked(document: Document, record: Mapping[str, Any]) -> Document:
    """The words a record replaced, put back while they are still those the merge wrote."""
    verdict = record["verdict"]
    if verdict == "dropped":
        return _line_back(document, record)
    if verdict not in ("corrected", "reworded"):
        return document
    place = {name: str(record[name]) for name in ("swot", "field", "item", "column") if name in record}
    if "section" in record:
        place["fact"] = str(record["section"])
    now, old = words_at(document, place), str(record.get("before", ""))
    if now == old:
        return document
    if now != record.get("text", ""):
        raise RewrittenError(record["id"])
    return put_words(document, place, old, author="human")


def _line_back(document: Document, record: Mapping[str, Any]) -> Document:
    line, quadrant = record["line"], record["swot"]
    if find(document, line["id"]):
        return document
    lines = list(document.get("swot", {}).get(quadrant, ()))
    lines.insert(min(int(record["at"]) - 1, len(lines)), line)
    graves = [grave for grave in document.get("removed", ()) if grave["id"] != line["id"]]
    rest = {name: value for name, value in document.items() if name != "removed"}
    back = {**rest, "swot": {**document.get("swot", {}), quadrant: lines}}
    return {**back, "removed": graves} if graves else back
