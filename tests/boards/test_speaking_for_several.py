"""A contribution may speak for several people around one phone."""

from __future__ import annotations

import pytest

from tests.cast import Cast


def board(cast: Cast) -> str:
    """The first open SWOT board."""
    activity = next(id_ for id_, value in cast.look("staff")["entities"]["activity"].items() if value["kind"] == "swot")
    cast.act("activity.start", cast.anna, activity=activity)
    return str(cast.look("staff")["entities"]["activity"][activity]["boards"][0])


def test_a_pair_shares_one_phone(cast: Cast) -> None:
    where = board(cast)
    posted = cast.act("contribution.post", cast.ben, board=where, column="S", text="We are two", people=2)
    alone = cast.act("contribution.post", cast.ben, board=where, column="S", text="Just me")
    seen = cast.look("staff")["entities"]["contribution"]
    assert seen[posted["id"]]["people"] == 2
    assert "people" not in seen[alone["id"]]


def test_named_seats_count_at_least(cast: Cast) -> None:
    where = board(cast)
    both = {"board": where, "column": "S", "speaks_for": [cast.chloe.id]}
    posted = cast.act("contribution.post", cast.ben, **both, text="Ben and Chloé", people=1)
    more = cast.act("contribution.post", cast.ben, **both, text="And two more at the table", people=4)
    seen = cast.look("staff")["entities"]["contribution"]
    assert [seen[posted["id"]]["people"], seen[more["id"]]["people"]] == [2, 4]


@pytest.mark.parametrize("people", [0, 21, -1, "two"])
def test_impossible_numbers_are_refused(cast: Cast, people: object) -> None:
    answer = cast.ask("contribution.post", cast.ben, board=board(cast), column="S", text="Crowd", people=people)
    assert (answer["ok"], answer["code"], list(answer["fields"])) == (False, "invalid", ["people"])
