"""Section 5: each case with its SWOT. What the owner drafted and what the lab added are told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from facilitation.boards.rules import SWOT_COLUMNS
from facilitation.cases.markdown import plain
from facilitation.core.i18n import _, n_
from facilitation.reports import counts
from facilitation.reports.attribution import by_theme
from facilitation.reports.closed import ClosedCase, Contribution
from facilitation.reports.content import Block, Figure, Said, Section, Split, Table, Terms, Text, Voices
from facilitation.reports.reading import Reading
from facilitation.reports.sections.opening import annotated, note

Groups = dict[str, list[tuple[str, tuple[Contribution, ...]]]]  # column → [(cluster or contribution, what is in it)]


def cases(reading: Reading) -> Section:
    parts = tuple(_case(reading, case, f"5.{number}") for number, case in enumerate(reading.closed.cases, 1))
    about_none = [item for item in reading.closed.said if item.kind == "question" and not reading.closed.case_of(item)]
    rest = [_answers(reading, about_none, _("Questions and answers about all cases"))] if about_none else []
    return Section("5", _("The cases"), (*rest, note(reading, "5")), parts)


def _case(reading: Reading, case: ClosedCase, number: str) -> Section:
    items = [item for item in reading.closed.said if reading.closed.case_of(item) == case.id]
    questions = [item for item in items if item.kind == "question"]
    experiences = [item for item in items if item.kind == "experience"]
    blocks: list[Block] = [_in_brief(reading, case)]
    if _has_swot(reading, case):
        blocks += [_swot(reading, case), *_confirmed(reading, case)]
    blocks += annotated(_("Experiences told"), reading.all_said(experiences))
    if questions:
        blocks.append(_answers(reading, questions, _("Questions and answers")))
    blocks += _facts(reading, case)
    return Section(number, case.title, tuple(blocks))


def _in_brief(reading: Reading, case: ClosedCase) -> Terms:
    """The case in a few lines, as it came into the lab."""
    words, document = reading.template, case.before
    summary = document.get("sections", {}).get("1.1", {})
    rows = [
        (_("Reference"), case.ref),
        (_("Type"), words.label("case_types", case.type)),
        (_("Topics"), ", ".join(words.labels("good_practice_topics", document.get("topics", ())))),
        (_("In brief"), plain(str(summary.get("summary_part2") or ""))),
        (_("What was learned"), plain(str(summary.get("summary_part3") or ""))),
        (_("Impact"), str(summary.get("impact_headline") or "")),
    ]
    return Terms(tuple((name, value) for name, value in rows if value))


def _board_items(reading: Reading, case: ClosedCase) -> list[Contribution]:
    closed = reading.closed
    return [item for item in closed.contributions if item.kind == "swot" and not item.parent and closed.case_of(item) == case.id]


def _has_swot(reading: Reading, case: ClosedCase) -> bool:
    return bool(_board_items(reading, case))


def _groups(reading: Reading, case: ClosedCase) -> Groups:
    """Clusters and loose contributions of the lab by column, most votes first."""
    found: Groups = {letter: [] for letter in SWOT_COLUMNS}
    seen: set[str] = set()
    for item in _board_items(reading, case):
        key = item.cluster if item.cluster in reading.closed.cluster else item.id
        if item.origin == "owner_draft" or key in seen:
            continue
        seen.add(key)
        found.setdefault(item.column, []).append((key, reading.members(key)))
    votes = counts.result(reading.closed, counts.last_ballot(reading.closed, "swot", "dots"))
    for rows in found.values():
        rows.sort(key=lambda row: (-votes.get(row[0], {}).get("dots", 0), -len(row[1]), counts.title(reading.closed, row[0])))
    return found


def _drafts(reading: Reading, case: ClosedCase, letter: str) -> list[Contribution]:
    return [item for item in _board_items(reading, case) if item.origin == "owner_draft" and item.column == letter]


def _swot(reading: Reading, case: ClosedCase) -> Figure:
    groups = _groups(reading, case)
    ballot = counts.last_ballot(reading.closed, "swot", "dots")
    votes = counts.result(reading.closed, ballot)
    most = max((row["dots"] for row in votes.values()), default=0)
    if ballot:
        caption = n_(
            "SWOT of “%(title)s”. In italics the owner’s draft, upright what the lab added, with dots from %(n)s person.",
            "SWOT of “%(title)s”. In italics the owner’s draft, upright what the lab added, with dots from %(n)s people.",
            len(ballot.votes),
            title=case.title,
        )
    else:
        caption = _("SWOT of “%(title)s”. In italics the owner’s draft, upright what the lab added.", title=case.title)
    cells = {letter: _cell(reading, case, letter, groups, votes) for letter in SWOT_COLUMNS}
    rows = [row for letter in SWOT_COLUMNS for row in _rows(reading, case, letter, groups, votes, most)]
    head = (_("Column"), _("Cluster or line"), _("Votes by tier"), _("Contributions"), _("Typical contribution"))
    table = Table(caption, head, tuple(rows), frozenset({3}))
    told = [_("%(column)s: %(n)s from the lab, %(drafts)s drafted by the owner", column=quadrant_words(letter),
              n=len(groups[letter]), drafts=len(cells[letter]["draft"])) for letter in SWOT_COLUMNS]  # fmt: skip
    return Figure("swot", caption, "; ".join(told), {"cells": cells}, table)


def quadrant_words(letter: str) -> str:
    return {"S": _("Strengths"), "W": _("Weaknesses"), "O": _("Opportunities"), "T": _("Threats")}.get(letter, letter)


def _cell(reading: Reading, case: ClosedCase, letter: str, groups: Groups, votes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "word": quadrant_words(letter),
        "draft": [item.text for item in _drafts(reading, case, letter)],
        "clusters": [
            {"title": counts.title(reading.closed, key), **({"dots": votes[key]["dots"]} if key in votes else {})}
            for key, _items in groups[letter]
        ],
    }


def _rows(
    reading: Reading, case: ClosedCase, letter: str, groups: Groups, votes: Mapping[str, Any], most: int
) -> list[tuple[str, Said, Split | None, int, Said | None]]:
    word = quadrant_words(letter)
    found: list[tuple[str, Said, Split | None, int, Said | None]] = [
        (word, reading.said(item, _("the owner’s draft")), None, 0, None) for item in _drafts(reading, case, letter)
    ]
    for key, items in groups[letter]:
        typical = reading.typical(items)
        name = Said(counts.title(reading.closed, key)) if key in reading.closed.cluster else reading.said(items[0])
        split = reading.split(votes[key], most) if key in votes else None
        shown = reading.said(typical) if typical and key in reading.closed.cluster else None
        found.append((word, name, split, len(items), shown))
    return found


def _confirmed(reading: Reading, case: ClosedCase) -> list[Block]:
    """What participants confirmed, disputed and added to the draft, with their words."""
    replied = [(item, reading.closed.replies.get(item.id, ())) for item in by_theme(_board_items(reading, case))]
    drafts = [(item, replies) for item, replies in replied if replies and item.origin == "owner_draft"]
    others = [(item, replies) for item, replies in replied if replies and item.origin != "owner_draft"]
    blocks: list[Block] = []
    for title, rows in ((_("What was said to the owner’s draft"), drafts), (_("What was said to new contributions"), others)):
        if rows:
            table = tuple((reading.said(item, reading.reactions(item)), _replies(reading, replies)) for item, replies in rows)
            blocks.append(Table(title, (_("Contribution"), _("Replies")), table))
    return blocks


def reply_word(kind: str) -> str:
    return {
        "question": _("asks"),
        "build": _("builds on it"),
        "agree": _("agrees"),
        "disagree": _("disputes it"),
        "answer": _("answers"),
        "experience": _("tells an experience"),
        "solution": _("offers a solution"),
    }.get(kind, "")


def _replies(reading: Reading, replies: tuple[Contribution, ...]) -> tuple[Said, ...]:
    """Replies with words; agreement and dispute without words are in the counts."""
    return tuple(reading.said(item, reply_word(item.reply_kind)) for item in replies if item.text)


def _answers(reading: Reading, questions: list[Contribution], title: str) -> Table:
    rows = tuple(
        (reading.said(item, reading.reactions(item)), _replies(reading, reading.closed.replies.get(item.id, ())))
        for item in by_theme(questions)
    )
    return Table(title, (_("Question"), _("Answers")), rows)


def _facts(reading: Reading, case: ClosedCase) -> list[Block]:
    """Webinar: right, wrong or more, section by section (R-37)."""
    checks = [check for check in reading.closed.facts if check.case == case.id]
    if not checks:
        return []
    tally = Counter((check.section, check.verdict) for check in checks)
    sections = sorted({check.section for check in checks})
    rows = tuple((_section(reading, id_), tally[id_, "right"], tally[id_, "wrong"], tally[id_, "more"]) for id_ in sections)
    head = (_("Section"), _("Right"), _("Needs correcting"), _("More to say"))
    words = tuple(Said(check.text, note=_section(reading, check.section)) for check in checks if check.text)
    return [
        Text(_("The facts of the case were checked section by section.")),
        Table(_("Facts checked by participants"), head, rows, frozenset({1, 2, 3})),
        *([Voices(words, _("Corrections and additions"))] if words else []),
    ]


def _section(reading: Reading, id_: str) -> str:
    section = reading.template.section(id_)
    return f"{id_} {section.title}" if section else id_
