"""Sections 10 and 11: evaluation, with n beside every mean, and what happens next."""

from __future__ import annotations

from typing import Any

from facilitation.core.i18n import _, n_
from facilitation.labs.evaluating import QUESTIONS
from facilitation.labs.methods import METHODS
from facilitation.reports.attribution import by_theme
from facilitation.reports.content import Block, Cell, Said, Section, Table, Text
from facilitation.reports.reading import Reading
from facilitation.reports.sections.course import posted_in
from facilitation.reports.sections.opening import annotated, note


def evaluation(reading: Reading) -> Section:
    found = reading.figures["evaluation"]
    n = found["answers"]
    people = reading.figures["participants"]
    blocks: list[Block] = []
    if not n:
        blocks.append(Text(_("Nobody filled in the evaluation.")))
    else:
        rate = reading.percent(found["response_rate"])
        told = n_(
            "%(n)s answer from %(people)s participants (%(rate)s).",
            "%(n)s answers from %(people)s participants (%(rate)s).",
            n,
            people=people,
            rate=rate,
        )
        blocks.append(Text(told))
    if n and n < reading.closed.lab.minimum_cell:
        blocks.append(Text(_("Too few to print: means and comments are left out.")))
    elif n:
        blocks += [*_means(reading), *_choices(reading, found), *_methods(reading, found), *_comments(reading)]
    return Section("10", _("Evaluation"), (*blocks, note(reading, "10")))


def _given(reading: Reading, question: str) -> list[Any]:
    return [answer[question] for answer in reading.closed.evaluations if question in answer]


def _means(reading: Reading) -> list[Block]:
    rows: list[tuple[Cell, ...]] = []
    for question in QUESTIONS:
        values = _given(reading, question["id"])
        if question["kind"] == "scale" and values:
            mean = reading.figures["evaluation"][f"mean_{question['id']}"]
            rows.append((str(question["text"]), reading.number(mean), len(values), *(values.count(step) for step in range(1, 6))))
    head = (_("Statement"), _("Mean, 1 to 5"), "n", *(str(step) for step in range(1, 6)))
    caption = _("Agreement with the statements, and how often each step was chosen")
    return [Table(caption, head, tuple(rows), frozenset(range(1, 8)))] if rows else []


def _choices(reading: Reading, found: dict[str, Any]) -> list[Block]:
    words = {"yes": _("yes"), "maybe": _("perhaps"), "no": _("no")}
    blocks: list[Block] = []
    for question in QUESTIONS:
        chosen = found.get(question["id"]) or {}
        if question["kind"] == "choice" and sum(chosen.values()):
            rows = tuple((words.get(value, value), n) for value, n in chosen.items())
            caption = _("%(question)s (n = %(n)s)", question=str(question["text"]), n=sum(chosen.values()))
            blocks.append(Table(caption, (_("Answer"), _("People")), rows, frozenset({1})))
    return blocks


def _methods(reading: Reading, found: dict[str, Any]) -> list[Block]:
    """Method by method: where it was used, who was active, what was written, and who found it the most helpful (R-92)."""
    posted = posted_in(reading)
    best = found.get("best_method") or {}
    rows: list[tuple[Cell, ...]] = []
    for method in dict.fromkeys([*best, *(row.method for row in reading.closed.activities)]):
        held = [row for row in reading.closed.activities if row.method == method and row.seconds is not None]
        if not best.get(method) and not any(row.people for row in held):
            continue
        active = max((row.people for row in held), default=0)
        minutes = sum(row.seconds or 0 for row in held)
        few = 0 < active < reading.closed.lab.minimum_cell
        rows.append(
            (
                str(METHODS.get(method, method.replace("_", " "))),
                best.get(method, 0),
                _("fewer than %(n)s", n=reading.closed.lab.minimum_cell) if few else reading.number(active) if held else "–",
                sum(posted[row.id] for row in held),
                reading.minutes(minutes) if held else "–",
            )
        )
    head = (_("Method"), _("Helped most"), _("People active, at most"), _("Contributions"), _("Minutes"))
    caption = _("Which method helped most, and how it was used (n = %(n)s)", n=sum(best.values()))
    return [Table(caption, head, tuple(rows), frozenset({1, 2, 3, 4}))] if rows else []


def _comments(reading: Reading) -> list[Block]:
    comments = sorted(_given(reading, "comment"), key=lambda text: (text.casefold(), text))
    return annotated(_("Comments"), tuple(map(Said, comments)))


def follow_up(reading: Reading) -> Section:
    parked = [item for item in reading.closed.contributions if item.parked is not None]
    listed = [item for item in reading.closed.said if item.kind == "parking" and item.parked is None]
    blocks: list[Block] = []
    if parked or listed:
        rows: list[tuple[Cell, ...]] = []
        for item in by_theme([*parked, *listed]):
            owner, step, day = item.parked or ("", "", "")
            rows.append(
                (reading.said(item), Said(owner) if owner else _("nobody yet"), Said(step), reading.day(day) if day else "")
            )
        head = (_("Point"), _("Owner"), _("Next step"), _("Date"))
        blocks.append(Table(_("Parking list"), head, tuple(rows)))
    else:
        blocks.append(Text(_("Nothing was parked.")))
    blocks += [Text(sentence) for sentence in _promises(reading)]
    return Section("11", _("Follow-up"), (*blocks, note(reading, "11")))


def _promises(reading: Reading) -> list[str]:
    lab = reading.closed.lab
    told = []
    pending = reading.figures["merge"]["pending"]
    if pending:
        told.append(
            n_(
                "%(n)s proposal waits for the decision of a case owner.",
                "%(n)s proposals wait for the decision of a case owner.",
                pending,
            )
        )
    if not lab.cut:
        told.append(
            n_(
                "Own contributions can be taken back for %(n)s hour after the close; the report follows.",
                "Own contributions can be taken back for %(n)s hours after the close; the report follows.",
                lab.withdraw_hours,
            )
        )
    return told
