"""What a place of a proposal is called, and which places a case has. Plain values for pages and the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from facilitation.cases.document import QUADRANTS, find, walk
from facilitation.cases.reading_peers import quadrant_name
from facilitation.cases.template import Field, Section, Template
from facilitation.core.i18n import _
from facilitation.reports.places import field_at, read_target


def place_name(ref: str, document: Mapping[str, Any], words: Template) -> str:
    """“2.2 Institutional setting”, “S Strengths”, “A1.E3 A clause” …: the target `ref` in words."""
    target = read_target(ref) or {}
    if "section" in target or "fact" in target:
        return _section_name(target, words)
    if "swot" in target:
        return quadrant_name(target["swot"])
    if "challenges" in target:
        return _("Unresolved challenges")
    if "matrix" in target:
        return _("Matrix, aspects")
    found = find(document, ref)
    return f"{ref} {found.item.get('title', '')}".strip() if found else ref


def _section_name(target: Mapping[str, str], words: Template) -> str:
    id_ = str(target.get("section") or target.get("fact"))
    section, field = words.section(id_), field_at(target, words)
    name = f"{id_} {section.title}" if section else id_
    return f"{name}: {field.label}" if field and section and field.label != section.title else name


def places(document: Mapping[str, Any], words: Template) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every place something can be added to, in groups: (group, [(target, words)])."""
    return [
        (_("Matrix"), [*_in_matrix(document)]),
        (_("Sections"), [option for section in words.sections if not section.is_matrix for option in _in_section(section)]),
        (_("Beside the template"), [*_beside()]),
    ]


def _in_matrix(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "matrix", _("A new aspect")
    for item in walk(document):
        if item.kind == "aspect":
            yield item.ref, _("%(ref)s %(title)s: a new element", ref=item.ref, title=item.item.get("title", ""))
        elif item.kind == "element":
            yield item.ref, _("%(ref)s %(title)s: a new suggestion", ref=item.ref, title=item.item.get("title", ""))


def _in_section(section: Section) -> Iterator[tuple[str, str]]:
    yield section.id, _("%(id)s %(title)s: a new line", id=section.id, title=section.title)
    for field in section.fields:
        if field.is_rows:
            yield f"{section.id}/{field.id}", _("%(id)s %(title)s: a new row", id=section.id, title=field.label)
        elif field.kind in ("richtext", "text"):
            yield f"{section.id}/{field.id}", _("%(id)s %(title)s: more on this field", id=section.id, title=field.label)


def _beside() -> Iterator[tuple[str, str]]:
    for quadrant in QUADRANTS:
        yield f"swot:{quadrant}", _("%(name)s: a new line", name=quadrant_name(quadrant))
    yield "challenges", _("Unresolved challenges: a new line")


def facts_of(document: Mapping[str, Any], section: str, words: Template) -> list[tuple[str, str, str]]:
    """What can be corrected in a section: (target, what it is called, the words there now)."""
    known = words.section(section)
    fields = document.get("sections", {}).get(section, {})
    found: list[tuple[str, str, str]] = []
    for field in known.fields if known else ():
        value = fields.get(field.id)
        if field.kind in ("richtext", "text") and isinstance(value, str) and value:
            found.append((f"fact:{section}/{field.id}", field.label, value))
        elif field.is_rows:
            found += [cell for row in value or () for cell in _cells(section, field, row)]
    return found


def _cells(section: str, field: Field, row: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for column in field.columns:
        if row.get(column.id) and not column.options:
            yield f"fact:{section}/{field.id}/{row['id']}/{column.id}", f"{field.label}, {column.label}", str(row[column.id])
