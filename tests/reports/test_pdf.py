"""The PDF: accessible by the standard, whole, and made whatever people wrote. Read back with poppler."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
import typst

from facilitation.documents.typesetting import SheetRefused
from facilitation.reports import closed
from facilitation.reports.assemble import assemble
from facilitation.reports.content import Report
from facilitation.reports.render import glyphs, pdf
from facilitation.reports.render.print_data import tree
from tests.programs import beside, need
from tests.reports.test_files import POISON, TEXTS, poisoned
from tests.reports.transcript import sample_lab


def tool(name: str, content: bytes, folder: Path, *args: str) -> str:
    """What one of poppler's programs says about a file."""
    program = need("pdftotext") if name == "pdftotext" else beside("pdftotext", name)
    path = folder / "report.pdf"
    path.write_bytes(content)
    target = ("-",) if name == "pdftotext" else ()
    done = subprocess.run([program, *args, path, *target], capture_output=True, check=True)
    return done.stdout.decode()


@pytest.fixture(scope="module")
def report() -> Report:
    return assemble(sample_lab(imprint={"licence": "CC BY 4.0", "grant": "Funded by the room"}))


@pytest.fixture(scope="module")
def content(report: Report) -> bytes:
    return pdf.compiled(report, pdf.LADDER[0])


@pytest.fixture(scope="module")
def bad() -> Report:
    return assemble(poisoned())


def bare(text: str) -> str:
    """Without blanks and line ends, which the page sets anew, nor the hyphens it parts words with."""
    return re.sub(r"\s+", "", re.sub(r"(?<=\w)[-\u00ad\u2010]\n", "", text))


def test_it_keeps_the_standard_and_says_so(content: bytes, tmp_path: Path) -> None:
    told = tool("pdfinfo", content, tmp_path)
    assert "Tagged:          yes" in told
    assert re.search(r"Title:\s+Flagship Lab - Mobility \(illustrative\)", told)
    assert "pdfuaid:part>1<" in tool("pdfinfo", content, tmp_path, "-meta")
    assert b"/Lang (en)" in content or b"/Lang(en)" in content


def test_the_tags_are_those_of_a_document(content: bytes, report: Report, tmp_path: Path) -> None:
    tags = re.findall(r"^\s*(\w+)", tool("pdfinfo", content, tmp_path, "-struct"), flags=re.M)
    sections = list(report.walk())
    assert tags.count("H1") == sum("." not in section.number for section in sections)
    assert tags.count("H2") == sum(section.number.count(".") == 1 for section in sections)
    assert tags.count("Table") > 30
    assert tags.count("TH") > 100
    assert tags.count("Caption") > 20
    assert {"Figure", "L", "LI", "TOC", "TOCI", "P"} <= set(tags)
    assert tags.count("H1") > 10


def test_every_drawing_has_its_words(content: bytes, report: Report, tmp_path: Path) -> None:
    figures = re.findall(r"^\s*Figure", tool("pdfinfo", content, tmp_path, "-struct"), flags=re.M)
    drawn = [block for one in tree(report, glyphs.Setter())["sections"] for block in one["blocks"] if block["is"] == "figure"]
    assert len(figures) == len(drawn) > 8
    assert content.count(b"/Alt(") + content.count(b"/Alt (") + content.count(b"/Alt<") >= len(drawn)


def test_the_outline_has_every_heading(content: bytes, report: Report) -> None:
    assert content.count(b"/Dest") + content.count(b"/D [") >= len(list(report.walk()))


def test_all_typefaces_are_inside(content: bytes, tmp_path: Path) -> None:
    rows = tool("pdffonts", content, tmp_path).splitlines()[2:]
    assert rows
    assert all(re.search(r"\byes yes yes\b", row) for row in rows), rows
    assert "SourceSans3" in rows[0]


def test_state_version_and_number_are_on_every_page(tmp_path: Path) -> None:
    made = pdf.file(assemble(sample_lab(state="remarks", version=4)))
    pages = tool("pdftotext", made, tmp_path).rstrip("\f").split("\f")
    assert len(pages) > 15
    assert all("Version 4, draft for remarks" in page for page in pages)
    assert all(f"Page {number} / {len(pages)}" in page for number, page in enumerate(pages, 1))


def test_the_cover_stands_on_one_page_in_german_too(tmp_path: Path) -> None:
    facts = replace(sample_lab().lab, language="de", title="Flagship-Labor Mobilität: Beschaffungsverantwortung in Lieferketten")
    imprint = {name: f"{name}-word" for name in ("imprint", "grant", "disclaimer", "licence")}
    made = pdf.file(assemble(sample_lab(lab=facts, imprint=imprint, narrative={"authors": closed.Narrative("A, B", 1)})))
    cover = tool("pdftotext", made, tmp_path, "-l", "1")
    assert all(word in cover for word in imprint.values())
    assert "Inhalt" in cover


def test_the_file_knows_neither_machine_nor_moment_nor_people(content: bytes, tmp_path: Path) -> None:
    told = tool("pdfinfo", content, tmp_path, "-isodates")
    assert re.search(r"CreationDate:\s+2027-03-09", told)
    assert "Author" not in told
    assert str(Path.home()).encode() not in content


