"""A Word file as paragraphs and tables in their order, without knowing what they mean.

Deleted words of tracked changes are left out, inserted ones are in. What cannot be in a case (pictures, text boxes, notes at
the foot, comments) is named in `left_out`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from facilitation.cases.files.prose import Block, Kind, Run
from facilitation.core.i18n import n_

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = {f"{_W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "sdtPr", "sdtEndPr", "txbxContent", "drawing", "pict",
            "object", "footnoteReference", "commentReference")} | {_FALLBACK}  # fmt: skip
_HYPERLINK = re.compile(r'\s*HYPERLINK\s+"([^"]+)"')
_NUMBER = re.compile(r"^\d{1,3}[.)]\s+")
_BOX = re.compile(r"^\s*([☐☒☑✓✔])\s*")
_KINDS: dict[str, Kind] = {"list bullet": "bullet", "cell bullet": "bullet", "list number": "number", "numbered": "number",
                           "cell numbered": "number", "source text": "raw"}  # fmt: skip


@dataclass(frozen=True)
class Par:
    """A paragraph. `label`: words of ours before the answer; `lead`: a number of ours; `box`: ticked, not ticked, or no box."""

    style: str
    runs: tuple[Run, ...]
    kind: Kind = "text"
    label: str = ""
    lead: str = ""
    marks: tuple[str, ...] = ()
    box: bool | None = None

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    @property
    def block(self) -> Block:
        return Block(self.runs, self.kind)

    @property
    def level(self) -> int:
        """1 or 2 for a heading, else 0."""
        found = re.fullmatch(r"heading ([12])", self.style)
        return int(found[1]) if found else 0


@dataclass(frozen=True)
class Grid:
    """A table: rows of cells of paragraphs."""

    rows: tuple[tuple[tuple[Par, ...], ...], ...]

    def words(self) -> str:
        return "\n".join(" | ".join(" ".join(par.text for par in cell).strip() for cell in row) for row in self.rows).strip()


@dataclass
class WordText:
    """What stands in a file, in order. `left_out`: what is in it beside words."""

    flow: list[Par | Grid] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def word_text(parts: Mapping[str, Any]) -> WordText:
    """The text of a file whose parts were opened by `archive.opened`."""
    reader = _Reader(parts)
    body = parts["word/document.xml"].find(f"{_W}body")
    found = WordText()
    if body is not None:
        found.flow = list(reader.flow(body))
        found.left_out = list(_left_out(body, parts))
    return found


class _Reader:
    def __init__(self, parts: Mapping[str, Any]) -> None:
        self.styles = _styles(parts.get("word/styles.xml"))
        self.links = _links(parts.get("word/_rels/document.xml.rels"))
        self.bullets = _bullets(parts.get("word/numbering.xml"))

    def flow(self, node: Any) -> Iterator[Par | Grid]:
        """Paragraphs and tables, also inside content controls."""
        for child in node:
            if child.tag == f"{_W}p":
                yield self.par(child)
            elif child.tag == f"{_W}tbl":
                yield Grid(tuple(self.rows(child)))
            elif child.tag == f"{_W}sdt":
                if not _is_hint(child):
                    yield from self.flow(_content(child))
            elif child.tag in {f"{_W}ins", f"{_W}moveTo", f"{_W}customXml", f"{_W}smartTag"}:
                yield from self.flow(child)

    def rows(self, table: Any) -> Iterator[tuple[tuple[Par, ...], ...]]:
        for row in _inside(table, f"{_W}tr"):
            yield tuple(tuple(self.cell(cell)) for cell in _inside(row, f"{_W}tc"))

    def cell(self, cell: Any) -> Iterator[Par]:
        """The paragraphs of a cell; a table inside it as its paragraphs."""
        for item in self.flow(cell):
            if isinstance(item, Par):
                yield item
            else:
                yield from (par for row in item.rows for inner in row for par in inner)

    def par(self, node: Any) -> Par:
        style = self.styles.get(_value(node, "pPr", "pStyle"), "normal")
        pieces, marks = _Pieces(self), []
        pieces.walk(node)
        marks = [str(mark.get(f"{_W}name")) for mark in node.iter(f"{_W}bookmarkStart")]
        label, lead, runs = pieces.parted()
        kind = self.kind(node, style)
        if kind == "number" and runs:
            runs = (_with(runs[0], _NUMBER.sub("", runs[0].text)), *runs[1:])
        box, runs = _box(runs)
        return Par(style, runs, kind, label, lead, tuple(marks), box)

    def kind(self, node: Any, style: str) -> Kind:
        if style in _KINDS:
            return _KINDS[style]
        number = _value(node, "pPr", "numPr", "numId")
        if not number or number == "0" or style.startswith("heading"):
            return "text"
        return "bullet" if number in self.bullets else "number"


class _Pieces:
    """The runs of a paragraph with the names of their styles."""

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader
        self.found: list[tuple[str, Run]] = []

    def walk(self, node: Any, href: str = "") -> None:
        for child in node:
            if child.tag in _SKIPPED:
                continue
            if child.tag == f"{_W}r":
                self.run(child, href)
            elif child.tag == f"{_W}sdt":
                if not _is_hint(child):
                    self.walk(_content(child), href)
            elif child.tag == f"{_W}hyperlink":
                self.walk(child, self.reader.links.get(str(child.get(f"{_R}id")), href))
            elif child.tag == f"{_W}fldSimple":
                target = _HYPERLINK.match(str(child.get(f"{_W}instr")))
                self.walk(child, target[1] if target else href)
            elif len(child):
                self.walk(child, href)

    def run(self, node: Any, href: str) -> None:
        style = self.reader.styles.get(_value(node, "rPr", "rStyle"), "")
        text = "".join(_signs(child) for child in node if child.tag not in _SKIPPED)
        bold, italic, strike = (_on(node, name) for name in ("b", "i", "strike"))
        if text:
            self.found.append((style, Run(text, bold, italic, strike, href)))

    def parted(self) -> tuple[str, str, tuple[Run, ...]]:
        """(label, number, the rest): what stands in our styles at the beginning is ours."""
        label, lead, rest = "", "", list(self.found)
        while rest and rest[0][0] in {"label", "note"}:
            style, run = rest.pop(0)
            label, lead = (label + run.text, lead) if style == "label" else (label, lead + run.text)
        return label.strip(), lead.strip(), tuple(run for _style, run in rest)


def _signs(node: Any) -> str:
    match node.tag.removeprefix(_W):
        case "t":
            return node.text or ""
        case "tab" | "ptab":
            return "\t"
        case "br" | "cr":
            return "\n" if node.get(f"{_W}type") in (None, "textWrapping") else ""
        case "noBreakHyphen":
            return "\u2011"
        case _:
            return ""


def _on(run: Any, name: str) -> bool:
    mark = run.find(f"{_W}rPr/{_W}{name}")
    return mark is not None and mark.get(f"{_W}val") not in {"0", "false", "none", "off"}


def _value(node: Any, *path: str) -> str:
    found = node.find("/".join(f"{_W}{step}" for step in path))
    return "" if found is None else str(found.get(f"{_W}val") or "")


def _content(control: Any) -> Any:
    found = control.find(f"{_W}sdtContent")
    return () if found is None else found


def _is_hint(control: Any) -> bool:
    """Does a control show its placeholder?"""
    return control.find(f"{_W}sdtPr/{_W}showingPlcHdr") is not None


def _inside(node: Any, tag: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, also inside content controls."""
    for child in node:
        if child.tag == tag:
            yield child
        elif child.tag == f"{_W}sdt":
            yield from _inside(_content(child), tag)
        elif child.tag in {f"{_W}ins", f"{_W}customXml"}:
            yield from _inside(child, tag)


