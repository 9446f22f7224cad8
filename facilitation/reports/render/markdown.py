"""The report as Markdown (CommonMark with tables): for wikis, repositories and everything that reads plain text.

Every sign of people's words that Markdown could read as markup has a backslash, so that the words come out as they were.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

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
from facilitation.reports.render.archive import archive

BREAK = "<br>"  # the one way to break a line inside a table
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
_START = re.compile(r"^(\s*)([-+=:]|\d+(?=[.)]))", re.M)
_MARKS_IN_YAML = re.compile(r"[`*_{}\[\]<>#|~$&]")
_LEADING = re.compile(r"^[ \t]+")
_LINK = re.compile(r"(?<=[A-Za-z])(:)(?=//)|(?<=\w)(@)(?=\w)")


def file(report: Report) -> bytes:
    """The report in UTF-8, the same bytes for the same report. With pictures it is an archive that holds them beside the text."""
    pictures = {picture.file: picture.data for picture in report.pictures if picture.data}
    return archive({"report.md": text(report), **pictures}, first="report.md") if pictures else text(report)


def text(report: Report) -> bytes:
    """The text alone, in UTF-8."""
    return ("\n\n".join(part for part in _Writer(report).parts() if part) + "\n").encode("utf-8", "replace")


def escaped(text: str, *, line: str = "\\\n") -> str:
    """Words that come out of Markdown as they went in. `line`: what a line break becomes."""
    marked = _LINK.sub(lambda found: "\\" + found.group(), _MARKS.sub(r"\\\1", text))
    lines = [_LEADING.sub(_blank, one) for one in _START.sub(_started, marked).split("\n")]
    return line.join(one.rstrip(" ") if one.strip() else "&nbsp;" for one in lines) if len(lines) > 1 else lines[0]


def _quoted(value: str | int) -> str:
    """A value for YAML, in which readers that know no such head find no markup either."""
    return _MARKS_IN_YAML.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(value, ensure_ascii=False))


def _blank(found: re.Match[str]) -> str:
    """Blanks at the start of a line, which would make it code, as the signs' numbers."""
    return "".join(f"&#{ord(sign)};" for sign in found.group())


def _started(found: re.Match[str]) -> str:
    """What would begin a list, a heading or a table, at the start of a line."""
    blank, mark = found.groups()
    return f"{blank}{mark}\\" if mark.isdigit() else f"{blank}\\{mark}"


class _Writer:
    def __init__(self, report: Report) -> None:
        self.report, self.words = report, report.words

    def parts(self) -> Iterator[str]:
        front = self.report.front
        yield self.matter()
        yield f"# {escaped(front.title, line=' ')}"
        yield f"{escaped(front.kind)}  \n{escaped(front.subtitle)}  \n{escaped(front.state_line)}"
        yield self.terms((*front.facts, *front.imprint))
        for section in self.report.sections:
            yield from self.section(section, 2)
        yield f"---\n\n{escaped(front.title, line=' ')} · {escaped(front.state_line)}"

    def matter(self) -> str:
        """What machines read first."""
        front = self.report.front
        facts: dict[str, str | int] = {"title": front.title, "lang": self.report.language, "date": front.day}
        facts |= {"version": front.version, "state": front.state}
        lines = [f"{name}: {_quoted(value)}" for name, value in facts.items()]
        lines += [f"{_quoted(name)}: {_quoted(text)}" for name, text in front.imprint]
        return "\n".join(["---", *lines, "---"])

    def section(self, section: Section, level: int) -> Iterator[str]:
        yield f"{'#' * level} {section.number} {escaped(section.title, line=' ')}"
        for block in section.blocks:
            yield from self.block(block)
        for child in section.sections:
            yield from self.section(child, level + 1)

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Text():
                yield escaped(block.text)
            case Voices():
                yield f"**{escaped(block.title)}**" if block.title else ""
                yield self.voices(block.items)
            case Terms():
                yield self.terms(block.rows)
            case Table():
                yield f"**{self.words['table']} {block.number}.** {escaped(block.caption)}"
                yield self.table(block)
            case Figure():
                yield f"**{self.words['figure']} {block.number}.** {escaped(block.caption)}"
                yield escaped(block.alt)
                yield self.table(block.table)
            case Picture():
                yield from self.picture(block)
            case Written():
                yield from self.written(block)

    def picture(self, block: Picture) -> Iterator[str]:
        """The picture, or where only its words are there, they alone."""
        seen = escaped(block.alt, line=" ")
        yield f"![{seen}]({block.file})" if block.data else f"*{seen}*"
        yield f"**{self.words['picture']} {block.number}.** {escaped(block.caption, line=' ')}".rstrip()

    def written(self, block: Written) -> Iterator[str]:
        if block.paragraphs or not block.proposed:
            yield from map(escaped, block.paragraphs)
            return
        yield f"> *{escaped(block.hint)} {escaped(self.words['by_itself'])}* {escaped(self.words['proposed'])}:"
        yield self.voices(block.proposed)

    def voices(self, items: Sequence[Said]) -> str:
        return "\n".join(f"- {self.said(item)}" for item in items)

    def terms(self, rows: Sequence[tuple[str, Cell]]) -> str:
        return "\n".join(f"- **{escaped(name)}:** {self.cell(value)}" for name, value in rows)

    def table(self, block: Table) -> str:
        head = " | ".join(escaped(name, line=" ") for name in block.head)
        rule = " | ".join("---:" if place in block.numbers else "---" for place in range(len(block.head)))
        rows = (" | ".join(self.cell(value) for value in row) for row in block.rows)
        return "\n".join(f"| {line} |" for line in (head, rule, *rows))

    def cell(self, value: Cell) -> str:
        match value:
            case None:
                return ""
            case Said():
                return self.said(value)
            case Split():
                told = ", ".join(f"{self.words[f'tier_{tier}']} {n}" for tier, n in value.by_tier)
                return f"**{value.total}**" + (f" ({told})" if told else "")
            case tuple():
                return BREAK.join(map(self.said, value))
            case _:
                return escaped(str(value), line=BREAK)

    def said(self, item: Said) -> str:
        """The words, the translation in italics, source and remark in brackets; the owner's draft in italics."""
        text = escaped(item.text, line=BREAK)
        parts = [f"*{text}*" if item.draft and text.strip() == text else text]
        parts += [f"*{escaped(item.translation, line=' ')}*"] if item.translation else []
        beside = " · ".join(filter(None, (item.label, item.note)))
        return " ".join([*parts, f"({escaped(beside)})"] if beside else parts)
