"""A report as plain values for the sheet that sets it (report.typ): every text ready to be drawn, every drawing as marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from facilitation.reports.canvas import Sheet
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
from facilitation.reports.figures import WIDE, drawn
from facilitation.reports.render.columns import LINE, SHORT_TERMS, TALL_ROW, cell_lines, longest_words, row_lines, shares
from facilitation.reports.render.glyphs import LONG, REPLACEMENT, Setter, families
from facilitation.reports.render.word_xml import is_right_to_left

Data = dict[str, Any]
LANDSCAPE = 6  # columns from which a table takes the margin as well
# In lines (columns.LINE): tables that may not run over a page, a matrix that may.
SHORT_TABLE, TALL_SWOT = 30, 40
WIDEST, TALLEST = 152, 105  # millimetres of a photo: as wide as the text, and two of them on a page with their captions


def tree(report: Report, setter: Setter, *, drawings: bool = True) -> Data:
    """What report.typ reads."""
    return _Tree(report, setter, drawings).whole()


class _Tree:
    def __init__(self, report: Report, setter: Setter, drawings: bool) -> None:
        self.report, self.setter, self.drawings = report, setter, drawings
        self.set = setter.text

    def whole(self) -> Data:
        front = self.report.front
        language, _dash, region = self.report.language.partition("-")
        return {
            "language": language,
            "region": region,
            "families": families(),
            "kind": self.set(front.kind),
            "title": self.set(front.title),
            "plain_title": "".join(sign if sign.isprintable() else REPLACEMENT for sign in front.title),
            "long_title": any(len(word) > LONG for word in front.title.split()),
            "subtitle": self.set(front.subtitle),
            "state": self.set(front.state_line),
            "draft": front.state != "released",
            "date": [int(part) for part in (front.day or "2000-01-01").split("-")],
            "facts": [[name, self.cell(value)] for name, value in front.facts],
            "imprint": [[name, self.set(value)] for name, value in front.imprint],
            "words": dict(self.report.words),
            "sections": [entry for section in self.report.sections for entry in self.sections(section, 1)],
        }

    def sections(self, section: Section, level: int) -> list[Data]:
        """The section and those in it, one after the other."""
        own = {
            "level": level,
            "number": section.number,
            "title": self.set(section.title),
            "annex": section.number.isalpha(),
            "blocks": [made for block in section.blocks if (made := self.block(block))],
        }
        return [own, *(entry for child in section.sections for entry in self.sections(child, level + 1))]

    def block(self, block: Block) -> Data | None:
        match block:
            case Text():
                return {"is": "text", "text": self.set(block.text)}
            case Voices():
                return {"is": "voices", "title": self.set(block.title), "items": self.all_said(block.items)}
            case Terms():
                return self.terms(block) if block.rows else None
            case Table():
                return {"is": "table", **self.table(block)}
            case Figure():
                return self.figure(block)
            case Picture():
                return self.picture(block)
            case Written():
                return self.written(block)

    def terms(self, block: Terms) -> Data:
        """Short ones stay on one page."""
        lines = sum(cell_lines(value, LINE * 0.7) for _name, value in block.rows)
        rows = [[name, self.cell(value)] for name, value in block.rows]
        return {"is": "terms", "rows": rows, "short": lines <= SHORT_TERMS}

    def picture(self, block: Picture) -> Data:
        """`across`: millimetres. Without its bytes, or where drawings are left out, its words stand in its place."""
        made = {"is": "picture", "alt": self.set(block.alt), "caption": self.set(block.caption), "number": block.number}
        if not (block.data and self.drawings):
            return made
        return {**made, "file": block.file, "across": min(WIDEST, round(TALLEST * block.width / block.height, 1))}

    def written(self, block: Written) -> Data | None:
        if block.paragraphs:
            return {"is": "paragraphs", "items": [self.said(Said(text)) for text in block.paragraphs]}
        if not block.proposed:
            return None
        hint = f"{block.hint} {self.report.words['by_itself']} {self.report.words['proposed']}:"
        return {"is": "open", "text": self.set(hint), "items": self.all_said(block.proposed)}

    def table(self, block: Table) -> Data:
        parts = shares(block)
        heights = [row_lines(row, parts) for row in block.rows]
        longest = longest_words(block)
        return {
            "caption": self.set(block.caption),
            "number": block.number,
            "head": [self.set(text) for text in block.head],
            "rows": [
                {"cells": [self.cell(value) for value in row], "tall": height > TALL_ROW}
                for row, height in zip(block.rows, heights, strict=True)
            ],
            "numbers": sorted(block.numbers),
            "shares": parts,
            "longest": longest,
            "hyphens": any(
                length > part * LINE
                for place, (length, part) in enumerate(zip(longest, parts, strict=True))
                if place not in block.numbers
            ),
            "short": sum(heights) + len(heights) <= SHORT_TABLE,
            "broad": len(block.head) >= LANDSCAPE,
        }

    def figure(self, block: Figure) -> Data:
        made = {
            "is": "figure",
            "caption": self.set(block.caption),
            "alt": self.set(block.alt) or self.set(block.caption),
            "number": block.number,
            "table": self.table(block.table),
        }
        if block.kind == "swot":
            fields = [self.quadrant(letter, block.data["cells"][letter]) for letter in "SWOT"]
            lines = [sum(1 + len(item["text"]) // 45 for item in field["items"]) for field in fields]
            return {**made, "swot": fields, "tall": max(lines[:2]) + max(lines[2:]) > TALL_SWOT}
        sheet = drawn(block, WIDE) if self.drawings else None
        return {**made, "sheet": drawing(sheet, self.set)} if sheet else made

    def quadrant(self, letter: str, field: Data) -> Data:
        drafts = [self.said(Said(str(text), draft=True)) for text in field["draft"]]
        clusters = [
            {**self.said(Said(str(group["title"]))), "dots": str(group["dots"]) if "dots" in group else ""}
            for group in field["clusters"]
        ]
        return {"letter": letter, "word": field["word"], "items": [*drafts, *clusters]}

    # ---- cells

    def cell(self, value: Cell) -> Data:
        match value:
            case None:
                return {"text": ""}
            case Said():
                return {"said": self.all_said((value,))}
            case Split():
                words = self.report.words
                return {"total": str(value.total), "told": [f"{words[f'tier_{tier}']} {n}" for tier, n in value.by_tier]}
            case tuple():
                return {"said": self.all_said(value)}
            case _:
                return {"text": self.set(str(value))}

    def all_said(self, items: Sequence[Said]) -> list[Data]:
        return [self.said(item) for item in items if item.text]

    def said(self, item: Said) -> Data:
        found: Data = {"text": self.set(item.text)}
        beside = " · ".join(filter(None, (item.label, item.note)))
        extras = {
            "lang": item.lang.partition("-")[0].lower(),
            "translation": self.set(item.translation),
            "beside": self.set(beside),
            "draft": item.draft,
            "rtl": is_right_to_left(item.text),
        }
        return found | {name: value for name, value in extras.items() if value}


def drawing(sheet: Sheet, ready: Callable[[str], str]) -> Data:
    """A sheet as marks.typ draws it. `ready`: makes a text ready to be set."""
    marks = [
        {
            "shape": mark.shape, "x": mark.x, "y": mark.y, "width": mark.width, "height": mark.height, "size": mark.size,
            "anchor": mark.anchor, "bold": mark.bold, "italic": mark.italic, "words": ready(mark.words), "fill": mark.fill,
            "stroke": mark.stroke,
        }
        for mark in sheet.marks
    ]  # fmt: skip
    return {"width": sheet.width, "height": sheet.height, "marks": marks}
