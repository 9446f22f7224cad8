"""The `figures` of the report, computed from plain data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from facilitation.reports import closed
from facilitation.reports.counts import figures
from tests.reports.transcript import sample, sample_lab

LEFT_OUT = {"facilitator_actions", "duplicates_rejected", "never_posted_themselves", "unclustered", "tie_rule"}


def expected() -> dict[str, Any]:
    """The block `expected` of the sample lab without what the report leaves out, and without ids."""
    kept = {name: value for name, value in sample()["expected"].items() if name not in LEFT_OUT}
    for name in ("top_swot", "ranking_challenges", "ranking_transferability"):
        kept[name] = [{key: value for key, value in row.items() if key != "cluster"} for row in kept[name]]
    return kept


def test_the_sample_lab_gives_every_expected_figure() -> None:
    assert figures(sample_lab()) == expected()


def lab(**parts: Any) -> closed.ClosedLab:
    """A small lab: one case, a SWOT board and a challenge board; five people of tier 1, four of 2, three of 3."""
    people = [closed.Participant("1")] * 5 + [closed.Participant("2")] * 4 + [closed.Participant("3")] * 3
    base: dict[str, Any] = {
        "lab": closed.LabFacts("lab", "A lab", "flagship_lab", "MS", "en", day="2027-03-09"),
        "cases": (closed.ClosedCase("c1", "FC-MS-01", "One", "technology", {}, {}),),
        "participants": tuple(people),
        "boards": (closed.Board("b1", "swot", "One", "c1"), closed.Board("b2", "challenges", "Challenges")),
    }
    return closed.ClosedLab(**{**base, **parts})


def item(id_: str, **more: Any) -> closed.Contribution:
    return closed.Contribution(
        **{"id": id_, "board": "b1", "kind": "swot", "text": f"text {id_}", "column": "S", "tier": "1", **more}
    )


def test_an_empty_lab_has_figures_too() -> None:
    found = figures(closed.ClosedLab(lab=closed.LabFacts("lab", "A lab", "webinar", "MS", "en")))
    assert found["participants"] == found["contributions_all"] == found["clusters"] == 0
    assert found["evaluation"]["response_rate"] is None
    assert found["top_swot"] == found["ranking_challenges"] == []


def test_drafts_replies_and_words_of_the_staff_are_not_counted_as_contributions() -> None:
    items = (
        item("a"),
        item("draft", origin="owner_draft", tier="", people=0),
        item("staff", origin="staff", tier=""),
        item("note", origin="on_behalf", tier="2"),
        item("reply", kind="reply", parent="a", reply_kind="agree"),
    )
    found = figures(lab(contributions=items, hidden=2, withdrawn=1, pending=1))
    assert (found["contributions_visible"], found["contributions_all"], found["replies"]) == (1, 5, 1)
    assert found["swot_by_case_and_quadrant"] == {"FC-MS-01": {"S": 1, "W": 0, "O": 0, "T": 0}}


def test_ties_stand_in_the_order_in_which_clusters_were_made() -> None:
    items = tuple(item(name, board="b2", kind="challenge", column="", cluster=f"k{name}") for name in "abc")
    clusters = tuple(closed.Cluster(f"k{name}", "b2", number, name) for name, number in (("a", 3), ("b", 1), ("c", 2)))
    votes = (closed.Vote("1", {"ka": 1, "kb": 1, "kc": 2}), closed.Vote("1", {"ka": 1, "kb": 1}), closed.Vote("1", {}))
    ballot = closed.Ballot(1, "challenges", "dots", "", ("ka", "kb", "kc"), votes=votes[:2])
    rows = figures(lab(contributions=items, clusters=clusters, ballots=(ballot,)))["ranking_challenges"]
    assert [(row["title"], row["votes"]) for row in rows] == [("b", 2), ("c", 2), ("a", 2)]


def test_a_cluster_whose_words_are_all_gone_is_in_no_figure() -> None:
    clusters = (closed.Cluster("k1", "b1", 1, "kept", "S"), closed.Cluster("k2", "b1", 2, "PLANTED", "S"))
    ballot = closed.Ballot(1, "swot", "dots", "", ("k1", "k2"), votes=(closed.Vote("1", {"k1": 1, "k2": 5}),) * 3)
    found = figures(lab(contributions=(item("a", cluster="k1"),), clusters=clusters, ballots=(ballot,)))
    assert found["clusters"] == 1
    assert [row["title"] for row in found["top_swot"]] == ["kept"]
    assert "PLANTED" not in str(found)


def test_tiers_under_the_minimum_cell_are_joined_so_that_none_can_be_worked_out() -> None:
    people = (closed.Participant("1"),) * 6 + (closed.Participant("2"),) * 4 + (closed.Participant("3"),) * 2
    found = figures(lab(participants=people, contributions=(item("a"), item("b", tier="2"), item("c", tier="3"))))
    assert found["participants_by_tier"] == {"1": 6, "joined": 6}
    assert found["visible_by_tier_of_author"] == {"1": 1, "joined": 2}


def test_a_ballot_with_few_voters_of_a_tier_joins_them() -> None:
    votes = (closed.Vote("1", {"k1": 1}),) * 4 + (closed.Vote("2", {"k1": 1}),) * 3 + (closed.Vote("3", {"k1": 1}),)
    ballot = closed.Ballot(1, "challenges", "dots", "", ("k1",), votes=votes)
    clusters = (closed.Cluster("k1", "b2", 1, "one"),)
    found = figures(lab(contributions=(item("a", board="b2", cluster="k1"),), clusters=clusters, ballots=(ballot,)))
    assert found["ranking_challenges"] == [{"votes": 8, "by_tier": {"1": 4, "joined": 4}, "title": "one"}]


def test_few_evaluation_answers_have_no_means() -> None:
    two = ({"useful": 5, "will_transfer": "yes", "best_method": "harvest"}, {"useful": 1})
    few = figures(lab(evaluations=two))["evaluation"]
    assert (few["answers"], few["mean_useful"], few["will_transfer"], few["best_method"]) == (2, None, {}, {})
    enough = figures(lab(evaluations=(*two, {"useful": 3})))["evaluation"]
    assert (enough["mean_useful"], enough["will_transfer"]["yes"]) == (3.0, 1)


def test_the_order_of_votes_and_answers_changes_nothing() -> None:
    one = sample_lab()
    ballots = tuple(replace(ballot, votes=tuple(reversed(ballot.votes))) for ballot in one.ballots)
    assert figures(replace(one, ballots=ballots, evaluations=tuple(reversed(one.evaluations)))) == figures(one)
