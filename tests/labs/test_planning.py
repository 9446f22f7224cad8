"""Creating, changing and copying a lab through the dispatcher (R-48 to R-58)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from facilitation.boards.models import Board, Contribution
from facilitation.core.actor import SYSTEM
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Activity, Lab, LabCase
from facilitation.people.models import Assignment, Seat
from facilitation.stream.models import AnsweredCommand
from tests.cast import Cast

NEW = {"kind": "single_case_lab", "sector": "MS", "title": "Another lab"}


def lab(cast: Cast, id_: str | None = None) -> Lab:
    with reading(db.engine) as session:
        return session.get_one(Lab, id_ or cast.lab)


def rows(model: Any, *conditions: Any) -> list[Any]:
    with reading(db.engine) as session:
        return list(session.scalars(select(model).where(*conditions)))


def refused(cast: Cast, name: str, who: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as refusal:
        cast.do(name, who, **more)
    return refusal.value


def test_a_title_is_enough_for_a_lab_that_can_be_joined(cast: Cast) -> None:
    made = cast.do("lab.create", cast.mara, **NEW)
    cast.do("lab.open", cast.mara, lab=made["lab"])
    assert cast.join(code=made["code"].lower(), tier="2").kind == "seat"
    assert (lab(cast, made["lab"]).state, lab(cast, made["lab"]).expected_people) == ("lobby", 40)
    assert len(made["code"]) == 6
    assert made["code"] not in lab(cast, made["lab"]).code_hash


def test_whoever_creates_a_lab_facilitates_it(cast: Cast) -> None:
    made = cast.do("lab.create", cast.mara, **NEW)
    held = rows(Assignment, Assignment.lab_id == made["lab"])
    assert [(assignment.user_id, assignment.role) for assignment in held] == [(cast.mara.id, "facilitator")]


def test_the_same_key_creates_one_lab(cast: Cast) -> None:
    key = "A" * 22
    assert cast.do("lab.create", cast.mara, key=key, **NEW) == cast.do("lab.create", cast.mara, key=key, **NEW)
    assert len(rows(Lab, Lab.title == NEW["title"])) == 1


def test_leads_create_labs_in_their_own_sector_only(cast: Cast) -> None:
    assert refused(cast, "lab.create", cast.mara, **{**NEW, "sector": "RES"}).code == "forbidden"
    assert cast.do("lab.create", cast.olga, **{**NEW, "sector": "RES"})["lab"]
    for who in (cast.anna, cast.omar):
        assert refused(cast, "lab.create", who, **NEW).code == "forbidden"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("planned_start", "tomorrow"),
        ("planned_start", "2027-13-40T25:00"),
        ("kind", "party"),
        ("title", "  "),
        ("expected_people", 0),
    ],
)
def test_what_does_not_fit_is_named(cast: Cast, field: str, value: Any) -> None:
    refusal = refused(cast, "lab.create", cast.mara, **{**NEW, field: value})
    assert (refusal.code, list(refusal.fields)) == ("invalid", [field])


def test_an_unknown_case_is_named_and_nothing_is_made(cast: Cast) -> None:
    refusal = refused(cast, "lab.create", cast.mara, **NEW, cases=[cast.case, "FC-XX-99"])
    assert (refusal.code, refusal.fields) == ("not_found", {"cases": "FC-XX-99"})
    assert rows(Lab, Lab.title == NEW["title"]) == []


def test_cases_are_found_by_reference_and_keep_their_order(cast: Cast) -> None:
    made = cast.do("lab.create", cast.mara, **NEW, cases=["FC-MS-02", cast.case, "FC-MS-02"])
    found = rows(LabCase, LabCase.lab_id == made["lab"])
    assert [row.case_id for row in sorted(found, key=lambda row: row.position)] == [cast.other_case, cast.case]


def test_changing_the_cases_makes_unused_boards_anew_with_their_drafts(cast: Cast) -> None:
    cast.act("lab.set_cases", cast.mara, cases=[cast.other_case])
    boards = rows(Board, Board.lab_id == cast.lab, Board.kind == "swot")
    assert [board.case_id for board in boards] == [cast.other_case]
    drafts = rows(Contribution, Contribution.board_id == boards[0].id)
    assert {draft.origin for draft in drafts} == {"owner_draft"}
    assert len(drafts) == 4


def test_a_case_that_leaves_frees_the_activities_that_were_about_it(cast: Cast) -> None:
    swot = cast.activity("swot")
    cast.act("activity.update", cast.anna, activity=swot, settings={"case": cast.case})
    cast.act("lab.set_cases", cast.mara, cases=[cast.other_case])
    (row,) = rows(Activity, Activity.id == swot)
    assert "case" not in row.settings
    assert [board.case_id for board in rows(Board, Board.activity_id == swot)] == [cast.other_case]


def test_once_the_lab_has_begun_its_cases_are_fixed(cast: Cast) -> None:
    assert cast.ask("lab.set_cases", cast.mara, cases=[cast.case, cast.other_case])["ok"]
    cast.start("swot")
    assert cast.ask("lab.set_cases", cast.mara, cases=[cast.case])["code"] == "bad_state"


def test_a_lost_edit_comes_back_with_both(cast: Cast) -> None:
    seen = lab(cast).version
    cast.act("lab.update", cast.mara, version=seen, title="Mara’s title")
    answer = cast.ask("lab.update", cast.olga, version=seen, title="Olga’s title", mode="online")
    assert answer["code"] == "conflict"
    assert answer["data"]["mine"] == {"title": "Olga’s title", "mode": "online"}
    assert answer["data"]["theirs"] == {"title": "Mara’s title", "mode": "hybrid"}
    assert (lab(cast).title, lab(cast).mode) == ("Mara’s title", "hybrid")
    again = cast.act("lab.update", cast.olga, version=answer["data"]["version"], title="Olga’s title", mode="online")
    assert (again["version"], lab(cast).title) == (seen + 2, "Olga’s title")


def test_what_is_stored_already_is_no_conflict(cast: Cast) -> None:
    seen = lab(cast).version
    cast.act("lab.update", cast.mara, version=seen, title="Same")
    assert cast.act("lab.update", cast.olga, version=seen, title="Same")["version"] == seen + 1


LOOSER = {"chatham_house": False, "ceiling": 2, "minimum_cell": 2, "withdraw_hours": 24, "retention_days": 91}
TIGHTER = {"ceiling": 0, "minimum_cell": 5, "withdraw_hours": 72, "retention_days": 30}


@pytest.mark.parametrize("name", LOOSER)
def test_a_promise_is_never_loosened_after_the_first_join(cast: Cast, name: str) -> None:
    answer = cast.ask("lab.update", cast.mara, version=lab(cast).version, **{name: LOOSER[name]})
    assert answer["code"] == "bad_state"
    empty = cast.do("lab.create", cast.mara, **NEW)["lab"]
    cast.do("lab.update", cast.mara, lab=empty, version=lab(cast, empty).version, **{name: LOOSER[name]})
    assert getattr(lab(cast, empty), name) == LOOSER[name]


@pytest.mark.parametrize("name", TIGHTER)
def test_a_promise_may_be_tightened_after_the_first_join(cast: Cast, name: str) -> None:
    cast.act("lab.update", cast.mara, version=lab(cast).version, **{name: TIGHTER[name]})
    assert getattr(lab(cast), name) == TIGHTER[name]


def test_another_language_renames_the_columns_of_unused_boards(cast: Cast) -> None:
    def column() -> str:
        return str(rows(Board, Board.lab_id == cast.lab, Board.kind == "swot")[0].columns[0]["title"])

    assert column() == "Strengths"
    cast.act("lab.update", cast.mara, version=lab(cast).version, language="de")
    assert column() == "Stärken"


def test_a_new_code_ends_the_old_one_and_the_wall_but_not_the_seats(cast: Cast) -> None:
    fresh = cast.act("lab.new_code", cast.anna)
    assert fresh["code"] != cast.code
    assert fresh["wall"] != cast.wall
    assert refused(cast, "seat.join", cast.eve, code=cast.code, tier="1").code == "not_found"
    assert cast.join(code=fresh["code"])
    assert cast.ask("hand.set", cast.ben, raised=True)["ok"]


def test_staff_get_and_lose_roles_by_their_address(cast: Cast) -> None:
    stranger = refused(cast, "lab.set_staff", cast.mara, lab=cast.lab, email="nobody@example.org", role="facilitator")
    assert (stranger.code, list(stranger.fields)) == ("not_found", ["email"])
    cast.act("lab.set_staff", cast.mara, email=" OMAR@example.org ", role="rapporteur")
    held = rows(Assignment, Assignment.user_id == cast.omar.id, Assignment.lab_id == cast.lab)
    assert [assignment.role for assignment in held] == ["rapporteur"]
    assert cast.ask("lab.announce", cast.omar, text="Hello")["ok"]
    cast.act("lab.set_staff", cast.mara, email="omar@example.org", role="")
    assert cast.ask("lab.announce", cast.omar, text="Hello")["code"] == "forbidden"  # his case is in the lab


def test_a_copy_keeps_plan_and_promises_and_drops_people_and_words(cast: Cast) -> None:
    cast.act("lab.update", cast.mara, version=lab(cast).version, withdraw_hours=72, focus={"challenges": ["data"]})
    cast.start("challenges")
    cast.act("contribution.post", cast.ben, board=cast.board("challenges"), text="A levy")
    made = cast.act("lab.copy", cast.mara, title="Next year")
    copy, model = lab(cast, made["lab"]), lab(cast)
    assert (copy.title, copy.state, copy.rehearsal) == ("Next year", "draft", False)
    assert (copy.focus, copy.withdraw_hours, copy.planned_seconds) == (model.focus, 72, model.planned_seconds)

    def agenda(of: str) -> list[tuple[Any, ...]]:
        found = sorted(rows(Activity, Activity.lab_id == of), key=lambda row: row.position)
        return [(item.kind, item.title, item.seconds, item.instruction, item.settings) for item in found]

    assert agenda(copy.id) == agenda(model.id)
    assert rows(Seat, Seat.lab_id == copy.id) == []
    assert {row.origin for row in rows(Contribution, Contribution.lab_id == copy.id)} == {"owner_draft"}


def test_a_rehearsal_is_a_copy_that_says_so(cast: Cast) -> None:
    made = cast.act("lab.copy", cast.mara, title="Rehearsal", rehearsal=True)
    assert lab(cast, made["lab"]).rehearsal
    assert not lab(cast).rehearsal


def test_no_command_log_holds_a_one_use_secret(cast: Cast) -> None:
    token = cast.do("user.link", SYSTEM, email="anna@example.org")["token"]
    kept = [str(row.result) for row in rows(AnsweredCommand)]
    assert len(kept) > 5
    assert not any(token in result for result in kept)
