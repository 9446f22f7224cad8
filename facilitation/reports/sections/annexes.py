"""Annexes: everything that was said as it may be shown, vote tables, changes to the cases, method sheets, data notice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from facilitation.boards.rules import SWOT_COLUMNS
from facilitation.cases.compare import names_of
from facilitation.cases.compare import said as words_of
from facilitation.cases.document import walk
from facilitation.core.i18n import _, n_
from facilitation.labs.methods import METHODS
from facilitation.reports import counts
from facilitation.reports.attribution import by_theme
from facilitation.reports.closed import Ballot, Contribution
from facilitation.reports.content import Block, Cell, Picture, Said, Section, Table, Text
from facilitation.reports.reading import Reading
from facilitation.reports.sections.transfer import place_words, without_empty

KINDS = ("swot", "challenge", "solution", "transferability", "question", "experience", "takeaway", "parking")


def annexes(reading: Reading, *, contributions: bool) -> list[Section]:
    made: list[tuple[str, list[Block]]] = [
        (_("All contributions, by theme"), _contributions(reading) if contributions else []),
        (_("Vote tables"), [_votes(reading, ballot) for ballot in reading.closed.ballots]),
        (_("Changes to the cases"), _changes(reading)),
        (_("Method sheets"), _methods(reading)),
        (_("Pictures of the event"), _pictures(reading)),
        (_("Data notice"), [Text(sentence) for sentence in _notice(reading)]),
    ]
    filled = [(title, blocks) for title, blocks in made if blocks]
    return [Section(chr(ord("A") + index), title, tuple(blocks)) for index, (title, blocks) in enumerate(filled)]


def kind_words(kind: str) -> str:
    return {
        "swot": _("SWOT"), "challenge": _("Challenges"), "solution": _("Solutions"),
        "transferability": _("Transferability ideas"),
        "question": _("Questions"), "experience": _("Experiences"), "takeaway": _("Takeaways"), "parking": _("Parking list"),
    }.get(kind, kind)  # fmt: skip


Theme = tuple[str, str, str, str, list[Contribution]]


def themes(reading: Reading) -> Iterator[Theme]:
    """(kind, case id, column, cluster title, contributions); the order tells nothing about people or time."""
    closed = reading.closed
    groups: dict[tuple[int, int, int, str, str], list[Contribution]] = {}
    cases = [*closed.case]
    for item in closed.said:
        kind = KINDS.index(item.kind) if item.kind in KINDS else len(KINDS)
        case = closed.case_of(item)
        column = SWOT_COLUMNS.index(item.column) if item.column in SWOT_COLUMNS else -1
        cluster = closed.cluster[item.cluster].title if item.cluster in closed.cluster else ""
        key = (kind, cases.index(case) if case else len(cases), column, cluster, item.kind)
        groups.setdefault(key, []).append(item)
    for key in sorted(groups, key=lambda key: (*key[:3], not key[3], key[3].casefold(), key[3], key[4])):
        _order, place, letter, title, kind_id = key
        about = cases[place] if place < len(cases) else ""
        yield kind_id, about, SWOT_COLUMNS[letter] if letter >= 0 else "", title, by_theme(groups[key])


def _contributions(reading: Reading) -> list[Block]:
    tables: dict[str, list[tuple[Cell, ...]]] = {}
    for kind, case, column, cluster, items in themes(reading):
        for item in items:
            place = " · ".join(filter(None, (reading.case_title(case), column)))
            tables.setdefault(kind, []).append((place, Said(cluster), reading.said(item, _beside(reading, item))))
    head = (_("Case"), _("Cluster"), _("Contribution"))
    return [without_empty(Table(kind_words(kind), head, tuple(rows))) for kind, rows in tables.items()]


def _beside(reading: Reading, item: Contribution) -> str:
    return ", ".join(filter(None, (reading.people_note(item), reading.reactions(item))))


def open_data(reading: Reading) -> tuple[dict[str, Any], ...]:
    """Every contribution as open data: no ids, no times, no order by arrival; empty fields are left out."""
    found = []
    for kind, case, column, cluster, items in themes(reading):
        for item in items:
            replies = [
                {"kind": reply.reply_kind, "text": reply.text, "label": reading.attribution.label(reply)}
                for reply in sorted(reading.closed.replies.get(item.id, ()), key=lambda reply: (reply.reply_kind, reply.text))
            ]
            row = {
                "kind": kind,
                "case": reading.closed.case[case].ref if case else "",
                "column": column,
                "cluster": cluster,
                "text": item.text,
                "lang": item.lang,
                "translation": item.translation,
                "label": reading.attribution.label(item),
                "people": item.people if item.people > 1 else 0,
                "spoken": item.origin == "on_behalf",
                "target": {name: value for name, value in item.target.items() if name != "case"},
                "extra": dict(item.extra),
                "replies": [{name: value for name, value in reply.items() if value} for reply in replies],
            }
            found.append({name: value for name, value in row.items() if value})
    return tuple(found)


def _votes(reading: Reading, ballot: Ballot) -> Table:
    """One ballot in full, split by tier (small groups joined)."""
    rated = ballot.method == "rating"
    result = counts.result(reading.closed, ballot)
    tiers = reading.tiers({tier: 0 for row in result.values() for tier in row["by_tier"]})
    order = sorted(
        result,
        key=lambda item: (-(result[item]["mean"] or 0) if rated else -result[item]["dots"], counts.title(reading.closed, item)),
    )
    rows: list[tuple[Cell, ...]] = []
    for item in order:
        row = result[item]
        sums = (reading.number(row["mean"]), reading.number(row["spread"]), row["n"]) if rated else (row["dots"],)
        split = (reading.number(row["by_tier"].get(tier)) if rated else row["by_tier"].get(tier, 0) for tier in tiers)
        rows.append((Said(counts.title(reading.closed, item)), *sums, *split))
    sums_head = (_("Mean"), _("Spread"), "n") if rated else (_("Dots"),)
    head = (_("Item"), *sums_head, *(reading.tier(tier) for tier in tiers))
    name = f"V{ballot.number}" + (f", {ballot.question}" if ballot.question else "")
    caption = n_("%(name)s: %(n)s person voted", "%(name)s: %(n)s people voted", len(ballot.votes), name=name)
    return Table(caption, head, tuple(rows), frozenset(range(1, len(head))))


def _changes(reading: Reading) -> list[Block]:
    """What each case took over from this lab, and how many of its lines were there before."""
    rows: list[tuple[Cell, ...]] = []
    names = names_of(reading.template)
    for case in reading.closed.cases:
        for found in walk(case.now):
            sources = [source for source in found.item.get("sources", ()) if source.get("lab") == reading.closed.lab.id]
            if sources and not _gone(reading, sources):
                ref = found.ref or found.section
                rows.append((Said(case.title), place_words(reading, case.id, ref), Said(words_of(found.item, names))))
    if not rows:
        return []
    head = (_("Case"), _("Place"), _("Added after the lab"))
    return [
        Text(_("Lines that came into the cases from this lab. Everything else is as it was.")),
        Table(_("Added lines"), head, tuple(rows)),
    ]


def _gone(reading: Reading, sources: list[Any]) -> bool:
    """Did everybody behind a line take their words back?"""
    ids = [id_ for source in sources for id_ in source.get("contributions", ())]
    return bool(ids) and not any(id_ in reading.closed.contribution for id_ in ids)


def _methods(reading: Reading) -> list[Block]:
    rows = tuple(
        (row.title, str(METHODS.get(row.method, row.method)), reading.minutes(row.planned_seconds), row.instruction)
        for row in reading.closed.activities
        if row.stage != "break"
    )
    head = (_("Activity"), _("Method"), _("Minutes"), _("What people were asked"))
    return [Table(_("Method of each activity"), head, rows, frozenset({2}))] if rows else []


def _pictures(reading: Reading) -> list[Block]:
    """Only pictures in which everybody agreed are stored at all (photos.py)."""
    photos = reading.closed.photos
    if not photos:
        return []
    shown = [Picture(one.id, one.alt, one.caption, one.width, one.height, one.data) for one in photos]
    return [Text(_("Everybody in these pictures agreed that they are shown in this report.")), *shown]


def _notice(reading: Reading) -> list[str]:
    lab = reading.closed.lab
    told = []
    if lab.chatham_house:
        told.append(_("The Chatham House Rule applied: ideas may be used, neither speakers nor their organisations are named."))
    told.append(_("Groups of fewer than %(n)s people are shown together with others.", n=lab.minimum_cell))
    told.append(_("Hidden and withdrawn contributions are in no part of this report."))
    if lab.cut:
        told.append(_("The links between texts and the devices they came from are destroyed."))
    told.append(
        n_(
            "The texts of the lab are kept for %(n)s day after its close; this report remains.",
            "The texts of the lab are kept for %(n)s days after its close; this report remains.",
            lab.retention_days,
        )
    )
    return told
