"""Pieces of a Word document as XML text: runs, paragraphs, fields, tables. Every word is escaped here and nowhere else.

Built as text and parsed once: filling a document cell by cell through objects took twenty seconds for a lab of forty people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from html import escape as _escape

INK, QUIET, RULE = "14171A", "596067", "C4C8C1"
PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"
EMU, MILLIMETRE = 635, 36000  # English metric units in a twentieth of a point, in a millimetre
WIDTH = 9638  # twentieths of a point: 170 mm
_STYLED = re.compile(r'<w:pStyle w:val="[^"]*"/>(?!<w:keepNext/>)')  # what people wrote is escaped: this is only ever ours
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def escape(text: str) -> str:
    """Text for XML. What no XML may hold (nothing of the kind is stored) becomes a replacement sign."""
    return _escape(_NOT_XML.sub("\ufffd", text), quote=True)


def run(text: str, *, bold: bool = False, italic: bool = False, quiet: bool = False, lang: str = "", bar: bool = False) -> str:
    """Words as they are, with their language and direction; line breaks stay. `bar`: signs that carry no language."""
    marks = "".join(
        mark
        for mark, on in (
            ("<w:b/>", bold),
            ("<w:i/>", italic),
            ("<w:noProof/>", bar),
            (f'<w:color w:val="{QUIET}"/><w:sz w:val="18"/>', quiet),
            ('<w:sz w:val="18"/>', bar),
            ("<w:rtl/>", is_right_to_left(text)),
            (f'<w:lang w:val="{escape(lang)}"/>', bool(lang)),
        )
        if on
    )
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r>{f'<w:rPr>{marks}</w:rPr>' if marks else ''}{lines}</w:r>"


def is_right_to_left(text: str) -> bool:
    """Does the first letter with a direction run from right to left?"""
    for sign in text:
        direction = unicodedata.bidirectional(sign)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def paragraph(content: str, style: str = "", *, end: bool = False, keep: bool = False, bidi: bool = False) -> str:
    """A paragraph of runs. `end`: aligned at its end; `keep`: on the page of what follows; `bidi`: runs from the right."""
    marks = "".join(
        mark
        for mark, on in (
            (f'<w:pStyle w:val="{style}"/>', bool(style)),
            ("<w:keepNext/>", keep),
            ("<w:bidi/>", bidi),
            ('<w:jc w:val="end"/>', end),
        )
        if on
    )
    return f"<w:p>{f'<w:pPr>{marks}</w:pPr>' if marks else ''}{content}</w:p>"


def kept(content: str) -> str:
    """Paragraphs that stay on the page of what follows them; in every row of a table but its last: a table in one piece."""
    return _STYLED.sub(r"\g<0><w:keepNext/>", content)


def field(instruction: str, shown: str, *, bold: bool = False) -> str:
    """A field Word can work out anew, with what it shows until then. All its parts are bold: some programs ask the first one."""
    begin, between, end = (_field_char(kind, bold=bold) for kind in ("begin", "separate", "end"))
    result = run(shown, bold=bold) if shown else ""
    return f"{begin}{_instruction(instruction)}{between}{result}{end}"


def _field_char(kind: str, *, bold: bool = False) -> str:
    return f'<w:r>{"<w:rPr><w:b/></w:rPr>" if bold else ""}<w:fldChar w:fldCharType="{kind}"/></w:r>'


def _instruction(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve"> {escape(text)} </w:instrText></w:r>'


def heading(text: str, level: int, anchor: str, number: int) -> str:
    """A real heading with a bookmark to link to."""
    mark = f'<w:bookmarkStart w:id="{number}" w:name="{anchor}"/>{run(text)}<w:bookmarkEnd w:id="{number}"/>'
    return paragraph(mark, f"Heading{level}")


def page_break() -> str:
    return paragraph('<w:r><w:br w:type="page"/></w:r>', "AfterTable")


def contents(title: str, entries: Sequence[tuple[str, str, int]]) -> str:
    """A table-of-contents field, filled with links to headings (anchor, text, level), so that it reads from the first moment.

    No program but the one that sets the pages knows their numbers: each is a field that shows nothing until Word works it out
    (before it prints or exports, or on F9). A file that asked for it on opening would greet everybody with a question about
    fields and other files; numbers of our own guess would be wrong.
    """
    lines = [_entry(anchor, text) for anchor, text, _level in entries] or [run("")]
    lines[0] = _field_char("begin") + _instruction('TOC \\o "1-3" \\h \\z \\u') + _field_char("separate") + lines[0]
    lines[-1] += _field_char("end")
    styles = [f"TOC{level}" for _anchor, _text, level in entries] or ["TOC1"]
    return paragraph(run(title), "ListTitle") + "".join(map(paragraph, lines, styles))


def _entry(anchor: str, text: str) -> str:
    number = field(f"PAGEREF {anchor} \\h", "")
    return f'<w:hyperlink w:anchor="{anchor}" w:history="1">{run(text)}<w:r><w:tab/></w:r>{number}</w:hyperlink>'


def caption(word: str, number: int, text: str, sequence: str) -> str:
    """Figure 3. …: the number is a field, so that Word can list and renumber."""
    name = run(f"{word} ", bold=True) + field(f"SEQ {sequence} \\* ARABIC", str(number), bold=True) + run(". ", bold=True)
    return paragraph(name + run(text), "Caption", keep=sequence == "Table")


def png_size(png: bytes) -> tuple[int, int]:
    """A PNG says its size at its head."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def picture(number: int, size: tuple[int, int], alt: str, *, tallest: int = 0) -> str:
    """A picture as wide as the text, with its words for those who do not see it. word_file.py puts the content in.

    `size`: its pixels. `tallest`: millimetres it may stand high.
    """
    wide, high = size
    across = WIDTH * EMU
    if tallest:
        across = min(across, round(tallest * MILLIMETRE * wide / high))
    extent = f'cx="{across}" cy="{round(across * high / wide)}"'
    told = f'id="{number}" name="Picture {number}" descr="{escape(alt)}"'
    shape = f'<a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    fill = f'<a:blip r:embed="picture-{number}"/><a:stretch><a:fillRect/></a:stretch>'
    named = f"<pic:nvPicPr><pic:cNvPr {told}/><pic:cNvPicPr/></pic:nvPicPr>"
    inside = f"<pic:pic>{named}<pic:blipFill>{fill}</pic:blipFill><pic:spPr>{shape}</pic:spPr></pic:pic>"
    graphic = f'<a:graphic><a:graphicData uri="{PICTURE}">{inside}</a:graphicData></a:graphic>'
    place = f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/><wp:docPr {told}/>{graphic}</wp:inline>'
    return f"<w:r><w:drawing>{place}</w:drawing></w:r>"


