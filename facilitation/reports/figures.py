"""Every drawing of the report, from one place: people by tier, the course of the event, rankings with their tier split, votes
against degree, coverage, participation, SWOT. Page, Word and PDF set the SWOT as text, which can be read out and found.

`draw(figure, width)` gives SVG; below 480 units labels stand above their bars, so that a phone reads them at their size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from facilitation.reports.canvas import LEAD, SIZE, Sheet, extent, wrap
from facilitation.reports.content import Figure

WIDE, NARROW = 640, 340
SMALL, TINY = 13.0, 11.5
BAR = 20.0
Data = Mapping[str, Any]


def draw(figure: Figure, width: int = WIDE) -> str:
    """The figure as SVG, or an empty text for a kind that is set as text."""
    sheet = drawn(figure, width)
    return sheet.svg(figure.alt) if sheet else ""


def drawn(figure: Figure, width: int = WIDE) -> Sheet | None:
    """The figure as marks on a sheet; None for a kind that is set as text."""
    painter = PAINTERS.get(figure.kind)
    if painter is None:
        return None
    sheet = Sheet(width)
    painter(sheet, figure.data)
    sheet.height += 6
    return sheet


def is_narrow(sheet: Sheet) -> bool:
    return sheet.width < 480


def _tiers(sheet: Sheet, data: Data) -> None:
    """Two bars per tier: people, and what they wrote."""
    label = max(extent(row["name"]) for row in data["rows"]) + 14
    label = min(label, sheet.width * 0.34)
    column = (sheet.width - label) / 2
    for place, head in enumerate(data["heads"]):
        sheet.text(label + place * column, SMALL + 2, head, size=SMALL, kind="quiet")
    most = [max((row["n"][place] for row in data["rows"]), default=1) or 1 for place in range(2)]
    y = SMALL + 12
    for row in data["rows"]:
        lines = wrap(row["name"], label - 8)
        sheet.line(0, y, sheet.width, y)
        sheet.lines(0, y + 20, lines)
        for place, n in enumerate(row["n"]):
            length = (column - 44) * n / most[place]
            sheet.bar(label + place * column, y + 6, length, BAR, row["tier"])
            sheet.text(label + place * column + length + 8, y + 21, str(n), bold=True)
        y += 13 + max(BAR, LEAD * len(lines))


def _course(sheet: Sheet, data: Data) -> None:
    most = max((row["n"] for row in data["rows"]), default=1) or 1
    y = 4.0
    for row in data["rows"]:
        y = _labelled(sheet, y, row["name"], partial(_one_bar, sheet, row["n"], most))


def _one_bar(sheet: Sheet, n: int, most: int, x: float, y: float, room: float) -> None:
    length = (room - 40) * n / most
    sheet.bar(x, y, length, BAR, "2")
    sheet.text(x + length + 8, y + 15, str(n), bold=True)


def _labelled(sheet: Sheet, y: float, label: str, bars: Callable[[float, float, float], None]) -> float:
    """One row: the label at the left, or above on a narrow sheet; `bars(x, y, room)` draws the rest. Returns the next y."""
    sheet.line(0, y, sheet.width, y)
    if is_narrow(sheet):
        below = sheet.lines(0, y + 18, wrap(label, sheet.width)) - LEAD + 6
        bars(0, below, sheet.width)
        return below + BAR + 8
    column = sheet.width * 0.38
    lines = wrap(label, column - 16)
    sheet.lines(0, y + 20, lines)
    bars(column, y + 6, sheet.width - column)
    return y + 12 + max(BAR, LEAD * len(lines))


def _ranking(sheet: Sheet, data: Data) -> None:
    y = _legend(sheet, data["tiers"])
    most = max((row["total"] for row in data["rows"]), default=1) or 1
    for row in data["rows"]:
        label = f"{row['place']}. {row['title']}"
        y = _labelled(sheet, y, label, partial(_split_bar, sheet, row, most))


def _split_bar(sheet: Sheet, row: Data, most: int, x: float, y: float, room: float) -> None:
    """A bar in the tones of the tiers, each part with its number, and the total at the end."""
    full = room - 40
    start = x
    for tier, n in row["by_tier"].items():
        length = full * n / most
        sheet.bar(start, y, length, BAR, tier)
        if length > extent(str(n), SMALL) + 4:
            sheet.text(start + length / 2, y + 15, str(n), size=SMALL, anchor="middle", kind=tier)
        start += length
    sheet.text(x + room, y + 15, str(row["total"]), anchor="end", bold=True)


def _legend(sheet: Sheet, tiers: list[Data]) -> float:
    """What the tones mean, in as many lines as it takes. Returns the y below it."""
    x, y = 0.0, 16.0
    for entry in tiers:
        room = extent(entry["name"], SMALL) + 40
        if x and x + room > sheet.width:
            x, y = 0.0, y + LEAD + 2
        sheet.bar(x, y - 12, 14, 14, entry["tier"])
        sheet.text(x + 20, y, entry["name"], size=SMALL, kind="quiet")
        x += room
    return y + 12


def _bubble(sheet: Sheet, data: Data) -> None:
    """Votes to the right, degree upwards, area by the number of ideas; what lies together is one bubble with several numbers."""
    points = [point for point in data["points"] if point["travel"] is not None]
    left = min(130.0, sheet.width * 0.3)
    top, height = 18.0, 250.0
    room = sheet.width - left - 24
    most = max((point["votes"] for point in points), default=1) or 1
    sheet.text(0, SMALL, data["y"], size=SMALL, kind="quiet")
    for step, word in enumerate(data["steps"]):
        y = top + 16 + (height - 24) * (3 - step) / 3
        sheet.line(left, y, sheet.width, y)
        sheet.lines(0, y + 4, wrap(word, left - 10, SMALL), size=SMALL, kind="quiet", lead=15)
    bottom = top + height + 8
    sheet.line(left, bottom, sheet.width, bottom, strong=True)
    for n in _ticks(most):
        sheet.text(left + room * n / most, bottom + 17, str(n), size=SMALL, anchor="middle", kind="quiet")
    sheet.text(sheet.width, bottom + 36, data["x"], size=SMALL, anchor="end", kind="quiet")
    placed = [
        (left + room * point["votes"] / most, top + 16 + (height - 24) * (3 - point["travel"]) / 3, point) for point in points
    ]
    groups = _together(placed)
    for x, y, group in groups:
        sheet.circle(x, y, 9 + 3 * max(point["ideas"] for point in group) ** 0.5)
    for x, y, group in groups:  # above all circles, so that none is hidden
        sheet.text(x, y + 5, ", ".join(str(point["no"]) for point in group), size=SMALL, anchor="middle", bold=True)
    _numbers(sheet, data["points"], bottom + 60)


def _ticks(most: int) -> list[int]:
    step = max(1, round(most / 5))
    return list(range(0, most + 1, step))


def _together(placed: list[tuple[float, float, Data]]) -> list[tuple[float, float, list[Data]]]:
    groups: list[tuple[float, float, list[Data]]] = []
    for x, y, point in placed:
        near = next((group for group in groups if abs(group[0] - x) < 14 and abs(group[1] - y) < 12), None)
        if near:
            near[2].append(point)
        else:
            groups.append((x, y, [point]))
    return groups


def _numbers(sheet: Sheet, points: list[Data], y: float) -> None:
    """The names behind the numbers, in one column or two."""
    columns = 1 if is_narrow(sheet) else 2
    width = sheet.width / columns
    half = -(-len(points) // columns)
    for column in range(columns):
        line = y
        for point in points[column * half : (column + 1) * half]:
            sheet.text(column * width, line, str(point["no"]), size=SMALL, bold=True)
            line = sheet.lines(column * width + 24, line, wrap(point["title"], width - 40, SMALL), size=SMALL, lead=16) + 3


def _coverage(sheet: Sheet, data: Data) -> None:
    """One row per case; the darker a cell the more was said; an empty cell is crossed out."""
    most = max((n for row in data["rows"] for n in row["n"]), default=1) or 1
    words = [head["word"] for head in data["heads"]]
    if is_narrow(sheet):
        _coverage_nested(sheet, data["rows"], words, most)
        return
    left = sheet.width * 0.24
    wide = [0.7 if len(word) == 1 else 1.3 for word in words]  # letters need less room than words
    unit = (sheet.width - left) / sum(wide)
    lanes = [(left + unit * sum(wide[:place]), unit * share) for place, share in enumerate(wide)]
    y = _heads(sheet, 0, lanes, words)
    for row in data["rows"]:
        lines = wrap(row["name"], left - 12)
        sheet.lines(0, y + 20, lines)
        for (x, width), n in zip(lanes, row["n"], strict=True):
            _cell(sheet, x, y, width - 4, n, most)
        y += max(34, LEAD * len(lines) + 10)


def _heads(sheet: Sheet, y: float, lanes: list[tuple[float, float]], words: list[str]) -> float:
    """The words above cells at (x, width). Returns the y below them."""
    wrapped = [wrap(word, width - 4, TINY) for (_x, width), word in zip(lanes, words, strict=True)]
    for (x, _width), lines in zip(lanes, wrapped, strict=True):
        sheet.lines(x, y + TINY, lines, size=TINY, kind="quiet", lead=14)
    return y + 14 * max(map(len, wrapped)) + 6


def _coverage_nested(sheet: Sheet, rows: list[Data], words: list[str], most: int) -> None:
    """For a narrow sheet: the case above, then four cells in a row, each under its word."""
    y, cell = 0.0, sheet.width / 4
    for row in rows:
        y = sheet.lines(0, y + 18, wrap(row["name"], sheet.width)) - LEAD + 6
        for start in range(0, len(words), 4):
            lanes = [(place * cell, cell) for place in range(len(words[start : start + 4]))]
            y = _heads(sheet, y, lanes, words[start : start + 4])
            for (x, width), n in zip(lanes, row["n"][start : start + 4], strict=True):
                _cell(sheet, x, y, width - 6, n, most)
            y += 34


def _cell(sheet: Sheet, x: float, y: float, width: float, n: int, most: int) -> None:
    tier = "other" if not n else "3" if n * 3 <= most else "2" if n * 3 <= most * 2 else "1"
    sheet.bar(x, y, width, 28, tier)
    if n:
        sheet.text(x + width / 2, y + 20, str(n), anchor="middle", kind=tier, size=SIZE)
    else:
        sheet.line(x, y + 28, x + width, y, strong=True)


def _participation(sheet: Sheet, data: Data) -> None:
    """People active in each activity out of all; a number too small to print stands there in words, without a bar."""
    for row in data["rows"]:
        sheet.height = _labelled(sheet, sheet.height, row["name"], partial(_part_of, sheet, row, data["of"] or 1))


def _part_of(sheet: Sheet, row: Data, of: int, x: float, y: float, room: float) -> None:
    full = room - 110
    sheet.bar(x, y, full, BAR, "other")
    sheet.bar(x, y, full * min(row["n"], of) / of, BAR, "2")
    sheet.text(x + full + 8, y + 15, row["shown"], bold=bool(row["n"]), size=SMALL)


def _swot(sheet: Sheet, data: Data) -> None:
    """The four fields, two by two (one below the other on a narrow sheet): the owner's draft in italics, clusters with dots."""
    columns = 1 if is_narrow(sheet) else 2
    width = sheet.width / columns
    y = 1.0
    for start in range(0, 4, columns):
        sheet.line(0, y, sheet.width, y, strong=not start)
        letters = "SWOT"[start : start + columns]
        y = max(
            _field(sheet, place * width, y, width - 20, letter, data["cells"][letter]) for place, letter in enumerate(letters)
        )


def _field(sheet: Sheet, x: float, y: float, width: float, letter: str, field: Data) -> float:
    sheet.text(x, y + 22, f"{letter}  {field['word']}", bold=True)
    y += 44
    for text in field["draft"]:
        y = sheet.lines(x, y, wrap(str(text), width, SMALL), size=SMALL, lead=16, italic=True) + 4
    for group in field["clusters"]:
        room = width - (28 if "dots" in group else 0)
        if "dots" in group:
            sheet.text(x + width, y, str(group["dots"]), size=SMALL, anchor="end", bold=True)
        y = sheet.lines(x, y, wrap(str(group["title"]), room, SMALL), size=SMALL, lead=16) + 4
    return y + 6


PAINTERS: Mapping[str, Callable[[Sheet, Data], None]] = {
    "tiers": _tiers,
    "course": _course,
    "participation": _participation,
    "swot": _swot,
    "ranking": _ranking,
    "bubble": _bubble,
    "coverage": _coverage,
}
