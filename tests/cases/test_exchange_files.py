"""Cases from a file and back (R-26): nothing is lost, nothing half understood."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facilitation.cases.document import Document
from facilitation.cases.exporting import Exported, cases_yaml
from facilitation.cases.importing import ParsedCase, cited, parse_cases
from facilitation.cases.marked import FileError
from tests.cases.samples import EN, documents, lines, sample, sample_text, samples

HEAD = 'cases:\n- id: X-1\n  title: "T"\n  sector: MS\n  type: technology\n'


def exported(case: ParsedCase) -> Exported:
    return Exported(case.ref, case.title, case.neutral_title, case.sector, case.type, case.status, case.document)


def made_up(ref: str, document: Document, title: str = "T") -> Exported:
    return Exported(ref, title, "", "MS", "technology", "mapped", document)


def test_the_seven_samples_are_read_whole() -> None:
    found = samples()
    assert list(found) == ["FC-RES-01", "FC-EEES-01", "FC-EEES-02", "FC-MS-01", "FC-MS-02", "FC-MS-03", "FC-EEES-03"]
    case = found["FC-MS-01"]
    assert (case.sector, case.type, case.status) == ("MS", "management_systems", "selected")
    assert case.neutral_title == "Buying lithium directly and asking for mine-level assurance"
    document = case.document
    assert document["sections"]["3.1"]["indicators"][0]["actual"] == "100"
    assert document["sections"]["3.1"]["intended_objectives"][0]["reached"] == "yes"
    suggestions = [s for _, element in _elements(document) for s in element["suggestions"]]
    assert [s["origin"] for s in suggestions] == ["owner", "interview", "desk", "owner"]
    assert len([element for _, element in _elements(document)]) == 6


def _elements(document: Document) -> list[tuple[dict, dict]]:  # type: ignore[type-arg]
    return [(aspect, element) for aspect in document["matrix"] for element in aspect["elements"]]


def test_a_case_keeps_exactly_the_sources_it_cites() -> None:
    document = sample("FC-MS-01")
    assert sorted(document["references"], key=int) == ["18", "19", "20", "21", "22"]
    assert document["references"]["20"]["publisher"] == "Mining Technology"
    assert cited(document) == set(document["references"])


def test_export_and_import_of_the_samples_is_identical() -> None:
    text = cases_yaml([exported(case) for case in samples().values()], EN)
    again = parse_cases(text, EN)
    assert again.warnings == []
    assert [(c.ref, c.title, c.neutral_title, c.sector, c.type, c.status, c.document) for c in again.cases] == [
        (c.ref, c.title, c.neutral_title, c.sector, c.type, c.status, c.document) for c in samples().values()
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(documents(), min_size=1, max_size=3), lines)
def test_export_and_import_of_any_case_is_identical(made: list[Document], title: str) -> None:
    text = cases_yaml([made_up(f"X-{n}", document, title) for n, document in enumerate(made)], EN)
    again = parse_cases(text, EN)
    assert [case.title for case in again.cases] == [title] * len(made)
    for case, document in zip(again.cases, made, strict=True):
        assert _tidy(case.document) == _tidy(document)


def _tidy(document: Document) -> Document:
    """Empty parts count as absent; without counters that were never needed."""
    if isinstance(document, dict):
        found = {key: _tidy(value) for key, value in document.items()}
        return {key: value for key, value in found.items() if value not in (None, "", [], {}, 0)}
    return [_tidy(item) for item in document] if isinstance(document, list) else document


def test_sources_with_the_same_number_in_two_cases_stay_apart() -> None:
    first, second = {**sample("FC-MS-01")}, {**sample("FC-MS-02")}
    second["references"] = {**second["references"], "22": {"title": "not cited here"}}
    first["references"] = {**first["references"], "23": {"title": "another 23", "url": "https://example.org"}}
    text = cases_yaml([made_up("A-1", first), made_up("A-2", second)], EN)
    again = parse_cases(text, EN).cases
    assert again[0].document == first
    assert again[1].document == second
    dangling = {**sample("FC-MS-01"), "references": {}}
    pair = parse_cases(cases_yaml([made_up("A-1", dangling), made_up("A-2", sample("FC-MS-01"))], EN), EN).cases
    assert "references" not in pair[0].document
    assert pair[1].document == sample("FC-MS-01")


def test_what_nobody_knows_is_kept_and_told() -> None:
    more = (
        "  colour: red\n  part2:\n    '2.1': {development: x, weather: {wind: 3, rain: '3'}}\n"
        "    '2.3': {stakeholders: [{group: g, shoe_size: 44}]}\n"
    )
    found = parse_cases(HEAD + more, EN)
    document = found.cases[0].document
    assert document["colour"] == "red"
    assert document["sections"]["2.1"]["weather"] == {"wind": 3, "rain": "3"}
    assert document["sections"]["2.3"]["stakeholders"][0]["shoe_size"] == 44
    assert [warning.split(":")[0] for warning in found.warnings] == [
        "line 8, cases[0].part2.2.1.weather",
        "line 9, cases[0].part2.2.3.stakeholders[0].shoe_size",
        "line 6, cases[0].colour",
    ]
    again = parse_cases(cases_yaml([exported(found.cases[0])], EN), EN)
    assert again.cases[0].document == document


def test_words_that_yaml_would_turn_into_something_else_stay_words() -> None:
    more = "  part3: {'3.1': {effects: No, intended_objectives: [{objective: 2019-01-01, reached: no}]}}\n"
    fields = parse_cases(HEAD + more, EN).cases[0].document["sections"]["3.1"]
    assert fields["effects"] == "No"
    assert fields["intended_objectives"][0]["objective"] == "2019-01-01"
    assert fields["intended_objectives"][0]["reached"] == "no"


def test_topics_are_kept_in_one_place() -> None:
    more = "  topics: [assurance]\n  part1: {'1.1': {topics: [assurance, traceability]}}\n"
    assert parse_cases(HEAD + more, EN).cases[0].document["topics"] == ["assurance", "traceability"]


MATRIX = HEAD + "  part3:\n    matrix:\n    - id: A1\n      aspect: a\n      elements:\n"
ELEMENT = MATRIX + "      - id: E1\n        title: t\n"

WRONG = [
    ("cases: []", 1, "no cases"),
    ("case: 1", 1, "cases"),
    (HEAD.replace("sector: MS", "sector: XX"), 4, "RES, MS, EEES"),
    (HEAD.replace("sector: MS", "sektor: MS"), 2, "sector"),
    (HEAD.replace('"T"', '""'), 3, "fill"),
    (HEAD.replace('"T"', '"\\u0007"'), 3, "U+0007"),
    (HEAD.replace("X-1", "a b"), 2, "reference"),
    (HEAD + HEAD.removeprefix("cases:\n"), 6, "twice"),
    (HEAD + "  status: done\n", 6, "proposed"),
    (HEAD + "  topics: [assurance, wather]\n", 6, "wather"),
    (HEAD + "  topics: assurance\n", 6, "list"),
    (HEAD + "  value_chain_stages:\n  - mining\n  - moon\n", 8, "moon"),
    (HEAD + "  mapping: {area: [asm]}\n", 6, "area"),
    (HEAD + "  draft_swot: {S: [a], X: [b]}\n", 6, "S, W, O and T"),
    (HEAD + "  part1:\n    '1.9': {}\n", 7, "1.9"),
    (HEAD + "  part2:\n    '2.2':\n      institutions:\n      - {name: a}\n      - {name: b, role: boss}\n", 10, "boss"),
    (HEAD + "  part2:\n    '2.2':\n      institutions: [a]\n", 8, "columns"),
    (HEAD + "  part3:\n    '3.2': {matrix: []}\n", 7, "matrix"),
    (HEAD + "  part3:\n    matrix:\n    - {id: A1, topics: []}\n", 8, "aspect"),
    (HEAD + "  part3:\n    matrix:\n    - {id: A1, aspect: a}\n    - {id: A1, aspect: b}\n", 9, "A1"),
    (MATRIX + "      - {id: E1, title: t, category: luck}\n", 11, "luck"),
    (ELEMENT + "        extra:\n          why: x\n          kind: magic\n", 15, "magic"),
    (ELEMENT + "        suggestions:\n        - {how_to_transfer: h, degree: far}\n", 14, "far"),
    (ELEMENT + "        suggestions:\n        - {how_to_transfer: h, source: rumour}\n", 14, "rumour"),
    (HEAD + "  part1: {'1.2': {key_aspects: [A7]}}\n", 6, "A7"),
    (HEAD + "  draft_swot: {S: [{text: a, anchor: same12}], W: [{text: b, anchor: same12}]}\n", 6, "anchor"),
    (HEAD + "  sections: {}\n", 6, "sections"),
    ("sources: {x: {title: t}}\n" + HEAD, 1, "numbered"),
    ("sources:\n  1: {title: [a]}\n" + HEAD, 2, "text"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "words"), WRONG)
def test_a_wrong_file_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    assert parse_cases(HEAD, EN).cases[0].title == "T"
    with pytest.raises(FileError) as caught:
        parse_cases(text, EN)
    assert caught.value.line == line, str(caught.value)
    assert words in str(caught.value)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_read_or_refused(text: str) -> None:
    for content in (text, f"cases:\n- {text}", sample_text()[:2000] + text):
        with contextlib.suppress(FileError):
            parse_cases(content, EN)
