"""What peers added to a case, checked in it and said about its SWOT, as tables of its file (R-37, R-98)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from facilitation.cases.document import ADDITIONS, Document, Item
from facilitation.cases.files.pieces import CHECKS, SETTLED, Entry, Place, Table
from facilitation.cases.files.slots import Slot
from facilitation.cases.reading_peers import verdicts
from facilitation.cases.template import Option, Section, Template
from facilitation.core.i18n import _

Row = Callable[[Sequence[Slot], Mapping[str, Any]], Entry]


class Peers:
    """`row`: makes an entry of an item. `quadrants`: the columns of the SWOT by name."""

    def __init__(self, document: Document, words: Template, quadrants: Sequence[Option], row: Row) -> None:
        self.words, self.quadrants, self.row = words, tuple(quadrants), row
        self.checks: Sequence[Item] = document.get("checks", ())

    def beside(self, section: Section, additions: Sequence[Item]) -> tuple[Place, ...]:
        """Lines under a section that fit no field, and what peers checked in it."""
        found = []
        if additions:
            found.append(self.table(ADDITIONS, self.additions_columns(section, additions), additions))
        if checks := [item for item in self.checks if item.get("section") == section.id]:
            found.append(self.table(CHECKS, self.checks_columns(section), checks))
        return tuple(Place(table) for table in found)

    def table(self, id_: str, columns: tuple[Slot, ...], items: Sequence[Item]) -> Table:
        label = _("Checked with peers") if id_ == CHECKS else self.words.words.get(f"field.{ADDITIONS}", ADDITIONS)
        return Table(id_, label, columns, tuple(self.row(columns, item) for item in items))

    def additions_columns(self, section: Section, additions: Sequence[Item]) -> tuple[Slot, ...]:
        """The field a line adds to is told where one of them says it."""
        about = (_about("about", section),) if any(item.get("about") for item in additions) else ()
        return (*about, Slot("text", _("Text"), "plain"))

    def checks_columns(self, section: Section) -> tuple[Slot, ...]:
        return (_about("field", section), *_record("section"))

    def settled(self) -> Table:
        """What peers said about lines of the draft SWOT; a line they took out stands here only."""
        columns = (Slot("swot", _("Column"), "choice", options=self.quadrants), *_record("swot"))
        rows = tuple(self.row(columns, item) for item in self.checks if "swot" in item)
        return Table(SETTLED, _("What peers said about the SWOT"), columns, rows)


def _about(id_: str, section: Section) -> Slot:
    return Slot(id_, _("About"), "choice", options=tuple(Option(field.id, field.label) for field in section.fields))


def _record(about: str) -> tuple[Slot, ...]:
    verdict = Slot("verdict", _("What peers said"), "choice", options=verdicts(about))
    return (verdict, Slot("text", _("Text"), "plain"), Slot("before", _("Before"), "plain"))
