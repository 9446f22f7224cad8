"""How full a case is, where it may go, how it reads (R-06, R-08, R-23 to R-25)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from facilitation.cases import document as doc
from facilitation.cases import views
from facilitation.cases.completeness import completeness
from facilitation.cases.markdown import _blocks, _parser, plain, render
from facilitation.cases.rules import folds, mark, needs_reason
from facilitation.cases.template import template
from tests.cases.samples import EN, sample

PATH = EN.ids("statuses")


def test_the_unfinished_sample_names_its_gaps() -> None:
    found = completeness(sample("FC-EEES-03"), EN)
    assert [(gap.section, gap.name) for gap in found.missing] == [
        ("1.1", "Summary of Part 2"),
        ("1.1", "Summary of Part 3"),
        ("1.2", "Key aspects"),
        ("1.2", "Key elements and their transfer"),
        ("2.3", "Stakeholders"),
        ("2.4", "Context"),
        ("3.1", "Effects"),
        ("3.1", "Indicators"),
    ]
    assert ("3.2", "a category for A1.E2") in [(gap.section, gap.name) for gap in found.optional]
    assert not found.complete


def test_a_finished_sample_misses_nothing() -> None:
    found = completeness(sample(), EN)
    assert found.complete
    assert (found.section("3.2").filled, found.section("3.2").total) == (6, 6)
    assert [(gap.section, gap.name) for gap in found.optional] == [("2.4", "Context factors")]


def test_an_empty_case_misses_its_matrix() -> None:
    found = completeness(doc.empty(), EN)
    assert [gap.name for gap in found.section("3.2").gaps] == ["Aspects and elements"]
    bare, _ = doc.add_aspect(doc.empty(), title="a")
    assert [gap.name for gap in completeness(bare, EN).section("3.2").gaps] == ["an element for A1"]


@pytest.mark.parametrize(
    ("now", "to", "asked"),
    [("mapped", "shortlisted", False), ("mapped", "proposed", False), ("mapped", "selected", True), ("published", "mapped", True),
     ("lost", "mapped", True)],
)  # fmt: skip
def test_only_leaps_on_the_status_path_need_a_reason(now: str, to: str, asked: bool) -> None:
    assert needs_reason(PATH, now, to) is asked


def test_a_mark_is_the_same_for_the_same_words_only() -> None:
    assert mark({"a": "x", "b": ""}) == mark({"a": "x"}) == mark({"a": "x", "c": []})
    assert mark({"a": "x"}) != mark({"a": "y"})
    assert mark({"a": ["x", "y"]}) != mark({"a": ["y", "x"]})


def test_autosaves_of_one_person_in_one_place_fold_for_ten_minutes() -> None:
    start = datetime(2027, 3, 9, 14, 0, tzinfo=UTC)
    last = {"origin": "edit", "user": "u1", "place": "2.1", "at": start}
    soon, late = start + timedelta(minutes=9), start + timedelta(minutes=11)
    assert folds(before=last, user="u1", place="2.1", now=soon)
    assert not folds(before=last, user="u1", place="2.1", now=late)
    assert not folds(before=last, user="u2", place="2.1", now=soon)
    assert not folds(before=last, user="u1", place="2.2", now=soon)
    assert not folds(before={**last, "origin": "merge"}, user="u1", place="2.1", now=soon)
    assert not folds(before={**last, "place": ""}, user="u1", place="", now=soon)


# ---- the reading sheet


def test_the_sheet_tells_topic_aspects_elements_swot_and_open_questions() -> None:
    document = {**sample(), "questions": [{"id": "q1", "origin": "owner", "text": "Who pays for the audit?"}]}
    told = views.sheet(document, EN)
    assert told["lead"].startswith("A carmaker stopped leaving lithium")
    assert told["topics"] == ["Responsible purchasing", "Independent assurance and audits", "Community and indigenous rights"]
    assert [aspect["ref"] for aspect in told["aspects"]] == ["A1", "A2"]
    element = told["aspects"][0]["elements"][2]
    assert (element["ref"], element["category_label"]) == ("A1.E3", "Challenge encountered")
    assert element["suggestions"][0]["degree_label"] == "With adaptation"
    assert element["suggestions"][0]["needs"] == ["co-funding", "site team"]
    assert [line["text"] for line in told["swot"]["W"]] == ["Needs a large volume"]
    assert told["questions"] == ["Who pays for the audit?"]
    assert told["unresolved"] == [{"ref": "A1.E3", "title": "Few mines have completed the check"}]
    assert [section["id"] for section in told["sections"]] == ["1.1", "1.3", "2.1", "2.2", "2.3", "2.4", "3.1"]
    assert "[19]" not in json.dumps(told)


def test_the_sheet_speaks_the_language_asked_for() -> None:
    told = views.sheet(sample(), template("de"))
    assert told["aspects"][0]["elements"][0]["category_label"] == "Strategische Entscheidung"
    assert told["sections"][0]["title"] == "Kurzfassung"


def test_a_renamed_element_has_its_new_name_everywhere() -> None:
    """R-06: the overview of 1.2 holds choices, no second text."""
    document = doc.update_item(sample(), "A1.E1", {"title": "New name"})
    picked = document["sections"]["1.2"]["key_elements"]["items"]
    assert doc.need(document, picked[0]).item["title"] == "New name"


def test_the_sheet_of_an_empty_case_is_empty_and_whole() -> None:
    told = views.sheet(doc.empty(), EN)
    assert told["aspects"] == []
    assert told["swot"] == {"S": [], "W": [], "O": [], "T": []}


# ---- Markdown


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "![x](http://e.org/p.png)",
     "<b onclick=x>b</b>", "[a](data:text/html,x)", "<a href='x' style='color:red'>a</a>", "[a]: http://e.org\n\n[a]"],
)  # fmt: skip
def test_nothing_dangerous_comes_out_of_markdown(text: str) -> None:
    found = str(render(text)).lower()
    for bad in ("<script", "<img", 'href="javascript', 'href="data', "<b ", "<a href='x", 'onerror="'):
        assert bad not in found
    assert "&lt;" in found or "<p>" in found


def test_markdown_has_emphasis_lists_links_and_headings_below_those_of_the_page() -> None:
    found = str(render("# Title\n\n**bold** and *thin*\n\n- one\n- [two](https://example.org)"))
    assert "<h4>Title</h4>" in found
    assert "<strong>bold</strong>" in found
    assert "<li>one</li>" in found
    assert 'href="https://example.org" rel="noopener nofollow"' in found


def test_a_citation_leads_to_its_source_when_there_is_one() -> None:
    found = str(render("Known [3], not [4], `[3]` in code", {"3"}))
    assert found.count('href="#source-3"') == 1
    assert "[4]" in found
    assert "<code>[3]</code>" in found


def test_plain_text_has_no_signs_and_no_citations() -> None:
    text = "**Bold** [3], more [18][19].\n\n- a\n- b\n\nline\nline"
    assert plain(text, citations=False) == "Bold, more.\n\n– a\n– b\n\nline\nline"
    assert plain("a < b & c [1]") == "a < b & c [1]"
    for text in (
        "Plain words, 5 % of all.",
        "1. first",
        "- a",
        "= b",
        "a &amp; b",
        "x\\*y",
        "__b__",
        " led ",
        "a  b",
        "2019 was it",
    ):
        slow = "\n\n".join(filter(None, _blocks(_parser().parse(text))))
        assert plain(text) == slow, text
