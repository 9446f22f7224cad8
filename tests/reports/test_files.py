"""The files: whole, the same every time, and every word of people as it was written (safety, section 3)."""

from __future__ import annotations

import hashlib
import html as entities
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from facilitation.reports import closed
from facilitation.reports.assemble import assemble
from facilitation.reports.canvas import extent, wrap
from facilitation.reports.closed import ClosedLab
from facilitation.reports.content import Figure, Report
from facilitation.reports.figures import NARROW, PAINTERS, WIDE, draw
from facilitation.reports.render import FORMATS, data, html, word
from tests.reports.transcript import sample_lab

POISON: dict[str, str] = json.loads((Path(__file__).parents[1] / "data" / "poison.json").read_text("utf-8"))["kept"]
TEXTS = list(POISON.values())


def poisoned() -> ClosedLab:
    """The sample lab in which people wrote nothing but poison, in every place where somebody can write."""
    one = sample_lab()
    count = iter(range(10_000))

    def bad() -> str:
        return TEXTS[next(count) % len(TEXTS)]

    said = tuple(
        replace(item, text=bad(), translation=bad() if item.translation else "", extra={name: bad() for name in item.extra})
        for item in one.contributions
    )
    said = (replace(said[-40], parked=(bad(), bad(), "2027-04-01")), *said[:-40], *said[-39:])
    return replace(
        one,
        lab=replace(one.lab, title=POISON["markup"], focus={"challenges": TEXTS, "learning_aims": [POISON["ooxml"]]}),
        contributions=said,
        clusters=tuple(replace(cluster, title=bad()) for cluster in one.clusters),
        activities=tuple(replace(row, title=bad(), instruction=bad()) for row in one.activities),
        cases=tuple(replace(case, title=bad()) for case in one.cases),
        evaluations=tuple({**answers, "comment": bad()} for answers in one.evaluations),
        proposals=tuple(replace(proposal, text=bad(), reason=bad()) for proposal in one.proposals),
        narrative={part: closed.Narrative(bad(), 1) for part in ("authors", "conclusions", "purpose", "note-3", "note-11")},
        imprint={"imprint": POISON["quotes"], "licence": POISON["formula"]},
    )


@pytest.fixture(scope="module")
def bad_report() -> Report:
    return assemble(poisoned())


def paragraphs(content: bytes) -> Iterator[str]:
    """Every paragraph of a Word file, tables, headers and footers included."""
    document = docx.Document(io.BytesIO(content))
    roots = [document.element.body, document.sections[0].header._element, document.sections[0].footer._element]
    for root in roots:
        for paragraph in root.iter(qn("w:p")):
            yield "".join(text.text or "" if text.tag == qn("w:t") else "\n" for text in paragraph.iter(qn("w:t"), qn("w:br")))


# ---- every word as it was written


def test_poison_survives_in_json(bad_report: Report) -> None:
    found = json.loads(data.file(bad_report))
    texts = {row["text"] for row in found["contributions"]}
    assert set(TEXTS) <= texts
    assert found["lab"]["title"] == POISON["markup"]


def test_poison_survives_in_html_and_is_never_markup(bad_report: Report) -> None:
    text = html.file(bad_report).decode()
    for bad in TEXTS:
        assert bad in entities.unescape(text), bad
    assert "<script" not in text
    assert "onerror=alert(1)>" not in text
    assert "<svg/onload" not in text
    assert not re.search(r"<b>bold", text)


def test_poison_survives_in_word(bad_report: Report) -> None:
    content = word.file(bad_report)
    lines = list(paragraphs(content))
    everything = "\n".join(lines)
    for bad in TEXTS:
        assert bad in everything, bad
    assert POISON["markup"] in lines  # the header of each page


def test_what_no_xml_may_hold_does_not_break_the_word_file() -> None:
    one = sample_lab(narrative={"purpose": closed.Narrative("a\x00b\x0bc\ud800d", 1)})
    assert any("a\ufffdb\ufffdc\ufffdd" in line for line in paragraphs(word.file(assemble(one))))


