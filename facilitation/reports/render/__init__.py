"""The report in seven forms: web page, Word, PDF, Markdown, spreadsheet, CSV, open data.

Nothing here decides what may be said: `assemble` did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from facilitation.people.seats import lab_by_code
from facilitation.reports.assemble import assemble
from facilitation.reports.content import Report
from facilitation.reports.gather import gather
from facilitation.reports.render import csvs, data, html, markdown, pdf, word, xlsx


@dataclass(frozen=True)
class Format:
    """A kind of file: how it is made and what it is called on the web."""

    write: Callable[[Report], bytes]
    media: str
    ending: str = ""  # of the file's name, where it is not that of the format


FORMATS: Mapping[str, Format] = {
    "docx": Format(word.file, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": Format(pdf.file, "application/pdf"),
    "html": Format(html.file, "text/html; charset=utf-8"),
    "md": Format(markdown.file, "text/markdown; charset=utf-8"),
    "xlsx": Format(xlsx.file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": Format(csvs.file, "application/zip", ".csv.zip"),
    "json": Format(data.file, "application/json"),
}


def render(session: Session, lab: str, wanted: str) -> bytes:
    """The report of a closed lab (its id or join code) as a file. `Refused`: not_found, not_open; `KeyError`: no such format."""
    known = lab_by_code(session, lab)
    return FORMATS[wanted].write(assemble(gather(session, known.id if known else lab)))
