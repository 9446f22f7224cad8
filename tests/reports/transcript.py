"""A transcript read straight into a `ClosedLab`, without database and server: the figures must follow from the data alone.

Attribution is worked out here as the house promises it (the lowest of choice, ceiling and small cell, for everybody a
text speaks for), independently of the code that does so in a lab.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from facilitation.cases.document import draft_swot
from facilitation.cases.importing import parse_cases
from facilitation.cases.template import template
from facilitation.reports import closed

PACKAGE = Path(closed.__file__).parent.parent
CASES = PACKAGE / "cases" / "data" / "sample-cases.yaml"
LAB = PACKAGE / "rehearsal" / "data" / "sample-lab.yaml"
KINDS = {"swot": "swot", "challenge": "challenges", "transferability": "transferability", "question": "questions",
         "experience": "experiences", "takeaway": "takeaways", "parking": "parking"}  # fmt: skip
SCOPES = {"swot": "swot", "challenge": "challenges", "transferability": "transferability"}


@cache
def sample() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(LAB.read_text("utf-8"))
    return found


def sample_lab(**changes: Any) -> closed.ClosedLab:
    """The sample lab after its close, its proposals decided as in the transcript."""
    return read(sample(), **changes)


def read(script: dict[str, Any], **changes: Any) -> closed.ClosedLab:
    people = {person["id"]: {**person, "tier": str(person["tier"])} for person in script["participants"]}
    cases = _cases(script["meta"]["cases"])
    boards = _boards(cases)
    hidden = [item for item in script["contributions"] if item.get("state") == "hidden"]
    withdrawn = [item for item in script["contributions"] if item.get("state") == "withdrawn"]
    shown = [item for item in script["contributions"] if "state" not in item]
    place = {member: (cluster["id"], index) for cluster in script["clusters"] for index, member in enumerate(cluster["members"])}
    levels = _levels(script, people)
    items = _drafts(cases) + [_contribution(item, people, place, levels) for item in shown]
    items += [_reply(reply, people, {item.id: item for item in items}) for reply in script["replies"]]
    groups = [{item["author"], *item.get("on_behalf_of", ())} for item in shown]
    meta = script["meta"]
    parts: dict[str, Any] = {
        "lab": closed.LabFacts(
            id="lab",
            title=meta["title"],
            kind=meta["kind"],
            sector=meta["sector"],
            language="en",
            day=meta["planned_start"][:10],
            focus=meta["focus"],
            ceiling=meta["rules"]["attribution_ceiling"],
        ),
        "cases": cases,
        "activities": tuple(_activity(row, index) for index, row in enumerate(script["agenda"], 1)),
        "participants": tuple(_person(person) for person in people.values()),
        "boards": boards,
        "contributions": tuple(items),
        "clusters": tuple(
            closed.Cluster(row["id"], _board(row["scope"], row.get("case", "")), number, row["title"], row.get("quadrant", ""))
            for number, row in enumerate(script["clusters"], 1)
        ),
        "ballots": tuple(_ballot(row, number, people) for number, row in enumerate(script["ballots"], 1)),
        "evaluations": tuple(
            {name: value for name, value in answer.items() if name not in ("p", "t")}
            for answer in script["evaluation"]["answers"]
        ),
        "hidden": len(hidden),
        "withdrawn": len(withdrawn),
        "authors": len({item["author"] for item in shown}),
        "heard": len(set().union(*groups)) if groups else 0,
    }  # fmt: skip
    parts["proposals"] = tuple(_proposal(row, number) for number, row in enumerate(script["merge_proposals"], 1))
    return closed.ClosedLab(**{**parts, **changes})


def _cases(refs: list[str]) -> tuple[closed.ClosedCase, ...]:
    known = {case.ref: case for case in parse_cases(CASES.read_text("utf-8"), template()).cases}
    return tuple(
        closed.ClosedCase(ref, ref, known[ref].neutral_title, known[ref].type, known[ref].document, known[ref].document)
        for ref in refs
    )


def _board(scope: str, case: str) -> str:
    kind = SCOPES.get(scope) or KINDS[scope]
    return f"swot:{case}" if kind == "swot" else kind


def _boards(cases: tuple[closed.ClosedCase, ...]) -> tuple[closed.Board, ...]:
    swot = [closed.Board(f"swot:{case.id}", "swot", case.title, case.id, "A04") for case in cases]
    where = {
        "challenges": "A06",
        "transferability": "A08",
        "questions": "A02",
        "experiences": "A11",
        "takeaways": "A12",
        "parking": "",
    }
    return (*swot, *(closed.Board(kind, kind, kind, "", activity) for kind, activity in where.items()))


def _levels(script: dict[str, Any], people: dict[str, Any]) -> dict[str, int]:
    """Each person's printed level."""
    lab = script["meta"]["rules"]
    tiers = Counter(person["tier"] for person in people.values())
    cells = Counter((person["tier"], person["stage"]) for person in people.values())
    found = {}
    for id_, person in people.items():
        level = min(person["attribution"], lab["attribution_ceiling"])
        if level == 2 and cells[person["tier"], person["stage"]] < lab["minimum_cell"]:
            level = 1
        found[id_] = 0 if level == 1 and tiers[person["tier"]] < lab["minimum_cell"] else level
    return found


