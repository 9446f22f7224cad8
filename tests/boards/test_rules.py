"""Who sees what, how it is labelled, how votes count: tables of small inputs."""

from __future__ import annotations

import pytest

from facilitation.boards import results
from facilitation.boards.rules import seen_by_room, shown_level


@pytest.mark.parametrize(
    ("choice", "ceiling", "tier_size", "cell_size", "level"),
    [
        (0, 4, 9, 9, 0),  # the person's choice
        (4, 1, 9, 9, 1),  # the lab's ceiling
        (2, 2, 9, 3, 2),
        (2, 2, 9, 2, 1),  # a cell of two is shown one level coarser
        (2, 2, 2, 2, 0),  # and a tier of two not at all
        (1, 2, 3, 0, 1),
        (1, 2, 2, 0, 0),
        (4, 4, 1, 1, 4),  # a name is a person's own wish
        (3, 4, 1, 1, 3),
    ],
)
def test_the_lowest_of_choice_ceiling_and_small_cell(
    choice: int, ceiling: int, tier_size: int, cell_size: int, level: int
) -> None:
    assert shown_level(choice, ceiling=ceiling, tier_size=tier_size, cell_size=cell_size, minimum=3) == level


@pytest.mark.parametrize(
    ("status", "board", "parent", "seen"),
    [("shown", True, True, True), ("shown", False, True, False), ("shown", True, False, False), ("pending", True, True, False),
     ("hidden", True, True, False), ("withdrawn", True, True, False)],
)  # fmt: skip
def test_what_the_room_sees(status: str, board: bool, parent: bool, seen: bool) -> None:
    assert seen_by_room(status=status, board_shown=board, parent_seen=parent) is seen


def test_dots_in_total_and_by_tier() -> None:
    votes = [("1", {"a": 2, "b": 1}), ("1", {"a": 1}), ("1", {"b": 1}), ("2", {"b": 2}), ("2", {}), ("2", {"a": 1})]
    assert results.dots(["a", "b", "c"], votes, minimum=3) == {
        "a": {"dots": 4, "by_tier": {"1": 3, "2": 1}},
        "b": {"dots": 4, "by_tier": {"1": 2, "2": 2}},
        "c": {"dots": 0, "by_tier": {}},
    }


def test_a_tier_with_too_few_voters_is_not_shown_alone() -> None:
    votes = [("1", {"a": 1})] * 5 + [("2", {"a": 1})] * 4 + [("3", {"b": 1})]
    counted = results.dots(["a", "b"], votes, minimum=3)
    assert counted["b"] == {"dots": 1, "by_tier": {"joined": 1}}
    assert counted["a"]["by_tier"] == {"1": 5, "joined": 4}  # the next smallest keeps it company
    assert results.groups({"1": 5, "2": 1, "3": 2}, 3) == {"1": "1", "2": "joined", "3": "joined"}
    assert results.groups({"1": 2}, 3) == {"1": "joined"}


def test_ties_share_a_place_and_stand_in_the_order_of_making() -> None:
    counted = {"a": {"dots": 3}, "b": {"dots": 5}, "c": {"dots": 3}, "d": {"dots": 1}}
    assert results.ranking(counted, {"a": 2, "b": 3, "c": 1, "d": 4}) == [(1, "b"), (2, "c"), (2, "a"), (4, "d")]


def test_ratings_give_n_with_every_mean() -> None:
    votes = [("1", {"a": 3}), ("1", {"a": 2}), ("1", {"a": 3, "b": 0})]
    counted = results.ratings(["a", "b", "c"], votes, minimum=3)
    assert counted["a"] == {"n": 3, "mean": 2.67, "spread": 0.47, "by_tier": {"1": 2.67}}
    assert counted["b"]["n"] == 1
    assert counted["c"] == {"n": 0, "mean": None, "spread": None, "by_tier": {}}
