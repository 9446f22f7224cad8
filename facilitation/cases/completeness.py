"""How full a case is, section by section, and what is missing by name (R-24). Nothing here ever blocks saving."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from facilitation.cases.document import aspects, elements
from facilitation.cases.template import Field, Section, Template
from facilitation.core.i18n import _


@dataclass(frozen=True)
class Gap:
    """Something that is not there yet. `required`: the template asks for it; else it only could be added."""

    section: str
    name: str
    required: bool


@dataclass(frozen=True)
class SectionState:
    id: str
    filled: int
    total: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Completeness:
    sections: tuple[SectionState, ...]

    @property
    def missing(self) -> list[Gap]:
        """What the template asks for and is not there."""
        return [gap for section in self.sections for gap in section.gaps if gap.required]

    @property
    def optional(self) -> list[Gap]:
        return [gap for section in self.sections for gap in section.gaps if not gap.required]

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def filled(self) -> int:
        return sum(section.filled for section in self.sections)

    @property
    def total(self) -> int:
        return sum(section.total for section in self.sections)

    def section(self, id_: str) -> SectionState:
        return next(section for section in self.sections if section.id == id_)


def completeness(document: Mapping[str, Any], template: Template) -> Completeness:
    """The state of every section; those of the matrix are one."""
    states = [
        _matrix(document, section) if section.is_matrix else _section(document, section)
        for section in template.sections
        if not section.is_matrix or section is template.matrix_section
    ]
    return Completeness(tuple(states))


def is_filled(document: Mapping[str, Any], section: Section, field: Field) -> bool:
    if field.kind == "topic_refs":
        return bool(document.get("topics"))
    value = document.get("sections", {}).get(section.id, {}).get(field.id)
    return bool(value.get("items")) if isinstance(value, dict) else bool(value)


def _section(document: Mapping[str, Any], section: Section) -> SectionState:
    gaps = tuple(
        Gap(section.id, field.label, field.required) for field in section.fields if not is_filled(document, section, field)
    )
    return SectionState(section.id, len(section.fields) - len(gaps), len(section.fields), gaps)


def _matrix(document: Mapping[str, Any], section: Section) -> SectionState:
    """One step per element; full when it has words and a category."""
    gaps = tuple(_matrix_gaps(document, section))
    found = list(elements(document))
    filled = sum(1 for _aspect, element in found if element.get("title") and element.get("category"))
    bare = sum(1 for aspect in aspects(document) if not aspect.get("elements"))
    return SectionState(section.id, filled, max(1, len(found) + bare), gaps)


def _matrix_gaps(document: Mapping[str, Any], section: Section) -> Iterator[Gap]:
    if not aspects(document):
        yield Gap(section.id, section.fields[0].label, required=section.fields[0].required)
    for aspect in aspects(document):
        if not aspect.get("elements"):
            yield Gap(section.id, _("an element for %(ref)s", ref=aspect["ref"]), required=True)
    for aspect, element in elements(document):
        if not element.get("category"):
            ref = f"{aspect['ref']}.{element['ref']}"
            yield Gap(section.id, _("a category for %(ref)s", ref=ref), required=False)
