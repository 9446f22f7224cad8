"""What the merge desk and the provenance page show: each proposal beside its place, with sources as far as they may be told.

Plain values for the templates. Labels of people are in the lab's language, everything else in the language in force.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from facilitation.cases.document import find
from facilitation.cases.template import Template
from facilitation.core.i18n import _, n_, use_locale
from facilitation.reports import proposals
from facilitation.reports.closed import ClosedLab, Contribution, Proposal
from facilitation.reports.content import Said
from facilitation.reports.desk_places import Place, first_words, likely_fact, place
from facilitation.reports.merge import merged_item
from facilitation.reports.place_words import facts_of
from facilitation.reports.places import say_target
from facilitation.reports.reading import Reading

DECIDED = frozenset({"accepted", "edited", "rejected"})
_PIECES = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Source:
    said: Said
    tier: str = ""
    replies: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Row:
    """One proposal as the owner may see it. `words`: those in the case now, when it was merged and is still there."""

    id: str
    version: int
    state: str
    op: str
    target: str
    text: str
    title: str  # of the cluster it comes from
    place: Place
    category: str
    beside: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]
    votes: int | None
    by_tier: Mapping[str, int]
    travel: str
    tiers: Mapping[str, int]
    reason: str = ""
    words: str = ""
    is_there: bool = False
    taken_back: int = 0  # contributions behind it that were withdrawn or hidden since
    gone: bool = False
    difference: tuple[tuple[str, str], ...] = ()
    how: str = ""  # a SWOT line is settled: confirm, reword or drop
    facts: tuple[tuple[str, str, str], ...] = ()  # what can be corrected: (target, name, the words now)
    likely: str = ""  # … and which of them the remark speaks about
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_later(self) -> bool:
        return self.state == "postponed"

    @property
    def is_decided(self) -> bool:
        return self.state in DECIDED


def rows(closed: ClosedLab, case: str, words: Template) -> list[Row]:
    """The proposals of one case from one lab, in their order; open ones that say nothing any more are left out."""
    if case not in closed.case:
        return []
    made = [row(closed, proposal, words) for proposal in closed.proposals if proposal.case == case]
    return [one for one in made if not one.gone or one.is_decided]


def row(closed: ClosedLab, proposal: Proposal, words: Template) -> Row:
    with use_locale(closed.lab.language):
        reading = Reading(closed)
        offer = proposals.offer(closed, proposal)
        sources = tuple(_source(reading, item) for item in _by_theme(offer.sources))
    document = closed.case[proposal.case].now
    item = find(document, merged_item(document, proposal.id) or "-")
    facts = facts_of(document, proposal.target.get("fact", ""), words) if proposal.op == "correct_fact" else []
    votes = proposals.votes_of(closed, proposal.source.partition(":")[2])
    cluster = closed.cluster.get(proposal.source.partition(":")[2])
    now = first_words(item.item) if item else ""
    before = str(item.item.get("before", "")) if item else ""
    return Row(
        id=proposal.id,
        version=proposal.version,
        state=proposal.state,
        op=proposal.op,
        target=say_target(proposal.target),
        text=offer.text,
        title=cluster.title if cluster else "",
        place=place(document, proposal, words),
        category=str(offer.detail.get("category", "")) if proposal.op == "add_element" else "",
        beside=tuple(_beside(offer.detail, words)),
        sources=sources,
        votes=votes["dots"] if votes else None,
        by_tier=votes["by_tier"] if votes else {},
        travel=_travel(reading, offer),
        tiers=offer.proposal.tiers,
        reason=proposal.reason,
        words=now,
        is_there=item is not None,
        taken_back=len(proposal.contributions) - len(offer.sources),
        gone=offer.gone,
        difference=tuple(difference(before, now) if before and now else _difference(proposal, offer, now)),
        how=str(offer.detail.get("how") or "") if "item" in proposal.target else "",
        facts=tuple(facts),
        likely=say_target(proposal.target) if "field" in proposal.target else likely_fact(facts, offer.text),
        detail=_shown_detail(offer.detail),
    )


def _shown_detail(detail: Mapping[str, Any]) -> dict[str, str]:
    """What stands beside the words, for the owner to change: needs as one text."""
    needs = detail.get("needs")
    joined = "; ".join(needs.values()) if isinstance(needs, Mapping) else needs
    return {name: str(value) for name, value in {**detail, "needs": joined}.items() if value}


def _by_theme(items: Sequence[Contribution]) -> list[Contribution]:
    return sorted(items, key=lambda item: (item.text.casefold(), item.text))


def _source(reading: Reading, item: Contribution) -> Source:
    replies = tuple(reading.said(reply) for reply in reading.closed.replies.get(item.id, ()) if reply.text)
    return Source(reading.said(item, reading.reactions(item)), reading.attribution.tier(item), replies)


def _beside(detail: Mapping[str, Any], words: Template) -> list[tuple[str, str]]:
    """What goes into the case beside the text: needs, setting, degree."""
    needs = detail.get("needs")
    told = [
        (_("What it takes"), "; ".join(needs.values()) if isinstance(needs, Mapping) else str(needs or "")),
        (_("For which setting"), str(detail.get("target_context") or "")),
        (_("How far it travels"), words.value_label("degree", str(detail.get("degree") or "")) if detail.get("degree") else ""),
    ]
    return [(name, value) for name, value in told if value]


def _travel(reading: Reading, offer: proposals.Offer) -> str:
    if offer.travel is None:
        return ""
    return _("travels %(mean)s of 3", mean=reading.number(offer.travel, 1))


def _difference(proposal: Proposal, offer: proposals.Offer, now: str) -> list[tuple[str, str]]:
    """What the owner made of the proposal, word by word; nothing when it was taken over as it is."""
    if not offer.gone and proposal.state not in DECIDED and proposal.detail.get("base") and offer.detail.get("how") != "confirm":
        return difference(str(proposal.detail["base"]), "" if offer.detail.get("how") == "drop" else offer.text)
    if offer.gone or proposal.state not in ("accepted", "edited"):
        return []
    first = proposal.text or (offer.sources[0].translation or offer.sources[0].text if len(offer.sources) == 1 else "")
    return difference(first, now) if now and first and now != first else []


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """[("", same), ("del", taken out), ("ins", put in)] in the order of reading."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    found: list[tuple[str, str]] = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        pairs = [("", old[i1:i2])] if kind == "equal" else [("del", old[i1:i2]), ("ins", new[j1:j2])]
        found += [(mark, "".join(pieces)) for mark, pieces in pairs if pieces]
    return found


def progress(made: Sequence[Row]) -> tuple[int, int]:
    """(decided, all)."""
    return sum(one.is_decided for one in made), len(made)


def count_words(row: Row) -> str:
    """11 dots, 5 contributions."""
    contributions = n_("%(n)s contribution", "%(n)s contributions", len(row.sources))
    return contributions if row.votes is None else f"{n_('%(n)s dot', '%(n)s dots', row.votes)}, {contributions}"
