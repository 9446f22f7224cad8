"""The life of a case: made, described, moved, owned, shown in a lab; and who may (R-01, R-15, R-23)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from facilitation.cases import document as doc
from facilitation.cases.commands import details_content
from facilitation.cases.models import Case, CaseRevision
from facilitation.cases.queries import site_template
from facilitation.cases.rules import mark, swot_content
from facilitation.core.actor import NOBODY, SYSTEM
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from tests.cases.desk import Desk
from tests.cast import Cast


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
