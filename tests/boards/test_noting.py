"""Words written down for somebody without a device (R-80): the same rules as a post, whoever types."""

from __future__ import annotations

from typing import Any

import pytest

from facilitation.core.errors import Refused
from tests.cast import Cast


def board(cast: Cast, kind: str = "swot") -> str:
    return next(key for key, value in cast.look()["entities"]["board"].items() if value["kind"] == kind)


def note(cast: Cast, **given: Any) -> dict[str, Any]:
    args = {"board": board(cast), "column": "S", "text": "Said from the floor", "tier": "2"} | given
    made = cast.do("contribution.note", cast.anna, lab=cast.lab, **args)
    return cast.look()["entities"]["contribution"][made["id"]] | {"id": made["id"]}


def test_what_was_said_is_written_down_with_its_tier_and_nobodys_name(cast: Cast) -> None:
    made = note(cast)
    assert (made["text"], made["column"], made["tier"], made["origin"]) == ("Said from the floor", "S", "2", "on_behalf")
    assert "people" not in made  # one


def test_people_spoken_for_count_as_having_taken_part(cast: Cast) -> None:
    assert note(cast, speaks_for=[cast.ben.id, cast.chloe.id])["people"] == 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"column": "X"}, "invalid"),
        ({"column": ""}, "invalid"),
        ({"kind": "solution"}, "invalid"),
        ({"target": {"case": "nowhere"}}, "not_found"),
        ({"speaks_for": ["nobody"]}, "not_found"),
        ({"text": "x" * 281}, "too_long"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(cast: Cast, wrong: dict[str, Any], code: str) -> None:
    note(cast, text="This one fits")
    before = cast.look()["entities"]["contribution"]
    with pytest.raises(Refused) as refused:
        note(cast, **wrong)
    assert refused.value.code == code
    assert cast.look()["entities"]["contribution"] == before


def test_a_case_of_another_lab_is_not_there(cast: Cast) -> None:
    foreign = cast.add_case("FC-RES-09", "Somewhere else")
    with pytest.raises(Refused, match="not part of the lab"):
        note(cast, target={"case": foreign})


def test_a_seat_of_another_lab_is_nobody_here(cast: Cast) -> None:
    with pytest.raises(Refused, match="not in the lab"):
        note(cast, speaks_for=[cast.dario.id])
