"""Every table of the report as CSV in one archive, with the figures as SVG and the pictures.

UTF-8 with a mark for spreadsheet programs.

A spreadsheet program takes a text that begins with = + - @ for a formula, quotes or not. Such texts get an apostrophe before
them, and so do those that begin with an apostrophe: taking one away gives back every text exactly.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from facilitation.reports.content import Report
from facilitation.reports.figures import draw
from facilitation.reports.render.archive import archive
from facilitation.reports.render.flat import Grid, Value, grids

DANGEROUS = tuple("=+-@\t\r\n'＝＋－＠")


def file(report: Report) -> bytes:
    """The archive, the same bytes for the same report."""
    made = list(grids(report))
    files = {f"{grid.name}.csv": sheet((grid.head, *grid.rows)) for grid in made}
    drawings = ((grid.name, draw(grid.figure)) for grid in made if grid.figure)
    files |= {f"figures/{name}.svg": svg.encode() for name, svg in drawings if svg}
    files |= {picture.file: picture.data for picture in report.pictures if picture.data}
    files["README.txt"] = _about(report, made).encode("utf-8-sig")
    return archive(files)


def sheet(rows: Iterable[Sequence[Value]]) -> bytes:
    """Rows as CSV that no program takes for formulas."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n").writerows([list(map(safe, row)) for row in rows])
    return out.getvalue().encode("utf-8-sig", "replace")


def safe(value: Value) -> Value:
    """A number as it is; a text never a formula. NUL cannot be read back and becomes the sign for what is missing."""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(DANGEROUS) else value.replace("\x00", "\ufffd")


def _about(report: Report, made: Iterable[Grid]) -> str:
    front, words = report.front, report.words
    head = [front.title, front.subtitle, front.state_line, *(f"{name}: {text}" for name, text in front.imprint)]
    listed = [f"{grid.name}.csv  {grid.title}" + (f"\n    {grid.alt}" if grid.alt else "") for grid in made]
    return "\r\n".join([*head, "", words["csv"], "", *listed, ""])
