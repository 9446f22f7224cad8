"""Ballots: a budget, a maximum per item, hidden until revealed, in total and by tier."""

from __future__ import annotations

import json

import pytest

from tests.cast import Cast


@pytest.fixture
def items(cast: Cast) -> list[str]:
    cast.start("challenges")
    cast.act("activity.reveal", cast.anna)
    board = cast.board("challenges")
    posted = [cast.act("contribution.post", cast.ben, board=board, text=text)["id"] for text in ("One", "Two", "Three")]
    return [
        cast.act("cluster.create", cast.anna, board=board, title=f"Cluster {n}", contributions=[id_])["id"]
        for n, id_ in enumerate(posted)
    ]


@pytest.fixture
def ballot(cast: Cast, items: list[str]) -> str:
    ballot = cast.ballot("challenges")
    assert cast.act("ballot.open", cast.anna, ballot=ballot)["items"] == items
    return ballot


@pytest.mark.parametrize("dots", [{0: 2}, {0: 1, 1: 1, 2: 2}, {0: -1}])
def test_more_than_the_budget_is_refused(cast: Cast, items: list[str], ballot: str, dots: dict[int, int]) -> None:
    answer = cast.ask("ballot.vote", cast.ben, ballot=ballot, dots={items[n]: count for n, count in dots.items()})
    assert answer["code"] == "invalid"
    assert "dots" in json.dumps(answer["fields"])
    assert cast.ask("ballot.vote", cast.ben, ballot=ballot, dots={items[0]: 1, items[1]: 1, items[2]: 1})["ok"]


def test_a_stranger_on_the_ballot_is_refused(cast: Cast, ballot: str) -> None:
    assert cast.ask("ballot.vote", cast.ben, ballot=ballot, dots={"nothing": 1})["code"] == "invalid"


def test_the_last_allocation_counts_and_nobody_sees_counts_before_the_reveal(cast: Cast, items: list[str], ballot: str) -> None:
    cast.act("ballot.vote", cast.ben, ballot=ballot, dots={items[0]: 1, items[1]: 1})
    cast.act("ballot.vote", cast.ben, ballot=ballot, dots={items[2]: 1})
    for audience in ("room", "staff"):
        entities = cast.look(audience)["entities"]
        assert "result" not in entities["ballot"][ballot]
        assert entities["tally"][ballot]["count"] == 1  # how many voted is no secret
    cast.act("ballot.close", cast.anna, ballot=ballot)
    assert "result" not in cast.look("room")["entities"]["ballot"][ballot]
    assert cast.look("staff")["entities"]["ballot"][ballot]["result"][items[2]]["dots"] == 1
    assert cast.ask("ballot.vote", cast.chloe, ballot=ballot, dots={items[0]: 1})["code"] == "not_open"
    cast.act("ballot.reveal", cast.anna, ballot=ballot)
    result = cast.look("room")["entities"]["ballot"][ballot]["result"]
    assert {item: row["dots"] for item, row in result.items()} == {items[0]: 0, items[1]: 0, items[2]: 1}


def test_the_result_by_tier_follows_a_corrected_tier(cast: Cast, items: list[str], ballot: str) -> None:
    people = [cast.join(tier="1") for _ in range(3)] + [cast.join(tier="2") for _ in range(3)]
    for person in people:
        cast.act("ballot.vote", person, ballot=ballot, dots={items[0]: 1})
    cast.act("ballot.reveal", cast.anna, ballot=ballot)
    assert cast.look("room")["entities"]["ballot"][ballot]["result"][items[0]]["by_tier"] == {"1": 3, "2": 3}
    for person in people[3:]:
        cast.act("seat.update", person, tier="3")
    assert cast.look("room")["entities"]["ballot"][ballot]["result"][items[0]]["by_tier"] == {"1": 3, "3": 3}


def test_an_empty_ballot_does_not_open(cast: Cast) -> None:
    cast.start("challenges")
    assert cast.ask("ballot.open", cast.anna, ballot=cast.ballot("challenges"))["code"] == "bad_state"


def test_a_rating_takes_steps_of_its_scale(cast: Cast) -> None:
    cast.start("transferability")
    board = cast.board("transferability")
    idea = cast.act("contribution.post", cast.ben, board=board, column=cast.case, text="Buy together")["id"]
    cluster = cast.act("cluster.create", cast.anna, board=board, title="Together", contributions=[idea])["id"]
    rating = cast.ballot("transferability", "rating")
    cast.act("ballot.open", cast.anna, ballot=rating)
    assert cast.ask("ballot.vote", cast.ben, ballot=rating, dots={cluster: 7})["code"] == "invalid"
    cast.act("ballot.vote", cast.ben, ballot=rating, dots={cluster: 3})
    cast.act("ballot.vote", cast.chloe, ballot=rating, dots={cluster: 2})
    cast.act("ballot.reveal", cast.anna, ballot=rating)
    result = cast.look("room")["entities"]["ballot"][rating]["result"][cluster]
    assert (result["n"], result["mean"], result["spread"]) == (2, 2.5, 0.5)
