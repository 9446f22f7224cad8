"""A case as it is read, as plain values: lines, blocks, sections, parts. `reading.py` fills them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

#: Origins that are somebody's own experience told at an event; everything else was found or written at a desk (R-98).
FIRST_HAND = frozenset({"lab", "webinar", "consultation"})


@dataclass(frozen=True)
class Line:
    """An item: a row of a table (cells in the order of its columns) or a line of text."""

    id: str
    cells: tuple[Markup, ...]
    origin: str
    origin_label: str
    sources: tuple[Mapping[str, Any], ...]
    about: str = ""  # the field a line adds to, or what peers checked
    checks: tuple[Line, ...] = ()  # what peers said about a SWOT line

    @property
    def from_lab(self) -> bool:
        return self.origin in FIRST_HAND


@dataclass(frozen=True)
class Block:
    """A field. Of `html`, `items` (labels) and `lines` one is filled; `columns` heads the lines of a table."""

    id: str
    label: str
    html: str = ""  # safe
    items: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class SectionView:
    """A section; those of the matrix are read as one and carry all their numbers."""

    id: str
    numbers: tuple[str, ...]
    title: str
    blocks: tuple[Block, ...] = ()
    matrix: tuple[dict[str, Any], ...] = ()
    cites: tuple[str, ...] = ()  # numbers of the sources of this section


@dataclass(frozen=True)
class PartView:
    number: int
    title: str
    sections: tuple[SectionView, ...]


@dataclass(frozen=True)
class Wish:
    """What a reader wants to see only: items of one origin, rows of one kind (R-12, R-21)."""

    origin: str = ""
    kind: str = ""

    def __bool__(self) -> bool:
        return bool(self.origin or self.kind)
