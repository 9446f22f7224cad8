"""A case as an accessible PDF (PDF/UA-1), set by typst from one fixed file, `case.typ`.

What people wrote reaches it as strings in a JSON text and is never read as markup. The typefaces are those of the report.
The standard is checked while the file is made; a case that cannot keep it (a script no typeface has) takes the next rung.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from facilitation.cases.exporting import Exported
from facilitation.cases.files.content import case_text
from facilitation.cases.files.legend import legend, matrix_heads, reference_heads
from facilitation.cases.files.pieces import CaseText, Entry, Picks, SectionText, Table, Titles, stays_whole
from facilitation.cases.files.prose import Block, Run, forward
from facilitation.cases.files.slots import Slot, blocks_of, source_weight, weight
from facilitation.cases.files.word_matrix import SHARES
from facilitation.cases.files.word_xml import right_to_left
from facilitation.cases.template import Template
from facilitation.cases.values import ORIGINS
from facilitation.core.events import event
from facilitation.core.i18n import _, use_locale
from facilitation.documents.typesetting import Sheet, SheetRefused, typeset
from facilitation.reports.render.glyphs import FONTS, Setter, families

SHEET = Path(__file__).with_name("case.typ")
MOMENT = "2000-01-01T00:00:00+00:00"  # no file says when it was made
LADDER = ((("ua-1",), False), (("ua-1",), True), ((), False), ((), True))
Piece = dict[str, Any]


def case_pdf(case: Exported, words: Template, *, guided: bool = False, labs: Titles | None = None) -> bytes:
    """The case as PDF, the same bytes for the same case."""
    content = case_text(case, words, guided=guided, labs=labs)
    for step, (standards, plain) in enumerate(LADDER):
        try:
            return _compiled(content, words, standards, plain=plain)
        except SheetRefused:
            event("pdf_fallback", step=step + 1, of=len(LADDER))
    raise RuntimeError("no rung of the ladder held")


def _compiled(content: CaseText, words: Template, standards: tuple[str, ...], *, plain: bool) -> bytes:
    with use_locale(words.locale):
        tree = _Tree(content, words, Setter(plain=plain)).tree()
    text = json.dumps(tree, ensure_ascii=False)
    return typeset(Sheet(SHEET.read_text("utf-8"), text, standards=standards, moment=MOMENT), FONTS)


class _Tree:
    """The case as the values that `case.typ` draws. `setter` replaces signs that no typeface has."""

    def __init__(self, content: CaseText, words: Template, setter: Setter) -> None:
        self.content, self.words, self.say = content, words, setter.text

    def tree(self) -> dict[str, Any]:
        content = self.content
        status = [slot.name(slot.chosen[0]) for slot in content.details if slot.id == "status" and slot.chosen]
        return {
            "title": self.say(content.title), "plain_title": self.say(content.title).replace("\u200b", ""),
            "over": _("Flagship case"), "state": [text for text in (content.ref, *status) if text],
            "locale": content.locale, "families": list(families()),
            "told": [self.say(text) for text in legend(content, self.words)], "flow": list(self.flow()),
        }  # fmt: skip

    def flow(self) -> Iterator[Piece]:
        content = self.content
        yield self.heading("", content.words["details"], 1)
        facts = [[self.words_in(slot.label, True), self.answer(slot)] for slot in content.details if not slot.empty]
        yield self.table([_("Details"), ""], facts, (0.3, 0.7))
        for part in content.parts:
            yield self.heading(str(part.number), part.title, 1)
            yield from (self.asked(rule) for rule in part.rules)
            for section in part.sections:
                yield from self.section(section)
        for table in content.tables:
            if table.entries:
                yield self.heading("", table.label, 1)
                yield self.rows(table)
        if content.references:
            yield self.heading("", content.words["references"], 1)
            rows = [[self.words_in(text) for text in (number, *cells)] for number, cells in content.references]
            yield self.table(reference_heads(), rows, (0.07, 0.2, 0.35, 0.1, 0.28))

    def section(self, section: SectionText) -> Iterator[Piece]:
        yield self.heading(section.id, section.title, 2)
        yield from (self.asked(text) for text in [*([section.stance] if section.stance else []), *section.questions])
        if section.matrix:
            yield self.matrix(section.matrix)
        for place in section.places:
            yield self.heading("", place.content.label, 3)
            yield from (self.asked(text) for text in place.questions)
            match place.content:
                case Table():
                    yield from [self.rows(place.content)] if place.content.entries else []
                case Picks():
                    picked = [self.line([Run(f"{ref} {title}")]) for ref, title in place.content.picked]
                    yield from [
                        *self.prose(place.content.lead_in),
                        *([{"is": "text", "kind": "bullet", "items": picked}] if picked else []),
                    ]
                case _:
                    yield from self.answer(place.content)

    # ---- pieces

    def heading(self, number: str, title: str, level: int) -> Piece:
        return {"is": "heading", "number": number, "title": self.say(title), "level": level}

    def asked(self, text: str) -> Piece:
        return {"is": "asked", "text": self.say(text)}

    def note(self, text: str) -> Piece:
        return {"is": "text", "kind": "note", "text": self.say(text)}

    def line(self, runs: Sequence[Run], label: str = "", *, lab: bool = False) -> Piece:
        said = [{"text": self.say(run.text), "bold": run.bold, "italic": run.italic, "strike": run.strike,
                 "under": lab or bool(run.href), "rtl": right_to_left(run.text)} for run in runs]  # fmt: skip
        return {"is": "text", "kind": "text", "label": self.say(label), "runs": said}

    def words_in(self, text: str, bold: bool = False) -> list[Piece]:
        return [self.line([Run(text, bold=bold)])] if text else []

    def prose(self, text: str) -> list[Piece]:
        return self.set(forward(text))

    def set(self, blocks: Sequence[Block], label: str = "", *, lab: bool = False) -> list[Piece]:
        """A text as paragraphs and lists; its label before the first words."""
        found: list[Piece] = []
        if label and (not blocks or blocks[0].kind in {"bullet", "number"}):
            found.append(self.line([], label))
            label = ""
        for block in blocks:
            found = self._grown(found, block, label, lab)
            label = ""
        return found

    def _grown(self, found: list[Piece], block: Block, label: str, lab: bool) -> list[Piece]:
        line = self.line(block.runs, label, lab=lab)
        if block.kind not in {"bullet", "number"}:
            return [*found, line]
        if found and found[-1]["kind"] == block.kind:
            found[-1]["items"].append(line)
            return found
        return [*found, {"is": "text", "kind": block.kind, "items": [line]}]

    def answer(self, slot: Slot, label: str = "", *, lab: bool = False) -> list[Piece]:
        if slot.chosen:
            return [self.line([Run("; ".join(slot.name(id_) for id_ in slot.chosen))], label)]
        return self.set(blocks_of(slot), label, lab=lab)

    # ---- tables

    def table(self, heads: Sequence[str], rows: Any, shares: Sequence[float], *, broad: bool = False, open_: Any = (),
              whole: Sequence[bool] = ()) -> Piece:  # fmt: skip
        """`open_`: of each row, how many cells go on from the row above, without a line between; `whole`: not cut by a page."""
        kept = list(whole) or [False] * len(rows)
        cells = [[{"pieces": cell, "whole": stays} for cell in row] for row, stays in zip(rows, kept, strict=True)]
        return {"is": "table", "heads": [self.say(head) for head in heads], "rows": cells, "shares": list(shares),
                "broad": broad, "open": list(open_) or [0] * len(cells)}  # fmt: skip

    def rows(self, table: Table) -> Piece:
        used = {slot.id for entry in table.entries for slot in entry.slots if not slot.empty}
        columns = [column for column in table.columns if column.id in used]
        told = any(entry.origin != "desk" or entry.note for entry in table.entries)
        rows = [[*(self.answer(entry.slot(column.id) or column, lab=entry.at_event) for column in columns),
                 *([self.source(entry)] if told else [])] for entry in table.entries]  # fmt: skip
        weights = [weight(column) for column in columns]
        weights += [source_weight(entry.note for entry in table.entries)] if told else []
        return self.table([column.label for column in columns] + ([_("Source")] if told else []), rows, weights)

    def source(self, entry: Entry, label: str = "") -> list[Piece]:
        line = self.line([Run(self.words.label(ORIGINS, entry.origin))], label)
        return [line, self.note(entry.note)] if entry.note else [line]

    def matrix(self, aspects: Sequence[Entry]) -> Piece:
        """One row for each suggestion; cells that go on from the row above hold only the number."""
        rows, open_, whole = [], [], []
        for aspect in aspects:
            told = self.item(aspect, aspect.ref)
            if not aspect.entries:
                rows.append([told, [], []])
                open_.append(0)
                whole.append(stays_whole([(aspect, SHARES[0])]))
            for place, element in enumerate(aspect.entries):
                ref = f"{aspect.ref}.{element.ref}"
                for again, suggestion in enumerate(element.entries or (None,)):
                    cell = [self.note(ref)] if again else self.item(element, ref)
                    rows.append([told, cell, self.item(suggestion, "") if suggestion else []])
                    open_.append(2 if again else min(place, 1))
                    first = aspect if not place and not again else None
                    shown = [(first, SHARES[0]), (None if again else element, SHARES[1]), (suggestion, SHARES[2])]
                    whole.append(stays_whole(shown))
                    told = [self.note(aspect.ref)]
        return self.table(matrix_heads(self.words), rows, SHARES, broad=True, open_=open_, whole=whole)

    def item(self, entry: Entry, ref: str) -> list[Piece]:
        title, description, lab = entry.slot("title"), entry.slot("description"), entry.at_event
        found = [self.line([Run(title.text, bold=True)], ref, lab=lab)] if title else []
        found += self.answer(description, lab=lab) if description else []
        for slot in entry.slots:
            if slot.id not in {"title", "description"} and not slot.empty:
                found += self.answer(slot, slot.label if slot.label.endswith("?") else f"{slot.label}:", lab=lab)
        return [*found, *self.source(entry, f"{_('Source')}:")]
