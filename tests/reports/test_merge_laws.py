"""The laws of the merge, over generated cases, proposals and human acts between them (D9, F18)."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from facilitation.cases import document as doc
from facilitation.cases.document import Document, content, find, walk
from facilitation.reports.merge import Merge, RewrittenError, apply, merged_item, source, take_out

WORDS = st.sampled_from(["Known origin", "Buy together", "<b>Bold</b>", "=1+1", "שלום", "鉱物", "👍🏽", "{{ x }}", "It’s “so”"])
PLACES = (("add_element", {"aspect": "A1"}), ("add_element", {"aspect": "A2"}),
          ("add_suggestion", {"aspect": "A1", "element": "A1.E1"}), ("extend_section", {"section": "2.3"}))  # fmt: skip


def case() -> Document:
    document, first = doc.add_aspect(doc.empty(), title="Direct contracts", origin="owner")
    document, _ = doc.add_aspect(document, title="A round table")
    document, element = doc.add_element(document, first, title="A clause", category="success_factor")
    document, _ = doc.add_suggestion(document, element, what_to_transfer="The clause", how_to_transfer="Copy it")
    document, _ = doc.extend_section(document, "2.3", text="Households of the city")
    return document


@st.composite
def merges(draw: st.DrawFn) -> Merge:
    number = draw(st.integers(0, 5))
    op, target = PLACES[number % len(PLACES)]
    detail = {"category": "challenge_encountered"} if op == "add_element" else {}
    return Merge(
        f"prop{number:02d}", "lab1", op, target, draw(WORDS), detail,
        contributions=(f"c{number}", "c9"), tiers={"1": 1, "2": 1}, votes=number, level=1, own_words=draw(st.booleans()),
    )  # fmt: skip


acts = st.one_of(
    st.tuples(st.just("merge"), merges()),
    st.tuples(st.just("rewrite"), st.integers(0, 30)),
    st.tuples(st.just("delete"), st.integers(0, 30)),
    st.tuples(st.just("add"), WORDS),
)


class Desk:
    """A case at which a machine merges and a person works. Remembers what the person wrote and took out."""

    def __init__(self) -> None:
        self.document = case()
        self.human: dict[str, dict[str, Any]] = {found.id: content(found.item) for found in walk(self.document)}
        self.deleted: set[str] = set()

    def do(self, act: str, what: Any) -> None:
        getattr(self, act)(what)

    def merge(self, merge: Merge) -> None:
        try:
            changed, id_ = apply(self.document, merge)
        except LookupError:
            return  # its place was taken out by the person
        assert (id_ is None) == (merge.proposal in self.deleted)
        self.document = changed
        item = find(changed, id_) if id_ else None
        if item is not None and merge.own_words and "author" not in item.item:
            self.human.setdefault(item.id, content(item.item))

    def rewrite(self, place: int) -> None:
        items = list(walk(self.document))
        found = items[place % len(items)]
        name = "title" if "title" in found.item else "what_to_transfer" if "what_to_transfer" in found.item else "text"
        self.document = doc.update_item(self.document, found.id, {name: f"A person says {place}"})
        self.human[found.id] = {**content(found.item), name: f"A person says {place}"}

    def delete(self, place: int) -> None:
        items = [found for found in walk(self.document) if found.kind in ("element", "suggestion", "line")]
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


@settings(max_examples=300, deadline=None)
@given(st.lists(acts, max_size=25))
def test_human_words_stay_to_the_byte_and_what_was_deleted_stays_away(steps: list[tuple[str, Any]]) -> None:
    desk = Desk()
    for act, what in steps:
        before = copy.deepcopy(desk.document)
        desk.do(act, what)
        if act == "merge":
            for found in walk(before):  # nothing that was there has changed, whoever wrote it
                now = find(desk.document, found.id)
                assert now is not None
                assert content(now.item) == content(found.item)
    for id_, said in desk.human.items():
        mine = find(desk.document, id_)
        assert mine is not None
        assert content(mine.item) == said
    there = {proposal for found in walk(desk.document) for proposal in doc.proposals_of(found.item)}
    assert not there & desk.deleted


@settings(max_examples=200, deadline=None)
@given(st.lists(merges(), max_size=12), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing_but_the_order_of_lines(wanted: list[Merge], random: Any) -> None:
    once: dict[str, Merge] = {}
    for merge in wanted:
        once.setdefault(merge.proposal, merge)
    straight = case()
    for merge in once.values():
        straight, _ = apply(straight, merge)
    mixed_order = [merge for merge in once.values() for _ in range(3)]
    random.shuffle(mixed_order)
    mixed = case()
    for merge in mixed_order:
        mixed, _ = apply(mixed, merge)

    def lines(document: Document) -> dict[str, Any]:
        kept = {found.id: (found.kind, content(found.item), found.item.get("sources")) for found in walk(document)}
        return {id_: value for id_, value in kept.items() if id_.startswith("m-")}

    assert lines(straight) == lines(mixed)
    assert len(lines(straight)) == len(once)


@given(merges())
def test_a_second_merge_is_the_same_object_and_the_first_changed_nothing_it_was_given(merge: Merge) -> None:
    document = case()
    before = copy.deepcopy(document)
    changed, id_ = apply(document, merge)
    assert document == before
    again, same = apply(changed, merge)
    assert again is changed
    assert same == id_


@given(merges())
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


@given(merges())
def test_taking_out_again_gives_the_case_as_it_was_and_lets_the_same_proposal_come_back(merge: Merge) -> None:
    document = case()
    changed, id_ = apply(document, merge)
    assert id_ is not None
    back = take_out(changed, id_, changed)
    assert [content(found.item) for found in walk(back)] == [content(found.item) for found in walk(document)]
    assert apply(back, merge)[1] == id_


@given(merges())
def test_a_line_somebody_rewrote_is_not_taken_out(merge: Merge) -> None:
    changed, id_ = apply(case(), merge)
    assert id_ is not None
    name = {"add_element": "title", "add_suggestion": "what_to_transfer", "extend_section": "text"}[merge.op]
    mine = doc.update_item(changed, id_, {name: "My own words"})
    try:
        take_out(mine, id_, changed)
    except RewrittenError:
        return
    raise AssertionError("a person's words were taken out")


def test_an_element_under_which_somebody_wrote_is_not_taken_out() -> None:
    merge = Merge("prop00", "lab1", "add_element", {"aspect": "A1"}, "An element")
    changed, id_ = apply(case(), merge)
    assert id_ is not None
    mine, _ = doc.add_suggestion(changed, id_, what_to_transfer="A person's suggestion")
    try:
        take_out(mine, id_, changed)
    except RewrittenError:
        return
    raise AssertionError("a person's suggestion was taken out")
