"""A case out as Word and in again: the same case, and what somebody changed in Word is the only thing that changes (R-26)."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.document import Document as Word
from hypothesis import HealthCheck, given, settings

from facilitation.cases import document as doc
from facilitation.cases.document import Document
from facilitation.cases.exporting import Exported, cases_json
from facilitation.cases.files.prose import back, forward
from facilitation.cases.files.word import blank_docx, case_docx
from facilitation.cases.files.word_case import HEAD, NO_REF, WordCase, read_word
from facilitation.cases.importing import parse_cases
from facilitation.cases.marked import FileError
from facilitation.cases.template import Template, template
from facilitation.core.text import Unclean, clean
from tests.cases.samples import EN, documents, lines, samples, texts
from tests.cases.test_exchange_files import _tidy, exported, made_up
from tests.programs import need

DE = template("de")
BOTH = (EN, DE)
POISON = json.loads((Path(__file__).parents[1] / "data" / "poison.json").read_text(encoding="utf-8"))
CASE = exported(samples()["FC-MS-01"])


def taken(content: bytes) -> WordCase:
    return read_word(content, BOTH)


def stored(case: Exported) -> Document:
    """What would be stored of it."""
    return parse_cases(cases_json([case], EN), EN).cases[0].document


def the_same(found: WordCase, case: Exported) -> None:
    assert found.notes == []
    assert {name: getattr(found.case, name) for name in ("ref", *HEAD)} == {name: getattr(case, name) for name in ("ref", *HEAD)}
    assert _tidy(stored(found.case)) == _tidy(stored(case))


@pytest.mark.parametrize("words", BOTH)
@pytest.mark.parametrize("guided", [False, True])
@pytest.mark.parametrize("ref", list(samples()))
def test_every_sample_comes_back_the_same(ref: str, guided: bool, words: Template) -> None:
    case = exported(samples()[ref])
    the_same(taken(case_docx(case, words, guided=guided)), case)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(documents(), lines)
def test_any_case_comes_back_the_same(document: Document, title: str) -> None:
    case = made_up("X-1", document, title)
    the_same(taken(case_docx(case, EN)), case)
    the_same(taken(case_docx(case, DE, guided=True)), case)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_words_come_back_from_paragraphs(text: str) -> None:
    assert forward(back(forward(text))) == forward(text)


def poisoned(text: str) -> Exported:
    """The text in every kind of place."""
    line = clean(text, max_length=300, multiline=False)
    document = doc.with_section(
        CASE.document, "2.1", {"development": text, "additions": [{"id": "line-1", "text": text, "origin": "lab"}]}
    )
    document, _row = doc.extend_section(document, "2.3", field="stakeholders", group=text, how_affected=text)
    document, _swot = doc.add_line(document, "W", text=text)
    document, element = doc.add_element(document, "A1", title=line, description=text)
    needs = {"resources": text}
    document, _suggestion = doc.add_suggestion(document, element, what_to_transfer=text, how_to_transfer=text, needs=needs)
    return Exported(CASE.ref, line, line, CASE.sector, CASE.type, CASE.status, document)


def kept_words() -> dict[str, str]:
    found = {}
    for name, text in {**POISON["kept"], **{name: pair[0] for name, pair in POISON["changed"].items()}}.items():
        try:
            found[name] = clean(text[:280], max_length=300)
        except Unclean:
            continue
    return {name: text for name, text in found.items() if text}


@pytest.mark.parametrize("name", list(kept_words()))
def test_every_text_survives_word_verbatim(name: str) -> None:
    text = kept_words()[name]
    case = poisoned(text)
    content = case_docx(case, EN)
    the_same(taken(content), case)
    shown = [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]
    assert "\n\n".join(block.text for block in forward(text)) in "\n\n".join(shown)


# ---- changes made in Word


def changed(case: Exported, change: Any, **how: Any) -> WordCase:
    document = docx.Document(io.BytesIO(case_docx(case, EN, **how)))
    change(document)
    out = io.BytesIO()
    document.save(out)
    return taken(out.getvalue())


def matrix(document: Word) -> Any:
    return next(table for table in document.tables if len(table.columns) == 3 and "(3.2)" in table.rows[0].cells[1].text)


def test_a_changed_sentence_is_the_only_change() -> None:
    def change(document: Word) -> None:
        paragraph = next(p for p in document.paragraphs if p.text.startswith("Fragile salt-flat"))
        paragraph.add_run(" Prices fell.").bold = True

    found = changed(CASE, change)
    expected = doc.with_section(
        CASE.document, "2.4", {"context": CASE.document["sections"]["2.4"]["context"] + " **Prices fell.**"}
    )
    assert found.notes == []
    assert stored(found.case) == stored(made_up(CASE.ref, expected))


def test_rows_come_and_go_in_word() -> None:
    def change(document: Word) -> None:
        table = next(table for table in document.tables if table.rows[0].cells[0].text == "Year")
        table._tbl.remove(table.rows[1]._tr)
        row = table.add_row()
        row.cells[0].text, row.cells[1].text = "2027", "Second round"

    found = changed(CASE, change)
    before, after = (case["sections"]["2.1"]["milestones"] for case in (CASE.document, found.case.document))
    assert [row["id"] for row in after[:-1]] == [row["id"] for row in before[1:]]
    assert (after[-1]["year"], after[-1]["event"], after[-1]["origin"]) == ("2027", "Second round", "desk")
    assert [(note.where, note.text) for note in found.notes] == [("Taken out", "2019, First direct contract")]


def test_the_matrix_grows_in_word() -> None:
    def change(document: Word) -> None:
        table = matrix(document)
        more, other, aspect = (table.add_row().cells for _n in range(3))
        more[2].text = "A second piece of advice"
        other[1].text = "A new element"
        aspect[0].text, aspect[1].text = "A new aspect", "Its element"
        aspect[1].add_paragraph("and what it means")

    found = changed(CASE, change)
    second, third = found.case.document["matrix"][1:]
    assert found.notes == []
    assert second["elements"][2]["suggestions"][-1]["how_to_transfer"] == "A second piece of advice"
    assert (second["elements"][3]["title"], second["elements"][3]["ref"]) == ("A new element", "E4")
    assert (third["ref"], third["title"]) == ("A3", "A new aspect")
    assert (third["elements"][0]["title"], third["elements"][0]["description"]) == ("Its element", "and what it means")
    kept = [aspect["id"] for aspect in CASE.document["matrix"]]
    assert [aspect["id"] for aspect in found.case.document["matrix"]][:2] == kept


def test_words_of_a_lab_that_a_person_changes_become_the_persons() -> None:
    source = {"lab": "lab-1", "proposal": "p-1", "votes": 4, "tiers": {"1": 4}, "level": 1}
    said = {"how_to_transfer": "Ask two buyers", "origin": "lab", "author": "lab", "sources": [source]}
    document, id_ = doc.add_suggestion(CASE.document, "A1.E1", **said)
    case = made_up(CASE.ref, document)

    def change(word: Word) -> None:
        run = next(
            run for row in matrix(word).rows for p in row.cells[2].paragraphs for run in p.runs if run.text == "Ask two buyers"
        )
        run.text = "Ask three buyers"

    item = doc.need(changed(case, change).case.document, id_).item
    assert (item["how_to_transfer"], item["sources"], item["origin"]) == ("Ask three buyers", [source], "lab")
    assert "author" not in item
    gone = changed(
        case, lambda word: [row._tr.getparent().remove(row._tr) for row in matrix(word).rows if "Ask two" in row.cells[2].text]
    )
    assert gone.case.document["removed"] == [{"id": id_, "proposals": ["p-1"]}]


def test_what_is_not_understood_is_told_with_its_place() -> None:
    def change(document: Word) -> None:
        document.add_heading("Something else", 2)
        document.add_paragraph("Nobody asked for this")
        roles = next(table for table in document.tables if table.rows[0].cells[-1].text == "Role")
        roles.rows[1].cells[-1].text = "boss"

    found = changed(CASE, change)
    told = {note.where: note.text for note in found.notes}
    assert told["Heading"] == "Something else"
    assert told[""] == "Nobody asked for this"
    assert "“boss” is none of the choices: responsible" in told["2.2 Institutions, Institutions"]
    assert found.case.document["sections"]["2.2"]["institutions"][0]["role"] == "responsible"


def without_data(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if not name.startswith("customXml/item1"):
                new.writestr(name, old.read(name))
    return out.getvalue()


def test_a_file_that_lost_its_data_still_says_the_same_words() -> None:
    found = taken(without_data(case_docx(CASE, EN, guided=True)))
    assert [note for note in found.notes if "[" not in note.text] == []
    assert _words(found.case.document) == _words(CASE.document)


def _words(tree: Any) -> Any:
    """Without ids and marks; numbers of sources are not told apart from what is cited."""
    if isinstance(tree, dict):
        hidden = {"id", "cites", "items", "numbered", "selection"}
        found = {key: _words(value) for key, value in tree.items() if key not in hidden}
        return {key: value for key, value in found.items() if value not in (None, "", [], {})}
    return [_words(item) for item in tree] if isinstance(tree, list) else tree


@pytest.mark.long
def test_libreoffice_may_save_it_in_between(tmp_path: Path) -> None:
    soffice = str(need("soffice"))
    (tmp_path / "case.docx").write_bytes(case_docx(CASE, EN, guided=True))
    command = [soffice, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "docx:MS Word 2007 XML"]
    paths = ["--outdir", str(tmp_path / "out"), str(tmp_path / "case.docx")]
    subprocess.run([*command, *paths], check=True, capture_output=True, timeout=100)
    found = taken((tmp_path / "out" / "case.docx").read_bytes())
    assert found.notes == []
    assert _words(found.case.document) == _words(CASE.document)


# ---- the empty template


@pytest.mark.parametrize("words", BOTH)
def test_the_empty_template_filled_in_becomes_a_case(words: Template) -> None:
    document = docx.Document(io.BytesIO(blank_docx(words)))
    _fill(document, words)
    out = io.BytesIO()
    document.save(out)
    found = taken(out.getvalue())
    assert found.notes == []
    case = parse_cases(cases_json([found.case], EN), EN).cases[0]
    assert (case.ref, case.title, case.sector, case.type) == (NO_REF, "Buying together", "MS", "management_systems")
    fields = case.document["sections"]
    assert fields["2.4"]["context"] == "It was a hard year."
    assert [row["name"] for row in fields["2.2"]["institutions"]] == ["The ministry"]
    aspect = case.document["matrix"][0]
    assert (aspect["ref"], aspect["title"]) == ("A1", "One contract for all")
    element = aspect["elements"][0]
    assert (element["category"], element["title"], element["suggestions"][0]["how_to_transfer"]) == (
        "success_factor", "Trust", "Begin small")  # fmt: skip
    assert case.document["topics"] == [EN.options("good_practice_topics")[0].id]


def _fill(document: Word, words: Template) -> None:
    title = next(p for p in document.paragraphs if p.style.name == "Title")
    title.add_run("Buying together")
    facts = document.tables[0]
    for row, text in ((2, words.label("sectors", "MS")), (3, words.label("case_types", "management_systems"))):
        facts.rows[row].cells[1].paragraphs[0].add_run(text)
    box = next(
        node
        for node in document.element.body.iter()
        if node.tag.endswith("}t")
        and node.text == "☐"
        and words.options("good_practice_topics")[0].label
        in "".join(node.getparent().getparent().getparent().getparent().itertext())
    )
    box.text = "☒"
    label = words.section("2.4").fields[0].label  # type: ignore[union-attr]
    place = next(p for p in document.paragraphs if p.text == label and p.style.name == "Field Label")
    answer = docx.text.paragraph.Paragraph(place._p.getnext().getnext(), document)
    answer._p.addnext(document.add_paragraph("It was a hard year.")._p)
    institutions = next(table for table in document.tables if len(table.columns) == 5 and len(table.rows) == 4)
    institutions.rows[1].cells[0].text = "The ministry"
    cells = matrix(document).rows[1].cells
    cells[0].paragraphs[0].add_run("One contract for all")
    cells[1].paragraphs[1].add_run("Trust")
    how = next(p for p in cells[2].paragraphs if p.text.startswith(words.words["field.how_to_transfer"]))
    how.add_run("Begin small")


def test_the_empty_template_left_empty_says_what_is_missing() -> None:
    with pytest.raises(FileError, match="does not say this yet: Title"):
        taken(blank_docx(EN))
