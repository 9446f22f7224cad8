"""Sections 1 to 3: key conclusions (never filled by the tool), purpose and focus, participants."""

from __future__ import annotations

from collections import Counter

from facilitation.boards.results import JOINED
from facilitation.core.i18n import _, n_
from facilitation.reports import counts
from facilitation.reports.content import Block, Figure, Said, Section, Table, Terms, Text, Voices, Written
from facilitation.reports.reading import Reading

PROPOSED = 3  # of each kind of top cluster


def conclusions(reading: Reading) -> Section:
    return Section(
        "1", _("Key conclusions"), (written(reading, "conclusions", _("Key conclusions"), _hint(), _proposed(reading)),)
    )


def _hint() -> str:
    return _("Five to eight sentences, written by a person: what was shared, what was new, what comes next.")


def _proposed(reading: Reading) -> tuple[Said, ...]:
    """Top clusters with their votes, for the writer to choose from."""
    found = []
    for scope in ("transferability", "challenges", "swot"):
        for _place, item, row in counts.ranked(reading.closed, scope)[:PROPOSED]:
            found.append(Said(counts.title(reading.closed, item), note=n_("%(n)s dot", "%(n)s dots", row["dots"])))
    return tuple(found)


def written(reading: Reading, part: str, title: str, hint: str = "", proposed: tuple[Said, ...] = ()) -> Written:
    """A part of the report that a person writes, as far as somebody has."""
    narrative = reading.closed.narrative.get(part)
    text = narrative.text if narrative else ""
    paragraphs = tuple(paragraph.strip() for paragraph in text.split("\n\n") if paragraph.strip())
    return Written(part, title, paragraphs, hint, () if paragraphs else proposed, narrative.version if narrative else 0)


def note(reading: Reading, number: str) -> Written:
    """The place for a remark of the writers at the end of a section."""
    return written(reading, f"note-{number}", _("Remark of the writers"), _("What the figures of this section do not tell."))


def purpose(reading: Reading) -> Section:
    focus, words = reading.closed.lab.focus, reading.template
    rows = [
        (_("Cases"), tuple(Said(case.title) for case in reading.closed.cases)),
        (_("Challenges"), tuple(map(Said, focus.get("challenges", ())))),
        (_("Impact areas"), tuple(Said(words.label("impact_areas", area)) for area in focus.get("impact_areas", ()))),
        (
            _("Stages of the value chain"),
            tuple(Said(words.label("value_chain_stages", stage)) for stage in focus.get("value_chain_stages", ())),
        ),
        (_("Learning aims"), tuple(map(Said, focus.get("learning_aims", ())))),
    ]
    filled = tuple((name, values) for name, values in rows if values)
    hint = _("Why these cases, for whom, and what the event was to bring.")
    return Section("2", _("Purpose and focus"), (Terms(filled), written(reading, "purpose", _("Purpose"), hint)))


def participants(reading: Reading) -> Section:
    blocks: list[Block] = [Text(_who(reading)), Text(_took_part(reading))]
    if reading.closed.participants:
        blocks += [_tier_figure(reading), *_stages(reading), *_silent(reading)]
    return Section("3", _("Participants"), (*blocks, *_came_and_went(reading), note(reading, "3")))


def _who(reading: Reading) -> str:
    figures = reading.figures
    n = figures["participants"]
    if not n:
        return _("Nobody joined this lab.")
    parts = [_in_tier(reading, tier, count) for tier, count in figures["participants_by_tier"].items()]
    if len(parts) < 2:
        return n_("%(n)s person took part.", "%(n)s people took part.", n)
    return n_("%(n)s person took part: %(parts)s.", "%(n)s people took part: %(parts)s.", n, parts=", ".join(parts))


def _in_tier(reading: Reading, tier: str, n: int) -> str:
    if tier == JOINED:
        return _("%(n)s in small groups", n=reading.number(n))
    if tier == "other":
        return _("%(n)s from other groups", n=reading.number(n))
    return _("%(n)s in %(tier)s", n=reading.number(n), tier=reading.tier(tier))


