"""Rules over plain values: the status path, whether two people met in the same place, what folds into one revision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from facilitation.cases.compare import compare
from facilitation.cases.completeness import completeness
from facilitation.cases.document import ADDITIONS, content
from facilitation.cases.template import Section, Template

__all__ = ["compare", "completeness", "folds", "mark", "needs_reason", "section_content"]

FOLD = timedelta(minutes=10)


def needs_reason(path: Sequence[str], now: str, to: str) -> bool:
    """One step forward or back needs no word; any other move does (R-23)."""
    if now not in path or to not in path:
        return True
    return abs(path.index(now) - path.index(to)) > 1


def section_content(document: Mapping[str, Any], section: Section) -> dict[str, Any]:
    """All that is written under a section: its fields, the topics where it asks for them, lines and sources."""
    found = dict(document.get("sections", {}).get(section.id, {}))
    for field in section.fields:
        if field.kind == "topic_refs":
            found[field.id] = document.get("topics", [])
    return found


def swot_content(document: Mapping[str, Any]) -> dict[str, Any]:
    return {"swot": document.get("swot", {}), "questions": document.get("questions", [])}


def peers_content(document: Mapping[str, Any], template: Template) -> dict[str, Any]:
    """What peers tied to the case and checked in it, and lines beside the matrix, which no other editor shows."""
    sections = document.get("sections", {})
    lines = {section.id: sections.get(section.id, {}).get(ADDITIONS, []) for section in template.sections if section.is_matrix}
    return {"challenges": document.get("challenges", []), "checks": document.get("checks", []), "lines": lines}


def may_reword(check: Mapping[str, Any]) -> bool:
    """Are the words of this record its own? Those of a correction or of a line stand elsewhere in the case."""
    return "section" in check and check.get("verdict") in ("confirmed", "noted")


def item_content(item: Mapping[str, Any]) -> dict[str, Any]:
    """What an editor of one aspect, element or suggestion has before them."""
    return {**content(item), "origin": item.get("origin", "")}


def mark(value: Any) -> str:
    """A short name for a content: equal contents, equal marks. An editor sends back the mark of what it loaded (D11)."""
    text = json.dumps(_without_nothing(value), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _without_nothing(value: Any) -> Any:
    """An absent field and an empty one are the same to a reader, hence to a mark."""
    if isinstance(value, Mapping):
        found = {key: _without_nothing(child) for key, child in value.items()}
        return {key: child for key, child in found.items() if child not in (None, "", [], {})}
    return [_without_nothing(child) for child in value] if isinstance(value, (list, tuple)) else value


def folds(*, before: Mapping[str, Any], user: str | None, place: str, now: datetime) -> bool:
    """Does a save belong to the last revision (`before`: origin, user, place, at)? Same person, same place, ten minutes."""
    same = before["origin"] == "edit" and before["user"] == user and before["place"] == place
    return bool(place) and same and now - before["at"] <= FOLD
