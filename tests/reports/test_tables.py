"""Markdown, spreadsheet, CSV and open data: whole, word for word, and never a formula. Read back with other programs."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import jsonschema
import openpyxl
import pytest
from markdown_it import MarkdownIt

from facilitation.paths import STATIC
from facilitation.reports import closed
from facilitation.reports.assemble import assemble
from facilitation.reports.content import Figure, Report, Table
from facilitation.reports.render import csvs, data, markdown, xlsx
from facilitation.reports.render.flat import grids
from tests.reports.test_files import POISON, TEXTS, poisoned
from tests.reports.transcript import sample_lab


@pytest.fixture(scope="module")
def bad() -> Report:
    return assemble(poisoned())


@pytest.fixture(scope="module")
def report() -> Report:
    return assemble(sample_lab(imprint={"licence": "CC BY 4.0"}))


def in_order(report: Report, kind: type) -> list[Any]:
    return [block for section in report.walk() for block in section.blocks if isinstance(block, kind)]


# ---- Markdown


def words_of(text: str) -> str:
    """What a reader of Markdown sees, line breaks and all."""
    found: list[str] = []
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(text.partition("\n---\n\n")[2]):
        for child in token.children or ():
            found.append("\n" if child.type in ("softbreak", "hardbreak") or child.content == "<br>" else child.content)
        if token.type == "inline":
            found.append("\n")
    return "".join(found)


def test_markdown_gives_every_word_back(bad: Report) -> None:
    seen = words_of(markdown.file(bad).decode())
    for name, text in POISON.items():
        assert f"\n{text}\n" in seen or f"\n{text} (" in seen or text in seen.split("\n"), name


def test_markdown_of_people_holds_no_markup_of_theirs(bad: Report) -> None:
    """The same tokens come out whatever was written: nobody's words open a tag, a link, a list or a heading."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown.file(bad).decode())
    inside = [child for token in tokens for child in token.children or ()]
    assert not [token for token in tokens if token.type in ("html_block", "fence", "code_block")]
    assert {child.content for child in inside if child.type == "html_inline"} <= {"<br>"}
    assert not [child for child in inside if child.type in ("link_open", "image", "code_inline", "s_open")]


MARKUP = [
    "1. one",
    "1) one",
    "- a",
    "+ a",
    "# a",
    "> a",
    "a\nb",
    "a\n\nb",
    "a\n- b",
    "===",
    "a\n===",
    "***",
    "| a | b |",
    "a  \nb",
]
MARKUP += [
    "<https://a.example>",
    "https://a.example/_x_",
    "[a](b)",
    "![a](b)",
    "`a`",
    "&lt;",
    "\\*",
    "a\\\nb",
    "~~a~~",
    "    code",
]
MARKUP += ["\tcode", "a\n    b", "[x]: /y", "a*b*c", "_a_", "&nbsp;", "``` a", "~~~", "- - -", "www.a.example", "a@b.example"]


@pytest.mark.parametrize("text", MARKUP)
def test_what_looks_like_markup_stays_text(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown.escaped(text))
    assert {token.type for token in tokens} == {"paragraph_open", "inline", "paragraph_close"}
    got = "".join("\n" if child.type in ("hardbreak", "softbreak") else child.content for child in tokens[1].children or ())
    assert [line.strip() for line in got.replace("\xa0", "").split("\n")] == [line.strip() for line in text.split("\n")]


def test_markdown_has_every_heading_table_and_caption(report: Report) -> None:
    text = markdown.file(report).decode()
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    assert sum(token.type == "table_open" for token in tokens) == len(in_order(report, Table)) + len(in_order(report, Figure))
    heads = [tokens[place + 1].content for place, token in enumerate(tokens) if token.type == "heading_open"]
    assert [f"{section.number} {section.title}" for section in report.walk()] == heads[-len(list(report.walk())) :]
    assert text.startswith('---\ntitle: "Flagship Lab - Mobility (illustrative)"\nlang: "en"')
    assert text.rstrip().endswith("Version 1, draft")


# ---- spreadsheet


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets}


def test_every_table_has_a_sheet_that_says_what_the_report_says(report: Report) -> None:
    found = sheets(xlsx.file(report))
    wanted = list(grids(report))
    assert list(found) == ["index", *(grid.name for grid in wanted)]
    for grid in wanted:
        rows = found[grid.name]
        assert rows[0][0] == grid.title
        assert tuple(rows[3][: len(grid.head)]) == grid.head
        assert [tuple("" if value is None else value for value in row) for row in rows[4:]] == list(grid.rows), grid.name
    listed = {row[0]: row[3] for row in found["index"] if row[0] in found}
    assert {grid.name: grid.alt or None for grid in wanted} == listed


