"""Section 6: unresolved challenges, ranked, with the tier split, the linked cases and the solutions offered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from facilitation.boards.results import JOINED
from facilitation.core.i18n import _, n_
from facilitation.reports import counts
from facilitation.reports.content import Block, Figure, Said, Section, Table, Text
from facilitation.reports.reading import Reading
from facilitation.reports.sections.opening import annotated, note

SOLUTIONS = ("solution", "build", "experience")  # replies that answer a challenge
Ranked = list[tuple[int, str, dict[str, Any]]]


def challenges(reading: Reading) -> Section:
    rows = counts.ranked(reading.closed, "challenges")
    blocks: list[Block] = [Text(sentence) for sentence in differences(reading, rows)]
    if rows:
        blocks += [_figure(reading, rows), _table(reading, rows)]
    loose = [
        item for item in reading.closed.said if item.kind == "challenge" and not _ranked(reading, item.cluster, item.id, rows)
    ]
    blocks += annotated(_("Named, and not on the ballot") if rows else _("Challenges named"), reading.all_said(loose))
    if not rows and not loose:
        blocks.append(Text(_("No challenge was named.")))
    return Section("6", _("Unresolved challenges"), (*blocks, note(reading, "6")))


def _ranked(reading: Reading, cluster: str, id_: str, rows: Ranked) -> bool:
    return any(item in (cluster, id_) for _place, item, _row in rows)


def differences(reading: Reading, rows: Ranked) -> list[str]:
    """What the total hides, in words: tiers that gave the first item nothing, or put another one first."""
    if not rows or not rows[0][2]["dots"]:
        return []
    first, total = rows[0][1], rows[0][2]["dots"]
    title = counts.title(reading.closed, first)
    sentences = [n_("“%(title)s” comes first with %(n)s dot.", "“%(title)s” comes first with %(n)s dots.", total, title=title)]
    tiers = reading.tiers({tier: 0 for _place, _item, row in rows for tier in row["by_tier"]})
    for tier in tiers:
        sentence = _difference(reading, rows, tier)
        if sentence:
            sentences.append(sentence)
    if len(sentences) == 1 and len(tiers) > 1:
        sentences.append(_("Every tier put it first."))
    return [" ".join(sentences)]


def _difference(reading: Reading, rows: Ranked, tier: str) -> str:
    """One tier's own first choice, when it is another one than that of all together."""
    own: Mapping[str, int] = {item: row["by_tier"].get(tier, 0) for _place, item, row in rows}
    most, here = max(own.values()), own[rows[0][1]]
    if here == most or tier == JOINED:
        return ""
    favourite = next(item for _place, item, _row in rows if own[item] == most)
    values = {
        "tier": reading.tier(tier),
        "title": counts.title(reading.closed, favourite),
        "n": reading.number(most),
        "here": reading.number(here),
        "all": reading.number(sum(own.values())),
    }
    if not here:
        return _("%(tier)s gave it no dot; what they put first is “%(title)s” (%(n)s of their %(all)s dots).", **values)
    return _("%(tier)s put “%(title)s” first (%(n)s of their %(all)s dots, %(here)s for the first of all).", **values)


def ranking_figure(reading: Reading, scope: str, rows: Ranked, caption: str) -> Figure:
    """A ranking with its tier split, as a figure with its table."""
    tiers = reading.tiers({tier: 0 for _place, _item, row in rows for tier in row["by_tier"]})
    table_rows = tuple(
        (place, Said(counts.title(reading.closed, item)), row["dots"], *(row["by_tier"].get(tier, 0) for tier in tiers))
        for place, item, row in rows
    )
    head = (_("Place"), _("Cluster"), _("Dots"), *(reading.tier(tier) for tier in tiers))
    table = Table(caption, head, table_rows, frozenset({0, *range(2, len(head))}))
    data = {
        "rows": [
            {"place": place, "title": counts.title(reading.closed, item), "total": row["dots"], "by_tier": row["by_tier"]}
            for place, item, row in rows
        ],
        "tiers": [{"tier": tier, "name": reading.tier(tier)} for tier in tiers],
    }
    alt = "; ".join(
        _("%(place)s. %(title)s: %(n)s", place=place, title=counts.title(reading.closed, item), n=row["dots"])
        for place, item, row in rows
    )
    return Figure("ranking", caption, alt, data, table)


def _figure(reading: Reading, rows: Ranked) -> Figure:
    ballot = counts.last_ballot(reading.closed, "challenges", "dots")
    caption = _(
        "Ranking of challenges: %(dots)s dots from %(voters)s people, up to %(each)s each.",
        dots=counts.given(ballot) if ballot else 0,
        voters=len(ballot.votes) if ballot else 0,
        each=ballot.per_person if ballot else 0,
    )
    return ranking_figure(reading, "challenges", rows, caption)


def _table(reading: Reading, rows: Ranked) -> Table:
    most = rows[0][2]["dots"]
    found = []
    for place, item, row in rows:
        members = reading.members(item)
        linked = tuple(dict.fromkeys(reading.case_title(case) for one in members if (case := reading.closed.case_of(one))))
        found.append(
            (
                place,
                Said(counts.title(reading.closed, item)),
                reading.split(row, most),
                tuple(map(Said, linked)),
                reading.all_said(members),
                _solutions(reading, item),
            )
        )
    head = (_("Place"), _("Challenge"), _("Votes by tier"), _("Linked cases"), _("In the words of the lab"), _("Solution ideas"))
    return Table(_("Challenges with linked cases and solution ideas"), head, tuple(found), frozenset({0}))


def _solutions(reading: Reading, item: str) -> tuple[Said, ...]:
    replies = [reply for one in reading.members(item) for reply in reading.closed.replies.get(one.id, ())]
    own = [one for one in reading.members(item) if one.kind == "solution"]
    return reading.all_said([*own, *(reply for reply in replies if reply.reply_kind in SOLUTIONS and reply.text)])
