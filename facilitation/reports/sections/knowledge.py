"""Sections 8 and 9: knowledge that was shared and knowledge that was made together, kept apart; benefits for stakeholders."""

from __future__ import annotations

from collections import Counter

from facilitation.core.i18n import _, n_
from facilitation.reports import counts
from facilitation.reports.closed import ON_BEHALF, Contribution
from facilitation.reports.content import Block, Said, Section, Table, Text, Voices
from facilitation.reports.reading import Reading
from facilitation.reports.sections.opening import annotated, note

ANSWERS = frozenset({"answer", "experience", "solution"})


def knowledge(reading: Reading) -> Section:
    closed = reading.closed
    told = [item for item in closed.said if item.kind == "experience" and item.origin != ON_BEHALF]
    replies = [item for item in closed.contributions if item.parent and item.reply_kind == "experience" and item.text]
    spoken = [item for item in closed.said if item.origin == ON_BEHALF]
    questions = [item for item in closed.said if item.kind == "question" and not _answered(reading, item)]
    shared = (
        *annotated(_("Experiences"), reading.all_said([*told, *replies])),
        *annotated(_("Said in the room, noted by the rapporteur"), reading.all_said(spoken)),
    )
    made = (*_new_ideas(reading),)
    sections = (
        Section("8.1", _("Shared: what people brought along"), shared or (Text(_("No experience was written down.")),)),
        Section("8.2", _("Co-created: what nobody had before"), made or (Text(_("No new idea was written down.")),)),
        Section("8.3", _("Open questions"), _open(reading, questions)),
    )
    return Section("8", _("Shared and co-created knowledge"), (note(reading, "8"),), sections)


def _answered(reading: Reading, item: Contribution) -> bool:
    return any(reply.reply_kind in ANSWERS for reply in reading.closed.replies.get(item.id, ()))


def _new_ideas(reading: Reading) -> list[Block]:
    """Groups of ideas several people built together, and ideas others built on."""
    closed, blocks = reading.closed, []
    rows = []
    for cluster in closed.cluster.values():
        members = closed.members[cluster.id]
        if closed.board[cluster.board].kind == "transferability" and len(members) > 1:
            rows.append((Said(cluster.title), len(members), reading.all_said(members)))
    if rows:
        rows.sort(key=lambda row: (-row[1], row[0].text))
        head = (_("Idea"), _("Contributions"), _("What it is made of"))
        blocks.append(Table(_("Ideas put together from several contributions"), head, tuple(rows), frozenset({1})))
    built = [(item, replies) for item in closed.said if (replies := _builds(reading, item))]
    if built:
        built.sort(key=lambda row: (-len(row[1]), row[0].text))
        table = tuple((reading.said(item), reading.all_said(replies)) for item, replies in built)
        blocks.append(Table(_("Contributions others built on"), (_("Contribution"), _("Built on it")), table))
    return list(blocks)


def _builds(reading: Reading, item: Contribution) -> list[Contribution]:
    return [reply for reply in reading.closed.replies.get(item.id, ()) if reply.reply_kind == "build" and reply.text]


def _open(reading: Reading, questions: list[Contribution]) -> tuple[Block, ...]:
    if not questions:
        return (Text(_("Every question got an answer.")),)
    return (Voices(reading.all_said(questions)),)


def benefits(reading: Reading) -> Section:
    """Takeaways and intentions. By tier only as numbers where a tier per statement may not be told."""
    takeaways = [item for item in reading.closed.said if item.kind == "takeaway"]
    blocks: list[Block] = [*_by_tier(reading, takeaways), *_intentions(reading)]
    groups: dict[str, list[Contribution]] = {}
    for item in takeaways:
        groups.setdefault(reading.attribution.tier(item), []).append(item)
    for tier in (*reading.tiers(groups), *([""] if "" in groups else [])):
        blocks.append(Voices(reading.all_said(groups[tier]), reading.tier(tier) if tier else _("What people take home")))
    if not takeaways:
        blocks.append(Text(_("No takeaway was written down.")))
    return Section("9", _("Benefits for stakeholders"), (*blocks, note(reading, "9")))


def _by_tier(reading: Reading, takeaways: list[Contribution]) -> list[Block]:
    found = counts.joined(Counter(item.tier for item in takeaways if item.tier), counts.tier_groups(reading.closed))
    if len(found) < 2:
        return []
    caption = _("Takeaways by tier")
    rows = tuple((reading.tier(tier), n) for tier, n in found.items())
    return [Table(caption, (_("Tier"), _("Takeaways")), rows, frozenset({1}))]


def _intentions(reading: Reading) -> list[Block]:
    """Intentions come from the evaluation, which is linked to nobody: they have no tier."""
    chosen = reading.figures["evaluation"].get("will_transfer") or {}
    if not sum(chosen.values()):
        return []
    return [
        Text(
            n_(
                "Of %(n)s person who answered, %(yes)s will try something, %(maybe)s may, %(no)s will not.",
                "Of %(n)s people who answered, %(yes)s will try something, %(maybe)s may, %(no)s will not.",
                sum(chosen.values()),
                **chosen,
            )
        )
    ]
