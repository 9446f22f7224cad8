"""Pieces of a case's Word file as XML text: runs, paragraphs, answers to pick, tables. Every word is escaped here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape as _escape

from facilitation.cases.files.prose import Block, Run

INK, QUIET, RULE = "14171A", "596067", "C4C8C1"
TEXT_WIDTH = 8845  # twentieths of a point: 156 mm
HANGING = 850  # 15 mm: section numbers hang in the margin, broad tables begin there
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
#: Names of the styles. A reader knows by them what is ours (labels, questions, notes) and what was written.
LABEL, NOTE, PLACEHOLDER = "Label", "Note", "PlaceholderText"  # of runs
FIELD, QUESTION, RULES, PROVENANCE = "FieldLabel", "GuidingQuestion", "PartRule", "Provenance"  # of paragraphs
CELL, CELL_LABEL, AFTER_TABLE = "Cell", "CellLabel", "AfterTable"
OF_KIND = {"text": "", "bullet": "ListBullet", "number": "Numbered", "raw": "SourceText"}
OF_KIND_IN_CELL = {"text": CELL, "bullet": "CellBullet", "number": "CellNumbered", "raw": "SourceText"}
CHOSEN, NOT_CHOSEN = "☒", "☐"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def escape(text: str) -> str:
    """Text for XML. What no XML may hold (nothing of the kind is stored) becomes a replacement sign."""
    return _escape(_NOT_XML.sub("\ufffd", text), quote=True)


def right_to_left(text: str) -> bool:
    """Does the first letter with a direction run from right to left?"""
    directions = (unicodedata.bidirectional(sign) for sign in text)
    return next((direction != "L" for direction in directions if direction in {"L", "R", "AL"}), False)


def run(text: str, style: str = "", *, marks: str = "") -> str:
    """Words as they are; line breaks and tabs stay."""
    look = (f'<w:rStyle w:val="{style}"/>' if style else "") + marks + ("<w:rtl/>" if right_to_left(text) else "")
    parts = (
        "<w:br/>" if part == "\n" else "<w:tab/>" if part == "\t" else f'<w:t xml:space="preserve">{escape(part)}</w:t>'
        for part in re.split(r"([\n\t])", text)
        if part
    )
    return f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}{''.join(parts)}</w:r>"


def words(runs: Iterable[Run], *, first_hand: bool = False) -> str:
    """Runs of a text; `first_hand`: what came from a lab is underlined, as the marker is on paper."""
    return "".join(_run(item, first_hand) for item in runs)


def _run(item: Run, first_hand: bool) -> str:
    marks = ("<w:b/>" if item.bold else "") + ("<w:i/>" if item.italic else "") + ("<w:strike/>" if item.strike else "")
    marks += '<w:u w:val="single"/>' if first_hand or item.href else ""
    found = run(item.text, marks=marks)
    if not item.href:
        return found
    target = item.href.replace('"', "%22").replace("\\", "%5C")
    return f'<w:fldSimple w:instr="{escape(f" HYPERLINK {chr(34)}{target}{chr(34)} ")}">{found}</w:fldSimple>'


def paragraph(content: str, style: str = "", *, keep: bool = False, text: str = "", hanging: bool = False) -> str:
    """A paragraph of runs. `keep`: on the page of what follows; `text`: its words, for their direction; `hanging`: begins in
    the margin, with a tab to the text."""
    marks = (f'<w:pStyle w:val="{style}"/>' if style else "") + ("<w:keepNext/>" if keep else "")
    marks += "<w:bidi/>" if right_to_left(text) else ""
    marks += f'<w:ind w:left="0" w:hanging="{HANGING}"/>' if hanging else ""
    return f"<w:p>{f'<w:pPr>{marks}</w:pPr>' if marks else ''}{content}</w:p>"


def prose(blocks: Sequence[Block], *, cell: bool = False, first_hand: bool = False) -> str:
    """Paragraphs of a text."""
    return "".join(prose_lines(blocks, cell=cell, first_hand=first_hand))


def prose_lines(blocks: Sequence[Block], *, cell: bool = False, first_hand: bool = False) -> list[str]:
    styles, lines, number = OF_KIND_IN_CELL if cell else OF_KIND, [], 0
    for block in blocks:
        number = number + 1 if block.kind == "number" else 0
        lead = run(f"{number}.\t", NOTE) if number else ""
        lines.append(paragraph(lead + words(block.runs, first_hand=first_hand), styles[block.kind], text=block.text))
    return lines


def bookmark(id_: str) -> str:
    """An invisible mark by which an item is known again."""
    name = bookmark_name(id_)
    number = int(name[-7:], 16)
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/><w:bookmarkEnd w:id="{number}"/>'


def bookmark_name(id_: str) -> str:
    """Word allows 40 signs and no dashes, and takes upper and lower case for the same."""
    return f"item_{sha256(id_.encode()).hexdigest()[:20]}"


def marked(paragraphs: str, id_: str) -> str:
    """Paragraphs with an item's invisible mark in the first of them."""
    place = paragraphs.index("<w:p>") + len("<w:p>")
    if paragraphs.startswith("<w:pPr>", place):
        place = paragraphs.index("</w:pPr>", place) + len("</w:pPr>")
    return paragraphs[:place] + bookmark(id_) + paragraphs[place:]


