"""Open points per organisation step and the coverage of the agenda, over plain values (R-49, R-51, R-56)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facilitation.labs.checks import Plan, PlannedActivity, PlannedCase, by_step, coverage, missing_in, open_points
from facilitation.labs.methods import agenda_for
from facilitation.labs.planning import LAB_KINDS

FULL = {"topics": 1, "aspects": 1, "elements": 2, "draft": True, "owned": True}
ONE = PlannedCase(id="c1", title="Buying directly", **FULL)  # type: ignore[arg-type]
TWO = PlannedCase(id="c2", title="A shared ledger", **FULL)  # type: ignore[arg-type]
FOCUS = {
    "challenges": ["small producers", "data"],
    "impact_areas": ["asm"],
    "value_chain_stages": ["mining"],
    "learning_aims": ["compare"],
}


def ready_agenda(kind: str) -> list[PlannedActivity]:
    """The agenda an event of this kind starts with."""
    return [
        PlannedActivity(
            id=f"a{place}", kind=item.kind, stage=item.stage, title=str(item.title), seconds=item.seconds,
            votes_on=tuple(ballot["scope"] for ballot in item.settings.get("ballots", ())),
        )
        for place, item in enumerate(agenda_for(kind))
    ]  # fmt: skip


def complete(kind: str = "flagship_lab") -> Plan:
    cases = (ONE,) if kind == "single_case_lab" else (ONE, TWO)
    return Plan(
        kind=kind, starts="2027-03-09T13:00", cases=cases, agenda=ready_agenda(kind), focus=FOCUS, facilitators=1, rapporteurs=1
    )


def texts(plan: Plan, step: int | None = None) -> list[str]:
    return [point.text for point in open_points(plan) if step in (None, point.step)]


@pytest.mark.parametrize("kind", LAB_KINDS)
def test_a_complete_plan_of_each_kind_has_no_open_point(kind: str) -> None:
    assert texts(complete(kind)) == []


def test_a_new_plan_names_what_is_missing_in_each_step() -> None:
    points = by_step(open_points(Plan(kind="flagship_lab")))
    assert {step: len(found) for step, found in points.items()} == {1: 1, 2: 4, 3: 3, 4: 1, 5: 0}
    assert points[1][0].text == "No case is chosen yet."


def test_an_empty_case_gives_a_warning_and_a_half_full_one_says_what_it_lacks() -> None:
    empty = PlannedCase(id="c3", title="Nothing here", draft=True, owned=True)
    assert texts(replace(complete(), cases=(ONE, empty)), 1) == ["“Nothing here” is still empty: no topic, aspect or element."]
    assert missing_in(replace(ONE, topics=0)) == ["“Buying directly” has no topic yet."]
    assert missing_in(replace(ONE, aspects=0, elements=0)) == ["“Buying directly” has no aspect yet."]
    assert missing_in(replace(ONE, elements=0)) == ["“Buying directly” has no element yet."]
    assert missing_in(ONE) == []


def test_a_missing_draft_matters_only_where_there_is_a_swot_about_the_case() -> None:
    plan = replace(complete(), cases=(ONE, replace(TWO, draft=False)))
    assert texts(plan, 1) == ["“A shared ledger” has no draft SWOT: its board starts empty."]
    only_one = [replace(item, case="c1") if item.kind == "swot" else item for item in plan.agenda]
    assert texts(replace(plan, agenda=only_one), 1) == []


def test_without_its_activity_the_uncovered_case_is_named() -> None:
    plan = complete()
    about_one = [replace(item, case="c1") if item.kind in ("present", "swot", "cluster") else item for item in plan.agenda]
    kept = [item for item in about_one if item.kind not in ("transferability",) and "transferability" not in item.votes_on]
    assert "The case “A shared ledger” has no activity." in texts(replace(plan, agenda=kept), 4)
    assert "The case “Buying directly” has no activity." not in texts(replace(plan, agenda=kept), 4)


def test_without_its_activity_every_challenge_and_the_target_are_named() -> None:
    plan = complete()
    kept = [item for item in plan.agenda if item.kind not in ("challenges", "experiences") and "challenges" not in item.votes_on]
    assert texts(replace(plan, agenda=kept), 4) == [
        "The challenge “small producers” has no activity.",
        "The challenge “data” has no activity.",
        "Nothing in the agenda brings “Unresolved challenges”.",
    ]


def test_coverage_counts_the_activities_of_the_ready_flagship_lab() -> None:
    rows = {row.title: row.activities for row in coverage(complete())}
    assert rows == {
        "Buying directly": 5, "A shared ledger": 5, "small producers": 3, "data": 3,
        "SWOT": 1, "Unresolved challenges": 1, "Transferability ideas": 1, "Evaluation": 1,
    }  # fmt: skip


def test_another_board_on_an_activity_counts_as_what_it_fills() -> None:
    plan = complete()
    kept = [item for item in plan.agenda if item.kind != "challenges"]
    assert "Nothing in the agenda brings “Unresolved challenges”." in texts(replace(plan, agenda=kept), 4)
    talk = PlannedActivity(id="t", kind="talk", stage="peer_learning", title="Round", board="challenges")
    assert texts(replace(plan, agenda=[kept[0], talk, *kept[1:]]), 4) == []


def test_a_stage_without_activity_is_named() -> None:
    plan = complete()
    kept = [replace(item, stage="peer_learning") if item.stage == "outcomes" else item for item in plan.agenda]
    assert texts(replace(plan, agenda=kept), 4) == ["“Stage 3: outcomes” has no activity yet."]


def test_a_ballot_before_its_board_is_named_at_its_activity() -> None:
    plan = complete()
    vote = next(item for item in plan.agenda if "challenges" in item.votes_on)
    early = [vote, *(item for item in plan.agenda if item is not vote)]
    (point,) = (point for point in open_points(replace(plan, agenda=early)) if point.step == 4)
    assert point.place == f"activity:{vote.id}"
    assert vote.title in point.text


def test_a_single_case_lab_with_two_cases_says_so() -> None:
    plan = replace(complete("single_case_lab"), cases=(ONE, TWO))
    assert texts(plan, 1) == ["A single-case lab is about one case; 2 are chosen."]


def test_silent_tiers_are_named_once_a_few_people_are_there() -> None:
    few, many = {"1": 2, "2": 2}, {"1": 4, "2": 2}
    assert texts(replace(complete(), people=few), 3) == []
    assert texts(replace(complete(), people=many), 3) == ["Nobody of tier 3 is here yet."]


def test_a_case_without_owner_is_an_open_point_of_the_outcomes() -> None:
    plan = replace(complete(), cases=(ONE, replace(TWO, owned=False)))
    assert texts(plan) == ["“A shared ledger” has no owner who could decide about proposals."]


def test_after_the_end_only_the_outcomes_are_open() -> None:
    plan = Plan(kind="flagship_lab", state="closed", cases=(replace(ONE, undecided=2), replace(TWO, undecided=1)), report="draft")
    assert texts(plan) == [
        "The key conclusions are not written yet.",
        "The report is not released yet.",
        "2 proposals for “Buying directly” wait for its owner.",
        "1 proposal for “A shared ledger” waits for its owner.",
    ]
    assert texts(replace(plan, cases=(ONE, TWO), report="released", concluded=True)) == []
