"""The Flagship case template as typed, frozen values (R-02 to R-04).

`template()` gives it in the language in force. The file behind it is data and can be replaced: see template_file.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path

from facilitation.core import i18n

SHIPPED = Path(__file__).parent / "data" / "flagship-template.yaml"
TOPICS = "good_practice_topics"
QUADRANTS = ("S", "W", "O", "T")
_chosen: dict[str, Path] = {}


@dataclass(frozen=True)
class Option:
    """One entry of a vocabulary or of a list of values. `text`: a longer meaning, where there is one."""

    id: str
    label: str
    text: str = ""


@dataclass(frozen=True)
class Group(Option):
    """An entry with entries of its own: a group of case types, an impact area with its issues."""

    children: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column of a table of rows; with `options` a choice, else one line of text."""

    id: str
    label: str
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Field:
    """One input. `kind`: richtext, text, topic_refs, enum_multi, rows, indicator_rows, matrix, derived or choice."""

    id: str
    kind: str
    label: str
    required: bool = False
    options: tuple[Option, ...] = ()
    columns: tuple[Column, ...] = ()
    vocabulary: str = ""
    source: str = ""  # of a derived field: which part of the matrix it picks from

    @property
    def is_rows(self) -> bool:
        return self.kind in {"rows", "indicator_rows"}


@dataclass(frozen=True)
class Question:
    """A guiding question and the inputs it stands beside. `category`: asked for elements of this category only."""

    id: str
    text: str
    fields: tuple[str, ...]
    category: str = ""


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    part: int
    fields: tuple[Field, ...]
    questions: tuple[Question, ...]
    stance: str = ""

    def field(self, id_: str) -> Field | None:
        return next((field for field in self.fields if field.id == id_), None)

    def questions_for(self, field_id: str) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if field_id in question.fields)

    @property
    def is_matrix(self) -> bool:
        return any(field.kind == "matrix" for field in self.fields)


@dataclass(frozen=True)
class Part:
    id: str
    number: int
    title: str
    short_title: str
    subtitle: str
    rules: tuple[str, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Category(Option):
    """An element category with the inputs only it asks for (R-18) and its guiding question."""

    extra: tuple[Field, ...] = ()
    question: str = ""


@dataclass(frozen=True)
class Template:
    locale: str
    version: str
    parts: tuple[Part, ...]
    categories: tuple[Category, ...]
    case_types: tuple[Group, ...]
    impact_areas: tuple[Group, ...]
    suggestion_fields: tuple[Field, ...]  # what_to_transfer … degree, without the needs
    needs: tuple[Field, ...]
    words: Mapping[str, str]  # labels of fixed places: "field.aspect.title", "section.swot" …
    vocabularies: Mapping[str, tuple[Option, ...]]
    sources: Mapping[str, str] = field(default_factory=dict)  # origin id → the word of the matrix, e.g. desk → desk_research

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return tuple(section for part in self.parts for section in part.sections)

    @cached_property
    def matrix_section(self) -> Section:
        """The section that holds the matrix (3.2)."""
        return next(section for section in self.sections if section.is_matrix)

    @cached_property
    def question_count(self) -> int:
        return sum(len(section.questions) for section in self.sections)

    @cached_property
    def _labels(self) -> dict[tuple[str, str], Option]:
        return {(name, option.id): option for name, options in self.vocabularies.items() for option in options}

    @cached_property
    def extras(self) -> dict[str, tuple[Field, ...]]:
        """Every input any category asks for, by its id: a word kept from another category still finds its rule."""
        found: dict[str, tuple[Field, ...]] = {}
        for category in self.categories:
            for extra in category.extra:
                found[extra.id] = (*found.get(extra.id, ()), extra)
        return found

    def section(self, id_: str) -> Section | None:
        return next((section for section in self.sections if section.id == id_), None)

    def category(self, id_: str | None) -> Category | None:
        return next((category for category in self.categories if category.id == id_), None)

    def options(self, vocabulary: str) -> tuple[Option, ...]:
        return self.vocabularies.get(vocabulary, ())

    def ids(self, vocabulary: str) -> tuple[str, ...]:
        return tuple(option.id for option in self.options(vocabulary))

    def knows(self, vocabulary: str, id_: str) -> bool:
        return (vocabulary, id_) in self._labels

    def label(self, vocabulary: str, id_: str | None) -> str:
        """The label of an entry; an entry the template does not know is called after its id."""
        option = self._labels.get((vocabulary, id_ or ""))
        return option.label if option else capital((id_ or "").replace("_", " "))

    def labels(self, vocabulary: str, ids: Iterable[str]) -> list[str]:
        return [self.label(vocabulary, id_) for id_ in ids]

    def value_label(self, field_id: str, value: str | None) -> str:
        """The label of a choice in a suggestion (degree, specificity)."""
        found = next((item for item in self.suggestion_fields if item.id == field_id), None)
        return next((option.label for option in found.options if option.id == value), value or "") if found else value or ""

    def scale_of(self, type_: str) -> str:
        """large_scale or company: the group a case type belongs to, or an empty text."""
        return next((group.id for group in self.case_types if any(child.id == type_ for child in group.children)), "")

    def with_topics(self, topics: Iterable[Option]) -> Template:
        """The same with the coordinator's own topics (R-15)."""
        known = set(self.ids(TOPICS))
        added = tuple(topic for topic in topics if topic.id not in known)
        return replace(self, vocabularies={**self.vocabularies, TOPICS: (*self.options(TOPICS), *added)}) if added else self


def capital(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def use_template(path: str | Path | None) -> None:
    """Take the template from this file instead of the one shipped, or (None) whatever the environment says."""
    _chosen.pop("path", None)
    if path:
        _chosen["path"] = Path(path)


def template(locale: str | None = None) -> Template:
    """The template in a language (the one in force when None). Raises `marked.FileError` for a wrong file."""
    path = _chosen.get("path") or Path(os.environ.get("FACILITATION_TEMPLATE") or SHIPPED)
    return _loaded(path, i18n.known(locale) if locale else i18n.locale())


@lru_cache(maxsize=16)
def _loaded(path: Path, locale: str) -> Template:
    from facilitation.cases.template_file import load

    return load(path, locale)


def vocabulary_label(vocabulary: str, id_: str) -> str:
    """The label of a vocabulary entry in the language in force."""
    return template().label(vocabulary, id_)
