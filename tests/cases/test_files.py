"""A case on paper: every part in order, the matrix whole, what is first-hand visible, the same bytes each time (R-26)."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from pathlib import Path

import docx
import pytest
from docx.table import Table

from facilitation.cases import document as doc
from facilitation.cases.exporting import Exported, cases_yaml
from facilitation.cases.files.formats import FORMATS, Wanted, blank, together
from facilitation.cases.importing import parse_cases
from facilitation.cases.template import template
from tests.cases.browsing import As
from tests.cases.samples import EN, samples
from tests.cases.test_exchange_files import exported
from tests.cast import Cast
from tests.programs import need

CASE = exported(samples()["FC-MS-01"])
DE = template("de")


def word(case: Exported, wanted: Wanted | None = None) -> docx.document.Document:
    return docx.Document(io.BytesIO(FORMATS["docx"].write(case, wanted or Wanted(EN))))


def words_of(document: docx.document.Document) -> list[str]:
    """Every paragraph in order, those of tables too."""
    return [paragraph.text for paragraph in _paragraphs(document)]


def _paragraphs(document: docx.document.Document) -> list[docx.text.paragraph.Paragraph]:
    elements = document.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p")
    return [docx.text.paragraph.Paragraph(element, document) for element in elements]


def matrix_of(document: docx.document.Document) -> Table:
    return next(table for table in document.tables if len(table.columns) == 3 and "(3.2)" in table.rows[0].cells[1].text)


def with_lab() -> Exported:
    source = {"lab": "lab-1", "proposal": "p", "contributions": ["a", "b"], "tiers": {"1": 2, "3": 1}, "votes": 4, "level": 1}
    said = {"how_to_transfer": "Ask two buyers", "origin": "lab", "author": "lab", "sources": [source]}
    document, _id = doc.add_suggestion(CASE.document, "A1.E1", **said)
    return Exported(CASE.ref, CASE.title, CASE.neutral_title, CASE.sector, CASE.type, CASE.status, document)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("guided", [False, True])
def test_the_same_case_gives_the_same_bytes(kind: str, guided: bool) -> None:
    wanted = Wanted(EN, guided=guided)
    assert FORMATS[kind].write(CASE, wanted) == FORMATS[kind].write(CASE, wanted)


def test_word_has_the_parts_and_sections_in_the_order_of_the_template() -> None:
    document = word(CASE)
    heads = [(p.style.name, p.text) for p in _paragraphs(document) if p.style.name.startswith("Heading")]
    ones = [text for style, text in heads if style == "Heading 1"]
    assert ones == ["1\tOverview and Summary", "2\tCase Description", "3\tCase Evaluation", "The owner's draft SWOT", "Sources"]
    numbered = [text.split("\t")[0] for style, text in heads if style == "Heading 2" and "\t" in text]
    assert numbered == [section.id for section in EN.sections]
    assert document.core_properties.author == ""
    assert document.core_properties.title == CASE.title


def test_the_matrix_is_a_table_of_three_columns_with_a_head_on_every_page() -> None:
    table = matrix_of(word(CASE))
    assert [cell.text for cell in table.rows[0].cells] == [
        "Aspect", "Key elements (3.2)", "Suggestions for transferability (3.3)"]  # fmt: skip
    assert "w:tblHeader" in table.rows[0]._tr.xml
    first = [row.cells[0].text.split("\n")[0] for row in table.rows[1:]]
    assert first[0].startswith("A1 Direct purchase")
    assert first[1:3] == ["A1", "A1"]
    assert len(table.rows) == 1 + 6  # six elements, none with two suggestions
    assert "w:vMerge" not in table._tbl.xml
    assert "w:cantSplit" in table.rows[1]._tr.xml  # a short row stands on one page


def test_a_long_cell_of_the_matrix_flows_on_to_the_next_page(tmp_path: Path) -> None:
    long = doc.update_item(CASE.document, "A1.E1", {"description": "\n\n".join(f"Paragraph {n} of many." for n in range(90))})
    case = Exported(CASE.ref, CASE.title, CASE.neutral_title, CASE.sector, CASE.type, CASE.status, long)
    assert "w:cantSplit" not in matrix_of(word(case)).rows[1]._tr.xml
    (tmp_path / "case.pdf").write_bytes(FORMATS["pdf"].write(case, Wanted(EN)))
    command = [str(need("pdftotext")), str(tmp_path / "case.pdf"), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert [n for n in range(90) if f"Paragraph {n} of many." not in text] == []


def test_two_suggestions_stand_under_each_other_and_none_leaves_room() -> None:
    table = matrix_of(word(with_lab()))
    rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    assert rows[1][:2] == ["A1", "A1.E1"]
    assert "Ask two buyers" in rows[1][2]
    assert rows[-1][2] == ""


@pytest.mark.parametrize("kind", ["docx", "md"])
def test_what_people_said_who_were_there_is_told_from_what_was_read(kind: str) -> None:
    content = FORMATS[kind].write(with_lab(), Wanted(EN, labs={"lab-1": "Lab of May"}))
    text = "\n".join(words_of(docx.Document(io.BytesIO(content)))) if kind == "docx" else content.decode()
    assert "Of 38 entries, 4 are first-hand experience (Interview 1, Case owner 2, Lab 1)" in text
    assert "Lab of May, 2 contributions, Tier 1, Tier 3, 4 dots" in text
    if kind == "docx":
        lab = next(p for p in _paragraphs(docx.Document(io.BytesIO(content))) if "Ask two buyers" in p.text)
        assert [run.underline for run in lab.runs] == [None, True]


@pytest.mark.parametrize("kind", ["docx", "md"])
@pytest.mark.parametrize("words", [EN, DE])
def test_guiding_questions_are_there_when_asked_for(kind: str, words: object) -> None:
    questions = [question.text for section in words.sections for question in section.questions]  # type: ignore[attr-defined]
    for guided in (True, False):
        content = FORMATS[kind].write(CASE, Wanted(words, guided=guided))  # type: ignore[arg-type]
        text = "\n".join(words_of(docx.Document(io.BytesIO(content)))) if kind == "docx" else content.decode()
        assert [question in text for question in questions] == [guided] * 19


def test_the_empty_template_asks_all_nineteen_questions_and_offers_every_choice() -> None:
    document = docx.Document(io.BytesIO(blank(EN)))
    text = "\n".join(words_of(document))
    assert all(question.text in text for section in EN.sections for question in section.questions)
    xml = document.element.xml
    assert xml.count("<w14:checkbox>") >= len(EN.options("good_practice_topics")) + len(EN.options("value_chain_stages"))
    assert all(f'w:displayText="{option.label}"' in xml for category in EN.categories for option in [category])


def test_markdown_has_the_matrix_as_a_table_of_three_columns() -> None:
    text = FORMATS["md"].write(CASE, Wanted(EN)).decode()
    lines = text.splitlines()
    head = lines.index("| Aspect | Key elements (3.2) | Suggestions for transferability (3.3) |")
    rows = [line for line in lines[head + 2 : head + 8]]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 4 for row in rows)
    assert rows[0].startswith("| **A1 Direct purchase")
    assert next(line for line in lines if line.startswith("### ")) == "### 1.1 Executive Summary"


def test_several_cases_are_one_file() -> None:
    both = [CASE, exported(samples()["FC-RES-01"])]
    assert [case.ref for case in parse_cases(together(both, "yaml", Wanted(EN)).decode(), EN).cases] == ["FC-MS-01", "FC-RES-01"]
    assert [case["id"] for case in json.loads(together(both, "json", Wanted(EN)))["cases"]] == ["FC-MS-01", "FC-RES-01"]
    with zipfile.ZipFile(io.BytesIO(together(both, "docx", Wanted(EN)))) as archive:
        assert archive.namelist() == ["FC-MS-01.docx", "FC-RES-01.docx"]
    assert together(both, "yaml", Wanted(EN)).decode() == cases_yaml(both, EN)


@pytest.mark.long
def test_libreoffice_reads_the_word_file_whole(tmp_path: Path) -> None:
    soffice = str(need("soffice"))
    (tmp_path / "case.docx").write_bytes(FORMATS["docx"].write(CASE, Wanted(EN)))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [soffice, "--headless", profile, "--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "case.docx")], check=True, capture_output=True, timeout=100)
    text = (tmp_path / "case.txt").read_text("utf-8")
    for aspect, element in doc.elements(CASE.document):
        assert f"{aspect['ref']}.{element['ref']} {element['title']}" in text


# ---- the web


@pytest.mark.parametrize("kind", FORMATS)
def test_a_case_is_downloaded_under_a_name_of_ours(cast: Cast, browse: As, kind: str) -> None:
    answer = browse(cast.omar).get(f"/cases/{cast.case}.{kind}?questions=1")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="FC-MS-01.{kind}"'
    assert answer.headers["Content-Type"] == FORMATS[kind].media
    page = browse(cast.omar).get(f"/cases/{cast.case}").get_data(as_text=True)
    assert f"/cases/{cast.case}.{kind}" in page
    stranger = cast.staff("oda@example.org", "Oda", "case_owner", case=cast.other_case)
    assert browse(stranger).get(f"/cases/{cast.case}.{kind}").status_code == 404


def test_the_empty_template_is_downloaded_in_the_language_of_the_page(cast: Cast, browse: As) -> None:
    answer = browse(cast.omar).get("/cases/template.docx")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="flagship-case-en.docx"'
    assert docx.Document(io.BytesIO(answer.data)).paragraphs[0].text == "Flagship case template"
