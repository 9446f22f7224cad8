"""Taking in single values (R-05 to R-19)."""

from __future__ import annotations

from typing import Any

import pytest

from facilitation.cases import values
from facilitation.cases.template import Field
from facilitation.cases.values import FieldError
from tests.cases.samples import EN


def field(section: str, name: str) -> Field:
    found = EN.section(section)
    assert found is not None
    result = found.field(name)
    assert result is not None
    return result


def test_three_milestones_keep_their_order_and_ids() -> None:
    rows = [{"year": "2019", "event": "a"}, {"year": "2020", "event": "b"}, {"year": "2021", "event": "c"}]
    stored = values.take(field("2.1", "milestones"), rows, EN)
    assert [row["year"] for row in stored] == ["2019", "2020", "2021"]
    again = values.take(field("2.1", "milestones"), [stored[2], stored[0]], EN, before=stored)
    assert [row["id"] for row in again] == [stored[2]["id"], stored[0]["id"]]


def test_an_empty_row_is_left_out_and_an_empty_table_is_nothing() -> None:
    assert values.take(field("2.1", "milestones"), [{"year": " ", "event": ""}], EN) is None
    assert values.take(field("2.1", "milestones"), None, EN) is None


def test_indicators_have_unit_baseline_target_actual_year_evidence() -> None:
    row = {"indicator": "traced share", "unit": "%", "target": "100", "actual": "100", "year": "2021", "evidence": "[3]"}
    (stored,) = values.take(field("3.1", "indicators"), [row], EN)
    assert row.items() <= stored.items()


def test_a_row_keeps_its_marks_and_what_nobody_knows() -> None:
    old = {"id": "row123", "origin": "lab", "author": "lab", "sources": [{"proposal": "p"}], "group": "g", "later": 1}
    (kept,) = values.take(field("2.3", "stakeholders"), [{"id": "row123", "group": "g", "direction": "both"}], EN, before=[old])
    assert (kept["origin"], kept["sources"], kept["later"]) == ("lab", [{"proposal": "p"}], 1)
    assert "author" not in kept  # a person changed it
    (same,) = values.take(field("2.3", "stakeholders"), [{"id": "row123", "group": "g"}], EN, before=[old])
    assert same == old


def test_sources_and_author_cannot_be_forged() -> None:
    raw = {"group": "g", "sources": [{"proposal": "p"}], "author": "lab"}
    (stored,) = values.take(field("2.3", "stakeholders"), [raw], EN)
    assert set(stored) == {"id", "origin", "group"}


@pytest.mark.parametrize(
    ("section", "name", "raw", "path"),
    [
        ("3.1", "effects", 5, ""),
        ("3.1", "effects", ["a"], ""),
        ("3.1", "effects", "a\x00b", ""),
        ("1.1", "impact_headline", "x" * 501, ""),
        ("1.3", "mineral_groups", "green_tech", ""),
        ("1.3", "mineral_groups", ["green_tech", "gold"], "[1]"),
        ("1.1", "topics", ["water"], "[0]"),
        ("2.2", "institutions", [{"name": "a", "role": "boss"}], "[0].role"),
        ("2.2", "institutions", [{"name": "a"}, {"nane": "a"}], "[1]"),
        ("2.2", "institutions", [{"name": ["a"]}], "[0].name"),
        ("2.2", "institutions", "a", ""),
        ("2.2", "institutions", [{"name": "a", "id": "<script>"}], "[0].id"),
        ("2.2", "institutions", [{"name": "a", "origin": "rumour"}], "[0].origin"),
        ("2.2", "institutions", [{"name": "a", "id": "same12"}, {"name": "b", "id": "same12"}], ""),
        ("2.2", "institutions", [{"name": "a"}] * 201, ""),
        ("1.2", "key_aspects", ["A1"], ""),
        ("3.2", "matrix", [], ""),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(section: str, name: str, raw: Any, path: str) -> None:
    with pytest.raises(FieldError) as caught:
        values.take(field(section, name), raw, EN)
    assert caught.value.path == path


def test_words_of_another_category_are_kept_and_not_shown() -> None:
    """R-18: switch the category; prompts change, text is kept."""
    item = {"category": "success_factor", **values.element({"extra": {"why": "because", "kind": "policy"}}, EN)}
    shown = values.shown_extra(item, EN.category("success_factor"))
    assert [(f.id, value) for f, value in shown] == [("why", "because"), ("kind", "policy")]
    item["category"] = "contextual_factor"
    assert [(f.id, value) for f, value in values.shown_extra(item, EN.category("contextual_factor"))] == [
        ("direction", ""),
        ("kind", ""),
    ]
    assert item["extra"] == {"why": "because", "kind": "policy"}
    assert values.shown_extra(item, None) == []


def test_a_suggestion_asks_what_how_setting_needs_and_degree() -> None:
    raw = {
        "what_to_transfer": "clause", "how_to_transfer": "copy it", "target_context": "cities", "specificity": "general",
        "degree": "as_is", "needs": {"resources": "fee", "capabilities": "", "framework_conditions": "law"},
    }  # fmt: skip
    assert values.suggestion(raw, EN) == {**raw, "needs": {"resources": "fee", "framework_conditions": "law"}}
    with pytest.raises(FieldError) as caught:
        values.suggestion({"needs": {"luck": "x"}}, EN)
    assert caught.value.path == "needs"
    with pytest.raises(FieldError):
        values.suggestion({"degree": "far"}, EN)


def test_an_element_needs_no_category() -> None:
    assert values.element({"title": "t", "category": None}, EN) == {"title": "t", "category": ""}
