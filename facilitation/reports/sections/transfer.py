"""Section 7: what could move to other places, how far, and what each case takes over from it."""

from __future__ import annotations

from dataclasses import replace

from facilitation.cases.document import find
from facilitation.core.i18n import _
from facilitation.reports import counts, places, proposals
from facilitation.reports.content import Block, Cell, Figure, Said, Section, Table, Text
from facilitation.reports.place_words import place_name
from facilitation.reports.reading import Reading
from facilitation.reports.sections.challenges import Ranked, ranking_figure
from facilitation.reports.sections.opening import note


def transfer(reading: Reading) -> Section:
    rows = counts.ranked(reading.closed, "transferability")
    blocks: list[Block] = []
    if rows:
        blocks += [_bubble(reading, rows), _ranking(reading, rows)]
    blocks += [_ideas(reading)] if _transferable(reading) else [Text(_("No transferability idea was given."))]
    return Section("7", _("Transferability"), (*blocks, *additions(reading), note(reading, "7")))


def _transferable(reading: Reading) -> bool:
    return any(item.kind == "transferability" for item in reading.closed.said)


def _travel(reading: Reading) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """({item: {mean, spread, n}} of the rating, the scale's steps)."""
    ballot = counts.last_ballot(reading.closed, "transferability", "rating")
    return counts.result(reading.closed, ballot), dict(ballot.scale) if ballot else {}


def _bubble(reading: Reading, rows: Ranked) -> Figure:
    travel, scale = _travel(reading)
    caption = _("Votes against degree: how much each group of ideas is wanted, and how far it travels.")
    points = [
        {
            "no": place,
            "title": counts.title(reading.closed, item),
            "votes": row["dots"],
            "travel": travel.get(item, {}).get("mean"),
            "ideas": len(reading.members(item)),
        }
        for place, (_tied, item, row) in enumerate(rows, 1)
    ]
    table_rows = tuple(
        (point["no"], Said(str(point["title"])), point["votes"], reading.degree(point["travel"], scale), point["ideas"])
        for point in points
    )
    head = (_("Number"), _("Cluster"), _("Dots"), _("Travels, mean"), _("Ideas"))
    table = Table(caption, head, table_rows, frozenset({0, 2, 4}))
    alt = "; ".join(
        _(
            "%(title)s: %(votes)s dots, travels %(travel)s of 3",
            title=point["title"],
            votes=point["votes"],
            travel=reading.number(point["travel"]),
        )
        for point in points
    )
    steps = [reading.template.value_label("degree", scale.get(str(step), "")) for step in range(4)]
    data = {"points": points, "steps": steps, "x": _("Dots"), "y": _("How far it travels")}
    return Figure("bubble", caption, alt, data, table)


def _ranking(reading: Reading, rows: Ranked) -> Figure:
    ballot = counts.last_ballot(reading.closed, "transferability", "dots")
    caption = _(
        "Ranking of transferability ideas: %(dots)s dots from %(voters)s people, up to %(each)s each.",
        dots=counts.given(ballot) if ballot else 0,
        voters=len(ballot.votes) if ballot else 0,
        each=ballot.per_person if ballot else 0,
    )
    return ranking_figure(reading, "transferability", rows, caption)


def _ideas(reading: Reading) -> Table:
    """Every idea with its place, needs, setting and degree; clusters in the order of their votes, lone ideas last."""
    closed, words = reading.closed, reading.template
    order = {item: index for index, (_place, item, _row) in enumerate(counts.ranked(closed, "transferability"))}
    ideas = [item for item in closed.said if item.kind == "transferability"]
    ideas.sort(
        key=lambda item: (order.get(item.cluster, order.get(item.id, len(order))), item.cluster, item.text.casefold(), item.text)
    )
    rows = tuple(
        (
            Said(closed.cluster[item.cluster].title) if item.cluster in closed.cluster else "–",
            place_words(reading, closed.case_of(item), proposals.element_ref(item) or str(item.target.get("aspect", ""))),
            reading.said(item, reading.reactions(item)),
            Said(item.extra.get("needs", "")),
            Said(item.extra.get("setting", "")),
            words.value_label("degree", item.extra["degree"]) if item.extra.get("degree") else "",
        )
        for item in ideas
    )
    head = (_("Cluster"), _("Aspect or element"), _("Idea"), _("Needs"), _("Setting"), _("Degree"))
    return without_empty(Table(_("Transferability ideas"), head, rows))


def without_empty(table: Table) -> Table:
    """The table without columns in which nobody said anything. Columns of figures stay."""
    kept = [place for place, column in enumerate(zip(*table.rows, strict=True)) if any(map(_says, column))]
    rows = tuple(tuple(row[place] for place in kept) for row in table.rows)
    return replace(table, head=tuple(table.head[place] for place in kept), rows=rows)


def _says(value: Cell) -> bool:
    return bool(value.text if isinstance(value, Said) else value)


def place_words(reading: Reading, case: str, ref: str) -> Said:
    """Where an idea or a proposal belongs, in the words of the case as it came into the lab."""
    held = reading.closed.case.get(case)
    if held is None:
        return Said(ref)
    found = find(held.before, ref) or find(held.now, ref)
    if found is not None and found.ref == ref:
        return Said(f"{ref} {found.item.get('title', '')}".strip(), note=held.ref)
    return Said(place_name(ref, held.now, reading.template), note=held.ref)


# ---- additions to the matrix


def additions(reading: Reading) -> list[Block]:
    """What the lab proposes for the cases, with the owner's decision. Open ones stay marked."""
    offers = [proposals.offer(reading.closed, proposal) for proposal in reading.closed.proposals]
    known = [offer for offer in offers if not offer.gone and offer.proposal.case in reading.closed.case]
    if not known:
        return []
    most = max((offer.proposal.votes or 0 for offer in known), default=0)
    order = [*reading.closed.case]
    known.sort(key=lambda offer: (order.index(offer.proposal.case), offer.proposal.position))
    rows = tuple(_addition(reading, offer, most) for offer in known)
    head = (
        _("Place in the case"),
        _("What the lab says"),
        _("Travels"),
        _("Votes by tier"),
        _("Contributions"),
        _("Source shown as"),
        _("Decision of the owner"),
    )
    return [Table(_("Additions to the cases"), head, rows, frozenset({4}))]


def _addition(reading: Reading, offer: proposals.Offer, most: int) -> tuple[Cell, ...]:
    _means, scale = _travel(reading)
    row = proposals.votes_of(reading.closed, offer.proposal.source.partition(":")[2])
    return (
        place_words(reading, offer.proposal.case, places.say_target(offer.proposal.target)),
        Said(offer.text),
        reading.degree(offer.travel, scale) if offer.travel is not None else "–",
        reading.split(row, most) if row else "–",
        len(offer.sources),
        level_words(reading, offer),
        decision(offer),
    )


def level_words(reading: Reading, offer: proposals.Offer) -> str:
    """What may be said about where it comes from."""
    mix = ", ".join(_("%(tier)s: %(n)s", tier=reading.tier(tier), n=n) for tier, n in offer.proposal.tiers.items())
    return mix or _("no source named")


def decision(offer: proposals.Offer) -> Said:
    word = {
        "accepted": _("Accepted"),
        "edited": _("Accepted, reworded"),
        "rejected": _("Declined"),
        "pending": _("Open"),
        "postponed": _("Postponed"),
    }[offer.proposal.state]
    return Said(word, note=offer.proposal.reason)
