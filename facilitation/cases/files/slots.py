"""Places for one answer each: of a field, a column, an aspect, an element, a suggestion. `extra.` and `needs.` stand before
the answers that lie one level deeper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from facilitation.cases.files.prose import Block, forward, literal
from facilitation.cases.template import TOPICS, Category, Column, Field, Option, Template

Kind = Literal["prose", "plain", "line", "choice", "many"]


@dataclass(frozen=True)
class Slot:
    """A place for one answer. `prose`: Markdown; `plain`: words as they stand, with their line breaks; `line`: the same in one
    line; `choice` and `many`: ids of `options`."""

    id: str
    label: str
    kind: Kind = "prose"
    text: str = ""
    options: tuple[Option, ...] = ()
    chosen: tuple[str, ...] = ()

    def name(self, id_: str) -> str:
        """The label of an option; what no option knows is called by its id."""
        return next((option.label for option in self.options if option.id == id_), id_)

    @property
    def empty(self) -> bool:
        return not self.text and not self.chosen


def filled(slot: Slot, value: Any) -> Slot:
    """The slot with a value of the document in it."""
    if slot.kind == "many":
        return Slot(slot.id, slot.label, "many", options=slot.options, chosen=tuple(value or ()))
    if slot.kind == "choice":
        return Slot(slot.id, slot.label, "choice", options=slot.options, chosen=(str(value),) if value else ())
    return Slot(slot.id, slot.label, slot.kind, "" if value is None else str(value))


def blocks_of(slot: Slot) -> tuple[Block, ...]:
    """The words of a slot as paragraphs: only `prose` is read as Markdown."""
    return forward(slot.text) if slot.kind == "prose" else literal(slot.text)


def aspect_slots(words: Template) -> tuple[Slot, ...]:
    say = words.words
    topics = Slot("topics", say.get("field.aspect.topics", ""), "many", options=words.options(TOPICS))
    return (
        Slot("title", say.get("field.aspect.title", ""), "line"),
        topics,
        Slot("description", say.get("field.aspect.description", "")),
    )


def element_slots(words: Template, category: Category | None) -> tuple[Slot, ...]:
    """What an element of this category says; `extra.` before the answers only this category asks for (R-18)."""
    say = words.words
    extra = tuple(slot_of(known, "extra.") for known in (category.extra if category else ()))
    return (
        Slot("category", say.get("field.element.category", ""), "choice", options=words.categories),
        Slot("title", say.get("field.element.title", ""), "line"),
        Slot("description", say.get("field.element.description", "")),
        *extra,
    )


def suggestion_slots(words: Template) -> tuple[Slot, ...]:
    """What a suggestion says (R-19): what, how and for which setting, what it takes, how far it travels."""
    said = {known.id: slot_of(known) for known in words.suggestion_fields}
    needs = [slot_of(known, "needs.") for known in words.needs]
    last = [said.pop(id_) for id_ in ("specificity", "degree") if id_ in said]
    return (*said.values(), *needs, *last)


def slot_of(known: Field, prefix: str = "") -> Slot:
    """Only `richtext` is Markdown (R-04: the template says which)."""
    plain: Kind = "plain" if prefix == "needs." else "line"
    kind: Kind = "choice" if known.options else "prose" if known.kind == "richtext" else plain
    return Slot(f"{prefix}{known.id}", known.label, kind, options=known.options)


def column_slot(column: Column) -> Slot:
    return Slot(column.id, column.label, "choice" if column.options else "plain", options=column.options)


#: How much room columns take that hold little; all others count 2, choices 1.
NARROW = {"year": 0.6, "unit": 0.8, "baseline": 0.95, "target": 0.8, "actual": 0.8, "kind": 1.0}
WIDE = {"field": 1.5, "about": 1.5, "verdict": 1.2, "swot": 1.3}  # choices that name a field or say more than one word


def weight(column: Slot) -> float:
    """A year or a unit needs less room than a sentence."""
    if column.kind == "choice":
        return WIDE.get(column.id, 1.0)
    return NARROW.get(column.id, 2.6 if column.id == "text" else 2.0)


def source_weight(notes: Iterable[str]) -> float:
    """A source alone is a word; with the lab it came from it is a line."""
    return 1.8 if any(notes) else 1.1
