"""The matrix of a Word file: aspects, elements and suggestions from rows of three cells (R-16)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from facilitation.cases.document import Item
from facilitation.cases.files.slots import Slot, aspect_slots, element_slots, suggestion_slots
from facilitation.cases.files.word_answers import labelled, norm
from facilitation.cases.files.word_items import Cells, Items
from facilitation.cases.files.word_read import Grid, Par
from facilitation.cases.template import Template
from facilitation.core.i18n import _

_REF = re.compile(r"(A[1-9]\d{0,3})(?:\.(E[1-9]\d{0,3}))?")


class GridReader:
    """Reads the rows in order. A row without an aspect goes on with the one above; so does one without an element."""

    def __init__(self, items: Items, templates: Sequence[Template], where: str) -> None:
        self.items, self.answers, self.templates, self.where = items, items.answers, templates, where
        self.aspects: list[Item] = []
        self.aspect_places = _places([aspect_slots(words) for words in templates])
        self.suggestion_places = _places([suggestion_slots(words) for words in templates])
        every = [None, *templates[0].categories]
        found = [_places([element_slots(words, words.category(option.id if option else None)) for words in templates])
                 for option in every]  # fmt: skip
        self.element_places = {id_: slots for places in found for id_, slots in places.items()}
        self.extra_of = {option.id: places for option, places in zip(every, found, strict=True) if option}

    def read(self, grid: Grid) -> list[Item]:
        for row in grid.rows:
            if not _is_head(row):
                self.row(row)
        return self.aspects

    def row(self, cells: Cells) -> None:
        if len(cells) < 3:
            self.answers.tell(self.where, " | ".join(" ".join(par.text for par in cell) for cell in cells))
            return
        self.aspect(cells[0])
        self.element(cells[1])
        self.suggestion(cells[2])
        for cell in cells[3:]:
            self.answers.tell(self.where, " ".join(par.text for par in cell))

    def aspect(self, cell: Sequence[Par]) -> None:
        said, old, origin = self.said(cell, self.aspect_places, self.items.known(cell), "title", "description")
        if not said.get("title") and old.get("title") and (said.get("description") or old):
            said["title"] = self.lost(cell, old)
        if not said.get("title"):
            self.answers.tell(self.where, " ".join(str(value) for value in said.values() if value))
            self.turn_to(cell)
            return
        taken = {aspect["ref"] for aspect in self.aspects}
        number = max([int(ref[1:]) for ref in {*taken, *self.reserved()}], default=0) + 1
        given = _ref(cell)[0]
        ref = str(old.get("ref") or (given if given and given not in taken | self.reserved() else f"A{number}"))
        self.aspects.append(
            {**self.items.made(old, said, origin), "ref": ref, "elements": [], "numbered": old.get("numbered", 0)}
        )

    def reserved(self) -> set[str]:
        """Numbers that aspects of the case have or had."""
        return {item["ref"] for item in self.items.marked.values() if str(item.get("ref", "")).startswith("A")}

    def lost(self, cell: Sequence[Par], old: Item) -> str:
        """An item whose title is gone: without any word it goes, else it keeps the title."""
        return str(old["title"]) if any(par.text.strip() for par in cell if par.style != "provenance" and not par.label) else ""

    def turn_to(self, cell: Sequence[Par]) -> None:
        """A row may say with a number alone which aspect it goes on with."""
        found = next((aspect for aspect in self.aspects if aspect["ref"] == _ref(cell)[0]), None)
        if found and found is not self.aspects[-1]:
            self.aspects.append(self.aspects.pop(self.aspects.index(found)))

    def element(self, cell: Sequence[Par]) -> None:
        known = self.items.known(cell)
        said, old, origin = self.said(cell, self.element_places, known, "title", "description")
        if not said.get("title") and not said.get("description"):
            if strange := [value for key, value in said.items() if key != "category" and value and not old]:
                self.answers.tell(self.where, " ".join(map(str, strange)))
            return
        if not self.aspects:
            self.answers.tell(self.where, _("No aspect is named for this element: %(text)s", text=said.get("title", "")))
            return
        aspect = self.aspects[-1]
        extra = {**old.get("extra", {}), **{key[6:]: said.pop(key) for key in list(said) if key.startswith("extra.")}}
        said["extra"] = {key: value for key, value in extra.items() if value}
        taken = {element["ref"] for element in aspect["elements"]}
        given = _ref(cell)[1]
        number = max([aspect["numbered"], *(int(ref[1:]) for ref in taken)], default=0) + 1
        own = old.get("ref") or (given if not aspect["numbered"] else "")
        ref = own if own and own not in taken else f"E{number}"
        aspect["numbered"] = max(aspect["numbered"], int(ref[1:]))
        aspect["elements"].append({**self.items.made(old, said, origin), "ref": ref, "suggestions": []})

    def suggestion(self, cell: Sequence[Par]) -> None:
        said, old, origin = self.said(cell, self.suggestion_places, self.items.known(cell), "how_to_transfer")
        needs = {**old.get("needs", {}), **{key[6:]: said.pop(key) for key in list(said) if key.startswith("needs.")}}
        said["needs"] = {key: value for key, value in needs.items() if value}
        if not any(value for value in said.values()):
            return
        if not self.aspects or not self.aspects[-1]["elements"]:
            told = "; ".join(str(value) for value in said.values() if value)
            self.answers.tell(self.where, _("No element is named for this suggestion: %(text)s", text=told))
            return
        self.aspects[-1]["elements"][-1]["suggestions"].append(self.items.made(old, said, origin))

    # ---- one cell

    def said(
        self, cell: Sequence[Par], places: dict[str, list[Slot]], old: Item, first: str, then: str = ""
    ) -> tuple[dict[str, Any], Item, str]:
        """What a cell says by place, the item it was, and where it comes from."""
        labels = {norm(slot.label): id_ for id_, slots in places.items() for slot in slots}
        labels |= {norm(slot.label): "origin" for slot in self.items.origins}
        labels |= {norm(par.label): first for par in cell if _REF.fullmatch(par.label)}
        answers, strange = labelled((par for par in cell if par.style != "provenance"), labels, first, then)
        self.answers.tell(self.where, " ".join(f"{par.label} {par.text}" for par in strange))
        origin = self.answers.choice(self.items.origins, answers.pop("origin", []), str(old.get("origin", "")), self.where)
        nested = {f"{name}.{key}": value for name in ("extra", "needs") for key, value in old.get(name, {}).items()}
        found = {}
        category = self.answers.choice(places["category"], answers["category"], "", self.where) if "category" in answers else ""
        for id_, pars in answers.items():
            slots = self.extra_of.get(category, {}).get(id_) or places[id_]
            before = {**old, **nested}.get(id_)
            literal = id_ == "title"
            found[id_] = (
                self.answers.line(pars, str(before or "")) if literal else self.answers.value(slots, pars, before, self.where)
            )
        return found, old, origin


def _places(languages: Sequence[Sequence[Slot]]) -> dict[str, list[Slot]]:
    """Place → the same place in each language."""
    return {slots[0].id: list(slots) for slots in zip(*languages, strict=True)}


def _ref(cell: Sequence[Par]) -> tuple[str, str]:
    """The numbers a cell begins with: (A1, E2)."""
    for par in cell:
        if found := _REF.fullmatch((par.label or par.lead).strip()):
            return found[1], found[2] or ""
    return "", ""


def _is_head(row: Cells) -> bool:
    """Is this the row with the names of the columns?"""
    pars = [par for cell in row for par in cell]
    return bool(pars) and all(par.label and not par.text.strip() and par.style == "cell label" for par in pars)