# ---- places to write and to pick


def place(content: str, *, name: str, tag: str, hint: bool = False) -> str:
    """A rich text control around paragraphs. `hint`: they are a placeholder that goes when one writes."""
    return f"<w:sdt>{_control(name, tag, hint=hint)}<w:sdtContent>{content}</w:sdtContent></w:sdt>"


def dropdown(options: Sequence[str], shown: str, *, name: str, tag: str, hint: str) -> str:
    """A list to pick one from, inside a paragraph."""
    items = "".join(f'<w:listItem w:displayText="{escape(item)}" w:value="{escape(item)}"/>' for item in options)
    control = _control(name, tag, f"<w:dropDownList>{items}</w:dropDownList>", hint=not shown)
    content = run(shown) if shown else run(hint, PLACEHOLDER)
    return f"<w:sdt>{control}<w:sdtContent>{content}</w:sdtContent></w:sdt>"


def checkbox(label: str, *, name: str) -> str:
    """A box to tick with its label, as one paragraph's content."""
    box = (
        '<w14:checkbox><w14:checked w14:val="0"/><w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox>'
    )
    control = f"<w:sdt>{_control(name, '', box)}<w:sdtContent>{run(NOT_CHOSEN)}</w:sdtContent></w:sdt>"
    return control + run(f" {label}")


def _control(name: str, tag: str, kind: str = "", *, hint: bool = False) -> str:
    shown = "<w:showingPlcHdr/>" if hint else ""
    return f'<w:sdtPr><w:alias w:val="{escape(name[:60])}"/><w:tag w:val="{escape(tag[:60])}"/>{shown}{kind}</w:sdtPr>'


# ---- tables


def cell(paragraphs: str) -> str:
    return f"<w:tc><w:tcPr/>{paragraphs or paragraph('', CELL)}</w:tc>"


def row(cells: Sequence[str], *, open_: int = 0, whole: bool = True) -> str:
    """`open_`: how many cells at the beginning go on from the row above, without a line between; `whole`: not cut by a page."""
    no_line = '<w:tcPr><w:tcBorders><w:top w:val="nil"/></w:tcBorders></w:tcPr>'
    made = [cell(content).replace("<w:tcPr/>", no_line, 1) if place < open_ else cell(content)
            for place, content in enumerate(cells)]  # fmt: skip
    return f"<w:tr>{'<w:trPr><w:cantSplit/></w:trPr>' if whole else ''}{''.join(made)}</w:tr>"


def table(
    rows: Iterable[str],
    shares: Sequence[float],
    *,
    head: Sequence[str] = (),
    name: str = "",
    broad: bool = False,
    lined: bool = True,
) -> str:
    """Rows between hairlines; the head is repeated on every page. `broad`: begins in the margin."""
    width = TEXT_WIDTH + (HANGING if broad else 0)
    indent = f'<w:tblInd w:w="{-HANGING}" w:type="dxa"/>' if broad else ""
    look = f'<w:tblW w:w="{width}" w:type="dxa"/>{indent}{_borders() if lined else ""}<w:tblLayout w:type="fixed"/>{_PADDING}'
    look += f'<w:tblCaption w:val="{escape(name[:200])}"/>' if name else ""
    widths = [round(width * share) for share in shares]
    grid = "".join(f'<w:gridCol w:w="{part}"/>' for part in widths)
    body = _head(head) + "".join(rows) if head else "".join(rows)
    return f"<w:tbl><w:tblPr>{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{_sized(body, widths)}</w:tbl>"


_PADDING = (
    '<w:tblCellMar><w:top w:w="50" w:type="dxa"/><w:left w:w="0" w:type="dxa"/><w:bottom w:w="50" w:type="dxa"/>'
    '<w:right w:w="140" w:type="dxa"/></w:tblCellMar>'
)


def _head(names: Sequence[str]) -> str:
    cells = "".join(cell(paragraph(run(text, LABEL), CELL_LABEL)) for text in names)
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"


def _sized(body: str, widths: Sequence[int]) -> str:
    """Every cell with the width of its column: LibreOffice and old Words do not look at the grid."""
    count = iter(range(body.count("<w:tcPr")))

    def sized(match: re.Match[str]) -> str:
        width = widths[next(count) % len(widths)]
        given = f'<w:tcW w:w="{width}" w:type="dxa"/>'
        return f"<w:tcPr>{given}</w:tcPr>" if match[0].endswith("/>") else f"<w:tcPr>{given}"

    return re.sub(r"<w:tcPr/?>", sized, body)


def _borders() -> str:
    edges = (("top", 8, INK), ("bottom", 8, INK), ("insideH", 4, RULE))
    lines = "".join(f'<w:{edge} w:val="single" w:sz="{size}" w:space="0" w:color="{color}"/>' for edge, size, color in edges)
    return f"<w:tblBorders>{lines}</w:tblBorders>"


def field(instruction: str, shown: str) -> str:
    """A number Word works out anew, with what it shows until then."""
    return f'<w:fldSimple w:instr=" {escape(instruction)} ">{run(shown)}</w:fldSimple>'