def test_text_from_right_to_left_is_set_so() -> None:
    one = sample_lab(narrative={"purpose": closed.Narrative(POISON["hebrew"], 1)})
    document = docx.Document(io.BytesIO(word.file(assemble(one))))
    paragraph = next(item for item in document.paragraphs if item.text == POISON["hebrew"])
    assert paragraph._p.pPr is not None
    assert paragraph._p.pPr.find(qn("w:bidi")) is not None
    assert 'dir="auto"' in html.file(assemble(one)).decode()


# ---- the same bytes


@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_the_same_lab_gives_the_same_bytes(kind: str) -> None:
    first = FORMATS[kind].write(assemble(sample_lab()))
    time.sleep(2.1)  # an archive keeps time in steps of two seconds: a date of today would show
    second = FORMATS[kind].write(assemble(sample_lab()))
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()


def test_no_file_knows_the_machine_or_the_moment() -> None:
    content = word.file(assemble(sample_lab()))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"
        core = archive.read("docProps/core.xml").decode()
    assert "2027-03-09" in core
    assert "python-docx" not in core
    assert str(time.localtime().tm_year) not in core


# ---- the Word file


@pytest.fixture(scope="module")
def document() -> Any:
    return docx.Document(io.BytesIO(word.file(assemble(sample_lab()))))


def test_word_has_real_headings_in_their_order(document: Any) -> None:
    heads = [(item.style.name, item.text) for item in document.paragraphs if item.style.name.startswith("Heading")]
    assert heads[0] == ("Heading 1", "1 Key conclusions")
    assert ("Heading 2", "5.1 Buying lithium directly and asking for mine-level assurance") in heads
    assert [text.split()[0] for style, text in heads if style == "Heading 1"][:11] == [str(n) for n in range(1, 12)]
    assert (
        next(item for item in document.paragraphs if item.style.name == "Title").text == "Flagship Lab - Mobility (illustrative)"
    )


def test_word_has_a_table_of_contents_that_reads_before_it_is_updated(document: Any) -> None:
    instructions = [item.text for item in document.element.body.iter(qn("w:instrText"))]
    assert any("TOC" in text for text in instructions)
    lines = [(item.style.name[-1], item.text.strip()) for item in document.paragraphs if item.style.name.startswith("TOC")]
    heads = [(item.style.name[-1], item.text) for item in document.paragraphs if item.style.name.startswith("Heading")]
    assert lines == heads
    assert lines[0] == ("1", "1 Key conclusions")
    assert ("2", "5.1 Buying lithium directly and asking for mine-level assurance") in lines
    anchors = [item.get(qn("w:anchor")) for item in document.element.body.iter(qn("w:hyperlink"))]
    marks = {item.get(qn("w:name")) for item in document.element.body.iter(qn("w:bookmarkStart"))}
    assert set(anchors) <= marks
    assert [text.split()[1] for text in instructions if "PAGEREF" in text] == anchors


def test_word_asks_nobody_about_fields_when_it_opens_the_file() -> None:
    """Neither the setting nor the mark that make it ask; a number nobody knows yet is not there."""
    with zipfile.ZipFile(io.BytesIO(word.file(assemble(sample_lab())))) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".xml"))
    assert b"updateFields" not in everything
    assert b"w:dirty" not in everything


def test_only_a_row_that_could_be_higher_than_a_page_may_be_parted() -> None:
    one = sample_lab()
    long = replace(one, contributions=(*one.contributions[:-1], replace(one.contributions[-1], text="W" * 2000)))
    document = docx.Document(io.BytesIO(word.file(assemble(long))))
    rows = list(document.element.body.iter(qn("w:tr")))
    parted = [row for row in rows if row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is None]
    assert 0 < len(parted) < len(rows) / 10
    assert all("W" * 2000 in "".join(row.itertext()) or len("".join(row.itertext())) > 400 for row in parted)


