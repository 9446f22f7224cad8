"""The Word file around the text: page, styles, language, properties, and bytes that are the same for the same report."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from facilitation.cases.files.word_file import in_body, only
from facilitation.reports.content import Report
from facilitation.reports.render import word_fonts
from facilitation.reports.render.archive import again
from facilitation.reports.render.word_xml import field, paragraph, run

INK, QUIET = RGBColor(0x14, 0x17, 0x1A), RGBColor(0x59, 0x60, 0x67)
FONT = word_fonts.FAMILY
SIZES = {"Title": 32.0, "Heading 1": 17.0, "Heading 2": 13.0, "Heading 3": 11.0, "Subtitle": 12.0, "Caption": 9.0, "Normal": 10.5}
#: Styles of our own: (name, base, size). Their ids are the names without spaces.
OWN = (("List Title", "Normal", 10.5), ("Table List", "Normal", 9.5), ("After Table", "Normal", 4.0), ("Legend", "Normal", 9.0),
       ("Open Place", "Normal", 10.5), ("TOC 1", "Normal", 9.5), ("TOC 2", "Normal", 9), ("TOC 3", "Normal", 9))  # fmt: skip
TEXT = Mm(170)  # the width of the text
LINES = {"Title": 0.9, "Normal": 1.1, "Table List": 0.95, "Caption": 0.95, "TOC 1": 1.0, "TOC 2": 1.0, "TOC 3": 1.0}
LANGUAGES = {"en": "en-GB", "de": "de-DE"}


def packed(report: Report, body: str, pictures: Sequence[bytes] = ()) -> bytes:
    """The document whose text is `body` (paragraphs and tables as XML), in which picture n is called `picture-n`."""
    document = docx.Document()
    _page(document, report)
    _styles(document)
    _language(document, report.language)
    _no_thumbnail(document)
    _properties(document, report)
    text = partial(in_body, _with_pictures(document, body, pictures), names=nsdecls("a", "pic"))
    raw = io.BytesIO()
    document.save(raw)
    changed: dict[str, Callable[[bytes], bytes]] = {**word_fonts.changed(), "word/document.xml": text}
    return again(raw.getvalue(), first="[Content_Types].xml", changed=changed, added=word_fonts.added())


def _with_pictures(document: Document, body: str, pictures: Sequence[bytes]) -> str:
    """Puts the pictures into the file; the text with their places in it."""
    places = [document.part.get_or_add_image(io.BytesIO(content))[0] for content in pictures]
    return re.sub(r'(?<= r:embed=")picture-(\d+)(?=")', lambda found: places[int(found[1]) - 1], body)


def _page(document: Document, report: Report) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    front = report.front
    only(section.header, paragraph(run(front.title), "Legend"))
    number = field("PAGE", "1") + run(" / ") + field("NUMPAGES", "")
    only(section.footer, paragraph(run(f"{front.state_line}   ·   {report.words['page']} ") + number, "Legend"))


def _styles(document: Document) -> None:
    for name, size in SIZES.items():
        style: Any = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        style.font.color.rgb = QUIET if name in ("Caption", "Subtitle") else INK
        _one_family(style)
    for name in ("Title", "Subtitle"):
        for mark in ("w:pBdr", "w:spacing", "w:kern"):  # the default template's rule and tracking
            for element in list(document.styles[name].element.iter(qn(mark))):
                element.getparent().remove(element)
    document.styles["Title"].font.bold = True
    document.styles["Subtitle"].font.italic = False
    document.styles["Caption"].font.bold = False
    for name, base, size in OWN:
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.font.size = document.styles[base], Pt(size)
        style.paragraph_format.space_after = Pt(0 if name.startswith("TOC") else 2)
    for name, spacing in LINES.items():
        document.styles[name].paragraph_format.line_spacing = spacing
    for level in range(1, 4):
        entry = document.styles[f"TOC {level}"].paragraph_format
        entry.left_indent = Mm(6 * (level - 1))
        entry.tab_stops.add_tab_stop(TEXT, WD_TAB_ALIGNMENT.RIGHT)
    document.styles["List Title"].font.bold = True
    document.styles["Legend"].font.color.rgb = QUIET
    document.styles["Open Place"].font.italic = True
    document.styles["Normal"].paragraph_format.space_after = Pt(6)


def _one_family(style: Any) -> None:
    """The same family for every script; the theme of the default template would win otherwise."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for place in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{place}"), None)
    for place in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{place}"), FONT)


def _no_thumbnail(document: Document) -> None:
    """The default template brings a small picture of its own first page along, which file managers would show."""
    relations = document.part.package.rels if document.part.package else {}
    for name in [name for name, relation in relations.items() if relation.reltype == RT.THUMBNAIL]:
        del relations[name]


def _language(document: Document, language: str) -> None:
    """The proofing language of everything that says no other."""
    tag = LANGUAGES.get(language, language)
    for lang in document.styles.element.find(qn("w:docDefaults")).iter(qn("w:lang")):
        lang.set(qn("w:val"), tag)
    document.core_properties.language = tag


def _properties(document: Document, report: Report) -> None:
    """Nothing of the machine, the person or the moment: the day is that of the lab."""
    core, front = document.core_properties, report.front
    core.title, core.subject, core.author = front.title[:255], front.subtitle[:255], ""
    core.comments = core.keywords = core.category = core.last_modified_by = ""
    core.version, core.content_status, core.revision = str(front.version), front.state, 1
    core.created = core.modified = core.last_printed = datetime.fromisoformat(front.day or "2000-01-01")
