"""What peers tied to a case and checked in it: in every file, in the editor, and back again (R-26, R-36, R-37, R-98)."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import docx
import pytest

from facilitation.cases import document as doc
from facilitation.cases.document import Document, find
from facilitation.cases.exporting import Exported, cases_json, cases_yaml
from facilitation.cases.files.formats import FORMATS, Wanted
from facilitation.cases.files.taking import take
from facilitation.cases.files.word_case import read_word
from facilitation.cases.importing import parse_cases
from facilitation.cases.marked import FileError
from facilitation.cases.models import Case
from facilitation.cases.rules import mark, peers_content
from facilitation.cases.template import template
from facilitation.cases.views import sheet
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from tests.cases.samples import EN, samples
from tests.cases.test_exchange_files import HEAD, exported
from tests.cases.test_files import _paragraphs
from tests.cases.test_word_round_trip import the_same
from tests.cast import Cast
from tests.programs import need

DE = template("de")
SOURCE = {"lab": "lab-1", "proposal": "p-1", "contributions": ["a", "b"], "tiers": {"1": 2}, "votes": 4, "level": 1}
LABS = {"lab-1": "Webinar of May"}
#: Words that must be readable in every file made from `talked`.
SHOWN = [
    "No data on small mines", "Confirmed by 4 people", "It began in 2020", "It began in 2019", "Two buyers took part",
    "A buyer was missing", "Prices may fall fast", "Prices may fall", "Too dear for a small firm", "Beside the matrix",
]  # fmt: skip


def talked() -> Exported:
    """A sample case after a webinar and a lab: every kind of record, and a challenge."""
    case = exported(samples()["FC-MS-01"])
    document, said = case.document, {"origin": "webinar", "author": "lab", "sources": [SOURCE]}
    document, _id = doc.add_to(document, "challenges", text="No data on small mines", **said)
    line = {"id": "line-00001", "text": "Too dear for a small firm", "origin": "owner"}
    row = document["sections"]["2.2"]["institutions"][0]
    records: list[dict[str, Any]] = [
        {"section": "2.2", "verdict": "confirmed", "text": "Confirmed by 4 people"},
        {"section": "3.2", "verdict": "noted", "text": "A buyer was missing"},
        {"section": "2.1", "field": "development", "verdict": "corrected", "text": "It began in 2020",
         "before": "It began in 2019"},
        {"section": "2.2", "field": "institutions", "item": row["id"], "column": "name", "verdict": "corrected",
         "text": "Two buyers took part", "before": "One buyer took part"},
        {"swot": "W", "verdict": "dropped", "before": line["text"], "line": line, "at": 2},
        {"swot": "T", "item": document["swot"]["T"][0]["id"], "verdict": "reworded", "text": "Prices may fall fast",
         "before": "Prices may fall"},
    ]  # fmt: skip
    for record in records:
        document, _id = doc.add_to(document, "checks", **record, **said)
    document, _id = doc.extend_section(document, "3.2", text="Beside the matrix", **said)
    document, _id = doc.extend_section(document, "2.1", text="More on how it began", about="development", **said)
    return Exported(case.ref, case.title, case.neutral_title, case.sector, case.type, case.status, document)


@pytest.mark.parametrize("write", [cases_yaml, cases_json])
def test_yaml_and_json_bring_the_same_case_back(write: Any) -> None:
    case = talked()
    found = parse_cases(write([case], EN), EN)
    assert found.warnings == []
    assert found.cases[0].document == case.document


@pytest.mark.parametrize("words", [EN, DE])
@pytest.mark.parametrize("guided", [False, True])
def test_word_brings_the_same_case_back(words: Any, guided: bool) -> None:
    case = talked()
    the_same(read_word(FORMATS["docx"].write(case, Wanted(words, guided=guided, labs=LABS)), (EN, DE)), case)


def test_export_delete_import_gives_an_identical_case(cast: Cast) -> None:
    case = talked()
    with reading(db.engine) as session:
        before = session.get_one(Case, cast.case)
        ref, sector = before.ref, before.sector
    made = cast.do("case.import", cast.olga, text=cases_yaml([Exported("X-7", *_head(case), case.document)], EN))
    id_ = made["cases"][0]["id"]
    text = stored(id_, lambda row: cases_json([Exported(row.ref, *_head(case), row.document)], EN))
    first = stored(id_, lambda row: row.document)
    cast.do("case.delete", cast.olga, case=id_)
    again = cast.do("case.import", cast.olga, text=text)["cases"][0]["id"]
    assert again != id_
    assert stored(again, lambda row: row.document) == first == case.document
    assert stored(cast.case, lambda row: (row.ref, row.sector)) == (ref, sector)  # and nothing else moved


def _head(case: Exported) -> tuple[str, str, str, str, str]:
    return case.title, case.neutral_title, case.sector, case.type, case.status


def stored(id_: str, read: Any) -> Any:
    with reading(db.engine) as session:
        return read(session.get_one(Case, id_))


def words_in(kind: str, folder: Path) -> str:
    """A file of the case as its reader's program reads it."""
    content = FORMATS[kind].write(talked(), Wanted(EN, labs=LABS))
    if kind == "docx":
        return "\n".join(paragraph.text for paragraph in _paragraphs(docx.Document(io.BytesIO(content))))
    if kind == "pdf":
        (folder / "case.pdf").write_bytes(content)
        command = [str(need("pdftotext")), str(folder / "case.pdf"), "-"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return content.decode()


@pytest.mark.parametrize("kind", ["docx", "pdf", "md"])
def test_every_record_is_printed_with_where_it_comes_from(kind: str, tmp_path: Path) -> None:
    text = " ".join(words_in(kind, tmp_path).split())
    flat = text.replace(" ", "")
    for shown in [*SHOWN, "Unresolved challenges", "Checked with peers", "To be corrected", "Taken out"]:
        assert shown.replace(" ", "") in flat, shown
    assert flat.count("WebinarofMay") == 9  # a challenge, six records, two lines
    assert "Of 46 entries, 12 are first-hand experience (Interview 1, Case owner 2, Webinar 9)" in text.replace("\n", " ")


def test_a_record_changed_in_word_is_reworded_and_one_taken_out_is_gone() -> None:
    case = talked()
    document = docx.Document(io.BytesIO(FORMATS["docx"].write(case, Wanted(EN, labs=LABS))))
    cells = {cell.text: cell for table in document.tables for row in table.rows for cell in row.cells}
    run = next(run for paragraph in cells["Confirmed by 4 people"].paragraphs for run in paragraph.runs if run.text)
    run.text = "Four people confirmed it"
    row = cells["No data on small mines"]._tc.getparent()
    row.getparent().remove(row)
    out = io.BytesIO()
    document.save(out)
    found = read_word(out.getvalue(), (EN, DE))
    assert found.case.document["checks"][0]["text"] == "Four people confirmed it"
    assert "author" not in found.case.document["checks"][0]
    assert found.case.document["checks"][1:] == case.document["checks"][1:]
    assert "challenges" not in found.case.document
    assert [note.text for note in found.notes] == ["No data on small mines"]
    assert doc.removed_proposals(found.case.document) == {"p-1"}


def test_a_challenge_written_into_the_empty_template_arrives() -> None:
    document = docx.Document(io.BytesIO(FORMATS["docx"].write(exported(samples()["FC-MS-01"]), Wanted(EN, guided=True))))
    tables = document.element.body.xpath("./w:tbl")
    heads = document.element.body.xpath("./w:p[w:pPr/w:pStyle/@w:val='Heading1']")
    head = next(one for one in heads if "Unresolved challenges" in "".join(one.itertext()))
    table = next(docx.table.Table(one, document) for one in tables if head.getnext() is one)
    table.rows[1].cells[0].text = "Who pays for the audit?"
    out = io.BytesIO()
    document.save(out)
    case = take(out.getvalue(), (EN, DE)).cases[0]
    assert [line["text"] for line in case.document["challenges"]] == ["Who pays for the audit?"]


def test_the_reading_sheet_tells_them() -> None:
    told = sheet(talked().document, EN)
    assert told["challenges"] == ["No data on small mines"]
    blocks = {
        block["label"]: block["text"] for section in told["sections"] if section["id"] == "2.2" for block in section["blocks"]
    }
    assert blocks["Checked with peers"].splitlines()[0] == "Confirmed by 4 people"


WRONG = [
    ("checks: [{section: '9.9', verdict: noted, text: a}]", "9.9"),
    ("checks: [{verdict: noted, text: a}]", "Either a section"),
    ("checks: [{section: '2.1', swot: W, verdict: confirmed}]", "Either a section"),
    ("checks: [{swot: X, verdict: confirmed}]", "S, W, O and T"),
    ("checks: [{section: '2.1', verdict: dropped, text: a}]", "confirmed, noted, corrected"),
    ("checks: [{swot: W, verdict: dropped, before: a}]", "line"),
    ("checks: [{swot: W, verdict: dropped, line: a, at: soon}]", "whole number"),
    ("checks: [{section: '2.1', field: '../x', verdict: noted}]", "id"),
    ("checks: [a]", "Names with values"),
    ("checks: {a: 1}", "list"),
    ("challenges: 7", "list"),
    ("challenges: [{text: a, provenance: [{level: high}]}]", "not what is expected"),
    ("challenges: [{text: a, provenance: [{tiers: {'1': many}}]}]", "whole number"),
    ("challenges: [{text: a, provenance: [{contributions: [[]]}]}]", "list"),
    ("challenges: [{text: a, provenance: [x]}]", "Names with values"),
    ('challenges: ["\\u0007"]', "U+0007"),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_wrong_record_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(FileError) as caught:
        parse_cases(f"{HEAD}  {text}\n", EN)
    assert words in str(caught.value)
    assert caught.value.line == 6


# ---- the editor


@pytest.fixture
def told(cast: Cast) -> Cast:
    """The case of the cast, with two challenges and two records."""
    with reading(db.engine) as session:
        row = session.get_one(Case, cast.case)
        document, ref, head = row.document, row.ref, (row.title, row.neutral_title, row.sector, row.type, row.status)
    said = {"origin": "webinar", "author": "lab", "sources": [SOURCE]}
    document, _id = doc.add_to(document, "challenges", id="challenge1", text="No data on small mines", **said)
    document, _id = doc.add_to(document, "checks", id="check00001", section="2.2", verdict="confirmed", text="By 4", **said)
    document, _id = doc.add_to(document, "checks", id="check00002", section="2.1", field="development", verdict="corrected",
                               text="2020", before="2019", **said)  # fmt: skip
    cast.do("case.import", cast.olga, text=cases_yaml([Exported(ref, *head, document)], EN), replace=True)
    return cast


def now(cast: Cast) -> Document:
    found: Document = stored(cast.case, lambda row: row.document)
    return found


def save(cast: Cast, **what: Any) -> Any:
    base = what.pop("base", None) or mark(peers_content(now(cast), EN))
    return cast.do("case.save_peers", cast.omar, case=cast.case, base=base, **what)


def test_the_owner_rewords_adds_and_takes_out(told: Cast) -> None:
    rows = [{"id": "challenge1", "text": "No data on small mines in the south"}, {"text": "Who pays?", "id": "mine000001"}]
    save(told, challenges=rows, checks=[{"id": "check00001", "text": "By four people"}])
    document = now(told)
    assert [(line["text"], line["origin"], line.get("author")) for line in document["challenges"]] == [
        ("No data on small mines in the south", "webinar", None), ("Who pays?", "desk", None)]  # fmt: skip
    assert document["challenges"][0]["sources"] == [SOURCE]
    assert [(item["id"], item["text"]) for item in document["checks"]] == [("check00001", "By four people")]
    assert doc.removed_proposals(document) == {"p-1"}  # the one taken out does not come back by itself
    save(told, challenges=[], checks=[])
    assert now(told)["challenges"] == now(told)["checks"] == []


def test_the_words_of_a_correction_stay_what_they_were(told: Cast) -> None:
    save(told, checks=[{"id": "check00001"}, {"id": "check00002", "text": "1999"}])
    found = find(now(told), "check00002")
    assert found is not None
    assert (found.item["text"], found.item["before"]) == ("2020", "2019")


def test_nobody_writes_a_record_by_hand_and_two_owners_do_not_overwrite_each_other(told: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        save(told, checks=[{"id": "check00001"}, {"id": "check00009", "text": "x"}])
    assert list(refusal.value.fields) == ["fields.checks"]
    with pytest.raises(Refused) as refusal:
        save(told, lines={"2.1": [{"text": "x"}]})
    assert list(refusal.value.fields) == ["fields.lines:2.1"]
    base = mark(peers_content(now(told), EN))
    save(told, challenges=[])
    with pytest.raises(Refused) as refusal:
        save(told, challenges=[{"id": "challenge1", "text": "Mine"}], base=base)
    assert refusal.value.code == "conflict"
    assert json.dumps(refusal.value.data["mine"]["challenges"]).count("Mine") == 1


def test_the_page_of_the_editor_holds_what_it_edits(told: Cast) -> None:
    page = told.browser(told.omar).get(f"/cases/{told.case}/edit/peers").text
    assert "No data on small mines" in page
    assert "check00002" in page
    assert f"/cases/{told.case}/edit/peers" in told.browser(told.omar).get(f"/cases/{told.case}/edit/details").text
