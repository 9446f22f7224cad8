"""The matrix through its commands (R-16 to R-19, R-21)."""

from __future__ import annotations

from typing import Any

import pytest

from facilitation.cases import document as doc
from tests.cases.desk import Desk


def test_the_matrix_grows_with_0_1_and_2_suggestions(desk: Desk) -> None:
    omar = desk.cast.omar
    second = desk.do("case.add_aspect", omar, fields={"title": "Second", "topics": ["traceability", "assurance"]})
    assert second["ref"] == "A2"
    one = desk.do("case.add_element", omar, aspect=second["id"], fields={"title": "one", "category": "success_factor"})
    two = desk.do("case.add_element", omar, aspect="A2", fields={"title": "two"})
    desk.do("case.add_suggestion", omar, element=one["id"], fields={"how_to_transfer": "h", "degree": "as_is"})
    for text in ("x", "y"):
        desk.do("case.add_suggestion", omar, element="A2.E2", fields={"what_to_transfer": text, "needs": {"resources": "r"}})
    matrix = [(a["ref"], [(e["ref"], len(e["suggestions"])) for e in a["elements"]]) for a in desk.document["matrix"]]
    assert matrix == [("A1", [("E1", 0)]), ("A2", [("E1", 1), ("E2", 2)])]
    assert doc.need(desk.document, two["id"]).item["origin"] == "owner"
    assert doc.need(desk.document, "A2").item["topics"] == ["traceability", "assurance"]


def test_a_switched_category_keeps_the_words(desk: Desk) -> None:
    omar, item = desk.cast.omar, "A1.E1"

    def update(**fields: Any) -> None:
        desk.do("case.update_element", omar, item=item, fields=fields, base=desk.item_base(item))

    update(category="success_factor", extra={"why": "because", "kind": "policy"})
    update(category="challenge_encountered", extra={"hindsight": "earlier"})
    assert doc.need(desk.document, item).item["extra"] == {"why": "because", "kind": "policy", "hindsight": "earlier"}
    update(extra={"why": ""}, category="")
    assert doc.need(desk.document, item).item["extra"] == {"kind": "policy", "hindsight": "earlier"}
    assert doc.need(desk.document, item).item["category"] == ""


def test_two_people_in_the_same_element_are_told_and_in_different_ones_not(desk: Desk) -> None:
    omar, mara = desk.cast.omar, desk.cast.mara
    other = desk.do("case.add_element", omar, aspect="A1", fields={"title": "other"})
    base = desk.item_base("A1.E1")
    desk.do("case.update_element", omar, item="A1.E1", fields={"title": "Omar's"}, base=base)
    refused = desk.refused("case.update_element", mara, item="A1.E1", fields={"title": "Mara's"}, base=base)
    assert (refused.code, refused.data["theirs"]["title"], refused.data["mine"]["title"]) == ("conflict", "Omar's", "Mara's")  # type: ignore[index]
    desk.do("case.update_element", mara, item=other["id"], fields={"title": "Mara's"}, base=other["base"])
    desk.do("case.add_suggestion", mara, element="A1.E1", fields={"how_to_transfer": "h"})
    desk.do("case.update_element", omar, item="A1.E1", fields={"description": "d"}, base=desk.item_base("A1.E1"))


def test_items_move_and_keep_their_reference(desk: Desk) -> None:
    omar = desk.cast.omar
    second = desk.do("case.add_aspect", omar, fields={"title": "Second"})
    desk.do("case.move_aspect", omar, item=second["id"], to=0)
    assert [aspect["ref"] for aspect in desk.document["matrix"]] == ["A2", "A1"]


def test_a_removed_item_can_be_put_back(desk: Desk) -> None:
    omar = desk.cast.omar
    before = desk.document["matrix"]
    removed = desk.do("case.remove_aspect", omar, item="A1")
    assert desk.document["matrix"] == []
    assert desk.refused("case.update_aspect", omar, item="A1", fields={"title": "x"}).code == "gone"
    assert desk.refused("case.add_element", omar, aspect="A1", fields={"title": "x"}).code == "gone"
    desk.do("case.restore_item", omar, item=removed["id"], revision=removed["undo"])
    assert desk.document["matrix"] == before
    assert desk.refused("case.restore_item", omar, item=removed["id"], revision=removed["undo"]).code == "gone"
    assert desk.refused("case.restore_item", omar, item=removed["id"], revision=99).code == "not_found"


@pytest.mark.parametrize(
    ("name", "args", "field"),
    [("case.add_aspect", {"fields": {"title": ""}}, "fields.title"),
     ("case.add_element", {"aspect": "A1", "fields": {}}, "fields.title"),
     ("case.update_aspect", {"item": "A1", "fields": {"title": ""}}, "fields.title"),
     ("case.update_element", {"item": "A1.E1", "fields": {"category": "luck"}}, "fields.category"),
     ("case.update_element", {"item": "A1.E1", "fields": {"extra": {"overcome": "maybe"}}}, "fields.extra.overcome"),
     ("case.update_element", {"item": "A1.E1", "fields": {"sources": []}}, "fields"),
     ("case.add_suggestion", {"element": "A1.E1", "fields": {"degree": "far"}}, "fields.degree")],
)  # fmt: skip
def test_an_item_that_does_not_fit_is_refused_with_its_place(desk: Desk, name: str, args: dict[str, Any], field: str) -> None:
    assert list(desk.refused(name, desk.cast.omar, **args).fields) == [field]
    assert desk.row().version == 1


def test_an_empty_suggestion_is_refused(desk: Desk) -> None:
    refused = desk.refused("case.add_suggestion", desk.cast.omar, element="A1.E1", fields={"how_to_transfer": "  "})
    assert refused.code == "invalid"
