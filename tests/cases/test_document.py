"""Reading and changing a case document: addresses stay, nothing is mutated, what is gone is known."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilitation.cases import document as doc
from tests.cases.samples import documents, edits, sample


def test_the_matrix_can_be_addressed_by_reference_and_by_id() -> None:
    case = sample()
    found = doc.need(case, "A1.E3")
    assert (found.kind, found.ref, found.item["title"]) == ("element", "A1.E3", "Few mines have completed the check")
    assert doc.need(case, found.id).path == found.path
    assert doc.find(case, "A9") is None
    assert doc.find(case, "A1.E9") is None
    suggestion = found.item["suggestions"][0]
    assert doc.need(case, suggestion["id"]).kind == "suggestion"
    with pytest.raises(LookupError):
        doc.need(case, "A1", "element")


def test_two_aspects_three_elements_and_0_1_2_suggestions() -> None:
    """R-16, built with the primitives the editor and the merge use."""
    case = doc.empty()
    case, first = doc.add_aspect(case, title="First")
    case, second = doc.add_aspect(case, title="Second")
    case, none = doc.add_element(case, first, title="none")
    case, one = doc.add_element(case, "A1", title="one", category="success_factor")
    case, two = doc.add_element(case, second, title="two")
    case, _ = doc.add_suggestion(case, one, how_to_transfer="once")
    case, _ = doc.add_suggestion(case, "A2.E1", how_to_transfer="once")
    case, _ = doc.add_suggestion(case, two, how_to_transfer="twice")
    assert [(aspect["ref"], [(e["ref"], len(e["suggestions"])) for e in aspect["elements"]]) for aspect in doc.aspects(case)] == [
        ("A1", [("E1", 0), ("E2", 1)]),
        ("A2", [("E1", 2)]),
    ]
    assert doc.need(case, none).ref == "A1.E1"


def test_references_are_never_given_twice() -> None:
    case, first = doc.add_aspect(doc.empty(), title="First")
    case, element = doc.add_element(case, first, title="gone soon")
    case = doc.remove_item(case, element)
    case, later = doc.add_element(case, first, title="later")
    assert doc.need(case, later).ref == "A1.E2"
    case = doc.remove_item(case, first)
    case, second = doc.add_aspect(case, title="Second")
    assert doc.need(case, second).ref == "A2"


def test_the_draft_swot_is_told_column_by_column() -> None:
    told = doc.draft_swot(sample())
    assert [(quadrant, text) for quadrant, _, text in told][:2] == [
        ("S", "Origin is known because the buyer signs with the producer"),
        ("S", "Outside check at the mine itself"),
    ]
    assert [quadrant for quadrant, _, _ in told] == ["S", "S", "W", "O", "O", "T", "T"]
    assert len({id_ for _, id_, _ in told}) == 7


def test_a_persons_words_are_a_persons() -> None:
    of_the_lab = {"author": "lab", "origin": "lab", "sources": [{"proposal": "p"}]}
    case, id_ = doc.add_suggestion(sample(), "A1.E3", how_to_transfer="as the lab said", **of_the_lab)
    assert doc.need(case, id_).item["author"] == "lab"
    same = doc.update_item(case, id_, {"how_to_transfer": "as the lab said"})
    assert doc.need(same, id_).item["author"] == "lab"
    changed = doc.need(doc.update_item(case, id_, {"how_to_transfer": "as I say"}), id_).item
    assert "author" not in changed
    assert changed["sources"] == [{"proposal": "p"}]
    by_machine = doc.update_item(case, id_, {"how_to_transfer": "as another lab said"}, author="lab")
    assert doc.need(by_machine, id_).item["author"] == "lab"


def test_a_line_of_a_lab_that_a_person_took_out_is_remembered() -> None:
    case, element = doc.add_element(sample(), "A1", title="from the lab", origin="lab", sources=[{"proposal": "p1"}])
    case, _ = doc.add_suggestion(case, element, how_to_transfer="under it", origin="lab", sources=[{"proposal": "p2"}])
    gone = doc.remove_item(case, element)
    assert doc.removed_proposals(gone) == {"p1", "p2"}
    assert doc.removed_proposals(doc.remove_item(case, "A1.E1")) == set()
    assert doc.removed_proposals(doc.restore_item(gone, case, element)) == set()


def test_choices_of_the_overview_follow_what_is_removed() -> None:
    case = sample()
    element = doc.need(case, "A1.E1").id
    assert element in case["sections"]["1.2"]["key_elements"]["items"]
    gone = doc.remove_item(case, "A1.E1")
    assert element not in gone["sections"]["1.2"]["key_elements"]["items"]
    assert len(gone["sections"]["1.2"]["key_elements"]["items"]) == 2


def test_what_was_removed_can_be_put_back_where_it_stood() -> None:
    case = sample()
    element = doc.need(case, "A1.E2")
    gone = doc.remove_item(case, element.id)
    back = doc.restore_item(gone, case, element.id)
    assert doc.aspects(back) == doc.aspects(case)
    with pytest.raises(LookupError):
        doc.restore_item(case, case, element.id)
    without_parent = doc.remove_item(gone, "A1")
    with pytest.raises(LookupError):
        doc.restore_item(without_parent, case, element.id)


def test_a_section_grows_by_a_line_or_a_row() -> None:
    case, line = doc.extend_section(sample(), "2.3", text="Women who wash ore", origin="lab")
    assert doc.need(case, line).kind == "line"
    case, row = doc.extend_section(case, "2.3", field="stakeholders", group="Women who wash ore", direction="burdened")
    assert doc.need(case, row).item["group"] == "Women who wash ore"
    assert len(case["sections"]["2.3"]["stakeholders"]) == 4


@given(documents(), st.data())
def test_no_edit_mutates_what_it_was_given(document: doc.Document, data: st.DataObject) -> None:
    kept = copy.deepcopy(document)
    changed = data.draw(edits(document))
    assert document == kept
    found = list(doc.walk(changed))
    assert len({item.id for item in found}) == len(found)
    refs = [item.ref for item in found if item.kind in doc.CHILDREN]
    assert len(set(refs)) == len(refs)


@given(documents(), st.data())
def test_unknown_keys_survive_every_edit(document: doc.Document, data: st.DataObject) -> None:
    document = {**document, "later": {"key": [1]}, "matrix": [{**aspect, "colour": "red"} for aspect in document["matrix"]]}
    changed = data.draw(edits(document))
    assert changed["later"] == {"key": [1]}
    before = {aspect["id"] for aspect in document["matrix"]}
    assert all(aspect["colour"] == "red" for aspect in changed["matrix"] if aspect["id"] in before)
