"""Cases through the dispatcher: saving, conflicts, revisions, rights, life cycle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from facilitation.cases import document as doc
from facilitation.cases.commands import details_content
from facilitation.cases.models import Case, CaseRevision
from facilitation.cases.queries import site_template
from facilitation.cases.rules import item_content, mark, section_content, swot_content
from facilitation.core.actor import NOBODY, SYSTEM, Identity
from facilitation.core.clock import system_clock
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from tests.cast import Cast


class Desk:
    """A case and what one reads of it."""

    def __init__(self, cast: Cast, case: str) -> None:
        self.cast, self.case = cast, case

    def row(self) -> Case:
        with reading(db.engine) as session:
            return session.get_one(Case, self.case)

    @property
    def document(self) -> doc.Document:
        return self.row().document

    def revisions(self) -> list[CaseRevision]:
        with reading(db.engine) as session:
            query = select(CaseRevision).where(CaseRevision.case_id == self.case).order_by(CaseRevision.number)
            return list(session.scalars(query))

    def base(self, section: str) -> str:
        with reading(db.engine) as session:
            found = site_template(session, "en").section(section)
        assert found is not None
        return mark(section_content(self.document, found))

    def item_base(self, ref: str) -> str:
        return mark(item_content(doc.need(self.document, ref).item))

    def do(self, name: str, who: Identity, **args: Any) -> dict[str, Any]:
        return self.cast.do(name, who, case=self.case, **args)

    def save(self, who: Identity, section: str, base: str | None = None, **fields: Any) -> dict[str, Any]:
        base = self.base(section) if base is None else base
        return self.do("case.save_section", who, section=section, fields=fields, base=base)

    def refused(self, name: str, who: Identity, **args: Any) -> Refused:
        with pytest.raises(Refused) as caught:
            self.do(name, who, **args)
        return caught.value


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast, cast.case)


@pytest.fixture
def later(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[timedelta], None]]:
    """Let time pass."""
    passed = [timedelta()]

    def clock() -> datetime:
        return system_clock() + passed[0]

    monkeypatch.setattr(cast.writer, "clock", clock)

    def go(by: timedelta) -> None:
        passed[0] += by

    yield go


# ---- create and details


def test_a_new_case_has_its_fields_and_stands_in_its_sector(cast: Cast) -> None:
    made = cast.do("case.create", cast.mara, title="Mica", sector="MS", type="technology", topics=["traceability"],
                   stages=["mining"], neutral_title="A mineral", owner=cast.omar.id)  # fmt: skip
    desk = Desk(cast, made["case"])
    row = desk.row()
    assert (row.ref, row.title, row.neutral_title, row.sector, row.type, row.status) == (
        "FC-MS-03", "Mica", "A mineral", "MS", "technology", "proposed")  # fmt: skip
    assert (row.document["topics"], row.document["stages"]) == (["traceability"], ["mining"])
    assert [(revision.number, revision.origin) for revision in desk.revisions()] == [(1, "create")]
    desk.save(cast.omar, "2.1", development="His now.")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"sector": "XX"}, "sector"), ({"type": "XX"}, "type"), ({"topics": ["XX"]}, "topics"), ({"title": " "}, "title"),
     ({"ref": "FC-MS-01"}, "ref"), ({"owner": "nobody"}, "user"), ({"stages": ["moon"]}, "stages")],
)  # fmt: skip
def test_a_new_case_that_does_not_fit_is_refused_by_field(cast: Cast, change: dict[str, Any], field: str) -> None:
    fitting: dict[str, Any] = {"title": "Mica", "sector": "MS", "type": "technology"}
    with pytest.raises(Refused) as caught:
        cast.do("case.create", cast.olga, **{**fitting, **change})
    assert any(name.startswith(field) for name in caught.value.fields), caught.value.fields
    cast.do("case.create", cast.olga, **fitting)


def test_details_are_saved_and_compared(desk: Desk) -> None:
    omar = desk.cast.omar
    base = mark(details_content(desk.row()))
    fields = {"title": "New", "topics": ["assurance"], "mapping": {"areas": ["asm"], "issues": ["social_asm"]}}
    answer = desk.do("case.save_details", omar, fields=fields, base=base)
    assert desk.row().title == "New"
    assert desk.document["mapping"] == {"areas": ["asm"], "issues": ["social_asm"]}
    assert answer["base"] == mark(details_content(desk.row()))
    assert desk.refused("case.save_details", omar, fields={"title": "Other"}, base=base).code == "conflict"
    assert desk.refused("case.save_details", omar, fields={"title": ""}, base=answer["base"]).fields
    assert desk.refused("case.save_details", omar, fields={"sector": "RES"}, base=answer["base"]).code == "forbidden"
    desk.do("case.save_details", desk.cast.olga, fields={"sector": "RES"}, base=answer["base"])


# ---- sections and conflicts


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
    assert [(q, text) for q, _, text in told] == [("S", kept["text"]), ("S", "Second"), ("W", "Needs a large volume"), ("O", "Other minerals")]
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


# ---- the matrix


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
    [("case.add_aspect", {"fields": {"title": ""}}, "fields.title"), ("case.add_element", {"aspect": "A1", "fields": {}}, "fields.title"),
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


# ---- who may


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("case.save_section", {"section": "2.1", "fields": {"development": "x"}}),
    ("case.save_details", {"fields": {"title": "x"}}),
    ("case.save_swot", {"lines": {}}),
    ("case.add_element", {"aspect": "A1", "fields": {"title": "x"}}),
    ("case.remove_aspect", {"item": "A1"}),
    ("case.set_status", {"status": "mapped"}),
]


@pytest.mark.parametrize(("name", "args"), CHANGES)
def test_only_owner_lead_and_coordinator_write_a_case(desk: Desk, name: str, args: dict[str, Any]) -> None:
    cast = desk.cast
    lead_elsewhere = cast.staff("lea@example.org", "Lea", "sector_lead", sector="RES")
    owner_elsewhere = cast.staff("oda@example.org", "Oda", "case_owner", case=cast.other_case)
    assert desk.refused(name, lead_elsewhere, **args).code == "forbidden"
    assert desk.refused(name, owner_elsewhere, **args).code == "not_found"
    assert desk.refused(name, cast.ben, **args).code == "not_found"
    assert desk.refused(name, NOBODY, **args).code == "unauthenticated"
    base = {"base": mark(details_content(desk.row()))} if name == "case.save_details" else {}
    base |= {"base": desk.base("2.1")} if name == "case.save_section" else {}
    base |= {"base": mark(swot_content(desk.document))} if name == "case.save_swot" else {}
    desk.do(name, cast.omar, **args, **base)


def test_a_lead_manages_the_own_sector_only(cast: Cast) -> None:
    for name, args in (("case.create", {"title": "x", "sector": "RES", "type": "technology"}),):
        with pytest.raises(Refused) as caught:
            cast.do(name, cast.mara, **args)
        assert caught.value.code == "forbidden"
        cast.do(name, cast.olga, **args)


def test_the_owner_changes_and_the_former_one_may_no_more(desk: Desk) -> None:
    cast = desk.cast
    desk.do("case.set_owner", cast.mara, user=cast.rita.id)
    assert desk.refused("case.save_section", cast.omar, section="2.1", fields={}).code == "not_found"
    desk.save(cast.rita, "2.1", development="hers")
    assert desk.refused("case.set_owner", cast.rita, user=cast.rita.id).code == "forbidden"
    assert desk.refused("case.set_owner", cast.mara, user="nobody").fields
    desk.do("case.set_owner", cast.mara, user="")


def test_a_case_of_a_lab_stays_and_another_can_go(desk: Desk) -> None:
    cast = desk.cast
    assert desk.refused("case.delete", cast.mara).code == "bad_state"
    assert desk.row().title
    made = cast.do("case.create", cast.mara, title="Mica", sector="MS", type="technology", owner=cast.omar.id)
    cast.do("case.delete", cast.mara, case=made["case"])
    with reading(db.engine) as session:
        assert session.get(Case, made["case"]) is None
        count = select(func.count()).select_from(CaseRevision).where(CaseRevision.case_id == made["case"])
        assert session.scalar(count) == 0


def test_the_coordinator_adds_a_topic_and_an_aspect_takes_two(desk: Desk) -> None:
    cast = desk.cast
    made = cast.do("topic.add", cast.olga, label="Mica & child labour")
    assert made["topic"] == "mica_child_labour"
    base = desk.item_base("A1")
    desk.do("case.update_aspect", cast.omar, item="A1", fields={"topics": [made["topic"], "assurance"]}, base=base)
    assert doc.need(desk.document, "A1").item["topics"] == ["mica_child_labour", "assurance"]
    for label, who in (("Mica & child labour", cast.olga), ("Another", cast.mara)):
        with pytest.raises(Refused):
            cast.do("topic.add", who, label=label)
    with reading(db.engine) as session:
        assert site_template(session, "en").label("good_practice_topics", "mica_child_labour") == "Mica & child labour"


# ---- the lab that shows the case


def test_a_changed_case_changes_in_the_lab_that_shows_it(desk: Desk) -> None:
    cast = desk.cast
    before = cast.look("room")
    desk.save(cast.omar, "1.1", summary_part2="A new lead")
    change = cast.delta("room", before["seq"])["changes"]
    assert [(item["type"], item["id"]) for item in change] == [("case", desk.case)]
    assert change[0]["value"]["lead"] == "A new lead"
    assert cast.look("room")["entities"]["case"][desk.case]["lead"] == "A new lead"


def test_the_server_itself_may_write(desk: Desk) -> None:
    desk.save(SYSTEM, "2.1", development="by the shell")
    assert desk.revisions()[-1].user_id is None
