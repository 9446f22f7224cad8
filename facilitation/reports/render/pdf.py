"""The report as an accessible PDF (PDF/UA-1): tags, outline, fonts inside, state and version on each page.

Set by typst from one fixed file, `report.typ`. What people wrote reaches it as strings in a JSON text and is never read as
markup. The standard is checked while the file is made; where a report cannot keep it, the next rung of the ladder is
taken, so that no text of one person can keep the others from their report.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from facilitation.core.events import event
from facilitation.core.i18n import n_, use_locale
from facilitation.documents.typesetting import Sheet, SheetRefused, typeset, typeset_all
from facilitation.reports.content import Figure, Report
from facilitation.reports.figures import WIDE, drawn
from facilitation.reports.render.glyphs import FONTS, Setter, families
from facilitation.reports.render.print_data import drawing, tree

MARKS, SHEET = (Path(__file__).with_name(name).read_text("utf-8") for name in ("marks.typ", "report.typ"))
DOTS = 220  # to the inch, of a figure as a picture
PICTURE = """
#let given = json(bytes(sys.inputs.data))
#set page(width: 160mm, height: auto, margin: 0pt, fill: white)
#set text(font: given.families, lang: given.language)
#sketch(given, 160mm)
"""


@dataclass(frozen=True)
class Rung:
    """One way to make the file: with the standard or without, with all scripts or few, with drawings or their tables alone."""

    standards: tuple[str, ...] = ("ua-1",)
    plain: bool = False
    drawings: bool = True


LADDER = (Rung(), Rung(plain=True), Rung(standards=()), Rung(standards=(), plain=True, drawings=False))


def file(report: Report) -> bytes:
    """The report as PDF, the same bytes for the same report."""
    for step, rung in enumerate(LADDER):
        try:
            made = compiled(report, rung)
        except SheetRefused:
            event("pdf_fallback", step=step + 1, of=len(LADDER))
        else:
            return made
    raise RuntimeError("no rung of the ladder held")


def compiled(report: Report, rung: Rung) -> bytes:
    """The file as one rung makes it. `SheetRefused` when it cannot."""
    setter = Setter(plain=rung.plain)
    data = tree(report, setter, drawings=rung.drawings)
    data["unset"] = _unset(report, setter.replaced)
    with _pictures(report) as folder:
        text, moment = json.dumps(data, ensure_ascii=False), day(report).isoformat()
        return typeset(Sheet(MARKS + SHEET, text, root=folder, standards=rung.standards, moment=moment), FONTS)


@contextlib.contextmanager
def _pictures(report: Report) -> Iterator[str]:
    """A folder with the photos, all the sheet can see; gone again afterwards. An empty name when there are none."""
    if not any(picture.data for picture in report.pictures):
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        for picture in report.pictures:
            path = Path(folder) / picture.file
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(picture.data)
        yield folder


def day(report: Report) -> datetime:
    """The one date the file holds: the day of the lab."""
    return datetime.fromisoformat(report.front.day or "2000-01-01").replace(tzinfo=UTC)


def drawings(figures: Sequence[Figure], language: str) -> Generator[bytes]:
    """Figures as PNG in print quality, for files that hold no marks. Only kinds that are drawn: a SWOT is set as text."""
    sheets = [sheet for figure in figures if (sheet := drawn(figure, WIDE)) is not None]
    if len(sheets) != len(figures):
        raise ValueError("a figure that is set as text has no drawing")
    beside = {"families": families(), "language": language.partition("-")[0]}
    texts = (json.dumps({**drawing(sheet, Setter().text), **beside}) for sheet in sheets)
    return typeset_all([Sheet(MARKS + PICTURE, text, dots=DOTS) for text in texts], FONTS)


def _unset(report: Report, replaced: int) -> str:
    """Says how many signs stand as a replacement. An empty text when there are none."""
    if not replaced:
        return ""
    with use_locale(report.language):
        return n_(
            "%(n)s sign of the texts cannot be drawn in this file; the web page and the open data have it as written.",
            "%(n)s signs of the texts cannot be drawn in this file; the web page and the open data have them as written.",
            replaced,
        )
