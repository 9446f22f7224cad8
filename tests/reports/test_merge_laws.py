"""The laws of the merge, over generated cases, proposals and human acts between them (D9, F18).

A small number of cases on every run; all of F18 with FACILITATION_TEST_MERGES=5000.
"""

from __future__ import annotations

import copy
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facilitation.cases import document as doc
from facilitation.cases.document import Document, content, find, walk
from facilitation.reports.merge import Merge, MovedError, RewrittenError, apply, merged_item, source, take_out
from facilitation.reports.places import words_at

SIZE = int(os.environ.get("FACILITATION_TEST_MERGES", "150"))
LAWS = settings(max_examples=SIZE, deadline=None)
WORDS = st.sampled_from(["Known origin", "Buy together", "<b>Bold</b>", "=1+1", "שלום", "鉱物", "👍🏽", "{{ x }}", "It’s “so”"])
FIRST = "It began in 2019."
CORRECTED = {"fact": "2.1", "field": "development"}
PLACES: tuple[tuple[str, dict[str, str], dict[str, Any]], ...] = (
    ("add_aspect", {"matrix": "matrix"}, {"description": "At length"}),
    ("add_element", {"aspect": "A1"}, {"category": "challenge_encountered"}),
    ("add_element", {"aspect": "A2"}, {}),
    ("add_suggestion", {"aspect": "A1", "element": "A1.E1"}, {"how_to_transfer": "Slowly", "needs": "a lawyer"}),
    ("extend_section", {"section": "2.3"}, {}),
    ("extend_section", {"section": "2.1", "field": "development"}, {}),
    ("extend_table", {"section": "2.2", "field": "institutions"}, {"column": "name"}),
    ("link_challenge", {"challenges": "challenges"}, {}),
    ("confirm_fact", {"fact": "2.1"}, {}),
    ("correct_fact", {"fact": "2.1"}, {}),
    ("settle_swot", {"swot": "T"}, {}),
    ("settle_swot", {"swot": "S", "item": "swot-s"}, {"how": "confirm"}),
)  # fmt: skip
#: Proposals that change the words of a person, where they name them: only one of them can win at one place.
CHANGING: tuple[tuple[str, dict[str, str], dict[str, Any]], ...] = (
    ("correct_fact", CORRECTED, {"base": FIRST}),
    ("correct_fact", {"fact": "2.2", "field": "institutions", "item": "row-1", "column": "role"}, {"base": "funds"}),
    ("settle_swot", {"swot": "W", "item": "swot-w"}, {"how": "reword", "base": "Too big"}),
    ("settle_swot", {"swot": "O", "item": "swot-o"}, {"how": "drop", "base": "Other minerals"}),
)


def case() -> Document:
    document, first = doc.add_aspect(doc.empty(), title="Direct contracts", origin="owner")
    document, _ = doc.add_aspect(document, title="A round table")
    document, element = doc.add_element(document, first, title="A clause", category="success_factor")
    document, _ = doc.add_suggestion(document, element, what_to_transfer="The clause", how_to_transfer="Copy it")
    document, _ = doc.extend_section(document, "2.3", text="Households of the city")
    document = doc.with_section(document, "2.1", {"development": FIRST})
    document, _ = doc.extend_section(document, "2.2", field="institutions", id="row-1", name="A ministry", role="funds")
    for quadrant, words in (("S", "Known"), ("W", "Too big"), ("O", "Other minerals")):
        document, _ = doc.add_line(document, quadrant, text=words, id=f"swot-{quadrant.lower()}")
    return document


@st.composite
def merges(draw: st.DrawFn, kinds: tuple[Any, ...] = PLACES) -> Merge:
    number = draw(st.integers(0, len(kinds) * 2 - 1))
    op, target, detail = kinds[number % len(kinds)]
    name = f"{'change' if kinds is CHANGING else 'prop'}{number:02d}"
    return Merge(
        name, "lab1", op, target, draw(WORDS), detail, contributions=(f"c{number}", "c9"), tiers={"1": 1, "2": 1},
        votes=number, level=1, own_words=draw(st.booleans()),
    )  # fmt: skip


every = st.one_of(merges(), merges(CHANGING))
acts = st.one_of(
    st.tuples(st.just("merge"), every),
    st.tuples(st.just("undo"), st.integers(0, 30)),
    st.tuples(st.just("rewrite"), st.integers(0, 30)),
    st.tuples(st.just("delete"), st.integers(0, 30)),
    st.tuples(st.just("add"), WORDS),
    st.tuples(st.just("write_field"), WORDS),
)


