"""Sections, draft SWOT and sources: saved, compared, never lost (D11, R-20, R-22)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from facilitation.cases import document as doc
from facilitation.cases.models import Case
from facilitation.cases.rules import mark, swot_content
from tests.cases.desk import Desk


def test_a_saved_section_is_there_for_everybody(desk: Desk) -> None:
    answer = desk.save(desk.cast.omar, "3.1", effects="Origin is known", indicators=[{"indicator": "traced share", "unit": "%"}])
    fields = desk.document["sections"]["3.1"]
    assert fields["effects"] == "Origin is known"
    assert fields["indicators"][0]["unit"] == "%"
    assert answer["base"] == desk.base("3.1")
    assert answer["changed"] is True


def test_only_the_fields_given_are_written(desk: Desk) -> None:
    desk.save(desk.cast.omar, "3.1", effects="a", room_for_improvement="b")
    desk.save(desk.cast.omar, "3.1", effects="c")
    assert desk.document["sections"]["3.1"] == {"effects": "c", "room_for_improvement": "b"}
    desk.save(desk.cast.omar, "3.1", effects="")
    assert desk.document["sections"]["3.1"] == {"room_for_improvement": "b"}


def test_the_second_of_two_in_the_same_section_gets_both_texts(desk: Desk) -> None:
    base = desk.base("2.4")
    desk.save(desk.cast.omar, "2.4", base, context="Omar's text")
    refused = desk.refused("case.save_section", desk.cast.mara, section="2.4", fields={"context": "Mara's text"}, base=base)
    assert refused.code == "conflict"
    assert refused.data["mine"] == {"context": "Mara's text"}
    assert refused.data["theirs"] == {"context": "Omar's text"}
    assert desk.document["sections"]["2.4"]["context"] == "Omar's text"
    desk.save(desk.cast.mara, "2.4", str(refused.data["base"]), context="Both texts")
    assert desk.document["sections"]["2.4"]["context"] == "Both texts"


def test_two_people_in_different_sections_never_meet(desk: Desk) -> None:
    first, second = desk.base("2.4"), desk.base("3.1")
    desk.save(desk.cast.omar, "2.4", first, context="Omar's text")
    desk.save(desk.cast.mara, "3.1", second, effects="Mara's text")
    sections = desk.document["sections"]
    assert (sections["2.4"]["context"], sections["3.1"]["effects"]) == ("Omar's text", "Mara's text")


def test_a_conflict_is_found_although_the_other_saves_were_folded(desk: Desk) -> None:
    desk.save(desk.cast.omar, "2.4", context="one")
    base = desk.base("2.4")
    desk.save(desk.cast.omar, "2.4", context="one two")
    refused = desk.refused("case.save_section", desk.cast.mara, section="2.4", fields={"context": "x"}, base=base)
    assert refused.code == "conflict"


def test_the_same_words_written_twice_are_no_conflict(desk: Desk) -> None:
    base = desk.base("2.4")
    desk.save(desk.cast.omar, "2.4", base, context="The same")
    assert desk.save(desk.cast.mara, "2.4", base, context="The same")["changed"] is False


@pytest.mark.parametrize(
    ("section", "fields", "name"),
    [("2.2", {"institutions": [{"name": "a", "role": "boss"}]}, "fields.institutions[0].role"),
     ("2.1", {"development": 7}, "fields.development"), ("2.1", {"nothing": "x"}, "fields.nothing"),
     ("3.2", {"matrix": []}, "fields.matrix"), ("2.1", {"topics": ["moon"]}, "fields.topics[0]"),
     ("2.1", {"additions": [{"text": "a\x00"}]}, "fields.additions[0].text"), ("2.1", {"cites": ["9"]}, "fields.cites[0]")],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_with_its_place(desk: Desk, section: str, fields: dict[str, Any], name: str) -> None:
    refused = desk.refused("case.save_section", desk.cast.omar, section=section, fields=fields, base=desk.base(section))
    assert list(refused.fields) == [name]
    assert desk.row().version == 1


def test_topics_have_one_home(desk: Desk) -> None:
    desk.save(desk.cast.omar, "1.1", topics=["assurance"])
    desk.save(desk.cast.omar, "2.1", topics=["assurance", "traceability"])
    assert desk.document["topics"] == ["assurance", "traceability"]
    assert "topics" not in desk.document["sections"].get("1.1", {})


def test_the_overview_holds_only_what_is_in_the_matrix(desk: Desk) -> None:
    aspect, element = doc.need(desk.document, "A1").id, doc.need(desk.document, "A1.E1").id
    desk.save(desk.cast.omar, "1.2", key_aspects={"items": [aspect, "gone", element]}, key_elements={"items": [element]})
    assert desk.document["sections"]["1.2"] == {"key_aspects": {"items": [aspect]}, "key_elements": {"items": [element]}}
    desk.do("case.remove_element", desk.cast.omar, item=element)
    assert desk.document["sections"]["1.2"]["key_elements"]["items"] == []


def test_a_lab_line_taken_out_of_a_section_is_remembered(desk: Desk) -> None:
    document, id_ = doc.extend_section(desk.document, "2.3", text="From the lab", origin="lab", sources=[{"proposal": "p9"}])
    _put(desk, document)
    desk.save(desk.cast.omar, "2.3", additions=[])
    assert doc.removed_proposals(desk.document) == {"p9"}
    assert doc.find(desk.document, id_) is None


def _put(desk: Desk, document: doc.Document) -> None:
    desk.cast.writer.run(lambda work: setattr(work.session.get_one(Case, desk.case), "document", document))


def test_a_source_can_be_attached_to_a_section(desk: Desk) -> None:
    entry = {"publisher": "The lab", "title": "Report", "year": "2027", "url": "https://example.org/r"}
    desk.do("case.save_references", desk.cast.omar, references={"1": entry}, base=mark({"references": {}}))
    desk.save(desk.cast.omar, "2.1", cites=["1"])
    assert desk.document["references"] == {"1": entry}
    assert desk.document["sections"]["2.1"]["cites"] == ["1"]
    bad = desk.refused("case.save_references", desk.cast.omar, references={"1": {"url": "javascript:x"}}, base="")
    assert list(bad.fields) == ["references.1.url"]


def test_the_draft_swot_and_open_questions_are_saved(desk: Desk) -> None:
    base = mark(swot_content(desk.document))
    kept = desk.document["swot"]["S"][0]
    lines = {"S": [kept, {"text": "Second"}], "T": []}
    desk.do("case.save_swot", desk.cast.omar, lines=lines, questions=[{"text": "Who pays?"}], base=base)
    told = doc.draft_swot(desk.document)
    assert [(q, text) for q, _, text in told] == [
        ("S", kept["text"]),
        ("S", "Second"),
        ("W", "Needs a large volume"),
        ("O", "Other minerals"),
    ]
    assert told[0][1] == kept["id"]
    assert desk.document["questions"][0]["text"] == "Who pays?"
    assert desk.refused("case.save_swot", desk.cast.mara, lines={"S": []}, base=base).code == "conflict"
    assert desk.refused("case.save_swot", desk.cast.mara, lines={"X": []}, base=base).code == "invalid"


# ---- revisions


def test_every_save_is_a_revision_with_author_and_time(desk: Desk) -> None:
    desk.save(desk.cast.omar, "2.1", development="a")
    desk.save(desk.cast.mara, "2.4", context="b")
    assert [(r.number, r.origin, r.place, r.user_id) for r in desk.revisions()] == [
        (1, "create", "", None),
        (2, "edit", "2.1", desk.cast.omar.id),
        (3, "edit", "2.4", desk.cast.mara.id),
    ]
    assert desk.row().version == 3
    assert desk.revisions()[1].document["sections"] == {"2.1": {"development": "a"}}


def test_autosaves_fold_and_an_empty_save_makes_no_revision(desk: Desk, later: Callable[[timedelta], None]) -> None:
    desk.save(desk.cast.omar, "2.1", development="a")
    later(timedelta(minutes=3))
    desk.save(desk.cast.omar, "2.1", development="ab")
    assert [r.number for r in desk.revisions()] == [1, 2]
    assert desk.revisions()[1].document["sections"]["2.1"]["development"] == "ab"
    assert desk.save(desk.cast.omar, "2.1", development="ab")["changed"] is False
    later(timedelta(minutes=8))
    desk.save(desk.cast.omar, "2.1", development="abc")
    assert [r.document["sections"].get("2.1", {}).get("development") for r in desk.revisions()] == [None, "ab", "abc"]


def test_status_moves_with_who_when_and_why(desk: Desk) -> None:
    desk.do("case.set_status", desk.cast.omar, status="mapped")
    desk.do("case.set_status", desk.cast.omar, status="mapped")
    assert desk.refused("case.set_status", desk.cast.mara, status="presented").fields.keys() == {"reason"}
    desk.do("case.set_status", desk.cast.mara, status="presented", reason="Shown in the webinar")
    assert [(r.status, r.reason, r.user_id) for r in desk.revisions() if r.origin == "status"] == [
        ("mapped", "", desk.cast.omar.id),
        ("presented", "Shown in the webinar", desk.cast.mara.id),
    ]
    assert desk.refused("case.set_status", desk.cast.mara, status="done").code == "invalid"
