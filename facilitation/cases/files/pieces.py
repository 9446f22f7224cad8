"""A case as it goes on paper, as plain values: entries, tables, places, sections, parts. `content.py` fills them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from facilitation.cases.files.slots import Slot

#: Where words come from people who were there; everything else was read somewhere (R-21).
FIRST_HAND = ("interview", "owner", "webinar", "lab", "consultation")
#: Those of them who said it at an event: their words are marked on paper (R-98).
AT_EVENTS = ("webinar", "lab", "consultation")
CHECKS, SETTLED = "checks", "settled"  # places of what peers checked in a section, and said about the SWOT
LETTERS = 100  # in a line of small type over the whole width
WHOLE = 28  # lines of a row that is not cut by the end of a page; longer ones flow on
Titles = Mapping[str, str]  # lab → its title


@dataclass(frozen=True)
class Entry:
    """An item: a row, a line, an aspect, an element or a suggestion. `note`: which lab, which tiers, how many dots."""

    id: str
    slots: tuple[Slot, ...]
    origin: str = "desk"
    note: str = ""
    ref: str = ""
    entries: tuple[Entry, ...] = ()

    @property
    def at_event(self) -> bool:
        return self.origin in AT_EVENTS

    def lines(self, share: float) -> float:
        """About how many lines it takes in a column of this share of a page's width."""
        texts = [slot.text or " ".join(slot.name(id_) for id_ in slot.chosen) for slot in self.slots if not slot.empty]
        return 1 + sum(1 + len(text) / (LETTERS * share) for text in [*texts, *([self.note] if self.note else [])])

    def slot(self, id_: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.id == id_), None)


@dataclass(frozen=True)
class Table:
    """Entries with the same slots. `columns`: empty slots, as heads and for new rows."""

    id: str
    label: str
    columns: tuple[Slot, ...]
    entries: tuple[Entry, ...] = ()

    @property
    def kept(self) -> bool:
        """Is this a record of what others said? Nobody writes new rows into it."""
        return self.id in (CHECKS, SETTLED)


@dataclass(frozen=True)
class Picks:
    """A choice from the matrix with words before it (R-06): (A1 or A1.E3, its title)."""

    id: str
    label: str
    lead_in: str = ""
    picked: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Place:
    """A field of a section with its guiding questions."""

    content: Slot | Table | Picks
    questions: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        match self.content:
            case Table():
                return not self.content.entries
            case Picks():
                return not self.content.picked and not self.content.lead_in
            case _:
                return self.content.empty


@dataclass(frozen=True)
class SectionText:
    id: str
    title: str
    places: tuple[Place, ...] = ()
    questions: tuple[str, ...] = ()  # of the matrix
    stance: str = ""
    matrix: tuple[Entry, ...] | None = None  # stands in the last of the sections that are written in it
    cites: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartText:
    number: int
    title: str
    subtitle: str
    rules: tuple[str, ...]
    sections: tuple[SectionText, ...]


@dataclass(frozen=True)
class CaseText:
    """A whole case. `details`: what a case record says beside the template; `basis`: how much of it is first-hand."""

    ref: str
    title: str
    locale: str
    details: tuple[Slot, ...]
    parts: tuple[PartText, ...]
    swot: Table
    settled: Table  # what peers said about lines of the SWOT
    challenges: Table
    questions: Table
    references: tuple[tuple[str, tuple[str, ...]], ...]
    basis: tuple[tuple[str, int], ...]
    blank: bool = False
    guided: bool = False
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[Table, ...]:
        """What stands after the template, in order."""
        return (self.swot, self.settled, self.challenges, self.questions)


def stays_whole(cells: Iterable[tuple[Entry | None, float]]) -> bool:
    """Is a row of these entries (with the shares of their columns) short enough to stand on one page?"""
    return max((entry.lines(share) for entry, share in cells if entry), default=0) <= WHOLE
