"""From a closed lab to proposals for its cases (R-96). Pure; nothing here changes a case.

Every SWOT cluster, challenge cluster, transferability cluster and every lone idea is proposed for one place. The tool guesses
the place and the category; the owner decides, and may choose another place. Texts of single contributions are not copied
into a proposal: an empty `text` means "what its source says", so a contribution that is taken back is gone from here too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from facilitation.cases.document import aspects, find
from facilitation.cases.template import Template
from facilitation.reports import counts
from facilitation.reports.attribution import of
from facilitation.reports.closed import ClosedCase, ClosedLab, Contribution, Proposal

OPS = ("add_element", "add_suggestion", "extend_section")
#: The category a column of the SWOT suggests for a new element. A guess: it is shown as one.
CATEGORY = {"S": "success_factor", "W": "challenge_encountered", "O": "contextual_factor", "T": "contextual_factor"}
OPEN_PLACE = "room_for_improvement"  # the field of the template that takes what is not solved yet
_WORD = re.compile(r"\w{4,}")
_TARGET = re.compile(r"(?:part\d+\.)?(?P<section>\d+\.\d+)|(?P<aspect>A\d+)(?:\.(?P<element>E\d+))?")


def derive(closed: ClosedLab, template: Template) -> list[Proposal]:
    """One proposal per cluster and lone idea that has a place in a case, case by case; their ids are still empty.

    What is neither about a case nor in a lab with one case only finds no place and is left to the staff.
    """
    found = [proposal for source, items in _sources(closed) if (proposal := _propose(closed, template, source, items))]
    order = {case.id: index for index, case in enumerate(closed.cases)}
    found.sort(key=lambda proposal: (order[proposal.case], OPS.index(proposal.op), -(proposal.votes or 0), proposal.source))
    return [replace(proposal, position=position) for position, proposal in enumerate(found, 1)]


def _sources(closed: ClosedLab) -> Iterator[tuple[str, Sequence[Contribution]]]:
    kinds = {"swot", "challenges", "transferability"}
    for cluster in closed.cluster.values():
        if closed.board[cluster.board].kind in kinds:
            yield f"cluster:{cluster.id}", closed.members[cluster.id]
    for item in closed.said:
        if item.cluster not in closed.cluster and item.kind in {"swot", "challenge", "transferability"}:
            yield f"contribution:{item.id}", (item,)


def _propose(closed: ClosedLab, template: Template, source: str, items: Sequence[Contribution]) -> Proposal | None:
    case = _case(closed, items)
    if case is None:
        return None
    kind = items[0].kind
    if kind == "transferability":
        op, target = _suggestion_place(case, items)
    elif kind == "swot" and aspects(case.now):
        op, target = "add_element", {"aspect": _nearest_aspect(case, items)}
    else:
        op, target = "extend_section", {"section": _open_section(template)}
    cluster = source.partition(":")[2]
    text = closed.cluster[cluster].title if cluster in closed.cluster else ""
    detail = {"category": CATEGORY[items[0].column]} if op == "add_element" and items[0].column in CATEGORY else {}
    ids = tuple(item.id for item in items)
    blank = Proposal("", case.id, 0, source, op, target, text, detail, ids)
    return with_facts(closed, blank)


def _case(closed: ClosedLab, items: Iterable[Contribution]) -> ClosedCase | None:
    """The case most of the contributions speak about; a lab with one case means that one."""
    named = Counter(case for item in items if (case := closed.case_of(item)))
    if named:
        return closed.case[min(named, key=lambda case: (-named[case], [*closed.case].index(case)))]
    return closed.cases[0] if len(closed.cases) == 1 else None


def _suggestion_place(case: ClosedCase, items: Sequence[Contribution]) -> tuple[str, dict[str, str]]:
    """Under the element that most ideas aim at; an idea about an aspect goes to its nearest element."""
    elements = Counter(ref for item in items if (ref := element_ref(item)) and find(case.now, ref))
    if elements:
        ref = min(elements, key=lambda ref: (-elements[ref], ref))
        return "add_suggestion", {"aspect": ref.partition(".")[0], "element": ref}
    if not aspects(case.now):
        return "add_element", {"aspect": "A1"}  # refused at the desk until the case has an aspect
    aspect = _nearest_aspect(case, items)
    inside = next((entry.get("elements", ()) for entry in aspects(case.now) if entry["ref"] == aspect), ())
    if not inside:
        return "add_element", {"aspect": aspect}
    nearest = max(inside, key=lambda element: _overlap(_words_of(element), items))
    return "add_suggestion", {"aspect": aspect, "element": f"{aspect}.{nearest['ref']}"}


def element_ref(item: Contribution) -> str:
    """A1.E3 for an idea aimed at an element, in whichever way its target says it."""
    element, aspect = str(item.target.get("element", "")), str(item.target.get("aspect", ""))
    return element if "." in element or not element else f"{aspect}.{element}"


def _nearest_aspect(case: ClosedCase, items: Sequence[Contribution]) -> str:
    """The aspect the contributions name, else the one that shares most words with them, else the first."""
    named = Counter(str(item.target.get("aspect")) for item in items if item.target.get("aspect"))
    known = [str(aspect["ref"]) for aspect in aspects(case.now)]
    for ref, _n in sorted(named.items(), key=lambda pair: (-pair[1], pair[0])):
        if ref in known:
            return ref
    return str(max(aspects(case.now), key=lambda aspect: _overlap(_words_of(aspect), items))["ref"])


def _words_of(item: Mapping[str, Any]) -> set[str]:
    texts = [str(item.get("title", "")), str(item.get("description", ""))]
    texts += [str(element.get("title", "")) for element in item.get("elements", ())]
    return set(_WORD.findall(" ".join(texts).casefold()))


def _overlap(words: set[str], items: Sequence[Contribution]) -> int:
    return len(words & set(_WORD.findall(" ".join(item.translation or item.text for item in items).casefold())))


def _open_section(template: Template) -> str:
    """The section that asks what could still get better; a template without one: its last section of words."""
    asks = [section.id for section in template.sections if section.field(OPEN_PLACE)]
    return (asks or [section.id for section in template.sections if not section.is_matrix])[-1 if not asks else 0]


# ---- what a proposal rests on


def with_facts(closed: ClosedLab, proposal: Proposal) -> Proposal:
    """The proposal with its votes, tier mix and level as its sources give them now."""
    attribution = of(closed)
    items = shown(closed, proposal)
    row = votes_of(closed, proposal.source.partition(":")[2])
    return replace(
        proposal,
        contributions=tuple(item.id for item in items),
        votes=row["dots"] if row else None,
        votes_by_tier=dict(row["by_tier"]) if row else {},
        tiers=attribution.mix(items),
        level=attribution.lowest(items),
    )


def shown(closed: ClosedLab, proposal: Proposal) -> tuple[Contribution, ...]:
    """The contributions behind it that are still shown."""
    return tuple(closed.contribution[id_] for id_ in proposal.contributions if id_ in closed.contribution)


def votes_of(closed: ClosedLab, item: str) -> dict[str, Any] | None:
    """{dots, by_tier} of a cluster or idea in the ballot of its board, or None when it was not voted on."""
    place = closed.cluster.get(item) or closed.contribution.get(item)
    if place is None:
        return None
    ballot = counts.last_ballot(closed, closed.board[place.board].kind, "dots")
    return counts.result(closed, ballot).get(item)


@dataclass(frozen=True)
class Offer:
    """A proposal as the owner may see it now. `gone`: everybody behind it took their words back, so it says nothing any more."""

    proposal: Proposal
    text: str
    detail: Mapping[str, Any]
    sources: tuple[Contribution, ...]
    travel: float | None = None
    gone: bool = False


def offer(closed: ClosedLab, proposal: Proposal) -> Offer:
    """What a stored proposal says now, with facts as its sources give them now."""
    items = shown(closed, proposal)
    if proposal.contributions and not items:
        return Offer(proposal, "", {}, (), gone=True)
    fresh = replace(with_facts(closed, proposal), level=min(proposal.level, of(closed).lowest(items)) if items else 0)
    travel = counts.result(closed, counts.last_ballot(closed, "transferability", "rating")).get(proposal.source.partition(":")[2])
    text = proposal.applied_text or proposal.text or (items[0].translation or items[0].text if items else "")
    return Offer(fresh, text, {**_said_beside(proposal, items), **proposal.detail}, items, travel["mean"] if travel else None)


def _said_beside(proposal: Proposal, items: Sequence[Contribution]) -> dict[str, Any]:
    """Needs, setting and degree as the authors of the ideas gave them; only for what nobody worded by hand."""
    if proposal.op != "add_suggestion" or (proposal.text and proposal.source.startswith("hand:")):
        return {}
    degrees = Counter(item.extra["degree"] for item in items if item.extra.get("degree"))
    said = {
        "needs": "; ".join(dict.fromkeys(item.extra["needs"] for item in items if item.extra.get("needs"))),
        "target_context": "; ".join(dict.fromkeys(item.extra["setting"] for item in items if item.extra.get("setting"))),
        "degree": min(degrees, key=lambda degree: (-degrees[degree], degree)) if degrees else "",
    }
    return {name: value for name, value in said.items() if value}


def read_target(text: str) -> dict[str, str] | None:
    """{aspect}, {aspect, element} or {section} for "A1", "A1.E3", "2.3" or "part2.2.3"; None for anything else."""
    found = _TARGET.fullmatch(text)
    if found is None:
        return None
    if found["section"]:
        return {"section": found["section"]}
    aspect = found["aspect"]
    return {"aspect": aspect, "element": f"{aspect}.{found['element']}"} if found["element"] else {"aspect": aspect}


def say_target(target: Mapping[str, str]) -> str:
    """A1, A1.E3 or 2.3."""
    return str(target.get("element") or target.get("aspect") or target.get("section") or "")
