"""What a report is made of, whatever it is rendered to: sections of blocks, every text already in the report's language.

What people wrote is always a `Said`: rendered word for word, never as markup. Everything else is the tool's own text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Said:
    """Words of people. `lang`, `translation`: when they are not in the report's language. `label`: as attribution allows."""

    text: str
    lang: str = ""
    translation: str = ""
    label: str = ""
    note: str = ""  # of the tool, beside the words
    draft: bool = False  # the owner's draft, not from the lab


@dataclass(frozen=True)
class Split:
    """Votes with their tier split: never a bare total. `by_tier` in the order of the tiers; `of`: what the full bar means."""

    total: int
    by_tier: tuple[tuple[str, int], ...] = ()
    of: int = 0


Cell = str | int | float | Said | Split | tuple[Said, ...] | None


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Voices:
    """A list of what was said."""

    items: tuple[Said, ...]
    title: str = ""


@dataclass(frozen=True)
class Terms:
    """Names with their values."""

    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class Table:
    """`head` has as many entries as every row. `numbers`: which columns hold figures."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[int] = frozenset()
    number: int = 0


@dataclass(frozen=True)
class Figure:
    """`kind` and `data` say what reports/figures.py draws; `table` holds the same numbers for everybody else."""

    kind: str  # tiers | course | participation | swot | ranking | bubble | coverage
    caption: str
    alt: str
    data: Mapping[str, Any]
    table: Table
    number: int = 0


@dataclass(frozen=True)
class Picture:
    """A photo of the event. `alt`: what is to be seen, for those who cannot see it. `file`: its place in an archive.

    `data` (JPEG) is empty where only the words are needed; `src` is its address on a web page. Neither is open data.
    """

    id: str
    alt: str
    caption: str = ""
    width: int = 0
    height: int = 0
    data: bytes = field(default=b"", repr=False)
    src: str = ""
    number: int = 0
    file: str = ""


@dataclass(frozen=True)
class Written:
    """A part written by a person. `proposed`: lines the tool suggests to the writer and never fills in."""

    part: str
    title: str
    paragraphs: tuple[str, ...] = ()
    hint: str = ""
    proposed: tuple[Said, ...] = ()
    version: int = 0


Block = Text | Voices | Terms | Table | Figure | Picture | Written
#: What is no open data: a figure's table says its data; a picture is found by its place in the archive.
UNTOLD: Mapping[str, frozenset[str]] = {"Figure": frozenset({"data"}), "Picture": frozenset({"id", "data", "src"})}


@dataclass(frozen=True)
class Section:
    number: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()

    @property
    def id(self) -> str:
        """An anchor: s3, s5-1, sA."""
        return "s" + self.number.replace(".", "-")

    def walk(self) -> Iterator[Section]:
        yield self
        for section in self.sections:
            yield from section.walk()

    def mapped(self, change: Callable[[Block], Block | None]) -> Section:
        """The section with every block changed, in their order; one that becomes None is left out."""
        blocks = (made for block in self.blocks if (made := change(block)) is not None)
        return replace(self, blocks=tuple(blocks), sections=tuple(section.mapped(change) for section in self.sections))


@dataclass(frozen=True)
class Front:
    """The cover. `state_line` (version and state) stands on every page."""

    kind: str
    title: str
    subtitle: str
    day: str  # ISO
    state: str  # draft | remarks | released
    version: int
    state_line: str
    facts: tuple[tuple[str, Cell], ...] = ()
    imprint: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Report:
    language: str
    front: Front
    sections: tuple[Section, ...]
    figures: Mapping[str, Any]
    contributions: tuple[Mapping[str, Any], ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)  # the renderers' own words, in the report's language

    def walk(self) -> Iterator[Section]:
        for section in self.sections:
            yield from section.walk()

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The photos in their order."""
        return tuple(block for section in self.walk() for block in section.blocks if isinstance(block, Picture))


def as_data(value: Any) -> Any:
    """Any part of a report as plain JSON: a dataclass becomes a mapping that names its type; empty values are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__.lower()
        untold = UNTOLD.get(type(value).__name__, frozenset())
        told = (item.name for item in fields(value) if item.name not in untold)
        found = {name: as_data(getattr(value, name)) for name in told}
        return {"is": kind, **{name: child for name, child in found.items() if child not in ("", None, [], {}, False)}}
    if isinstance(value, Mapping):
        return {str(key): as_data(child) for key, child in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [as_data(child) for child in value]
    return value