def test_fields_are_closed(document: Any) -> None:
    kinds = [item.get(qn("w:fldCharType")) for item in document.element.body.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end") > 20


def test_word_numbers_its_captions(document: Any) -> None:
    captions = [item.text for item in document.paragraphs if item.style.name == "Caption"]
    assert [text for text in captions if text.startswith("Figure 1. ")]
    assert [text for text in captions if text.startswith("Table 1. ")]


def test_word_repeats_the_head_of_every_table_that_has_one(document: Any) -> None:
    tables = list(document.element.body.iter(qn("w:tbl")))
    heads = [table for table in tables if table.find(f".//{qn('w:tblHeader')}") is not None]
    assert len(heads) > 25
    for table in heads:
        rows = table.findall(qn("w:tr"))
        assert rows[0].find(f".//{qn('w:tblHeader')}") is not None
        assert all(row.find(f".//{qn('w:tblHeader')}") is None for row in rows[1:])
        described = table.find(f"{qn('w:tblPr')}/{qn('w:tblDescription')}")
        assert described is not None
        assert described.get(qn("w:val"))


def test_word_says_its_language_and_that_of_a_quotation(document: Any) -> None:
    assert document.core_properties.language == "en-GB"
    languages = {item.get(qn("w:val")) for item in document.element.body.iter(qn("w:lang"))}
    assert {"de", "es", "fr"} <= languages


def test_state_and_version_are_on_every_page() -> None:
    one = sample_lab(state="remarks", version=4)
    document = docx.Document(io.BytesIO(word.file(assemble(one))))
    assert document.sections[0].footer.paragraphs[0].text.startswith("Version 4, draft for remarks")
    assert document.sections[0].header.paragraphs[0].text == one.lab.title
    page = html.file(assemble(one)).decode()
    assert page.count("Version 4, draft for remarks") > 10


def test_a_large_lab_is_written_quickly() -> None:
    one = sample_lab()
    many = tuple(replace(item, id=f"{item.id}-{n}", cluster="") for n in range(5) for item in one.contributions)
    began = time.process_time()
    content = word.file(assemble(replace(one, contributions=many)))
    assert time.process_time() - began < 8  # filled through objects, cell by cell, it took two minutes
    assert len(content) > 50_000


# ---- the page and its drawings


def test_the_html_file_needs_nothing_beside_it() -> None:
    text = html.file(assemble(sample_lab())).decode()
    assert not re.search(r'(?:src|href)="(?!#)[^"]', text)
    assert "@import" not in text
    assert "url(" not in text
    assert text.count("<h1") == 1
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert {target for target in re.findall(r'href="#([^"]+)"', text)} <= set(ids)


def drawings(report: Report) -> list[Figure]:
    return [block for one in report.walk() for block in one.blocks if isinstance(block, Figure) and block.kind in PAINTERS]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_drawings_have_words_and_stay_inside(width: int, bad_report: Report) -> None:
    from xml.etree import ElementTree

    for figure in [*drawings(assemble(sample_lab())), *drawings(bad_report)]:
        root = ElementTree.fromstring(draw(figure, width))
        assert root.get("role") == "img"
        assert root.get("aria-label") == figure.alt
        assert float(root.get("width", 0)) == width
        for element in root:
            assert element.tag.rpartition("}")[2] in {"text", "rect", "circle", "path"}
            x = float(element.get("x") or element.get("cx") or 0)
            assert -1 <= x <= width + 1
            assert float(element.get("y") or element.get("cy") or 0) <= float(root.get("height", 0))
            assert not {"style", "onload"} & set(element.keys())


def test_a_long_word_is_broken_and_none_is_lost() -> None:
    for text in TEXTS:
        lines = wrap(text, 120)
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert all(extent(line) <= 120 for line in lines if len(line) > 1)
