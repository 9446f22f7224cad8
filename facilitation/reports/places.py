"""Places in a case a proposal can go to, as a short text and as a stored target. Pure.

matrix                     a new aspect                     {matrix}
A1 · A1.E3                 a new element · suggestion       {aspect} · {aspect, element}
2.3 · 2.3/context_text     a line under a section · a field {section[, field]}
2.2/institutions           a new row of a table             {section, field}
fact:2.1                   the facts of a section           {fact}
fact:2.1/development       … the words of a field           {fact, field}
fact:2.2/institutions/ID/role  … one cell                   {fact, field, item, column}
swot:W · swot:W/ID         a new · an existing SWOT line    {swot[, item]}
challenges                 unresolved challenges            {challenges}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from facilitation.cases import values
from facilitation.cases.document import Document, find, need, update_item, with_section
from facilitation.cases.template import Field, Template

OPS = (
    "add_aspect", "add_element", "add_suggestion", "extend_section", "extend_table", "correct_fact", "confirm_fact",
    "settle_swot", "link_challenge",
)  # fmt: skip
_WORDS = ("richtext", "text")
_SECTION = r"(?:part\d+\.)?(?P<{}>\d+\.\d+)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<matrix>matrix)",
        r"(?P<challenges>challenges)",
        r"(?P<aspect>A\d+)(?:\.(?P<element>E\d+))?",
        _SECTION.format("section") + r"(?:/(?P<field>\w{1,40}))?",
        "fact:" + _SECTION.format("fact") + r"(?:/(?P<field>\w{1,40})(?:/(?P<item>[\w-]{1,40})/(?P<column>\w{1,40}))?)?",
        r"swot:(?P<swot>[SWOT])(?:/(?P<item>[\w-]{1,40}))?",
    )
)


def read_target(text: str) -> dict[str, str] | None:
    """The target a text means, or None."""
    for pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            target = {name: value for name, value in found.groupdict().items() if value}
            return {**target, "element": f"{target['aspect']}.{target['element']}"} if "element" in target else target
    return None


def say_target(target: Mapping[str, str]) -> str:
    """The text of a target, as `read_target` takes it."""
    if "fact" in target:
        return "fact:" + "/".join(target[name] for name in ("fact", "field", "item", "column") if name in target)
    if "swot" in target:
        return "swot:" + "/".join(target[name] for name in ("swot", "item") if name in target)
    if "section" in target:
        return "/".join(target[name] for name in ("section", "field") if name in target)
    return str(target.get("element") or target.get("aspect") or target.get("matrix") or target.get("challenges") or "")


def op_of(target: Mapping[str, str], template: Template) -> str:
    """What is done at a place."""
    if "fact" in target:
        return "correct_fact" if "field" in target else "confirm_fact"
    if "section" in target:
        field = field_at(target, template)
        return "extend_table" if field is not None and field.is_rows else "extend_section"
    kinds = {"swot": "settle_swot", "challenges": "link_challenge", "matrix": "add_aspect", "element": "add_suggestion"}
    return next((op for kind, op in kinds.items() if kind in target), "add_element")


def field_at(target: Mapping[str, str], template: Template) -> Field | None:
    """The field a target names, or None."""
    section = template.section(str(target.get("section") or target.get("fact") or ""))
    return section.field(str(target.get("field", ""))) if section is not None else None


def is_there(document: Mapping[str, Any], target: Mapping[str, str], template: Template) -> bool:
    """Does the case have this place, and may something be put there?"""
    if "matrix" in target or "challenges" in target:
        return True
    if "swot" in target:
        return "item" not in target or words_at(document, target) is not None
    if "section" in target or "fact" in target:
        return _in_section(document, target, template)
    kind = "element" if "element" in target else "aspect"
    found = find(document, str(target.get(kind, "")))
    return found is not None and found.kind == kind


def _in_section(document: Mapping[str, Any], target: Mapping[str, str], template: Template) -> bool:
    section = template.section(str(target.get("section") or target.get("fact")))
    if section is None or (section.is_matrix and "field" in target):
        return False
    if "field" not in target:
        return True
    field = field_at(target, template)
    if field is None:
        return False
    if "item" in target:
        return field.is_rows and words_at(document, target) is not None
    return field.kind in _WORDS or (field.is_rows and "section" in target)


def room(op: str, target: Mapping[str, str], template: Template) -> tuple[int, bool]:
    """How many letters a place takes, and whether it is one line: a case that was merged must be one that can be edited."""
    if op in ("add_aspect", "add_element", "add_suggestion"):
        return values.LINE, True
    field = field_at(target, template) if op == "correct_fact" and "item" not in target else None
    if field is not None and field.kind in _WORDS:
        return (values.PROSE, False) if field.kind == "richtext" else (values.LINE, True)
    return values.CELL, False


def text_column(field: Field) -> str:
    """The column of a table that takes a sentence."""
    return next((column.id for column in field.columns if not column.options), field.columns[0].id)


# ---- the words at a place


def words_at(document: Mapping[str, Any], target: Mapping[str, str]) -> str | None:
    """What stands at a field, a cell or a SWOT line now; None when an item is gone."""
    if "item" in target:
        found = find(document, target["item"])
        if found is None or ("swot" in target) != (found.kind == "swot"):
            return None
        return str(found.item.get(target.get("column", "text"), ""))
    value = document.get("sections", {}).get(target.get("fact", ""), {}).get(target.get("field", ""), "")
    return value if isinstance(value, str) else ""


def put_words(document: Document, target: Mapping[str, str], text: str, *, author: str) -> Document:
    """The document with other words at this place. `LookupError` when it is gone."""
    if "item" in target:
        item = need(document, target["item"]).id
        return update_item(document, item, {target.get("column", "text"): text}, author=author)
    return with_section(document, target["fact"], {target["field"]: text or None})
