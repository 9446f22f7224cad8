"""The figures of a closed lab as one plain object, the public part of the JSON report (issue 2, section 4). Pure.

Breakdowns by tier join groups under the lab's minimum cell. Rankings: more votes first, ties in the order in which the
clusters were made. Means to two places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from facilitation.boards import results
from facilitation.boards.rules import SWOT_COLUMNS
from facilitation.labs.evaluating import QUESTIONS
from facilitation.reports.closed import Ballot, ClosedLab, Contribution

SCOPE_NAMES = {"challenges": "challenge"}  # kinds of boards under the names the figures use
MERGE_STATES = ("accepted", "edited", "rejected", "pending")
TOP_SWOT = 8


def figures(closed: ClosedLab) -> dict[str, Any]:
    """Every figure of the report, JSON-ready; equal for equal labs, before and after the seat links are cut."""
    return {
        **_people(closed),
        **_contributions(closed),
        **_clusters(closed),
        "replies": sum(map(len, closed.replies.values())),
        "voters": {f"V{ballot.number}": len(ballot.votes) for ballot in closed.ballots},
        "dots": {f"V{ballot.number}": given(ballot) for ballot in closed.ballots if ballot.method == "dots"},
        "top_swot": _top_swot(closed),
        "ranking_challenges": _challenges(closed),
        "ranking_transferability": _transferability(closed),
        "evaluation": evaluation(closed),
        "merge": _merge(closed),
    }


def _people(closed: ClosedLab) -> dict[str, Any]:
    tiers = Counter(person.tier for person in closed.participants)
    return {
        "participants": len(closed.participants),
        "participants_by_tier": joined(tiers, tier_groups(closed)),
        "authors_with_at_least_one_card": closed.authors,
        "people_with_card_or_shared_card": closed.heard,
    }


def tier_groups(closed: ClosedLab) -> Mapping[str, str]:
    """Under which name each tier of the lab is printed: its own, or `joined` (small cells)."""
    return results.groups(Counter(person.tier for person in closed.participants), closed.lab.minimum_cell)


def joined(counts: Mapping[str, int], groups: Mapping[str, str]) -> dict[str, int]:
    """Counts by tier with the small groups put together, in the order of the tiers. Zeros are left out."""
    found = Counter[str]()
    for tier, n in counts.items():
        found[groups.get(tier, results.JOINED)] += n
    return {tier: found[tier] for tier in (*results.TIERS, results.JOINED) if found[tier]}


def _contributions(closed: ClosedLab) -> dict[str, Any]:
    visible = closed.posted
    return {
        "contributions_all": len(visible) + closed.hidden + closed.withdrawn + closed.pending,
        "contributions_visible": len(visible),
        "hidden": closed.hidden,
        "withdrawn": closed.withdrawn,
        "visible_by_kind": dict(sorted(Counter(item.kind for item in visible).items())),
        "swot_by_case_and_quadrant": _swot_cells(closed, visible),
        "visible_by_tier_of_author": joined(Counter(item.tier for item in visible), tier_groups(closed)),
    }


def _swot_cells(closed: ClosedLab, visible: Sequence[Contribution]) -> dict[str, dict[str, int]]:
    cells = Counter((closed.case_of(item), item.column) for item in visible if item.kind == "swot")
    return {case.ref: {letter: cells[case.id, letter] for letter in SWOT_COLUMNS} for case in closed.cases}


def _clusters(closed: ClosedLab) -> dict[str, Any]:
    scopes = Counter(scope_name(closed.board[cluster.board].kind) for cluster in closed.cluster.values())
    return {"clusters": len(closed.cluster), "clusters_by_scope": dict(sorted(scopes.items()))}


def scope_name(kind: str) -> str:
    return SCOPE_NAMES.get(kind, kind)


def given(ballot: Ballot) -> int:
    """Dots given in a ballot."""
    return sum(sum(vote.dots.values()) for vote in ballot.votes)


def last_ballot(closed: ClosedLab, scope: str, method: str) -> Ballot | None:
    """The ballot that counts for a scope: the one opened last."""
    return next((item for item in reversed(closed.ballots) if (item.scope, item.method) == (scope, method)), None)


def result(closed: ClosedLab, ballot: Ballot | None) -> dict[str, dict[str, Any]]:
    """{item: result} as boards.results counts it, without items whose words are gone."""
    if ballot is None:
        return {}
    if ballot.number not in closed.memo:
        votes = [(vote.tier, vote.dots) for vote in ballot.votes]
        count = results.ratings if ballot.method == "rating" else results.dots
        closed.memo[ballot.number] = count(ballot.items, votes, minimum=closed.lab.minimum_cell)
    counted: dict[str, dict[str, Any]] = closed.memo[ballot.number]
    return {item: value for item, value in counted.items() if item in closed.cluster or item in closed.contribution}


def ranked(closed: ClosedLab, scope: str) -> list[tuple[int, str, dict[str, Any]]]:
    """[(place, item, {dots, by_tier})] of the scope's dots, ties in the order of making."""
    counted = result(closed, last_ballot(closed, scope, "dots"))
    order = {item: (closed.cluster[item].number if item in closed.cluster else 0, index) for index, item in enumerate(counted)}
    numbered = {item: place for place, item in enumerate(sorted(counted, key=order.__getitem__))}
    return [(place, item, counted[item]) for place, item in results.ranking(counted, numbered)]