class Desk:
    """A case at which a machine merges and a person works. Remembers what the person wrote and took out."""

    def __init__(self) -> None:
        self.document = case()
        self.human: dict[str, dict[str, Any]] = {found.id: content(found.item) for found in walk(self.document)}
        self.deleted: set[str] = set()
        self.field = FIRST
        self.merged: list[tuple[str, Document]] = []

    def do(self, act: str, what: Any) -> None:
        getattr(self, act)(what)

    def merge(self, merge: Merge) -> None:
        before = self.document
        try:
            self.document, id_ = apply(before, merge)
        except (LookupError, MovedError):
            return  # its place was taken out or rewritten by the person
        assert (id_ is None) == (merge.proposal in self.deleted)
        item = find(self.document, id_) if id_ else None
        if item is None or self.document is before:
            return
        self.merged.append((item.id, self.document))
        self._allowed(before, merge)
        if merge.own_words and item.kind != "check":
            self.human.setdefault(item.id, content(item.item))

    def _allowed(self, before: Document, merge: Merge) -> None:
        """Everything that was there says the same, but for the one place a correction names, which said its `base`."""
        changing = merge.detail.get("how") in ("reword", "drop") or (merge.op == "correct_fact" and "base" in merge.detail)
        named = merge.target.get("item") if changing else None
        for found in walk(before):
            now = find(self.document, found.id)
            if found.id != named:
                assert now is not None
                assert content(now.item) == content(found.item)
        if changing:
            assert words_at(before, merge.target) in (merge.detail["base"], merge.text)
            self.human.pop(str(named), None)
        if not (changing and merge.target == CORRECTED):
            assert words_at(self.document, CORRECTED) == self.field
        self.field = words_at(self.document, CORRECTED) or ""

    def undo(self, place: int) -> None:
        if not self.merged:
            return
        id_, merged = self.merged[place % len(self.merged)]
        kept = {found.id: content(found.item) for found in walk(self.document) if found.id in self.human and found.id != id_}
        record = find(self.document, id_)
        try:
            self.document = take_out(self.document, id_, merged)
        except RewrittenError:
            return
        assert find(self.document, id_) is None
        for other, said in kept.items():
            now = find(self.document, other)
            assert now is not None
            if record is not None and record.item.get("item") == other:  # the one cell that was corrected is as it was before
                column = record.item.get("column", "text")
                said = self.human[other] = {**said, column: now.item[column]}
            assert content(now.item) == said
        self.human.pop(id_, None)
        self.field = words_at(self.document, CORRECTED) or ""

    def rewrite(self, place: int) -> None:
        items = [found for found in walk(self.document) if found.kind != "check"]
        found = items[place % len(items)]
        name = next(name for name in ("title", "what_to_transfer", "name", "text") if name in found.item)
        self.document = doc.update_item(self.document, found.id, {name: f"A person says {place}"})
        self.human[found.id] = {**content(found.item), name: f"A person says {place}"}

    def write_field(self, words: str) -> None:
        self.field = f"A person writes {words}"
        self.document = doc.with_section(self.document, "2.1", {"development": self.field})

    def delete(self, place: int) -> None:
        items = [found for found in walk(self.document) if found.kind in ("element", "suggestion", "line", "row", "challenge")]
        if items:
            found = items[place % len(items)]
            gone = [item for item in walk(self.document) if item.path[: len(found.path)] == found.path]
            self.document = doc.remove_item(self.document, found.id)
            for item in gone:
                self.human.pop(item.id, None)
                self.deleted.update(doc.proposals_of(item.item))

    def add(self, words: str) -> None:
        self.document, id_ = doc.extend_section(self.document, "2.4", text=words)
        self.human[id_] = {"text": words}


@LAWS
@given(st.lists(acts, max_size=25))
def test_human_words_stay_to_the_byte_and_what_was_deleted_stays_away(steps: list[tuple[str, Any]]) -> None:
    desk = Desk()
    for act, what in steps:
        desk.do(act, what)
    for id_, said in desk.human.items():
        mine = find(desk.document, id_)
        assert mine is not None
        assert content(mine.item) == said
    assert words_at(desk.document, CORRECTED) == desk.field
    there = {proposal for found in walk(desk.document) for proposal in doc.proposals_of(found.item)}
    assert not there & desk.deleted
    for found in walk(desk.document):  # whatever came from a lab says from where
        if found.id.startswith("m-"):
            assert found.item["sources"][0]["proposal"] == found.id.removeprefix("m-")
            assert found.item["sources"][0]["contributions"]


