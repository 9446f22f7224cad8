"""Rows of tables and of the matrix in a Word file as items of a case. An item is known again by the mark Word carries for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from facilitation.cases.document import CHILDREN, META, Document, Item, authored, walk
from facilitation.cases.files.pieces import Table
from facilitation.cases.files.slots import Slot
from facilitation.cases.files.word_answers import Answers, norm
from facilitation.cases.files.word_read import Grid, Par
from facilitation.cases.files.word_xml import bookmark_name
from facilitation.core import ids

Cells = Sequence[Sequence[Par]]


class Items:
    """`origins`: the place “Source” in each language."""

    def __init__(self, answers: Answers, before: Document, origins: Sequence[Slot]) -> None:
        self.answers, self.origins = answers, origins
        self.marked = {bookmark_name(found.id): found.item for found in walk(before)}
        self.quadrants = {found.id: found.field for found in walk(before) if found.kind == "swot"}
        self.seen: set[str] = set()

    def known(self, pars: Sequence[Par]) -> Item:
        """The item whose mark these paragraphs carry; one that was copied counts once. Empty for a new one."""
        for mark in (mark for par in pars for mark in par.marks):
            item = self.marked.get(mark)
            if item is not None and item["id"] not in self.seen:
                self.seen.add(item["id"])
                return item
        return {}

    def made(self, old: Mapping[str, Any], said: Mapping[str, Any], origin: str) -> Item:
        """An item with new words. What the file does not show of it stays (`said` names what it shows, empty or not)."""
        kept = {key: value for key, value in old.items() if key not in META and key not in CHILDREN.values()}
        words = {key: value for key, value in {**kept, **said}.items() if value not in (None, "", [], {})}
        marks = {key: old[key] for key in ("ref", "author", "sources", "numbered") if key in old}
        item = {"id": old.get("id") or ids.new_id(), "origin": origin or old.get("origin") or "desk", **marks, **words}
        return authored(item, old) if old else item

    # ---- tables

    def table(self, grid: Grid, tables: Sequence[Table], where: str) -> list[Item] | None:
        """The rows of a table; None when its head is not known. `tables`: the same table in each language."""
        if not grid.rows:
            return None
        columns = [self._column(cell, tables) for cell in grid.rows[0]]
        if not any(columns):
            self.answers.tell(where, grid.words())
            return None
        found = [self._row(row, columns, where) for row in grid.rows[1:]]
        return [item for item in found if set(item) - META]

    def _column(self, head: Sequence[Par], tables: Sequence[Table]) -> list[Slot]:
        """The column with this head, in each language; empty for an unknown one."""
        text = norm(" ".join(f"{par.label} {par.text}" for par in head))
        if any(norm(slot.label) == text for slot in self.origins):
            return list(self.origins)
        place = next((n for table in tables for n, slot in enumerate(table.columns) if norm(slot.label) == text), None)
        return [] if place is None else [table.columns[place] for table in tables]

    def _row(self, cells: Cells, columns: Sequence[list[Slot]], where: str) -> Item:
        old = self.known([par for cell in cells for par in cell])
        before = {**old, "quadrant": self.quadrants.get(str(old.get("id")), "")}
        said: dict[str, Any] = {}
        for place, cell in enumerate(cells):
            slots = columns[place] if place < len(columns) else []
            pars = [par for par in cell if par.style != "provenance"]
            if slots:
                said[slots[0].id] = self.answers.value(slots, pars, before.get(slots[0].id), where)
            else:
                self.answers.tell(where, " ".join(par.text for par in pars))
        origin, quadrant = said.pop("origin", ""), said.pop("quadrant", "")
        if not any(said.values()):
            return {}
        return {**self.made(old, said, origin), **({"quadrant": quadrant} if quadrant else {})}
