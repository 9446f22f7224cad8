"""The Word file around a case: page, styles, language, properties, the case as data, and the same bytes for the same case."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from facilitation.cases.files import word_xml as xml
from facilitation.cases.files.archive import DATA, EPOCH
from facilitation.cases.files.pieces import CaseText
from facilitation.core.i18n import _

INK, QUIET = RGBColor(0x14, 0x17, 0x1A), RGBColor(0x59, 0x60, 0x67)
FONT, INSTEAD = "Source Sans 3", "Calibri"
LANGUAGES = {"en": "en-GB", "de": "de-DE"}
DATA_ID = "{6E5D7B1C-3A52-4E0B-9C0F-5D1F0C2A7E11}"
DATA_VERSION = 1
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
#: name: (base, size, line, before, after, colour, bold)
STYLES: dict[str, tuple[str, float, float, float, float, RGBColor, bool]] = {
    "Normal": ("", 10.5, 15, 0, 7, INK, False),
    "Title": ("Normal", 32, 35, 0, 10, INK, True),
    "Subtitle": ("Normal", 10.5, 15, 0, 4, QUIET, False),
    "Heading 1": ("Normal", 17, 21, 28, 6, INK, True),
    "Heading 2": ("Normal", 13, 17, 20, 4, INK, True),
    "List Bullet": ("Normal", 10.5, 15, 0, 3, INK, False),
    "Field Label": ("Normal", 9, 12, 10, 2, QUIET, True),
    "Guiding Question": ("Normal", 9.5, 13, 0, 3, QUIET, False),
    "Part Rule": ("Normal", 9.5, 13, 0, 2, QUIET, False),
    "Provenance": ("Normal", 8.5, 11.5, 0, 3, QUIET, False),
    "Source Text": ("Normal", 9.5, 13, 0, 6, INK, False),
    "Numbered": ("Normal", 10.5, 15, 0, 3, INK, False),
    "Option": ("Normal", 10.5, 15, 0, 2, INK, False),
    "Cell": ("Normal", 9.5, 12.5, 0, 3, INK, False),
    "Cell Label": ("Cell", 8.5, 11.5, 0, 0, QUIET, True),
    "Cell Bullet": ("Cell", 9.5, 12.5, 0, 2, INK, False),
    "Cell Numbered": ("Cell", 9.5, 12.5, 0, 2, INK, False),
    "After Table": ("Normal", 4, 4, 0, 4, INK, False),
}


def packed(content: CaseText, body: str, data: str, printed: list[str]) -> bytes:
    """The document whose text is `body`. `data`: the case as JSON; `printed`: texts of ours in it, not to be read as answers."""
    document = docx.Document()
    _without_extras(document)
    _page(document, content)
    _styles(document)
    _language(document, content)
    _properties(document, content)
    told = {"version": DATA_VERSION, "locale": content.locale, "printed": sorted(set(printed)), "case": data}
    _carry(document, json.dumps(told, ensure_ascii=False, sort_keys=True))
    return _archive(document, body)


def in_body(text: str, empty: bytes, names: str = "") -> bytes:
    """The part with the document, and in it this text as it is written. `names`: namespaces that python-docx does not declare.

    To move a table from one tree to another would take lxml a time that grows with the square of its rows."""
    return empty.replace(b"<w:body>", f"<w:body {names}>{text}".encode(), 1)


def _without_extras(document: Document) -> None:
    """The default template brings a picture of itself and an empty bibliography."""
    package: Any = document.part.package
    for owner in (package, document.part):
        for id_, relation in list(owner.rels.items()):
            if relation.reltype.endswith(("/thumbnail", "/customXml")):
                del owner.rels[id_]


def _page(document: Document, content: CaseText) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(32), Mm(22)  # section numbers hang in the left one
    section.top_margin, section.bottom_margin = Mm(26), Mm(24)
    section.header_distance = section.footer_distance = Mm(12)
    status = next((slot.name(slot.chosen[0]) for slot in content.details if slot.id == "status" and slot.chosen), "")
    over = content.title or _("Flagship case template")
    number = xml.field("PAGE", "1") + xml.run(" / ") + xml.field("NUMPAGES", "1")
    only(section.header, xml.paragraph(xml.run(over), xml.PROVENANCE))
    told = "".join(f"{text}   ·   " for text in (content.ref, status) if text)
    only(section.footer, xml.paragraph(xml.run(told) + number, xml.PROVENANCE))


def only(part: Any, content: str) -> None:
    """A header or footer that holds this one paragraph."""
    part.is_linked_to_previous = False
    root = part._element
    for child in list(root):
        root.remove(child)
    root.extend(list(parse_xml(f"<w:body {xml.NAMESPACES}>{content}</w:body>")))


# ---- type


def _styles(document: Document) -> None:
    for name, (base, size, line, before, after, colour, bold) in STYLES.items():
        known = name in [style.name for style in document.styles]
        style: Any = document.styles[name] if known else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        if base:
            style.base_style = document.styles[base]
        _plain(style)
        style.font.name, style.font.size, style.font.bold = FONT, Pt(size), bold
        style.font.color.rgb, style.font.italic = colour, False
        look = style.paragraph_format
        look.line_spacing, look.space_before, look.space_after = Pt(line), Pt(before), Pt(after)
        look.widow_control = True
        _one_family(style)
    _runs(document)
    _indents(document)


def _plain(style: Any) -> None:
    """Without the rule, tracking and colours of the default template."""
    for mark in ("w:pBdr", "w:spacing", "w:kern", "w:contextualSpacing"):
        for element in list(style.element.iter(qn(mark))):
            element.getparent().remove(element)


def _one_family(style: Any) -> None:
    """The same family for every script; the theme of the default template would win otherwise."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for place in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{place}"), None)
    for place in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{place}"), FONT)