def cell(paragraphs: str) -> str:
    return f"<w:tc><w:tcPr/>{paragraphs or paragraph('', 'TableList')}</w:tc>"


def table(
    rows: Iterable[Sequence[str]],
    widths: Sequence[float],
    *,
    head: Sequence[str] = (),
    ends: Collection[int] = (),
    tall: Collection[int] = (),
    description: str = "",
    lined: bool = True,
    crossed: bool = False,
) -> str:
    """Rows of cells (their paragraphs as XML). A head is repeated on every page and read out as one.

    `ends`: columns whose head stands at its end, above figures. `tall`: rows that may run over to the next page: one that is
    higher than a page and may not is cut off by some programs. `lined`: hairlines between rows, as in print; `crossed`: also
    between columns.
    """
    told = f'<w:tblDescription w:val="{escape(description[:1000])}"/>' if description else ""
    borders = _borders(crossed) if lined else ""
    margins = _margins(120 if crossed else 0)
    look = f'<w:tblW w:w="{WIDTH}" w:type="dxa"/>{borders}<w:tblLayout w:type="fixed"/>{margins}{told}'
    grid = "".join(f'<w:gridCol w:w="{round(WIDTH * share)}"/>' for share in widths)
    names = [paragraph(run(text, bold=True), "TableList", end=place in ends) for place, text in enumerate(head)]
    first = _row(names, "<w:tblHeader/>") if head else ""
    body = "".join(_row(row, whole=number not in tall) for number, row in enumerate(rows))
    return f"<w:tbl><w:tblPr>{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{first}{body}</w:tbl>"


def _margins(start: int) -> str:
    """Of every cell, in twentieths of a point."""
    sides = (("top", 40), ("start", start), ("bottom", 40), ("end", 120))
    widths = "".join(f'<w:{side} w:w="{wide}" w:type="dxa"/>' for side, wide in sides)
    return f"<w:tblCellMar>{widths}</w:tblCellMar>"


def _borders(crossed: bool) -> str:
    edges = [("top", 8, INK), ("bottom", 8, INK), ("insideH", 4, RULE), *([("insideV", 4, RULE)] if crossed else [])]
    lines = "".join(f'<w:{place} w:val="single" w:sz="{size}" w:space="0" w:color="{color}"/>' for place, size, color in edges)
    return f"<w:tblBorders>{lines}</w:tblBorders>"


def _row(cells: Sequence[str], marks: str = "", *, whole: bool = True) -> str:
    return f"<w:tr><w:trPr>{'<w:cantSplit/>' if whole else ''}{marks}</w:trPr>{''.join(map(cell, cells))}</w:tr>"
