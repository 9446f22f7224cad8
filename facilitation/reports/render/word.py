"""The report as a Word file: real headings, contents, captions, repeated header rows, state and version on each page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from facilitation.reports import progress
from facilitation.reports.content import (
    Block,
    Cell,
    Figure,
    Picture,
    Report,
    Said,
    Section,
    Split,
    Table,
    Terms,
    Text,
    Voices,
    Written,
)
from facilitation.reports.render import word_xml as xml
from facilitation.reports.render.columns import LINE, SHORT_TERMS, TALL_ROW, cell_lines, row_lines, shares
from facilitation.reports.render.pdf import drawings
from facilitation.reports.render.word_file import packed

DEEPEST = 3  # levels of headings in the table of contents
TALLEST = 110  # millimetres of a photo: two stand on a page with their captions


def file(report: Report) -> bytes:
    """The report as DOCX, the same bytes for the same report."""
    writer = _Writer(report)
    with closing(writer.drawings):
        body = writer.body()
    progress.tell("setting")
    return packed(report, body, writer.pictures)


class _Writer:
    """Turns blocks into XML. Holds the report for its words, and numbers the bookmarks."""

    def __init__(self, report: Report) -> None:
        self.report, self.words = report, report.words
        self.bookmarks = self.drawn = 0
        self.pictures: list[bytes] = []
        blocks = [block for section in report.walk() for block in section.blocks]
        figures = [block for block in blocks if isinstance(block, Figure) and block.kind != "swot"]
        self.figures, self.drawings = len(figures), drawings(figures, report.language)

    def body(self) -> str:
        front, sections = self.report.front, self.report.sections
        entries = [entry for section in sections for entry in _entries(section, 1)]
        cover = xml.paragraph(xml.run(front.kind), "Subtitle") + xml.paragraph(xml.run(front.title), "Title")
        cover += xml.paragraph(xml.run(front.subtitle), "Subtitle") + self.terms(Terms((*front.facts, *front.imprint)))
        text = "".join(self.section(section, 1) for section in sections)
        return cover + xml.contents(self.words["contents"], entries) + xml.page_break() + text

    def section(self, section: Section, level: int) -> str:
        self.bookmarks += 1
        parts = [xml.heading(_name(section), level, section.id, self.bookmarks)]
        parts += [self.block(block, before) for block, before in zip(section.blocks, (*section.blocks[1:], None), strict=True)]
        return "".join(parts + [self.section(child, level + 1) for child in section.sections])

    def block(self, block: Block, before: Block | None) -> str:
        """`before`: the block it stands before. A sentence stays with the table or picture it leads to."""
        match block:
            case Text():
                return xml.paragraph(xml.run(block.text), keep=isinstance(before, Table | Figure | Picture))
            case Voices():
                return self.voices(block)
            case Terms():
                return self.terms(block)
            case Table():
                return xml.caption(self.words["table"], block.number, block.caption, "Table") + self.table(block)
            case Figure():
                return self.figure(block)
            case Picture():
                return self.photo(block)
            case Written():
                return self.written(block)

    def voices(self, block: Voices) -> str:
        title = xml.paragraph(xml.run(block.title), "ListTitle", keep=True) if block.title else ""
        return title + "".join(self.said(item, "ListBullet") for item in block.items)

    def said(self, item: Said, style: str = "TableList") -> str:
        """The words as they were written, the translation in italics, what the tool adds in small."""
        runs = xml.run(item.text, lang=item.lang, italic=item.draft)
        if item.translation:
            runs += xml.run(" ") + xml.run(item.translation, italic=True, quiet=True)
        runs += "".join(xml.run(f" · {beside}", quiet=True) for beside in (item.label, item.note) if beside)
        return xml.paragraph(runs, style, bidi=xml.is_right_to_left(item.text))

    def terms(self, block: Terms) -> str:
        rows = [(xml.paragraph(xml.run(name, bold=True), "TableList"), self.cell(value)) for name, value in block.rows]
        if sum(cell_lines(value, LINE * 0.7) for _name, value in block.rows) <= SHORT_TERMS:
            rows = [*((xml.kept(name), xml.kept(value)) for name, value in rows[:-1]), *rows[-1:]]
        return xml.table(rows, (0.28, 0.72), lined=False) + _space() if rows else ""

    def table(self, block: Table) -> str:
        parts = shares(block)
        tall = {number for number, row in enumerate(block.rows) if row_lines(row, parts) > TALL_ROW}
        rows = ([self.cell(value, end=place in block.numbers) for place, value in enumerate(values)] for values in block.rows)
        return xml.table(rows, parts, head=block.head, ends=block.numbers, tall=tall, description=block.caption) + _space()

    def cell(self, value: Cell, *, end: bool = False) -> str:
        match value:
            case None:
                return ""
            case Said():
                return self.said(value)
            case Split():
                told = f" ({self.told(dict(value.by_tier))})" if value.by_tier else ""
                return xml.paragraph(xml.run(str(value.total), bold=True) + xml.run(told, quiet=True), "TableList")
            case tuple():
                return "".join(map(self.said, value))
            case _:
                return xml.paragraph(xml.run(str(value)), "TableList", end=end)

    def told(self, by_tier: Mapping[str, int]) -> str:
        parts = (f"{self.words[f'tier_{tier}']} {n}" for tier, n in by_tier.items())
        return ", ".join(part.replace(" ", "\u00a0") if len(part) < 12 else part for part in parts)

    def written(self, block: Written) -> str:
        """What a person wrote; the open place of a draft says that it waits for one."""
        if block.paragraphs:
            return "".join(xml.paragraph(xml.run(text), bidi=xml.is_right_to_left(text)) for text in block.paragraphs)
        if not block.proposed:
            return ""
        hint = f"{block.hint} {self.words['by_itself']} {self.words['proposed']}:"
        return xml.paragraph(xml.run(hint), "OpenPlace") + "".join(self.said(item, "ListBullet") for item in block.proposed)

    # ---- figures: a picture or, for the SWOT, a table; then the caption and the same numbers as a table

    def figure(self, block: Figure) -> str:
        drawn = self.swot(block) if block.kind == "swot" else self.picture(block)
        caption = xml.caption(self.words["figure"], block.number, block.caption, "Figure")
        name = xml.paragraph(
            xml.run(f"{self.words['data_table']}, {self.words['figure']} {block.number}", quiet=True), "TableList", keep=True
        )
        return drawn + caption + name + self.table(block.table)

    def picture(self, block: Figure) -> str:
        self.drawn += 1
        progress.tell("drawing", self.drawn, self.figures)
        content = next(self.drawings)  # they come in the order of the text
        self.pictures.append(content)
        number = len(self.pictures)
        return xml.paragraph(xml.picture(number, xml.png_size(content), block.alt), keep=True)

    def photo(self, block: Picture) -> str:
        """The picture with its words for those who do not see it; where only the words are there, they alone."""
        if block.data:
            self.pictures.append(block.data)
            shown = xml.picture(len(self.pictures), (block.width, block.height), block.alt, tallest=TALLEST)
        else:
            shown = xml.run(block.alt, italic=True)
        return xml.paragraph(shown, keep=True) + xml.caption(self.words["picture"], block.number, block.caption, "Picture")

    def swot(self, block: Figure) -> str:
        """Two by two; the owner's draft in italics, clusters with their votes."""
        strong, weak, *rest = (self.quadrant(letter, block.data["cells"][letter]) for letter in "SWOT")
        fields = [xml.kept(strong), xml.kept(weak), *rest]
        return xml.table([fields[:2], fields[2:]], (0.5, 0.5), description=block.alt, crossed=True)

    def quadrant(self, letter: str, field: Mapping[str, Any]) -> str:
        lines = [xml.paragraph(xml.run(f"{letter}  {field['word']}", bold=True), "TableList")]
        lines += [xml.paragraph(xml.run(str(text), italic=True), "TableList") for text in field["draft"]]
        lines += list(self.clusters(field["clusters"]))
        nothing = xml.paragraph(xml.run(self.words["nothing"], quiet=True), "TableList")
        return "".join(lines if len(lines) > 1 else [*lines, nothing])

    def clusters(self, clusters: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        for group in clusters:
            dots = xml.run(f"  {group['dots']}", bold=True) if "dots" in group else ""
            yield xml.paragraph(xml.run(str(group["title"])) + dots, "TableList")


def _entries(section: Section, level: int) -> Iterator[tuple[str, str, int]]:
    """(anchor, text, level) of a section and those in it, three levels deep."""
    yield section.id, _name(section), level
    if level < DEEPEST:
        yield from (entry for child in section.sections for entry in _entries(child, level + 1))


def _name(section: Section) -> str:
    return f"{section.number} {section.title}"


def _space() -> str:
    """Word joins tables that touch."""
    return xml.paragraph("", "AfterTable")
