"""The Word file as another program reads it: LibreOffice opens it, sets it and gives every word back."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from facilitation.reports.assemble import assemble
from facilitation.reports.content import Figure
from facilitation.reports.render import pdf, word
from tests.programs import beside, need
from tests.reports.test_files import POISON, TEXTS, poisoned
from tests.reports.transcript import sample_lab


def converted(content: bytes, folder: Path, to: str) -> Path:
    """The file as LibreOffice writes it again."""
    source = folder / "report.docx"
    source.write_bytes(content)
    command = [
        need("soffice"),
        "--headless",
        f"-env:UserInstallation=file://{folder}/profile",
        "--convert-to",
        to,
        "--outdir",
        folder / "out",
    ]
    subprocess.run([*command, source], check=True, capture_output=True, timeout=110)
    return next((folder / "out").iterdir())


@pytest.mark.long
def test_libreoffice_reads_every_word(tmp_path: Path) -> None:
    text = converted(word.file(assemble(poisoned())), tmp_path, "txt:Text (encoded):UTF8").read_text("utf-8-sig")
    missing = [name for name, words in POISON.items() if words not in text]
    assert not missing


@pytest.mark.long
def test_libreoffice_sets_the_pages_with_state_headings_and_our_typeface(tmp_path: Path) -> None:
    report = assemble(sample_lab(state="remarks", version=2))
    made = converted(word.file(report), tmp_path, "pdf")
    told = subprocess.run([need("pdftotext"), made, "-"], capture_output=True, check=True).stdout.decode()
    pages = told.rstrip("\f").split("\f")
    assert len(pages) > 20
    assert all("Version 2, draft for remarks" in page for page in pages)
    words = " ".join(told.split())
    assert all(f"{section.number} {section.title}" in words for section in report.walk())
    fonts = subprocess.run([beside("pdftotext", "pdffonts"), made], capture_output=True, check=True).stdout.decode()
    assert re.search(r"SourceSans3-Regular.*yes yes", fonts)
    assert re.search(r"SourceSans3-Bold.*yes yes", fonts)


def test_every_drawing_is_a_picture_with_its_words() -> None:
    report = assemble(sample_lab())
    document = docx.Document(io.BytesIO(word.file(report)))
    told = [element.get("descr") for element in document.element.body.iter(qn("wp:docPr"))]
    figures = [block for section in report.walk() for block in section.blocks if isinstance(block, Figure)]
    assert told == [figure.alt for figure in figures if figure.kind != "swot"]
    for shape in document.inline_shapes:
        assert shape.width.mm == pytest.approx(170, abs=0.5)
    with zipfile.ZipFile(io.BytesIO(word.file(report))) as archive:
        pictures = [name for name in archive.namelist() if name.endswith(".png")]
        assert len(pictures) == len(told)
        assert all(archive.read(name).startswith(b"\x89PNG") for name in pictures)


def test_every_figure_has_its_table_in_word() -> None:
    report = assemble(sample_lab())
    document = docx.Document(io.BytesIO(word.file(report)))
    lines = [paragraph.text for paragraph in document.paragraphs]
    figures = [block for section in report.walk() for block in section.blocks if isinstance(block, Figure)]
    for figure in figures:
        assert f"Figure {figure.number}. {figure.caption}" in lines
        assert f"Data table, Figure {figure.number}" in lines


def test_pictures_hold_every_script() -> None:
    figure = next(
        block
        for section in assemble(poisoned()).walk()
        for block in section.blocks
        if isinstance(block, Figure) and block.kind == "ranking"
    )
    assert len(TEXTS) > 20
    once, again = pdf.drawings([figure, figure], "en")
    assert once.startswith(b"\x89PNG")
    assert once == again


@pytest.mark.long
def test_libreoffice_keeps_a_swot_and_the_facts_of_a_case_on_one_page(tmp_path: Path) -> None:
    made = converted(word.file(assemble(sample_lab())), tmp_path, "pdf")
    told = subprocess.run([need("pdftotext"), "-layout", made, "-"], capture_output=True, check=True).stdout.decode()
    pages = told.split("\f")
    for first, last in (("S Strengths", "O Opportunities"), ("In brief", "What was learned")):
        found = [(page.count(first), page.count(last)) for page in map(" ".join, (page.split() for page in pages))]
        assert [one for one, _other in found] == [other for _one, other in found]