def title(closed: ClosedLab, item: str) -> str:
    """What an item on a ballot is called: the cluster's title, or the contribution's words."""
    return closed.cluster[item].title if item in closed.cluster else closed.contribution[item].text


def column(closed: ClosedLab, item: str) -> str:
    return closed.cluster[item].column if item in closed.cluster else closed.contribution[item].column


def case_ref(closed: ClosedLab, item: str) -> str:
    """The own reference of the case an item of a SWOT board belongs to."""
    board = closed.cluster[item].board if item in closed.cluster else closed.contribution[item].board
    case = closed.case.get(closed.board[board].case)
    return case.ref if case else ""


def _top_swot(closed: ClosedLab) -> list[dict[str, Any]]:
    rows = ranked(closed, "swot")[:TOP_SWOT]
    return [
        {"votes": row["dots"], "title": title(closed, item), "case": case_ref(closed, item), "quadrant": column(closed, item)}
        for _, item, row in rows
    ]


def _challenges(closed: ClosedLab) -> list[dict[str, Any]]:
    rows = ranked(closed, "challenges")
    return [{"votes": row["dots"], "by_tier": row["by_tier"], "title": title(closed, item)} for _, item, row in rows]


def _transferability(closed: ClosedLab) -> list[dict[str, Any]]:
    travel = result(closed, last_ballot(closed, "transferability", "rating"))
    return [
        {"votes": row["dots"], "mean_travel": travel.get(item, {}).get("mean"), "title": title(closed, item)}
        for _, item, row in ranked(closed, "transferability")
    ]


def evaluation(closed: ClosedLab) -> dict[str, Any]:
    """Answers, rate and means; no means and no choices when fewer than the minimum cell answered."""
    answers, people = closed.evaluations, len(closed.participants)
    found: dict[str, Any] = {"answers": len(answers), "response_rate": round(len(answers) / people, 3) if people else None}
    enough = len(answers) >= closed.lab.minimum_cell
    for question in QUESTIONS:
        given = [answer[question["id"]] for answer in answers if question["id"] in answer] if enough else []
        if question["kind"] == "scale":
            found[f"mean_{question['id']}"] = results.mean(given)
        elif question["kind"] == "choice":
            found[question["id"]] = {value: given.count(value) for value in question["values"]} if enough else {}
        elif question["kind"] == "method":
            found[question["id"]] = dict(sorted(Counter(given).items(), key=lambda pair: (-pair[1], pair[0])))
    return found


def _merge(closed: ClosedLab) -> dict[str, int]:
    """A postponed proposal is an open one."""
    states = Counter("pending" if proposal.state == "postponed" else proposal.state for proposal in closed.proposals)
    return {state: states[state] for state in MERGE_STATES}
