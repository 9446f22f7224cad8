"""Changes by place, with both texts (R-22)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from facilitation.cases import document as doc
from facilitation.cases.compare import compare, from_labs, names_of
from tests.cases.samples import EN, documents, edits, sample


def test_additions_of_a_lab_are_told_with_their_place_and_sources() -> None:
    before = sample()
    source = {"lab": "l1", "proposal": "p1", "votes": 25}
    after, id_ = doc.add_suggestion(before, "A1.E3", how_to_transfer="Agree on stages", origin="lab", sources=[source])
    (change,) = compare(before, after)
    assert (change.kind, change.ref, change.of, change.after) == ("added", "A1.E3", "suggestion", "Agree on stages")
    assert (change.before, change.item, change.origin, change.sources) == ("", id_, "lab", (source,))
    assert [found.id for found in from_labs(after)] == [id_]
    assert from_labs(before) == []


def test_a_changed_text_has_both_texts() -> None:
    before = sample()
    after = doc.with_section(before, "3.1", {"effects": "Origin is known."})
    (change,) = compare(before, after)
    assert (change.kind, change.section, change.field, change.after) == ("changed", "3.1", "effects", "Origin is known.")
    assert change.before.startswith("Origin is known for the directly bought share")


def test_one_changed_cell_is_one_change() -> None:
    before = sample()
    row = before["sections"]["2.3"]["stakeholders"][0]
    after = doc.update_item(before, row["id"], {"direction": "burdened"})
    (change,) = compare(before, after)
    assert (change.field, change.before, change.after, change.item) == ("direction", "both", "burdened", row["id"])


def test_another_order_is_told_once() -> None:
    before = sample()
    after = doc.move_item(before, "A2", 0)
    (change,) = compare(before, after)
    assert change.kind == "moved"
    assert change.after.startswith("Joint work on a water basin")


def test_a_choice_of_the_overview_is_told_by_name() -> None:
    before = sample()
    after = doc.with_section(before, "1.2", {"key_aspects": {"items": [doc.need(before, "A2").id]}})
    (change,) = compare(before, after)
    assert change.after == "A2 Joint work on a water basin with other buyers and local groups"


def test_choices_are_told_by_their_names() -> None:
    before = sample()
    after, _ = doc.add_element(before, "A1", title="New", category="contextual_factor", extra={"direction": "negative"})
    after = doc.update_item(after, doc.need(after, "A1").id, {"topics": ["assurance"]})
    told = {change.of: change.after for change in compare(before, after, names_of(EN))}
    assert told["element"] == "New\nContextual factor\nDid it help or hinder?: hindered"
    assert told["aspect"] == "Independent assurance and audits"


@given(documents())
def test_the_same_state_has_no_changes(document: doc.Document) -> None:
    assert compare(document, document) == []


@settings(max_examples=60, deadline=None)
@given(documents(), st.data())
def test_forth_and_back_are_mirrors(before: doc.Document, data: st.DataObject) -> None:
    after = data.draw(edits(data.draw(edits(before))))
    forth, back = compare(before, after), compare(after, before)
    mirror = {"added": "removed", "removed": "added", "changed": "changed", "moved": "moved"}
    here = sorted((mirror[c.kind], c.section, c.field, c.item, c.after, c.before) for c in forth if c.kind != "moved")
    there = sorted((c.kind, c.section, c.field, c.item, c.before, c.after) for c in back if c.kind != "moved")
    assert here == there
    silent = ("numbered", "removed")
    if {k: v for k, v in before.items() if k not in silent} == {k: v for k, v in after.items() if k not in silent}:
        assert forth == []


@settings(max_examples=60, deadline=None)
@given(documents(), st.data())
def test_no_change_of_words_goes_untold(before: doc.Document, data: st.DataObject) -> None:
    after = data.draw(edits(before))
    if sorted(_words(before)) != sorted(_words(after)):
        assert compare(before, after)


def _words(document: doc.Document) -> list[str]:
    items = [f"{found.section}{found.ref}{sorted(doc.content(found.item).items(), key=str)}" for found in doc.walk(document)]
    return [*items, str(document["sections"].get("3.1", {}).get("effects")), str(document["topics"])]
