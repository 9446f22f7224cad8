"""Section 4: what was planned, what was held, how many were active in it."""

from __future__ import annotations

from collections import Counter

from facilitation.boards.rules import SWOT_COLUMNS
from facilitation.core.i18n import _, n_
from facilitation.labs.methods import METHODS
from facilitation.reports.closed import Activity
from facilitation.reports.content import Block, Cell, Figure, Section, Table, Text
from facilitation.reports.reading import Reading
from facilitation.reports.sections.opening import note

STAGES = ("context", "peer_learning", "outcomes", "break")


def course(reading: Reading) -> Section:
    blocks: list[Block] = [*_changes(reading)]
    if reading.closed.activities:
        blocks += [agenda(reading), _over_time(reading), *participation(reading)]
    if reading.closed.cases:
        blocks += [coverage(reading)]
    return Section("4", _("Course and methods"), (*blocks, note(reading, "4")))


def stage_words(stage: str) -> str:
    return {
        "context": _("Context"),
        "peer_learning": _("Peer learning"),
        "outcomes": _("Outcomes"),
        "break": _("Break"),
    }.get(stage, stage)


def posted_in(reading: Reading) -> Counter[str]:
    """Shown contributions and replies by activity."""
    closed = reading.closed
    return Counter(
        closed.board[item.board].activity
        for item in closed.contributions
        if item.origin != "owner_draft" and item.board in closed.board
    )


def agenda(reading: Reading) -> Table:
    posted = posted_in(reading)
    head = (
        _("Activity"),
        _("Stage"),
        _("Method"),
        _("Planned, minutes"),
        _("Held, minutes"),
        _("People active"),
        _("Contributions"),
    )
    rows = tuple(
        (
            row.title,
            stage_words(row.stage),
            str(METHODS.get(row.method, row.method)),
            reading.minutes(row.planned_seconds),
            reading.minutes(row.seconds),
            _active(reading, row),
            posted[row.id],
        )
        for row in reading.closed.activities
    )
    return Table(_("Agenda as planned and as held, with participation"), head, rows, frozenset({3, 4, 5, 6}))


def _active(reading: Reading, row: Activity) -> str:
    """People active in an activity; a number too small to print is said in words."""
    minimum = reading.closed.lab.minimum_cell
    return _("fewer than %(n)s", n=minimum) if 0 < row.people < minimum else reading.number(row.people)


def _changes(reading: Reading) -> list[Block]:
    """What came otherwise than planned, and what was not shown."""
    closed, told = reading.closed, []
    dropped = [row.title for row in closed.activities if row.seconds is None]
    if dropped and len(dropped) < len(closed.activities):
        told.append(_("Planned and not held: %(titles)s.", titles="; ".join(dropped)))
    told += _unseen(closed.hidden, closed.withdrawn, closed.pending)
    return [Text(" ".join(told))] if told else []


def _unseen(hidden: int, withdrawn: int, pending: int) -> list[str]:
    """How much was written and is not shown, by reason."""
    told = []
    if hidden:
        told.append(n_("The facilitators hid %(n)s contribution.", "The facilitators hid %(n)s contributions.", hidden))
    if withdrawn:
        told.append(n_("%(n)s contribution was taken back by its author.", "%(n)s were taken back by their authors.", withdrawn))
    if pending:
        told.append(n_("%(n)s contribution was never approved.", "%(n)s contributions were never approved.", pending))
    return told


def _over_time(reading: Reading) -> Figure:
    """Contributions per activity, in the order of the day: nothing finer, so that nobody can be found by time."""
    posted = posted_in(reading)
    held = [row for row in reading.closed.activities if posted[row.id] or row.people]
    rows = tuple((row.title, posted[row.id]) for row in held)
    caption = _("Contributions and replies over the course of the event, activity by activity")
    most = max(rows, key=lambda row: row[1], default=("", 0))
    alt = _("Most were written in “%(title)s”: %(n)s.", title=most[0], n=most[1]) if most[1] else _("Nothing was written.")
    table = Table(caption, (_("Activity"), _("Contributions")), rows, frozenset({1}))
    data = {"rows": [{"name": title, "n": n, "stage": row.stage} for row, (title, n) in zip(held, rows, strict=True)]}
    return Figure("course", caption, alt, data, table)


def participation(reading: Reading) -> list[Block]:
    """How many of the people each method reached. Nothing where nobody was counted."""
    held = [row for row in reading.closed.activities if row.people]
    of = len(reading.closed.participants)
    if not held or not of:
        return []
    caption = n_(
        "People active by activity and method, of %(n)s person", "People active by activity and method, of %(n)s people", of
    )
    rows = tuple((row.title, str(METHODS.get(row.method, row.method)), _active(reading, row)) for row in held)
    alt = "; ".join(f"{title}: {shown}" for title, _method, shown in rows)
    table = Table(caption, (_("Activity"), _("Method"), _("People active")), rows, frozenset({2}))
    minimum = reading.closed.lab.minimum_cell
    drawn = [
        {"name": title, "n": row.people if row.people >= minimum else 0, "shown": shown}
        for row, (title, _method, shown) in zip(held, rows, strict=True)
    ]
    return [Figure("participation", caption, alt, {"rows": drawn, "of": of}, table)]


def coverage(reading: Reading) -> Figure:
    """How much was said about each case, by column and kind; what nobody spoke about is seen at once."""
    closed = reading.closed
    cells = Counter[tuple[str, str]]()
    for item in closed.said:
        cells[closed.case_of(item), item.column if item.kind == "swot" else item.kind] += 1
    kinds = [("challenge", _("Challenges")), ("transferability", _("Ideas")), ("question", _("Questions")),
             ("experience", _("Experiences"))]  # fmt: skip
    used = [(kind, word) for kind, word in kinds if any(cells[case.id, kind] for case in closed.cases)]
    columns = [(letter, letter) for letter in SWOT_COLUMNS] + used
    counted = [(case.title, [cells[case.id, key] for key, _word in columns]) for case in closed.cases]
    caption = _("Coverage: contributions about each case, by SWOT column and kind")
    gaps = sum(n == 0 for _title, row in counted for n in row)
    alt = n_("%(n)s cell is empty.", "%(n)s cells are empty.", gaps) if gaps else _("Every cell has contributions.")
    head = (_("Case"), *(word for _key, word in columns))
    rows: tuple[tuple[Cell, ...], ...] = tuple((title, *row) for title, row in counted)
    table = Table(caption, head, rows, frozenset(range(1, len(head))))
    data = {
        "heads": [{"key": key, "word": word} for key, word in columns],
        "rows": [{"name": title, "n": row} for title, row in counted],
    }
    return Figure("coverage", caption, alt, data, table)
