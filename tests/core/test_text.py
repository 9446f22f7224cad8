"""Text at the door: refused with a reason, cleaned in a known way, or stored verbatim (safety, section 3)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilitation.core.text import Unclean, clean, length

POISON = json.loads((Path(__file__).parents[1] / "data" / "poison.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", POISON["kept"])
def test_kept_verbatim(name: str) -> None:
    assert clean(POISON["kept"][name], max_length=140) == POISON["kept"][name]


@pytest.mark.parametrize("name", [name for name, pair in POISON["changed"].items() if pair[1] is not None])
def test_cleaned_in_a_known_way(name: str) -> None:
    dirty, expected = POISON["changed"][name]
    assert clean(dirty, max_length=140) == expected


def test_at_most_four_marks_per_letter() -> None:
    assert len(clean(POISON["changed"]["zalgo"][0], max_length=140)) <= 5


@pytest.mark.parametrize("name", [name for name in POISON["refused"] if name not in ("empty", "blanks only", "only invisible")])
def test_refused_with_a_reason(name: str) -> None:
    with pytest.raises(Unclean) as caught:
        clean(POISON["refused"][name], max_length=140)
    assert caught.value.code in {"control", "surrogate", "noncharacter"}


def test_length_counts_what_a_person_counts() -> None:
    assert length("👨‍👩‍👧‍👦é🇩🇪") == 3
    assert clean("👨‍👩‍👧‍👦" * 20, max_length=20).count("👨") == 20
    with pytest.raises(Unclean) as caught:
        clean("a" * 141, max_length=140)
    assert (caught.value.code, caught.value.context) == ("too_long", {"max": 140, "length": 141})


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        once = clean(text, max_length=1000)
    except Unclean:
        return
    assert clean(once, max_length=1000) == once
