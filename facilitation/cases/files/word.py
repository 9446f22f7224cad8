"""A case as a Word file: to read and print, and (guided) to write in. `word_case` reads it back.

Everything that is ours stands in styles of its own (labels, guiding questions, notes), so that a reader knows it from what
people wrote. The case itself travels along as a data part: words that nobody touched come back byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from facilitation.cases.exporting import Exported, cases_json
from facilitation.cases.files import word_xml as xml
from facilitation.cases.files.content import blank_case, case_text
from facilitation.cases.files.legend import legend, reference_heads
from facilitation.cases.files.pieces import CaseText, Entry, PartText, Picks, Place, SectionText, Table, Titles
from facilitation.cases.files.prose import forward
from facilitation.cases.files.slots import Slot, blocks_of, source_weight, weight
from facilitation.cases.files.word_file import packed
from facilitation.cases.files.word_matrix import Matrix
from facilitation.cases.template import Option, Template
from facilitation.cases.values import ORIGINS
from facilitation.core.i18n import _, use_locale

BLANK_ROWS = 3


def case_docx(case: Exported, words: Template, *, guided: bool = False, labs: Titles | None = None) -> bytes:
    """The case as DOCX, the same bytes for the same case."""
    content = case_text(case, words, guided=guided, labs=labs)
    with use_locale(words.locale):
        writer = Writer(content, words.options(ORIGINS), words)
        return packed(content, writer.body(), cases_json([case], words), writer.printed)


def blank_docx(words: Template) -> bytes:
    """The empty template with its guiding questions, to be filled in Word and taken over (R-26)."""
    content = case_text(blank_case(words), words, guided=True)
    with use_locale(words.locale):
        writer = Writer(content, words.options(ORIGINS), words)
        return packed(content, writer.body(), "", writer.printed)


class Writer:
    """Draws a case. `printed`: every text that is ours, for the reader of the file."""

    def __init__(self, content: CaseText, origins: Sequence[Option], words: Template) -> None:
        self.content, self.origins, self.words = content, origins, words
        self.guided = content.guided
        self.printed: list[str] = []
        self.boxed: set[str] = set()

    def body(self) -> str:
        parts = [self.front(), *map(self.part, self.content.parts), *map(self.appendix, self.content.tables), self.references()]
        return "".join(parts)

    # ---- pieces

    def ours(self, text: str, style: str, *, keep: bool = False) -> str:
        """A paragraph of ours that is no answer."""
        self.printed.append(text)
        return xml.paragraph(xml.run(text), style, keep=keep)

    def heading(self, number: str, text: str, level: int) -> str:
        """A heading; its number hangs in the margin."""
        lead = xml.run(f"{number}\t", xml.NOTE) if number else ""
        return xml.paragraph(lead + xml.run(text), f"Heading{level}", hanging=bool(number))

    def label(self, text: str) -> str:
        return xml.paragraph(xml.run(text, xml.LABEL), xml.FIELD, keep=True)

    # ---- the first page

    def front(self) -> str:
        title = xml.run(self.content.title) if self.content.title else self.hinted(_("Title of the case"), "title")
        over = self.ours(_("Flagship case") if not self.content.blank else _("Flagship case template"), "Subtitle", keep=True)
        facts = [self.fact(slot) for slot in self.content.details if self.guided or not slot.empty]
        head = self.heading("", self.content.words["details"], 2)
        told = "".join(self.ours(text, xml.PROVENANCE) for text in legend(self.content, self.words))
        return over + xml.paragraph(title, "Title", text=self.content.title) + told + head + self.after(
            xml.table(facts, (0.3, 0.7), name=self.content.words["details"])
        )  # fmt: skip

    def fact(self, slot: Slot) -> str:
        return xml.row([xml.paragraph(xml.run(slot.label, xml.LABEL), xml.CELL_LABEL), self.in_cell(slot)])

    def hinted(self, hint: str, tag: str) -> str:
        control = xml.place(xml.run(hint, xml.PLACEHOLDER), name=hint, tag=tag, hint=True)
        self.printed.append(hint)
        return control

    def after(self, table: str) -> str:
        """Word joins tables that touch."""
        return table + xml.paragraph("", xml.AFTER_TABLE)

    # ---- parts and sections

    def part(self, part: PartText) -> str:
        told = ([part.subtitle] if part.subtitle else []) + list(part.rules)
        rules = "".join(self.ours(text, xml.RULES) for text in told)
        return self.heading(str(part.number), part.title, 1) + rules + "".join(map(self.section, part.sections))

    def section(self, section: SectionText) -> str:
        head = self.heading(section.id, section.title, 2)
        asked = [*([section.stance] if section.stance else []), *section.questions]
        inner = "".join(self.ours(text, xml.QUESTION, keep=True) for text in asked)
        if section.matrix is not None:
            inner += Matrix(self, section.matrix).table()
        inner += "".join(map(self.place, section.places))
        if section.cites:
            inner += self.ours(
                f"{self.content.words['references']}: " + " ".join(f"[{n}]" for n in section.cites), xml.PROVENANCE
            )
        is_gap = not self.guided and not section.places and section.matrix is None and not self.goes_on(section)
        return head + inner + (self.ours(_("Nothing is written here yet."), xml.PROVENANCE) if is_gap else "")

    def goes_on(self, section: SectionText) -> bool:
        """Is this a section whose words stand in the matrix below?"""
        found = self.words.section(section.id)
        return bool(found and found.is_matrix)

    def place(self, place: Place) -> str:
        asked = "".join(self.ours(text, xml.QUESTION, keep=True) for text in place.questions)
        return self.label(place.content.label) + asked + self.answer(place.content)

    def answer(self, content: Slot | Table | Picks) -> str:
        match content:
            case Table():
                return self.after(self.rows(content))
            case Picks():
                return self.picks(content)
            case _:
                return self.slot(content)

    def slot(self, slot: Slot) -> str:
        if slot.kind == "many":
            return self.many(slot)
        if slot.kind == "choice":
            return xml.paragraph(self.choice(slot))
        blocks = blocks_of(slot)
        if not self.guided:
            return xml.prose(blocks)
        hint = xml.paragraph(xml.run(self.hint(), xml.PLACEHOLDER))
        return xml.place(xml.prose(blocks) or hint, name=slot.label, tag=slot.id, hint=not blocks)

    def hint(self) -> str:
        self.printed.append(hint := _("Write here."))
        return hint

    def many(self, slot: Slot) -> str:
        """What is chosen; in an empty template every option with a box to tick."""
        if slot.chosen or not self.guided:
            return "".join(xml.paragraph(xml.run(slot.name(id_)), "ListBullet") for id_ in slot.chosen)
        if slot.id in self.boxed:
            return self.ours(_("As ticked above."), xml.PROVENANCE)
        self.boxed.add(slot.id)
        return "".join(xml.paragraph(xml.checkbox(option.label, name=slot.label), "Option") for option in slot.options)

    def choice(self, slot: Slot) -> str:
        shown = slot.name(slot.chosen[0]) if slot.chosen else ""
        if not self.guided:
            return xml.run(shown)
        self.printed.append(hint := _("choose"))
        return xml.dropdown([option.label for option in slot.options], shown, name=slot.label, tag=slot.id, hint=hint)

    def picks(self, picks: Picks) -> str:
        lead = xml.prose(forward(picks.lead_in))
        chosen = "".join(xml.paragraph(xml.run(f"{ref} {title}".strip()), "ListBullet") for ref, title in picks.picked)
        told = self.ours(_("Chosen from the matrix by their numbers: A1, A1.E2 …, one a line."), xml.PROVENANCE)
        return lead + chosen + (told + xml.paragraph("", "ListBullet") if self.guided and not chosen else "")

    # ---- tables

    def in_cell(self, slot: Slot, *, first_hand: bool = False) -> str:
        """The answer alone, as paragraphs of a cell."""
        if slot.kind == "choice":
            return xml.paragraph(self.choice(slot), xml.CELL)
        if slot.kind == "many":
            if self.guided and not slot.chosen:
                return self.many(slot)
            return "".join(xml.paragraph(xml.run(slot.name(id_)), xml.CELL) for id_ in slot.chosen)
        if slot.kind == "line":
            return xml.paragraph(xml.run(slot.text), xml.CELL, text=slot.text)
        return xml.prose(blocks_of(slot), cell=True, first_hand=first_hand)

    def rows(self, table: Table) -> str:
        """Columns in which nothing stands are left out of what is only read."""
        used = {slot.id for entry in table.entries for slot in entry.slots if not slot.empty}
        columns = [column for column in table.columns if self.guided or column.id in used]
        told = self.guided or any(entry.origin != "desk" or entry.note for entry in table.entries)
        heads = [column.label for column in columns] + ([_("Source")] if told else [])
        lines = [self.row(entry, columns, told=told) for entry in table.entries]
        blank = Entry("", table.columns, "")
        lines += [self.row(blank, columns, told=told) for _n in range(BLANK_ROWS if self.guided and not table.kept else 0)]
        shares = self.shares(columns, [source_weight(entry.note for entry in table.entries)] if told else [])
        return xml.table(lines, shares, head=heads, name=table.label)

    def row(self, entry: Entry, columns: Sequence[Slot], *, told: bool) -> str:
        slots = [entry.slot(column.id) or column for column in columns]
        cells = [self.in_cell(slot, first_hand=entry.at_event) for slot in slots]
        if told:
            cells.append(self.source(entry))
        if entry.id:
            first = cells[0] or xml.paragraph("", xml.CELL)
            cells[0] = xml.marked(first, entry.id)
        return xml.row(cells)

    def source(self, entry: Entry) -> str:
        """Where an item comes from, and which lab said so."""
        slot = Slot("origin", _("Source"), "choice", options=tuple(self.origins), chosen=(entry.origin,) if entry.origin else ())
        note = self.ours(entry.note, xml.PROVENANCE) if entry.note else ""
        return xml.paragraph(self.choice(slot), xml.CELL) + note

    def shares(self, columns: Sequence[Slot], more: Sequence[float]) -> list[float]:
        weights = [*(weight(column) for column in columns), *more]
        return [part / sum(weights) for part in weights]

    # ---- after the template

    def appendix(self, table: Table) -> str:
        if not table.entries and (not self.guided or table.kept):
            return ""
        return self.heading("", table.label, 1) + self.after(self.rows(table))

    def references(self) -> str:
        entries: Iterable[tuple[str, tuple[str, ...]]] = self.content.references
        blank = [("", ("",) * 4)] * (BLANK_ROWS if self.guided else 0)
        rows = [
            xml.row([xml.paragraph(xml.run(text), xml.CELL) for text in (number, *cells)]) for number, cells in [*entries, *blank]
        ]
        if not rows:
            return ""
        heads = reference_heads()
        table = xml.table(rows, (0.07, 0.2, 0.35, 0.1, 0.28), head=heads, name=self.content.words["references"])
        return self.heading("", self.content.words["references"], 1) + self.after(table)
