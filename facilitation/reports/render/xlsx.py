"""The tables of the report as a spreadsheet: one sheet per table, a list of them in front, the text on one of its own."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from facilitation.reports.content import Report
from facilitation.reports.render.archive import again
from facilitation.reports.render.flat import Grid, Value, grids

LONGEST = 32_767  # signs a cell can hold
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
BOLD, TITLE, QUIET = Font(name="Source Sans 3", bold=True), Font(name="Source Sans 3", bold=True, size=14), Font(color="596067")
PLAIN, TOP = Font(name="Source Sans 3"), Alignment(vertical="top", wrap_text=True)
LINK = Font(name="Source Sans 3", underline="single", color="14171A")
HEAD = 4  # the row with the names of the columns


def file(report: Report) -> bytes:
    """The workbook, the same bytes for the same report."""
    book = Workbook()
    made = list(grids(report))
    _front(book, report, made)
    for grid in made:
        _sheet(book.create_sheet(grid.name), grid, report)
    _properties(book, report)
    raw = io.BytesIO()
    book.save(raw)
    return again(raw.getvalue(), first="[Content_Types].xml", changed={"docProps/core.xml": partial(_dated, report)})


def _front(book: Workbook, report: Report, made: Sequence[Grid]) -> None:
    """Title, state, imprint, and a list of the sheets with links."""
    sheet, front = book.active, report.front
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has one sheet")
    sheet.title = "index"
    rows: list[tuple[Value, ...]] = [(front.title,), (front.subtitle,), (front.state_line,)]
    rows += [(name, text) for name, text in front.imprint]
    for number, row in enumerate(rows, 1):
        _write(sheet, number, row, TITLE if number == 1 else PLAIN)
    first = len(rows) + 2
    _write(sheet, first, (report.words["sheet"], report.words["section"], report.words["title"], report.words["alt"]), BOLD)
    for number, grid in enumerate(made, first + 1):
        _write(sheet, number, (grid.name, grid.section, grid.title, grid.alt), PLAIN)
        link = sheet.cell(number, 1)
        link.hyperlink, link.font = f"#'{grid.name}'!A1", LINK
    for column, width in zip("ABCD", (18, 12, 60, 60), strict=True):
        sheet.column_dimensions[column].width = width
    _printed(sheet, report)


def _sheet(sheet: Worksheet, grid: Grid, report: Report) -> None:
    _write(sheet, 1, (grid.title,), TITLE, wrap=False)
    _write(sheet, 2, (grid.alt or report.front.title,), QUIET, wrap=False)
    _write(sheet, HEAD, grid.head, BOLD)
    for number, row in enumerate(grid.rows, HEAD + 1):
        _write(sheet, number, row, PLAIN)
    for place, name in enumerate(grid.head):
        texts = [name, *(str(row[place]) for row in grid.rows)]
        sheet.column_dimensions[get_column_letter(place + 1)].width = max(9, min(max(map(len, texts), default=0) * 1.1 + 2, 60))
    sheet.freeze_panes = f"A{HEAD + 1}"
    if grid.rows:
        sheet.auto_filter.ref = f"A{HEAD}:{get_column_letter(len(grid.head))}{HEAD + len(grid.rows)}"
    sheet.print_title_rows = f"{HEAD}:{HEAD}"
    _printed(sheet, report)


def _write(sheet: Worksheet, row: int, values: Sequence[Value], font: Font, *, wrap: bool = True) -> None:
    for place, value in enumerate(values, 1):
        cell = sheet.cell(row, place)
        cell.font = font
        if wrap:
            cell.alignment = TOP
        _put(cell, value)


def _put(cell: Cell | object, value: Value) -> None:
    """A number as a number; a text as a text, whatever it looks like. What no XML may hold becomes the sign for it."""
    if not isinstance(cell, Cell) or value == "":
        return
    if isinstance(value, str):
        cell.value = _REFUSED.sub("\ufffd", value)[:LONGEST]
        cell.data_type = "s"  # after the value: what begins with = would be a formula
        cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
    else:
        cell.value = value


def _printed(sheet: Worksheet, report: Report) -> None:
    """On paper: across, as wide as the page, with title, state and number on each page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", "9"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    told = f"{report.front.title}   {report.front.state_line}".replace("&", "&&")
    footer: Any = sheet.oddFooter
    footer.left.text, footer.right.text = told[:200], "&P / &N"


def _properties(book: Workbook, report: Report) -> None:
    properties, front = book.properties, report.front
    properties.title, properties.subject, properties.creator = front.title[:255], front.subtitle[:255], ""
    properties.language, properties.version = report.language, str(front.version)
    properties.contentStatus = front.state
    properties.created = _day(report)


def _day(report: Report) -> datetime:
    return datetime.fromisoformat(report.front.day or "2000-01-01")


def _dated(report: Report, content: bytes) -> bytes:
    """openpyxl writes the moment of saving into the properties: the day of the lab instead."""
    day = _day(report).strftime("%Y-%m-%dT00:00:00Z").encode()
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + day, content)
