"""How wide the columns of a table are on paper, by what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from facilitation.reports.content import Cell, Said, Split, Table

SIGN, GAP = 0.0108, 0.013  # of the width of a page: a bold sign of a table's text, and the blank between two columns
LINE, TALL_ROW, SHORT_TERMS = 100, 16, 20  # signs of a line; lines of a row that may run over a page, of terms that may not


def shares(block: Table) -> list[float]:
    """Shares of the page: never less than their longest word, more for long texts. They add up to one."""
    parts = [1.0 if place in block.numbers else _weight(*column) for place, column in enumerate(_columns(block))]
    least = [min(longest, 16) * SIGN + GAP for longest in longest_words(block)]
    left = 1 - sum(least)
    if left < 0:
        return [each / sum(least) for each in least]
    return [each + left * part / sum(parts) for each, part in zip(least, parts, strict=True)]


def longest_words(block: Table) -> list[int]:
    """The signs of the longest word of each column, its head included."""
    return [_longest(head, column) for head, column in _columns(block)]


def _columns(block: Table) -> Iterable[tuple[str, tuple[Cell, ...]]]:
    """Each column with its head."""
    cells = zip(*block.rows, strict=True) if block.rows else [()] * len(block.head)
    return zip(block.head, cells, strict=True)


def _longest(head: str, column: Iterable[Cell]) -> int:
    texts = (head, *(line for value in column for line in lines(value)))
    return max((len(word) for text in texts for word in text.replace("\n", " ").split(" ")), default=1)


def lines(value: Cell) -> list[str]:
    """About what stands in a cell, item by item."""
    match value:
        case Said():
            return [f"{value.text} {value.translation} {value.note}".strip()]
        case Split():
            return ["00 Tier\u00a01\u00a000, Tier\u00a02\u00a000, Tier"]
        case tuple():
            return [line for item in value for line in lines(item)]
        case _:
            return ["" if value is None else str(value)]


def _weight(head: str, column: tuple[Cell, ...]) -> float:
    """How much a column gets of what is left: by its usual line, and more where many lines stand in one cell."""
    longest = _longest(head, column) + 1
    told = [lines(value) for value in column]
    usual = sum(max(map(len, one), default=0) for one in told) / len(told) if told else 1
    many = max(1.0, sum(map(len, told)) / len(told)) if told else 1.0
    return float(max(min(longest, 16), min(usual, 70) ** 0.75, 4) * many**0.5 + 1.5)


def signs(value: Cell) -> int:
    """How many signs a cell holds, all its lines together."""
    match value:
        case Said():
            return len(value.text) + len(value.translation) + len(value.label) + len(value.note)
        case Split():
            return 6 + 10 * len(value.by_tier)
        case tuple():
            return sum(map(signs, value))
        case _:
            return len(str(value or ""))


def row_lines(row: Sequence[Cell], parts: Sequence[float]) -> int:
    """About how many lines a row takes, its columns having these shares of the page."""
    return max((cell_lines(value, max(part * LINE, 6)) for value, part in zip(row, parts, strict=True)), default=1)


def cell_lines(value: Cell, room: float) -> int:
    """About how many lines a cell takes. `room`: the signs that stand in one."""
    if isinstance(value, tuple):
        return sum(cell_lines(item, room) for item in value)
    return 1 + int(signs(value) / room)