def _took_part(reading: Reading) -> str:
    figures = reading.figures
    return _(
        "%(authors)s wrote at least one contribution themselves; with the contributions that speak for several people, "
        "%(heard)s of %(people)s had a part in what was written.",
        authors=reading.number(figures["authors_with_at_least_one_card"]),
        heard=reading.number(figures["people_with_card_or_shared_card"]),
        people=reading.number(figures["participants"]),
    )


def _tier_figure(reading: Reading) -> Figure:
    people, wrote = reading.figures["participants_by_tier"], reading.figures["visible_by_tier_of_author"]
    tiers = reading.tiers({**people, **wrote})
    n, visible = reading.figures["participants"], reading.figures["contributions_visible"]
    caption = _("Who was there, and who wrote: %(n)s people, %(visible)s visible contributions.", n=n, visible=visible)
    rows = tuple((reading.tier(tier), people.get(tier, 0), wrote.get(tier, 0)) for tier in tiers)
    alt = "; ".join(
        _("%(tier)s: %(people)s people, %(n)s contributions", tier=name, people=some, n=texts) for name, some, texts in rows
    )
    table = Table(caption, (_("Tier"), _("People"), _("Contributions")), rows, frozenset({1, 2}))
    data = {
        "rows": [{"tier": tier, "name": reading.tier(tier), "n": [people.get(tier, 0), wrote.get(tier, 0)]} for tier in tiers],
        "heads": [_("People"), _("Contributions")],
    }
    return Figure("tiers", caption, alt, data, table)


def _stages(reading: Reading) -> list[Block]:
    """People by stage of the value chain; stages with too few people are told together."""
    found = Counter(person.stage for person in reading.closed.participants if person.stage)
    minimum = reading.closed.lab.minimum_cell
    large = {stage: n for stage, n in found.items() if n >= minimum}
    small = sum(found.values()) - sum(large.values())
    if not large:
        return []
    while 0 < small < minimum and large:  # one small stage alone could be worked out
        stage = min(large, key=lambda stage: (large[stage], stage))
        small += large.pop(stage)
    rows = [(reading.template.label("value_chain_stages", stage), n) for stage, n in large.items()]
    rows.sort(key=lambda row: (-row[1], row[0]))
    rows += [(_("Stages with fewer people, together"), small)] if small else []
    unsaid = len(reading.closed.participants) - sum(found.values())
    rows += [(_("Not said"), unsaid)] if unsaid >= minimum else []
    caption = _("People by stage of the value chain")
    return [Table(caption, (_("Stage"), _("People")), tuple(rows), frozenset({1}))] if len(rows) > 1 else []


def _silent(reading: Reading) -> list[Block]:
    """How many of each tier neither wrote, replied, voted nor were spoken for."""
    groups = counts.tier_groups(reading.closed)
    people = Counter(groups[person.tier] for person in reading.closed.participants)
    silent = Counter(groups[person.tier] for person in reading.closed.participants if not person.took_part)
    if not silent:
        return [Text(_("Everybody wrote, replied, voted or was spoken for."))]
    told = [
        _("%(silent)s of %(n)s in %(tier)s", silent=silent[tier], n=people[tier], tier=reading.tier(tier))
        for tier in reading.tiers(silent)
        if tier != JOINED or people[JOINED] >= reading.closed.lab.minimum_cell
    ]
    return [Text(_("Silent to the end: %(told)s.", told=", ".join(told)))] if told else []


def _came_and_went(reading: Reading) -> list[Block]:
    """Late and early: numbers too small to print are left out."""
    minimum = reading.closed.lab.minimum_cell
    late = sum(person.late for person in reading.closed.participants)
    left = sum(person.left for person in reading.closed.participants)
    told = []
    if late >= minimum:
        told.append(n_("%(n)s person joined after the start.", "%(n)s people joined after the start.", late))
    if left >= minimum:
        told.append(n_("%(n)s person left before the end.", "%(n)s people left before the end.", left))
    return [Text(" ".join(told))] if told else []


def annotated(title: str, items: tuple[Said, ...]) -> list[Block]:
    """A list under its title, or nothing."""
    return [Voices(items, title)] if items else []
