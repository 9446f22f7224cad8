"""The order in which a transcript is played, and the lab it plans."""

from __future__ import annotations

import dataclasses

import pytest

from facilitation.cases.marked import FileError
from facilitation.rehearsal import plan
from facilitation.rehearsal.people import FIRST_WORDING, first_wording
from facilitation.rehearsal.script import decisions, steps
from facilitation.rehearsal.transcript import Transcript


def test_steps_are_in_time_and_rooms_are_made_first(sample: Transcript) -> None:
    script = steps(sample)
    assert [step.t for step in script] == sorted(step.t for step in script)
    place = {id(step.item): index for index, step in enumerate(script)}
    opening = next(action for action in sample.actions if action.do == "open_activity" and action.details["activity"] == "A04")
    first = next(post for post in sample.posts if post.activity == "A04")
    assert place[id(opening)] < place[id(first)]


def test_who_was_offline_is_back_before_they_send(sample: Transcript) -> None:
    kinds = [step.kind for step in steps(sample) if step.t == 2431 and step.item.id in ("P31", "C053")]
    assert kinds == ["back", "post"]


def test_owners_decide_after_everything_else(sample: Transcript) -> None:
    assert {step.t for step in decisions(sample)} == {max(step.t for step in steps(sample)) + 1}
    assert len(decisions(sample)) == 16


def test_the_agenda_becomes_activities(sample: Transcript) -> None:
    found = {item["ref"]: item for item in plan.activities_of(sample)}
    assert [item["kind"] for item in found.values()] == [
        "talk", "present", "talk", "swot", "cluster", "break", "challenges", "ballot", "transferability", "talk", "ballot",
        "experiences", "takeaways", "evaluation", "talk",
    ]  # fmt: skip
    assert [ballot["method"] for ballot in found["A10"]["settings"]["ballots"]] == ["dots", "rating"]
    assert found["A04"]["settings"]["max_length"] == 140
    assert found["BRK"]["stage"] == "break"


def test_a_board_follows_what_is_written_on_it(sample: Transcript) -> None:
    challenges = [post for post in sample.posts if post.kind == "challenge"]
    experiences = [post for post in sample.posts if post.kind == "experience"]
    assert plan.kind_for("challenges", [*challenges, *experiences]) == "challenges"  # experiences fit on every board
    assert plan.kind_for("talk", experiences) == "experiences"
    assert plan.kind_for("transferability", challenges) == "challenges"
    assert plan.kind_for("talk", []) == "talk"


def test_two_boards_in_one_activity_are_refused_with_the_line(sample: Transcript) -> None:
    one = next(post for post in sample.posts if post.kind == "challenge")
    other = next(post for post in sample.posts if post.kind == "swot")
    with pytest.raises(FileError) as caught:
        plan.kind_for("challenges", [one, other])
    assert caught.value.line == other.line


def test_the_first_wording_is_another_one_and_not_too_long() -> None:
    assert first_wording("short", 140) == "short" + FIRST_WORDING
    assert len(first_wording("x" * 140, 140)) == 140


def test_a_contribution_says_its_kind_only_where_the_board_does_not(sample: Transcript) -> None:
    told = next(post for post in sample.posts if post.kind == "experience")
    assert plan.kind_of_post(told, "challenges") == "experience"
    assert plan.kind_of_post(dataclasses.replace(told, kind="challenge"), "challenges") is None