# ---- every word as it was written


def test_poison_is_set_word_for_word(bad: Report, tmp_path: Path) -> None:
    found = bare(tool("pdftotext", pdf.compiled(bad, pdf.LADDER[0]), tmp_path, "-raw"))
    for name, text in POISON.items():
        if name in {"arabic", "hebrew", "joiners", "balanced isolates"}:
            continue  # a page has them in the order in which they are seen: the next test looks at them
        assert bare(text) in found, name


def test_no_sign_of_the_scripts_of_the_world_is_lost(tmp_path: Path) -> None:
    """Words of fifteen scripts, right to left too, each sign of which is on the page, and none replaced."""
    scripts = "Ελληνικά Кириллица Việt ქართული Հայերեն አማርኛ বাংলা தமிழ் ไทย 한국어 カタカナ 繁體中文 → ≤ ✓ ★ ∑ שלום فارسی"
    words = [*TEXTS, *scripts.split()]
    made = assemble(sample_lab(narrative={"purpose": closed.Narrative("\n\n".join(words), 1)}))
    setter = glyphs.Setter()
    tree(made, setter)
    assert setter.replaced == 0
    found = set(unicodedata.normalize("NFKC", tool("pdftotext", pdf.compiled(made, pdf.LADDER[0]), tmp_path)))
    wanted = {sign for text in words for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign)[0] in "LNPS"}
    assert not {sign for sign in wanted - found if sign not in "\u200c\u200d"}


def test_a_sign_no_typeface_has_is_replaced_and_told(tmp_path: Path) -> None:
    made = assemble(sample_lab(narrative={"purpose": closed.Narrative("a cuneiform \U00012000 sign", 1)}))
    told = tool("pdftotext", pdf.compiled(made, pdf.LADDER[0]), tmp_path)
    assert "a cuneiform \ufffd sign" in told
    assert "1 sign of the texts cannot be drawn in this file" in " ".join(told.split())
    assert "cannot be drawn" not in tool("pdftotext", pdf.file(assemble(sample_lab())), tmp_path)


def test_text_is_never_read_as_markup(tmp_path: Path) -> None:
    evil = '#import "@preview/x:1.0.0": y\n= Head\n#panic("x")\n#{while true {}}\n`raw` $ x $ <label> @ref \\ // gone'
    made = pdf.compiled(assemble(sample_lab(narrative={"purpose": closed.Narrative(evil, 1)})), pdf.LADDER[0])
    found = bare(tool("pdftotext", made, tmp_path, "-raw"))
    assert bare(evil) in found


# ---- the ladder


@pytest.mark.parametrize("rung", pdf.LADDER)
def test_every_rung_makes_a_file_of_the_worst_texts(rung: pdf.Rung, bad: Report) -> None:
    assert pdf.compiled(bad, rung).startswith(b"%PDF-")


def test_a_report_that_cannot_keep_the_standard_is_made_without(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """A file without a title is what the standard refuses: the file is made all the same, and the log names no text."""
    report = assemble(sample_lab())
    untitled = replace(report, front=replace(report.front, title=""))
    with pytest.raises(SheetRefused):
        pdf.compiled(untitled, pdf.LADDER[0])
    with caplog.at_level(logging.WARNING):
        made = pdf.file(untitled)
    assert "Tagged:          yes" in tool("pdfinfo", made, tmp_path)
    assert "pdfuaid" not in tool("pdfinfo", made, tmp_path, "-meta")
    assert [(record.message, record.fields["step"]) for record in caplog.records] == [("pdf_fallback", 1), ("pdf_fallback", 2)]  # type: ignore[attr-defined]


# ---- the typefaces


def test_the_typefaces_are_those_the_manifest_lists() -> None:
    manifest = json.loads((glyphs.FONTS / "manifest.json").read_text("utf-8"))
    listed = {entry["file"]: entry["sha256"] for entry in manifest["files"]}
    assert listed == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in glyphs.FONTS.glob("*.ttf")}
    assert {entry["licence"] for entry in manifest["files"]} == {"OFL-1.1"}
    assert "SIL OPEN FONT LICENSE" in (glyphs.FONTS / "OFL.txt").read_text("utf-8")
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(glyphs.FONTS)])
    assert set(fonts.families()) == set(glyphs.families())


@pytest.mark.parametrize("sign", ["a", "ß", "ж", "中", "ア", "한", "ن", "ह", "👍", "→", "\u200d", "\ufe0f", "\n"])
def test_what_can_be_drawn(sign: str) -> None:
    assert glyphs.can_draw(sign)


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\U00012000", "\ue000", "\U000f0000"])
def test_what_cannot_be_drawn(sign: str) -> None:
    assert not glyphs.can_draw(sign)


def test_long_words_may_be_parted_and_short_ones_stay() -> None:
    assert glyphs.parted("a word") == "a word"
    assert glyphs.parted("x" * 200).count(glyphs.BREAK) == 199
    assert glyphs.parted("Kreislaufwirtschaftsverordnung") == "Kreislaufwirtschaftsverordnung"
    assert glyphs.parted("https://example.org/a/b/c").replace(glyphs.BREAK, "") == "https://example.org/a/b/c"