@LAWS
@given(st.lists(every, max_size=14), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing_but_the_order_of_lines(wanted: list[Merge], random: Any) -> None:
    once: dict[tuple[str, str], Merge] = {}
    for merge in wanted:  # of those that change one person's words, the first one only: the next would be a conflict
        once.setdefault(("place", str(merge.target)) if merge.proposal.startswith("change") else ("", merge.proposal), merge)
    straight = mixed = case()
    for merge in once.values():
        straight, _ = apply(straight, merge)
    mixed_order = [merge for merge in once.values() for _ in range(3)]
    random.shuffle(mixed_order)
    for merge in mixed_order:
        mixed, _ = apply(mixed, merge)

    def lines(document: Document) -> dict[str, Any]:
        return {found.id: (found.kind, content(found.item), found.item.get("sources")) for found in walk(document)}

    assert lines(straight) == lines(mixed)
    assert words_at(straight, CORRECTED) == words_at(mixed, CORRECTED)
    assert len([id_ for id_ in lines(straight) if id_.startswith("m-")]) == len(once)


@LAWS
@given(every)
def test_a_second_merge_is_the_same_object_and_the_first_changed_nothing_it_was_given(merge: Merge) -> None:
    document = case()
    before = copy.deepcopy(document)
    changed, id_ = apply(document, merge)
    assert document == before
    again, same = apply(changed, merge)
    assert again is changed
    assert same == id_


@LAWS
@given(every)
def test_every_merged_line_knows_its_sources(merge: Merge) -> None:
    changed, id_ = apply(case(), merge)
    assert id_ is not None
    found = find(changed, id_)
    assert found is not None
    assert found.item["origin"] == "lab"
    assert found.item["sources"] == [source(merge)]
    assert found.item["sources"][0]["contributions"] == list(merge.contributions)
    assert found.item.get("author") == (None if merge.own_words else "lab")
    assert merged_item(changed, merge.proposal) == id_


@LAWS
@given(every)
def test_taking_out_again_gives_the_case_as_it_was_and_lets_the_same_proposal_come_back(merge: Merge) -> None:
    document = case()
    changed, id_ = apply(document, merge)
    assert id_ is not None
    back = take_out(changed, id_, changed)
    assert [(found.id, content(found.item)) for found in walk(back)] == [
        (found.id, content(found.item)) for found in walk(document)
    ]
    assert words_at(back, CORRECTED) == FIRST
    assert not doc.removed_proposals(back)
    assert apply(back, merge)[1] == id_


@LAWS
@given(merges())
def test_a_line_somebody_rewrote_is_not_taken_out(merge: Merge) -> None:
    changed, id_ = apply(case(), merge)
    assert id_ is not None
    found = find(changed, id_)
    assert found is not None
    name = next(name for name in ("title", "what_to_transfer", "name", "text") if name in found.item)
    mine = doc.update_item(changed, id_, {name: "My own words"})
    with pytest.raises(RewrittenError):
        take_out(mine, id_, changed)


@LAWS
@given(merges(CHANGING), WORDS)
def test_a_correction_meets_other_words_than_it_was_made_for_and_changes_nothing(merge: Merge, words: str) -> None:
    document = case()
    theirs = f"Meanwhile: {words}"
    if "item" in merge.target:
        document = doc.update_item(document, merge.target["item"], {merge.target.get("column", "text"): theirs})
    else:
        document = doc.with_section(document, "2.1", {"development": theirs})
    with pytest.raises(MovedError) as refusal:
        apply(document, merge)
    assert refusal.value.now == theirs


def test_words_rewritten_after_a_correction_are_not_turned_back() -> None:
    merge = Merge("prop00", "lab1", "correct_fact", CORRECTED, "It began in 2020.", {"base": FIRST}, ("c1",))
    changed, id_ = apply(case(), merge)
    assert id_ is not None
    mine = doc.with_section(changed, "2.1", {"development": "It began in spring 2020."})
    with pytest.raises(RewrittenError):
        take_out(mine, id_, changed)
    assert apply(mine, merge)[0] is mine


def test_an_element_under_which_somebody_wrote_is_not_taken_out() -> None:
    merge = Merge("prop00", "lab1", "add_element", {"aspect": "A1"}, "An element")
    changed, id_ = apply(case(), merge)
    assert id_ is not None
    mine, _ = doc.add_suggestion(changed, id_, what_to_transfer="A person's suggestion")
    with pytest.raises(RewrittenError):
        take_out(mine, id_, changed)
