"""How wide the columns of a table are on paper, by what they hold."""

from __future__ import annotations

from collections.abc import Iterable

from facilitation.reports.content import Cell, Said, Split, Table

SIGN, GAP = 0.0108, 0.013  # of the width of a page: a bold sign of a table's text, and the blank between two columns


def shares(block: Table) -> list[float]:
    """Shares of the page: never less than their longest word, more for long texts. They add up to one."""
    parts = [_weight(head, [words(value) for value in column]) for head, column in _columns(block)]
    least = [min(longest, 16) * SIGN + GAP for longest in longest_words(block)]
    left = 1 - sum(least)
    if left < 0:
        return [each / sum(least) for each in least]
    return [each + left * part / sum(parts) for each, part in zip(least, parts, strict=True)]


def longest_words(block: Table) -> list[int]:
    """The signs of the longest word of each column, its head included."""
    return [
        max((len(word) for text in (head, *map(words, column)) for word in text.replace("\n", " ").split(" ")), default=1)
        for head, column in _columns(block)
    ]


def _columns(block: Table) -> Iterable[tuple[str, tuple[Cell, ...]]]:
    """Each column with its head."""
    cells = zip(*block.rows, strict=True) if block.rows else [()] * len(block.head)
    return zip(block.head, cells, strict=True)


def words(value: Cell) -> str:
    """About what a cell takes: its longest line."""
    match value:
        case Said():
            return f"{value.text} {value.translation} {value.note}".strip()
        case Split():
            return "00 Tier\u00a01\u00a000, Tier\u00a02\u00a000, Tier"
        case tuple():
            return max(map(words, value), key=len, default="")
        case _:
            return "" if value is None else str(value)


def _weight(head: str, texts: list[str]) -> float:
    longest = max((len(word) for text in (head, *texts) for word in text.split()), default=1) + 1
    usual = sum(map(len, texts)) / len(texts) if texts else 1
    return float(max(min(longest, 16), min(usual, 70) ** 0.75, 4) + 1.5)


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
