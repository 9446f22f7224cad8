"""The tables of a report as plain grids for spreadsheets: one value per cell, words exactly as they were written.

What stands beside words on a page (translation, source, remark) and the parts of a vote get columns of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from facilitation.reports.content import Cell, Figure, Report, Said, Section, Split, Table, Terms, Text, Voices, Written

Value = str | int | float
CONTRIBUTION = ("kind", "case", "column", "cluster", "text", "lang", "translation", "label", "people", "spoken")


@dataclass(frozen=True)
class Grid:
    """`name`: unique, of ASCII letters and digits, at most 31 signs. `alt`: what a figure shows, in words."""

    name: str
    section: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    alt: str = ""
    figure: Figure | None = None


def grids(report: Report) -> Iterator[Grid]:
    """The text, every table and every figure's table in their order, then all contributions."""
    words = report.words
    yield Grid("text", "", words["text"], (words["section"], words["title"], words["text"]), tuple(_texts(report)))
    for section in report.walk():
        for block in section.blocks:
            if isinstance(block, Table):
                yield _grid(f"table-{block.number:02}", section, block, words)
            elif isinstance(block, Figure):
                made = _grid(f"figure-{block.number:02}", section, block.table, words)
                yield Grid(made.name, made.section, block.caption, made.head, made.rows, block.alt, block)
    if report.pictures:
        head = (words["picture"], words["caption"], words["seen"], words["file"])
        rows = tuple((picture.number, picture.caption, picture.alt, picture.file) for picture in report.pictures)
        yield Grid("pictures", "", words["pictures"], head, rows)
    if report.contributions:
        yield _contributions(report)


def _grid(name: str, section: Section, table: Table, words: Mapping[str, str]) -> Grid:
    columns = list(zip(*table.rows, strict=True)) if table.rows else [()] * len(table.head)
    parts = [part for head, column in zip(table.head, columns, strict=True) for part in _spread(head, column, words)]
    rows = zip(*(values for _head, values in parts), strict=True) if table.rows else ()
    return Grid(name, section.number, table.caption, tuple(head for head, _values in parts), tuple(rows))


def _spread(head: str, column: Sequence[Cell], words: Mapping[str, str]) -> Iterator[tuple[str, list[Value]]]:
    """A column with those that stand beside it."""
    yield head, [_value(cell) for cell in column]
    tiers = dict.fromkeys(tier for cell in column if isinstance(cell, Split) for tier, _n in cell.by_tier)
    for tier in tiers:
        yield f"{head}: {words[f'tier_{tier}']}", [_tier(cell, tier) for cell in column]
    for attribute in ("translation", "label", "note"):
        beside: list[Value] = ["\n".join(filter(None, (getattr(item, attribute) for item in _items(cell)))) for cell in column]
        if any(beside):
            yield f"{head}: {words[attribute]}", beside


def _items(cell: Cell) -> tuple[Said, ...]:
    return (cell,) if isinstance(cell, Said) else cell if isinstance(cell, tuple) else ()


def _value(cell: Cell) -> Value:
    match cell:
        case None:
            return ""
        case Said():
            return cell.text
        case Split():
            return cell.total
        case tuple():
            return "\n".join(item.text for item in cell)
        case _:
            return cell


def _tier(cell: Cell, tier: str) -> Value:
    return dict(cell.by_tier).get(tier, 0) if isinstance(cell, Split) else ""


def _texts(report: Report) -> Iterator[tuple[Value, ...]]:
    """Everything that stands in no table: (section, what it is, words)."""
    front = report.front
    yield "0", report.words["title"], front.title
    yield from (("0", "", line) for line in (front.kind, front.subtitle, front.state_line))
    for name, cell in (*front.facts, *front.imprint):
        yield "0", name, _value(cell)
    for section in report.walk():
        yield section.number, section.title, ""
        yield from ((section.number, name, text) for block in section.blocks for name, text in _block(block))


def _block(block: Any) -> Iterator[tuple[str, Value]]:
    match block:
        case Text():
            yield "", block.text
        case Voices():
            yield from ((block.title, item.text) for item in block.items)
        case Terms():
            yield from ((name, _value(cell)) for name, cell in block.rows)
        case Written():
            yield from ((block.title, text) for text in block.paragraphs)


def _contributions(report: Report) -> Grid:
    used = [name for name in CONTRIBUTION if any(name in row for row in report.contributions)]
    rows = tuple(tuple(_plain(row.get(name, "")) for name in used) for row in report.contributions)
    title = report.words["contributions"]
    return Grid("contributions", "", title, tuple(report.words[f"column_{name}"] for name in used), rows)


def _plain(value: Any) -> Value:
    return int(value) if isinstance(value, bool) else value