def _runs(document: Document) -> None:
    for name, bold in (("Label", True), ("Note", False), ("Placeholder Text", False)):
        style: Any = document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
        style.font.color.rgb, style.font.bold = QUIET, bold
        if name == "Placeholder Text":
            style.element.set(qn("w:styleId"), xml.PLACEHOLDER)


def _indents(document: Document) -> None:
    """Lists hang in the text; headings stay with what follows."""
    for name in ("Heading 1", "Heading 2"):
        document.styles[name].paragraph_format.keep_with_next = True
    for name, step in (("List Bullet", 14), ("Numbered", 18), ("Cell Bullet", 10), ("Cell Numbered", 14)):
        look: Any = document.styles[name].paragraph_format
        look.left_indent, look.first_line_indent = Pt(step), Pt(-step)
    bullets = document.styles["List Bullet"].element.pPr.numPr
    document.styles["Cell Bullet"].element.get_or_add_pPr().append(parse_xml(
        f'<w:numPr {nsdecls("w")}><w:numId w:val="{bullets.numId.val}"/></w:numPr>'))  # fmt: skip


def _language(document: Document, content: CaseText) -> None:
    """The proofing language of everything that says no other; a family to fall back on."""
    tag = LANGUAGES.get(content.locale, content.locale)
    for lang in document.styles.element.find(qn("w:docDefaults")).iter(qn("w:lang")):
        lang.set(qn("w:val"), tag)
    document.core_properties.language = tag


def _properties(document: Document, content: CaseText) -> None:
    """Nothing of the machine, the person or the moment."""
    core = document.core_properties
    core.title, core.subject, core.author = (content.title or _("Flagship case template"))[:255], content.ref[:255], ""
    core.comments = core.keywords = core.category = core.last_modified_by = ""
    core.revision = 1
    core.created = core.modified = core.last_printed = datetime(2000, 1, 1)


# ---- the case as data, and the archive


def _carry(document: Document, text: str) -> None:
    """The case as a part of its own, which Word keeps and does not show."""
    package: Any = document.part.package
    blob = f'<?xml version="1.0" encoding="UTF-8"?><case xmlns="{DATA}">{xml.escape(text)}</case>'.encode()
    item = Part(PackURI("/customXml/item1.xml"), "application/xml", blob, package)
    about = (
        f'<?xml version="1.0" encoding="UTF-8"?><ds:datastoreItem ds:itemID="{DATA_ID}" '
        'xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml">'
        f'<ds:schemaRefs><ds:schemaRef ds:uri="{DATA}"/></ds:schemaRefs></ds:datastoreItem>'
    )
    kind = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    properties = Part(PackURI("/customXml/itemProps1.xml"), kind, about.encode(), package)
    item.relate_to(properties, f"{_CUSTOM}Props")
    document.part.relate_to(item, _CUSTOM)


def _archive(document: Document, body: str) -> bytes:
    """The archive with the text in it, in fixed order and with fixed dates: the same document, the same bytes."""
    raw = io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["word/document.xml"] = in_body(body, members["word/document.xml"])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(members, key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            archive.writestr(entry, members[name])
    return out.getvalue()