def test_a_spreadsheet_holds_every_text_and_no_formula(bad: Report) -> None:
    content = xlsx.file(bad)
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    texts = {cell.value for cell in cells if cell.data_type == "s"}
    assert set(TEXTS) <= texts
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


def test_what_no_cell_may_hold_does_not_break_the_workbook() -> None:
    made = assemble(sample_lab(narrative={"purpose": closed.Narrative("a\x00b\ud800" + "x" * 40_000, 1)}))
    texts = [value for row in sheets(xlsx.file(made))["text"] for value in row if isinstance(value, str)]
    assert any(value.startswith("a\ufffdb\ufffdxxx") and len(value) == xlsx.LONGEST for value in texts)


def test_the_workbook_knows_the_state_and_neither_machine_nor_people(report: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.file(report)))
    assert (book.properties.creator or "") == (book.properties.lastModifiedBy or "") == ""
    assert book.properties.modified.isoformat()[:10] == book.properties.created.isoformat()[:10] == "2027-03-09"
    assert all("Version 1, draft" in sheet.oddFooter.left.text for sheet in book.worksheets)
    assert all(sheet.print_title_rows for sheet in book.worksheets[1:])


# ---- CSV


def unpacked(content: bytes) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))
            for name in archive.namelist()
            if name.endswith(".csv")
        }


def as_written(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


def test_csv_gives_every_cell_back(bad: Report) -> None:
    found = unpacked(csvs.file(bad))
    wanted = {f"{grid.name}.csv": grid for grid in grids(bad)}
    assert set(found) == set(wanted)
    for name, grid in wanted.items():
        rows = [[as_written(cell) for cell in row] for row in found[name]]
        assert rows == [list(grid.head), *([str(value) for value in row] for row in grid.rows)], name
    texts = {as_written(cell) for rows in found.values() for row in rows for cell in row}
    assert set(TEXTS) <= texts


def test_no_cell_of_a_csv_file_is_a_formula(bad: Report) -> None:
    cells = [cell for rows in unpacked(csvs.file(bad)).values() for row in rows for cell in row]
    assert "'=1+1" in cells
    assert "'@SUM(A1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'x", "''x", "＝1", "x", "", "a\nb", 'a"b', "a;b,c"])
def test_taking_one_apostrophe_away_gives_the_text_back(text: str) -> None:
    rows = list(csv.reader(io.StringIO(csvs.sheet([[text, "end"]]).decode("utf-8-sig"), newline="")))
    assert [as_written(cell) for cell in rows[0]] == [text, "end"]


def test_the_archive_holds_the_drawings_and_says_what_is_what(report: Report) -> None:
    with zipfile.ZipFile(io.BytesIO(csvs.file(report))) as archive:
        names = archive.namelist()
        about = archive.read("README.txt").decode("utf-8-sig")
    assert {f"figures/figure-{figure.number:02}.svg" for figure in in_order(report, Figure)} == {n for n in names if "svg" in n}
    assert "Version 1, draft" in about
    assert "CC BY 4.0" in about
    assert all(name in about for name in names if name.endswith(".csv"))


# ---- open data


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((STATIC / data.SCHEMA).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return found


NOTHING: dict[str, Any] = {
    name: ()
    for name in ("participants", "contributions", "clusters", "ballots", "evaluations", "proposals", "activities", "cases")
}


@pytest.mark.parametrize("changes", [{}, {"state": "released", "version": 3}, NOTHING])
def test_open_data_keep_their_schema(changes: dict[str, Any], schema: dict[str, Any]) -> None:
    jsonschema.validate(json.loads(data.file(assemble(sample_lab(**changes)))), schema)


def test_poison_keeps_the_schema(bad: Report, schema: dict[str, Any]) -> None:
    jsonschema.validate(json.loads(data.file(bad)), schema)


@pytest.mark.parametrize("spoil", ["seat", "posted_at", "id"])
def test_the_schema_refuses_what_could_lead_to_a_person(spoil: str, schema: dict[str, Any]) -> None:
    tree = json.loads(data.file(assemble(sample_lab())))
    tree["contributions"][0][spoil] = "x"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tree, schema)
