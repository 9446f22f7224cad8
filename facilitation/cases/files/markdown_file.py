"""A case as one Markdown text (R-26), in the order of the template; the matrix as a table of three columns.

Texts that are Markdown stand as they were written, all other words are escaped so that they read the same; inside tables a
line break becomes `<br>` and a bar is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from facilitation.cases.exporting import Exported
from facilitation.cases.files.content import case_text
from facilitation.cases.files.legend import legend, matrix_heads
from facilitation.cases.files.pieces import CaseText, Entry, PartText, Picks, SectionText, Table, Titles
from facilitation.cases.files.prose import escaped
from facilitation.cases.files.slots import Slot
from facilitation.cases.template import Template
from facilitation.cases.values import ORIGINS
from facilitation.core.i18n import _, use_locale


def case_markdown(case: Exported, words: Template, *, guided: bool = False, labs: Titles | None = None) -> str:
    """The whole case; `guided` with its guiding questions and the places where nothing stands yet."""
    content = case_text(case, words, guided=guided, labs=labs)
    with use_locale(words.locale):
        return "\n\n".join(filter(None, _Writer(content, words).blocks())) + "\n"


class _Writer:
    def __init__(self, content: CaseText, words: Template) -> None:
        self.content, self.words = content, words

    def blocks(self) -> Iterator[str]:
        content = self.content
        yield f"# {_line(escaped(content.title))}"
        yield "\n".join(f"- {slot.label}: {_chosen(slot)}" for slot in content.details if not slot.empty)
        yield from (f"*{told}*" for told in legend(content, self.words))
        for part in content.parts:
            yield from self.part(part)
        for table in content.tables:
            if table.entries:
                yield f"## {table.label}"
                yield self.table(table)
        yield from self.sources()

    def part(self, part: PartText) -> Iterator[str]:
        yield f"## {part.number} {part.title}"
        yield "\n".join(f"> {rule}" for rule in part.rules)
        for section in part.sections:
            yield from self.section(section)

    def section(self, section: SectionText) -> Iterator[str]:
        yield f"### {section.id} {section.title}"
        yield _quoted([*([section.stance] if section.stance else []), *section.questions])
        if section.matrix:
            yield _table(matrix_heads(self.words), [cells for aspect in section.matrix for cells in self.aspect(aspect)])
        for place in section.places:
            yield f"**{place.content.label}**"
            yield _quoted(place.questions)
            yield self.answer(place.content)

    def answer(self, content: Slot | Table | Picks) -> str:
        match content:
            case Table():
                return self.table(content) if content.entries else ""
            case Picks():
                picked = "\n".join(f"- {ref} {_line(escaped(title))}" for ref, title in content.picked)
                return "\n\n".join(filter(None, [content.lead_in, picked]))
            case _:
                return "\n".join(f"- {_line(content.name(id_))}" for id_ in content.chosen) or _chosen(content)

    # ---- tables

    def table(self, table: Table) -> str:
        used = {slot.id for entry in table.entries for slot in entry.slots if not slot.empty}
        columns = [column for column in table.columns if column.id in used]
        told = any(entry.origin != "desk" or entry.note for entry in table.entries)
        heads = [column.label for column in columns] + ([_("Source")] if told else [])
        rows = [[_cell(_chosen(entry.slot(column.id) or column)) for column in columns]
                + ([_cell(self.source(entry))] if told else []) for entry in table.entries]  # fmt: skip
        return _table(heads, rows)

    def aspect(self, aspect: Entry) -> Iterator[list[str]]:
        """One row for each suggestion; cells that go on from the row above hold only the number."""
        told = self.item(aspect, aspect.ref)
        if not aspect.entries:
            yield [told, "", ""]
        for element in aspect.entries:
            ref = f"{aspect.ref}.{element.ref}"
            for place, suggestion in enumerate(element.entries or (None,)):
                advice = self.item(suggestion, "") if suggestion else ""
                yield [told, ref if place else self.item(element, ref), advice]
                told = aspect.ref

    def item(self, entry: Entry, ref: str) -> str:
        """An item of the matrix inside a cell."""
        title, description = entry.slot("title"), entry.slot("description")
        parts = [f"**{' '.join(filter(None, [ref, _line(escaped(title.text))]))}**"] if title else []
        parts += [description.text] if description and description.text else []
        named = [slot for slot in entry.slots if slot.id not in {"title", "description"} and not slot.empty]
        parts += [f"*{_labelled(slot.label)}* {_chosen(slot)}" for slot in named]
        parts.append(f"*{_labelled(_('Source'))}* {self.source(entry)}")
        return "<br>".join(map(_cell, parts))

    def source(self, entry: Entry) -> str:
        label = self.words.label(ORIGINS, entry.origin)
        return f"{label} ({escaped(entry.note)})" if entry.note else label

    def sources(self) -> Iterator[str]:
        if self.content.references:
            yield f"## {self.content.words['references']}"
        for number, cells in self.content.references:
            yield f"\\[{number}\\] " + ", ".join(_address(cell) for cell in cells if cell)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [[_cell(head) for head in heads], ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _chosen(slot: Slot) -> str:
    """The answer as Markdown: `prose` is that already, all other words are escaped."""
    if slot.chosen:
        return ", ".join(slot.name(id_) for id_ in slot.chosen)
    return slot.text if slot.kind == "prose" else escaped(slot.text)


def _labelled(label: str) -> str:
    return label if label.endswith("?") else f"{label}:"


def _quoted(lines: Sequence[str]) -> str:
    return "\n".join(f"> {line}" for line in lines)


def _address(text: str) -> str:
    """A link where it is one."""
    return f"<{text}>" if re.fullmatch(r"https?://[^\s<>\\]+", text) else escaped(text)


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return text.strip().replace("\\|", "|").replace("|", "\\|").replace("\n", "<br>")
