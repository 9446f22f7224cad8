"""From a closed lab to proposals for its cases (R-96). Pure; nothing here changes a case.

Every SWOT cluster, challenge cluster, transferability cluster and every lone idea is proposed for one place, and so is every
check of a fact (webinar) and every line of the owner's draft that people reacted to:

    what was said about …                      its place
    the SWOT of the case                       a line of the same column: that is what people spoke about. Whether it is a
                                               building block of an aspect (with a reason, who decided, how it was overcome)
                                               is the owner's judgement; the matrix is one choice away, with a category
    an unresolved challenge                    the challenges tied to the case
    transfer of an element, or of an aspect    a suggestion under that element, or under the nearest one of the aspect
    a fact: right, wrong, more                 beside the section, at its words, a line under it

The owner decides, and may choose another place. Texts of single contributions are not copied into a proposal: an
empty `text` means "what its source says", so a contribution that is taken back is gone from here too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from facilitation.cases.document import QUADRANTS, aspects, draft_swot, find
from facilitation.cases.template import Template
from facilitation.core.i18n import n_
from facilitation.reports import counts
from facilitation.reports.attribution import of
from facilitation.reports.closed import OWNER_DRAFT, ClosedCase, ClosedLab, Contribution, Proposal
from facilitation.reports.places import OPS

#: The category a column of the SWOT suggests, should the owner make an element of it. A guess: it is shown as one.
CATEGORY = {"S": "success_factor", "W": "challenge_encountered", "O": "contextual_factor", "T": "contextual_factor"}
OPEN_PLACE = "room_for_improvement"  # the field of the template that takes what is not solved yet
AGAINST, FOR = "disagree", frozenset({"agree", "build"})
_WORD = re.compile(r"\w{4,}")


def derive(closed: ClosedLab, template: Template) -> list[Proposal]:
    """One proposal per cluster and lone idea that has a place in a case, case by case; their ids are still empty.

    What is neither about a case nor in a lab with one case only finds no place and is left to the staff.
    """
    found = [proposal for source, items in _sources(closed) if (proposal := _propose(closed, template, source, items))]
    found += [*_facts(closed), *_settled(closed)]
    order = {case.id: index for index, case in enumerate(closed.cases)}
    found.sort(key=lambda proposal: (order[proposal.case], OPS.index(proposal.op), -(proposal.votes or 0)))
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
    elif kind == "swot" and (quadrant := _quadrant(items)):
        op, target = "settle_swot", {"swot": quadrant}
    elif kind == "challenge":
        op, target = "link_challenge", {"challenges": "challenges"}
    else:
        op, target = "extend_section", {"section": _open_section(template)}
    cluster = source.partition(":")[2]
    text = closed.cluster[cluster].title if cluster in closed.cluster else ""
    detail = {"category": CATEGORY[target["swot"]]} if "swot" in target else {}
    ids = tuple(item.id for item in items)
    blank = Proposal("", case.id, 0, source, op, target, text, detail, ids)
    return with_facts(closed, blank)


def _quadrant(items: Sequence[Contribution]) -> str:
    """The column of the SWOT most of them stand in; the first of the SWOT where it is a tie."""
    found = Counter(item.column for item in items if item.column in QUADRANTS)
    return min(found, key=lambda column: (-found[column], QUADRANTS.index(column)), default="")


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
        return "add_aspect", {"matrix": "matrix"}
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


# ---- checks of facts, and the owner's draft


def _facts(closed: ClosedLab) -> Iterator[Proposal]:
    """Confirmations of a section together; each correction and each addition by itself."""
    right: dict[tuple[str, str], list[str]] = {}
    for check in closed.facts:
        if check.case not in closed.case:
            continue
        if check.verdict == "right":
            right.setdefault((check.case, check.section), []).append(check.id)
            continue
        wrong = check.verdict == "wrong"
        op, place = ("correct_fact", "fact") if wrong else ("extend_section", "section")
        yield with_facts(
            closed, Proposal("", check.case, 0, f"fact:{check.id}", op, {place: check.section}, contributions=(check.id,))
        )
    for (case, section), ids in right.items():
        blank = Proposal("", case, 0, f"facts:{section}", "confirm_fact", {"fact": section}, contributions=tuple(ids))
        yield with_facts(closed, blank)


def _settled(closed: ClosedLab) -> Iterator[Proposal]:
    """Lines of the draft SWOT that people agreed with, disputed or built on, as far as they still stand in the case."""
    for draft in closed.contributions:
        said = [reply for reply in closed.replies.get(draft.id, ()) if reply.reply_kind in FOR | {AGAINST}]
        case = closed.case.get(closed.case_of(draft))
        if draft.origin != OWNER_DRAFT or case is None or not said:
            continue
        line = next((id_ for quadrant, id_, text in draft_swot(case.now) if (quadrant, text) == (draft.column, draft.text)), None)
        if line is None:
            continue
        disputed = sum(reply.reply_kind == AGAINST for reply in said) * 2 > len(said)
        detail = {"how": "drop" if disputed else "confirm", "base": draft.text}
        target, ids = {"swot": draft.column, "item": line}, tuple(reply.id for reply in said)
        yield with_facts(closed, Proposal("", case.id, 0, f"draft:{draft.id}", "settle_swot", target, draft.text, detail, ids))


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
    """The contributions and checks of facts behind it that are still shown."""
    return tuple(closed.evidence[id_] for id_ in proposal.contributions if id_ in closed.evidence)


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
    if proposal.op == "confirm_fact" and not proposal.applied_text:
        text = confirmed_by(len(items))
    return Offer(fresh, text, {**said_beside(proposal, items), **proposal.detail}, items, travel["mean"] if travel else None)


def confirmed_by(n: int) -> str:
    return n_("Confirmed by %(n)s person", "Confirmed by %(n)s people", n)


def said_beside(proposal: Proposal, items: Sequence[Contribution]) -> dict[str, Any]:
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
