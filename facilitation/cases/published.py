"""The library's cases: those that are published, for anybody to read, search and narrow down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitation.cases.compare import from_labs
from facilitation.cases.document import walk
from facilitation.cases.markdown import plain
from facilitation.cases.models import Case, CaseRevision
from facilitation.cases.template import Option, Template

PUBLISHED = "published"
FILTERS = ("sector", "category", "degree")


@dataclass(frozen=True)
class Published:
    """One published case, with what the library's list tells about it."""

    case: Case

    @property
    def title(self) -> str:
        return self.case.neutral_title or self.case.title

    @property
    def _sections(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.case.document.get("sections", {})
        return found

    @property
    def say(self) -> str:
        summary = self._sections.get("1.1", {})
        return plain(summary.get("summary_part3") or summary.get("summary_part2"), citations=False)

    @property
    def minerals(self) -> list[str]:
        return [row["mineral"] for row in self._sections.get("1.3", {}).get("minerals", ()) if row.get("mineral")]

    @cached_property
    def additions(self) -> int:
        return len(from_labs(self.case.document))

    def values(self, name: str) -> frozenset[str]:
        """What a filter looks at: its sector, the categories of its elements, the degrees of its suggestions."""
        if name == "sector":
            return frozenset({self.case.sector})
        key = {"category": ("element", "category"), "degree": ("suggestion", "degree")}[name]
        return frozenset(item.item.get(key[1]) or "" for item in walk(self.case.document) if item.kind == key[0]) - {""}

    @cached_property
    def searchable(self) -> str:
        """Everything a reader could look for, without what the neutral title leaves out."""
        summary = [text for text in self._sections.get("1.1", {}).values() if isinstance(text, str)]
        words = [text for found in walk(self.case.document) for text in found.item.values() if isinstance(text, str)]
        return " ".join([self.title, *summary, *words]).casefold()


def library(session: Session) -> list[Published]:
    """Every published case, by sector and reference."""
    rows = session.scalars(select(Case).where(Case.status == PUBLISHED).order_by(Case.sector, Case.ref))
    return [Published(case) for case in rows]


def chosen(cases: Iterable[Published], wanted: Mapping[str, Sequence[str]], text: str = "") -> list[Published]:
    """Those that fit: any value within a filter, every filter, and all words of `text`."""
    words = text.casefold().split()
    return [
        case
        for case in cases
        if all(not values or set(values) & case.values(name) for name, values in wanted.items())
        and all(word in case.searchable for word in words)
    ]


def options(cases: Sequence[Published], words: Template) -> dict[str, list[tuple[Option, int]]]:
    """The choices of each filter that some case has, with how many have it."""
    degree = next((item.options for item in words.suggestion_fields if item.id == "degree"), ())
    known = {"sector": words.options("sectors"), "category": words.options("element_categories"), "degree": degree}
    found = {}
    for name, choices in known.items():
        counts = Counter(value for case in cases for value in case.values(name))
        found[name] = [(option, counts[option.id]) for option in choices if counts[option.id]]
    return found


def published_case(session: Session, case: str) -> Case | None:
    """The case, when it is published."""
    return session.scalar(select(Case).where(Case.id == case, Case.status == PUBLISHED))


def released_at(session: Session, case: Case) -> Any:
    """When it was first published; of a case that came published, its last change."""
    query = select(func.min(CaseRevision.at)).where(CaseRevision.case_id == case.id, CaseRevision.status == PUBLISHED)
    return session.scalar(query) or case.updated_at