def _drafts(cases: tuple[closed.ClosedCase, ...]) -> list[closed.Contribution]:
    return [
        closed.Contribution(f"draft:{line}", f"swot:{case.id}", "swot", text, column, "owner_draft", people=0)
        for case in cases
        for column, line, text in draft_swot(case.before)
    ]


def _contribution(
    item: dict[str, Any], people: dict[str, Any], place: dict[str, tuple[str, int]], levels: dict[str, int]
) -> closed.Contribution:
    others = item.get("on_behalf_of", [])
    level = min(levels[person] for person in [item["author"], *others])
    author = people[item["author"]]
    cluster, index = place.get(item["id"], ("", 0))
    target = {"case": item["case"]} if item.get("case") else {}
    if item.get("target"):
        aspect, _, element = item["target"].partition(".")
        target |= {"aspect": aspect} | ({"element": item["target"]} if element else {})
    label = {0: "", 1: f"Tier {author['tier']}", 2: f"Tier {author['tier']}, {author['stage']}"}[level]
    return closed.Contribution(
        id=item["id"], board=_board(item["kind"], item.get("case", "")), kind=item["kind"], text=item["text"],
        column=item.get("quadrant", ""), lang=item.get("lang", ""), translation=item.get("translation", ""), target=target,
        extra={name: item[name] for name in ("needs", "degree") if name in item}, tier=author["tier"], level=level, label=label,
        people=1 + len(others), cluster=cluster, place=index,
    )  # fmt: skip


def _reply(reply: dict[str, Any], people: dict[str, Any], parents: dict[str, closed.Contribution]) -> closed.Contribution:
    author = people.get(reply["author"])
    return closed.Contribution(
        id=reply["id"], board=parents[reply["parent"]].board, kind="reply", text=reply["text"], parent=reply["parent"],
        reply_kind=reply["kind"], origin="participant" if author else "staff", tier=author["tier"] if author else "",
        level=1 if author else 0, label=f"Tier {author['tier']}" if author else "",
    )  # fmt: skip


def _activity(row: dict[str, Any], position: int) -> closed.Activity:
    stage = {1: "context", 2: "peer_learning", 3: "outcomes"}.get(row["stage"], "break")
    length = row["end"] - row["start"]
    return closed.Activity(row["id"], position, stage, row["kind"], row["kind"], row["title"], "", length, length)


def _person(person: dict[str, Any]) -> closed.Participant:
    return closed.Participant(person["tier"], person["stage"], took_part=True, late=person["joined"] > 0, left="left" in person)


def _ballot(row: dict[str, Any], number: int, people: dict[str, Any]) -> closed.Ballot:
    votes = []
    for vote in row["votes"]:
        dots = vote["on"] if isinstance(vote["on"], dict) else dict(Counter(vote["on"]))
        votes.append(closed.Vote(people[vote["p"]]["tier"], dots))
    items = tuple(sorted({item for vote in votes for item in vote.dots}))
    scale = {str(step): word for step, word in row.get("scale", {}).items()}
    return closed.Ballot(
        number, SCOPES[row["scope"]], row["method"], row.get("question", ""), items, row["activity"], scale,
        row.get("per_person", 0), tuple(votes),
    )  # fmt: skip


def _proposal(row: dict[str, Any], number: int) -> closed.Proposal:
    words = row["target"].removeprefix("part2.")
    aspect, _, element = words.partition(".")
    target = {"section": words} if row["op"] == "extend_section" else {"aspect": aspect} | ({"element": words} if element else {})
    return closed.Proposal(
        id=row["id"], case=row["case"], position=number, source=f"cluster:{row['from_cluster']}", op=row["op"], target=target,
        text=row["text"], detail={"category": row["category"]} if "category" in row else {},
        contributions=tuple(row["contributions"]), votes=row["votes"], level=row["attribution_level"], state=row["decision"],
        reason=row.get("note", ""),
    )  # fmt: skip