def _with(run: Run, text: str) -> Run:
    return Run(text, run.bold, run.italic, run.strike, run.href)


def _box(runs: tuple[Run, ...]) -> tuple[bool | None, tuple[Run, ...]]:
    """A box to tick at the beginning, and the words after it."""
    found = _BOX.match("".join(run.text for run in runs))
    if not found:
        return None, runs
    text = "".join(run.text for run in runs)[found.end() :]
    return found[1] != "☐", (Run(text),) if text else ()


# ---- what stands beside the text


def _styles(root: Any) -> dict[str, str]:
    """Id of a style → its name in small letters; names are the same in every language of Word."""
    if root is None:
        return {}
    return {str(style.get(f"{_W}styleId")): _value(style, "name").lower() for style in root.iter(f"{_W}style")}


def _links(root: Any) -> dict[str, str]:
    if root is None:
        return {}
    kinds = ((item.get("Id"), item.get("Target"), str(item.get("Type"))) for item in root)
    return {str(id_): str(target) for id_, target, kind in kinds if kind.endswith("/hyperlink")}


def _bullets(root: Any) -> set[str]:
    """The lists whose first level has a sign instead of a number."""
    if root is None:
        return set()
    signs = {
        str(item.get(f"{_W}abstractNumId")) for item in root.iter(f"{_W}abstractNum")
        if _value(item, "lvl", "numFmt") == "bullet"
    }  # fmt: skip
    return {str(item.get(f"{_W}numId")) for item in root.iter(f"{_W}num") if _value(item, "abstractNumId") in signs}


def _left_out(body: Any, parts: Mapping[str, Any]) -> Iterator[str]:
    pictures = sum(1 for tag in ("drawing", "pict", "object") for _found in body.iter(f"{_W}{tag}"))
    if pictures:
        yield n_("%(n)s picture or drawing is not taken over.", "%(n)s pictures or drawings are not taken over.", pictures)
    for box in body.iter(f"{_W}txbxContent"):
        if not any(parent.tag == _FALLBACK for parent in box.iterancestors()):
            yield _words(box)
    for name in ("footnotes", "endnotes", "comments"):
        root = parts.get(f"word/{name}.xml")
        yield from (text for note in (() if root is None else root) if (text := _words(note)))


def _words(node: Any) -> str:
    return " ".join(text for item in node.iter(f"{_W}t") if (text := item.text or "").strip()).strip()
