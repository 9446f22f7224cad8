"""Planning the agenda through the dispatcher: add, change, move, remove (R-55, D11)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from facilitation.boards.models import Ballot, Board
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Activity, Lab
from tests.cast import Cast

DOTS = {"scope": "challenges", "per_person": 3, "max_per_item": 1}


def order(cast: Cast, lab: str | None = None) -> list[Activity]:
    with reading(db.engine) as session:
        return list(session.scalars(select(Activity).where(Activity.lab_id == (lab or cast.lab)).order_by(Activity.position)))


def row(cast: Cast, activity: str) -> Activity:
    with reading(db.engine) as session:
        return session.get_one(Activity, activity)


def boards(activity: str) -> list[Board]:
    with reading(db.engine) as session:
        return list(session.scalars(select(Board).where(Board.activity_id == activity).order_by(Board.position)))


def add(cast: Cast, **more: Any) -> str:
    wanted = {"kind": "challenges", "stage": "peer_learning", "title": "More challenges", "seconds": 600, **more}
    return str(cast.act("activity.add", cast.anna, **wanted)["activity"])


def length(cast: Cast) -> int:
    with reading(db.engine) as session:
        return session.get_one(Lab, cast.lab).planned_seconds


def test_each_kind_of_event_starts_with_its_own_agenda(cast: Cast) -> None:
    kinds = {}
    for kind in ("flagship_lab", "single_case_lab", "webinar", "consultation"):
        made = cast.do("lab.create", cast.mara, kind=kind, sector="MS", title=kind, cases=[cast.case])
        kinds[kind] = [item.kind for item in order(cast, made["lab"])]
    assert len({tuple(agenda) for agenda in kinds.values()}) == 4
    assert "validation" in kinds["webinar"]
    assert kinds["flagship_lab"][:2] == ["talk", "present"]
    seconds = sum(item.seconds for item in order(cast))
    assert seconds == 160 * 60 == length(cast)


def test_an_activity_is_added_after_another_with_board_and_ballot(cast: Cast) -> None:
    first = order(cast)[0]
    made = add(cast, after=first.id, settings={"reveal": "own", "max_length": 200, "ballots": [DOTS]})
    assert [item.id for item in order(cast)][1] == made
    (board,) = boards(made)
    assert (board.kind, board.reveal, board.max_length, board.open) == ("challenges", "own", 200, False)
    with reading(db.engine) as session:
        (ballot,) = session.scalars(select(Ballot).where(Ballot.activity_id == made))
        assert (ballot.scope, ballot.per_person, ballot.max_per_item, ballot.state) == ("challenges", 3, 1, "planned")


def test_one_case_gets_one_board_and_only_its_draft(cast: Cast) -> None:
    everyone, one = add(cast, kind="swot"), add(cast, kind="swot", settings={"case": cast.other_case})
    assert [board.case_id for board in boards(everyone)] == [cast.case, cast.other_case]
    assert [board.case_id for board in boards(one)] == [cast.other_case]


def test_a_case_that_is_not_part_of_the_lab_is_refused(cast: Cast) -> None:
    stranger = cast.add_case("FC-MS-09", "Another one")
    answer = cast.ask("activity.add", cast.anna, kind="swot", stage="peer_learning", title="X", settings={"case": stranger})
    assert (answer["code"], list(answer["fields"])) == ("invalid", ["settings.case"])


@pytest.mark.parametrize(
    "ballot",
    [
        {"scope": "challenges", "method": "rating"},
        {"scope": "challenges", "method": "rating", "scale": {"low": "Low", "high": "High"}},
        {"scope": "challenges", "method": "rating", "scale": {"1": "only one"}},
        {"scope": "challenges", "per_person": 1, "max_per_item": 2},
        {"scope": "challenges", "per_person": 0, "max_per_item": 0},
        {"scope": "weather"},
    ],
)
def test_a_ballot_nobody_could_vote_on_is_refused(cast: Cast, ballot: dict[str, Any]) -> None:
    wanted = {"kind": "ballot", "stage": "peer_learning", "title": "Vote"}
    assert cast.ask("activity.add", cast.anna, **wanted, settings={"ballots": [DOTS]})["ok"]
    assert cast.ask("activity.add", cast.anna, **wanted, settings={"ballots": [ballot]})["code"] == "invalid"


def test_a_rating_keeps_its_scale(cast: Cast) -> None:
    scale = {"1": "little", "2": "much"}
    made = add(cast, settings={"ballots": [{"scope": "challenges", "method": "rating", "scale": scale}]})
    with reading(db.engine) as session:
        (ballot,) = session.scalars(select(Ballot).where(Ballot.activity_id == made))
        assert (ballot.method, ballot.scale) == ("rating", scale)


def test_a_change_raises_the_version_and_the_same_again_does_not(cast: Cast) -> None:
    made = add(cast)
    assert cast.act("activity.update", cast.anna, activity=made, version=1, title="Other", seconds=300)["version"] == 2
    assert cast.act("activity.update", cast.anna, activity=made, version=1, title="Other")["version"] == 2
    assert (row(cast, made).title, row(cast, made).seconds) == ("Other", 300)


def test_two_people_changing_the_same_activity_get_both_texts(cast: Cast) -> None:
    made = add(cast)
    cast.act("activity.update", cast.anna, activity=made, version=1, title="Anna’s words")
    answer = cast.ask("activity.update", cast.mara, activity=made, version=1, title="Mara’s words")
    assert answer["code"] == "conflict"
    assert answer["data"] == {"mine": {"title": "Mara’s words"}, "theirs": {"title": "Anna’s words"}, "version": 2}
    assert row(cast, made).title == "Anna’s words"


def test_settings_left_out_stay_and_null_takes_one_away(cast: Cast) -> None:
    made = add(cast, settings={"case": cast.case, "reveal": "own", "ballots": [DOTS]})
    cast.act("activity.update", cast.anna, activity=made, settings={"moderated": True})
    assert set(row(cast, made).settings) == {"case", "reveal", "ballots", "moderated"}
    cast.act("activity.update", cast.anna, activity=made, settings={"case": None, "ballots": None})
    assert row(cast, made).settings == {"reveal": "own", "moderated": True}
    with reading(db.engine) as session:
        assert session.scalars(select(Ballot).where(Ballot.activity_id == made)).all() == []


def test_what_people_worked_on_keeps_its_board_but_not_its_title(cast: Cast) -> None:
    activity = cast.start("challenges")
    cast.act("contribution.post", cast.ben, board=cast.board("challenges"), text="A levy")
    refused = cast.ask("activity.update", cast.anna, activity=activity, settings={"max_length": 300})
    assert refused["code"] == "bad_state"
    assert cast.ask("activity.remove", cast.anna, activity=activity)["code"] == "bad_state"
    assert cast.act("activity.update", cast.anna, activity=activity, title="Renamed", seconds=60)["version"] == 2
    assert cast.look()["entities"]["activity"][activity]["title"] == "Renamed"


def test_a_grouped_draft_counts_as_work(cast: Cast) -> None:
    activity, board = cast.activity("swot"), cast.board("swot", case=cast.case)
    draft = next(id_ for id_, value in cast.look()["entities"]["contribution"].items() if value["board"] == board)
    cast.act("cluster.create", cast.anna, board=board, title="Group", contributions=[draft])
    assert cast.ask("activity.remove", cast.anna, activity=activity)["code"] == "bad_state"


def test_moving_puts_it_after_another_and_first(cast: Cast) -> None:
    before = [item.id for item in order(cast)]
    moved = before[-1]
    cast.act("activity.move", cast.anna, activity=moved, after=before[0])
    assert [item.id for item in order(cast)] == [before[0], moved, *before[1:-1]]
    cast.act("activity.move", cast.anna, activity=moved)
    assert [item.id for item in order(cast)] == [moved, *before[:-1]]
    assert [item.position for item in order(cast)] == list(range(1, len(before) + 1))


def test_moving_into_another_stage_and_after_itself(cast: Cast) -> None:
    before = [item.id for item in order(cast)]
    cast.act("activity.move", cast.anna, activity=before[0], after=before[0], stage="outcomes")
    assert [item.id for item in order(cast)] == before
    assert row(cast, before[0]).stage == "outcomes"


def test_the_planned_length_follows_every_change(cast: Cast) -> None:
    start = length(cast)
    made = add(cast, seconds=600)
    assert length(cast) == start + 600
    cast.act("activity.update", cast.anna, activity=made, seconds=60)
    assert length(cast) == start + 60
    cast.act("activity.remove", cast.anna, activity=made)
    assert length(cast) == start


def test_an_activity_of_another_lab_is_not_there(cast: Cast) -> None:
    foreign = order(cast, cast.other_lab["lab"])[0].id
    for name, more in (("update", {"title": "X"}), ("remove", {}), ("move", {})):
        assert cast.ask(f"activity.{name}", cast.anna, activity=foreign, **more)["code"] == "not_found", name
    mine = order(cast)[0].id
    assert cast.ask("activity.move", cast.anna, activity=mine, after=foreign)["code"] == "not_found"


def test_after_the_end_the_agenda_stays(cast: Cast) -> None:
    activity = order(cast)[-1].id
    assert cast.ask("activity.update", cast.anna, activity=activity, title="Now")["ok"]
    cast.act("lab.close", cast.anna, grace_s=0)
    for name in ("update", "remove", "move"):
        with pytest.raises(Refused) as refusal:
            cast.do(f"activity.{name}", cast.anna, lab=cast.lab, activity=activity)
        assert refusal.value.code == "closed"


def test_a_board_that_waits_stays_shut_when_its_activity_starts(cast: Cast) -> None:
    waiting, usual = add(cast, settings={"open": False}), add(cast)
    for activity, is_open in ((waiting, False), (usual, True)):
        cast.act("activity.start", cast.anna, activity=activity)
        assert boards(activity)[0].open is is_open
    board = boards(waiting)[0].id
    cast.act("activity.start", cast.anna, activity=waiting)
    assert cast.ask("contribution.post", cast.ben, board=board, text="Too early")["code"] == "not_open"
    cast.act("board.set", cast.anna, board=board, open=True)
    assert cast.ask("contribution.post", cast.ben, board=board, text="Now")["ok"]
