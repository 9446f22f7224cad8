"""The parts a person writes, and the state of a report."""

from __future__ import annotations

import pytest

from facilitation.reports.assemble import assemble
from facilitation.reports.content import Written
from facilitation.reports.writing import PARTS
from tests.cast import Cast
from tests.reports.conftest import Held


def conclusions(held: Held) -> tuple[str, ...]:
    part = assemble(held.gather()).sections[0].blocks[0]
    assert isinstance(part, Written)
    return part.paragraphs


def test_what_a_person_wrote_stands_in_the_report(held: Held) -> None:
    act, rita = held.cast.act, held.cast.rita
    assert conclusions(held) == ()
    assert act("report.write", rita, part="conclusions", text="One.\n\nTwo.")["version"] == 1
    assert conclusions(held) == ("One.", "Two.")
    assert act("report.write", rita, part="conclusions", text="One.\n\nTwo.", version=0)["version"] == 1  # the same again
    assert held.gather().version == 2


def test_two_writers_both_keep_their_words(held: Held) -> None:
    cast = held.cast
    cast.act("report.write", cast.rita, part="purpose", text="Rita's words")
    answer = cast.ask("report.write", cast.anna, part="purpose", text="Anna's words", version=0)
    assert answer["code"] == "conflict"
    assert answer["data"] == {"mine": {"text": "Anna's words"}, "theirs": {"text": "Rita's words", "version": 1}}
    assert cast.act("report.write", cast.anna, part="purpose", text="Both words", version=1)["version"] == 2


def test_a_released_report_is_not_changed_by_the_way(held: Held) -> None:
    cast = held.cast
    assert cast.act("report.set_state", cast.anna, state="released")["state"] == "released"
    assert cast.ask("report.write", cast.rita, part="purpose", text="Late words")["code"] == "bad_state"
    cast.act("report.set_state", cast.anna, state="draft")
    assert cast.ask("report.write", cast.rita, part="purpose", text="Late words")["ok"]


def test_each_state_is_a_new_version_the_same_state_is_none(held: Held) -> None:
    cast = held.cast
    versions = [
        cast.act("report.set_state", cast.anna, state=state)["version"] for state in ("draft", "remarks", "remarks", "released")
    ]
    assert versions == [1, 2, 2, 3]
    assert assemble(held.gather()).front.state_line.startswith("Version 3, released, lab closed on ")


def test_only_those_who_run_or_note_the_lab_write(held: Held) -> None:
    cast = held.cast
    for who, code in ((cast.ben, "forbidden"), (cast.omar, "forbidden"), (cast.eve, "unauthenticated")):
        assert cast.ask("report.write", who, part="purpose", text="Words")["code"] == code
    assert cast.ask("report.set_state", cast.rita, state="released")["code"] == "forbidden"


def test_the_purpose_can_be_written_before_the_close_the_state_not_changed(cast: Cast) -> None:
    assert cast.ask("report.write", cast.anna, part="purpose", text="Why we meet")["ok"]
    assert cast.ask("report.set_state", cast.anna, state="released")["code"] == "not_open"


@pytest.mark.parametrize("part", PARTS)
def test_every_part_has_its_place_in_the_report(held: Held, part: str) -> None:
    held.cast.act("report.write", held.cast.rita, part=part, text=f"WORDS-OF-{part}")
    assert f"WORDS-OF-{part}" in repr(assemble(held.gather()))
