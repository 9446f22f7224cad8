"""The matrix of a case in Word: aspect, element, suggestion side by side (R-16).

One row for each suggestion. What stays the same is not written again: the cell holds only the number, in grey, so that a
reader (a person, or the program) knows where the row belongs after a page ends. Nothing is merged, so nothing is clipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from facilitation.cases.files import word_xml as xml
from facilitation.cases.files.legend import matrix_heads
from facilitation.cases.files.pieces import Entry, stays_whole
from facilitation.cases.files.slots import Slot, aspect_slots, blocks_of, element_slots, filled, suggestion_slots
from facilitation.core.i18n import _

if TYPE_CHECKING:
    from facilitation.cases.files.word import Writer

SHARES = (0.22, 0.37, 0.41)


class Matrix:
    def __init__(self, writer: Writer, aspects: Sequence[Entry]) -> None:
        self.writer, self.aspects, self.words = writer, aspects, writer.words

    def table(self) -> str:
        writer = self.writer
        rows = [row for aspect in self.aspects for row in self.rows(aspect)]
        if writer.guided and not self.aspects:
            rows = list(self.blank())
        if not rows:
            return writer.ours(_("Nothing is written here yet."), xml.PROVENANCE)
        heads = matrix_heads(writer.words)
        return writer.after(xml.table(rows, SHARES, head=heads, name=writer.content.words["matrix"], broad=True))

    def rows(self, aspect: Entry) -> Iterator[str]:
        """The rows of an aspect. Cells that go on from the row above have no line over them."""
        told = self.aspect(aspect)
        if not aspect.entries:
            yield xml.row([told, "", ""], whole=stays_whole([(aspect, SHARES[0])]))
        going_on, first = 0, True
        for element in aspect.entries:
            ref = f"{aspect.ref}.{element.ref}"
            for place, suggestion in enumerate(element.entries or (None,)):
                cell = self.again(ref) if place else self.element(aspect, element)
                advice = self.suggestion(suggestion) if suggestion else self.blank_suggestion()
                shown = [(aspect if first else None, SHARES[0]), (None if place else element, SHARES[1]), (suggestion, SHARES[2])]
                whole = not self.writer.guided and stays_whole(shown)
                yield xml.row([told, cell, advice], open_=2 if place else going_on, whole=whole)
                told, going_on, first = self.again(aspect.ref), 1, False

    def again(self, ref: str) -> str:
        return xml.paragraph(xml.run(ref, xml.NOTE), xml.CELL)

    # ---- cells

    def aspect(self, aspect: Entry) -> str:
        topics, description = aspect.slot("topics"), aspect.slot("description")
        title = aspect.slot("title")
        name = aspect.ref or self.words.words.get("field.aspect.title", "")
        parts = [self.title(name, title.text if title else "", first_hand=aspect.at_event)]
        if description:
            parts.append(self.free(description, first_hand=aspect.at_event))
        if topics and (topics.chosen or self.writer.guided):
            parts.append(self.labelled(topics))
        parts.append(self.source(aspect))
        return self.marked(parts, aspect)

    def element(self, aspect: Entry, element: Entry) -> str:
        slots = {slot.id: slot for slot in element.slots}
        lab = element.at_event
        parts = [self.labelled(slots["category"])] if self.writer.guided or slots["category"].chosen else []
        name = f"{aspect.ref}.{element.ref}" if element.ref else self.words.words.get("field.element.title", "")
        parts.append(self.title(name, slots["title"].text, first_hand=lab))
        parts.append(self.free(slots["description"], first_hand=lab))
        extra = [slot for id_, slot in slots.items() if id_.startswith("extra.")]
        parts += [self.labelled(slot, first_hand=lab) for slot in extra if self.writer.guided or not slot.empty]
        parts.append(self.source(element))
        return self.marked(parts, element)

    def suggestion(self, suggestion: Entry) -> str:
        slots = [slot for slot in suggestion.slots if self.writer.guided or not slot.empty]
        parts = [self.labelled(slot, first_hand=suggestion.at_event) for slot in slots]
        return self.marked([*parts, self.source(suggestion)], suggestion)

    def marked(self, parts: Sequence[str], entry: Entry) -> str:
        return xml.marked("".join(parts), entry.id) if entry.id else "".join(parts)

    # ---- pieces

    def title(self, name: str, text: str, *, first_hand: bool) -> str:
        marks = "<w:b/>" + ('<w:u w:val="single"/>' if first_hand else "")
        return xml.paragraph(xml.run(f"{name} ", xml.LABEL) + (xml.run(text, marks=marks) if text else ""), xml.CELL, text=text)

    def free(self, slot: Slot, *, first_hand: bool) -> str:
        """The words under a title need no label, unless there is something to be written."""
        if slot.text:
            return self.labelled(slot, first_hand=first_hand) if self.writer.guided else xml.prose(
                blocks_of(slot), cell=True, first_hand=first_hand)  # fmt: skip
        return self.labelled(slot) if self.writer.guided else ""

    def labelled(self, slot: Slot, *, first_hand: bool = False) -> str:
        """A label and its answer in one paragraph; lists follow below."""
        end = "" if slot.label.endswith("?") else ":"
        label = xml.run(f"{slot.label}{end} ", xml.LABEL)
        if slot.kind == "choice":
            return xml.paragraph(label + self.writer.choice(slot), xml.CELL)
        if slot.kind == "many":
            return xml.paragraph(label + xml.run("; ".join(slot.name(id_) for id_ in slot.chosen)), xml.CELL)
        blocks = blocks_of(slot)
        if blocks and blocks[0].kind == "text":
            first = xml.paragraph(label + xml.words(blocks[0].runs, first_hand=first_hand), xml.CELL, text=blocks[0].text)
            return first + xml.prose(blocks[1:], cell=True, first_hand=first_hand)
        return xml.paragraph(label, xml.CELL, keep=bool(blocks)) + xml.prose(blocks, cell=True, first_hand=first_hand)

    def source(self, entry: Entry) -> str:
        origins = tuple(self.writer.origins)
        slot = Slot("origin", _("Source"), "choice", options=origins, chosen=(entry.origin,) if entry.origin else ())
        note = self.writer.ours(entry.note, xml.PROVENANCE) if entry.note else ""
        return self.labelled(slot) + note

    # ---- the empty template

    def blank(self) -> Iterator[str]:
        """One aspect with an element of each category, and room for one more aspect."""
        aspect = Entry("", aspect_slots(self.words), "")
        first = self.aspect(aspect)
        for category in self.words.categories:
            slots = [filled(slot, category.id if slot.id == "category" else None) for slot in element_slots(self.words, category)]
            element = Entry("", tuple(slots), "")
            yield xml.row([first, self.element(aspect, element), self.blank_suggestion()], whole=False)
            first = ""

    def blank_suggestion(self) -> str:
        if not self.writer.guided:
            return ""
        return self.suggestion(Entry("", suggestion_slots(self.words), ""))
