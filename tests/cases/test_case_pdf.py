"""A case as PDF: keeps the standard for accessible files, and every word can be read from it (R-26)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from facilitation.cases import document as doc
from facilitation.cases.files import pdf
from facilitation.cases.files.content import case_text
from facilitation.cases.files.pdf import case_pdf
from tests.cases.samples import EN, samples
from tests.cases.test_exchange_files import exported
from tests.cases.test_word_round_trip import DE, kept_words, poisoned
from tests.programs import need


def told(content: bytes, folder: Path) -> str:
    """What another program reads, without the breaks of lines."""
    path = folder / "case.pdf"
    path.write_bytes(content)
    found = subprocess.run([str(need("pdftotext")), "-raw", str(path), "-"], check=True, capture_output=True, timeout=60)
    return "".join(found.stdout.decode().split())


@pytest.mark.parametrize("guided", [False, True])
@pytest.mark.parametrize("ref", list(samples()))
def test_every_sample_keeps_the_standard(ref: str, guided: bool) -> None:
    for words in (EN, DE):
        content = case_text(exported(samples()[ref]), words, guided=guided)
        made = pdf._compiled(content, words, ("ua-1",), plain=False)
        assert b"pdfuaid" in made


def test_another_program_reads_every_element_and_question(tmp_path: Path) -> None:
    case = exported(samples()["FC-MS-01"])
    text = told(case_pdf(case, EN, guided=True), tmp_path)
    for aspect, element in doc.elements(case.document):
        assert "".join(f"{aspect['ref']}.{element['ref']} {element['title']}".split()) in text
    assert all("".join(question.text.split()) in text for section in EN.sections for question in section.questions)


@pytest.mark.parametrize("name", list(kept_words()))
def test_no_text_keeps_a_case_from_being_printed(name: str) -> None:
    assert case_pdf(poisoned(kept_words()[name]), EN).startswith(b"%PDF-1.7")
