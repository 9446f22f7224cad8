"""The report in seven forms: web page, Word, PDF, Markdown, spreadsheet, CSV, open data.

Nothing here decides what may be said: `assemble` did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from sqlalchemy.orm import Session

from facilitation.people.seats import lab_by_code
from facilitation.reports.assemble import assemble
from facilitation.reports.content import Report
from facilitation.reports.gather import gather


@dataclass(frozen=True)
class Format:
    """A kind of file: how it is made and what it is called on the web."""

    write: Callable[[Report], bytes]
    media: str
    ending: str

    def of(self, content: bytes) -> tuple[str, str]:
        """(media type, ending of the name) of a file that was made: Markdown with pictures is an archive."""
        packed = self.media.startswith("text/") and content.startswith(b"PK")
        return ("application/zip", f"{self.ending}.zip") if packed else (self.media, self.ending)


def _by(name: str) -> Callable[[Report], bytes]:
    """The renderer of that name. Loaded for its first file: a server that starts needs neither Word nor spreadsheets."""

    def write(report: Report) -> bytes:
        renderer: Any = import_module(f"{__name__}.{name}")
        made: bytes = renderer.file(report)
        return made

    return write


FORMATS: Mapping[str, Format] = {
    "docx": Format(_by("word"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "pdf": Format(_by("pdf"), "application/pdf", ".pdf"),
    "html": Format(_by("html"), "text/html; charset=utf-8", ".html"),
    "md": Format(_by("markdown"), "text/markdown; charset=utf-8", ".md"),
    "xlsx": Format(_by("xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "csv": Format(_by("csvs"), "application/zip", ".csv.zip"),
    "json": Format(_by("data"), "application/json", ".json"),
}


def render(session: Session, lab: str, wanted: str) -> bytes:
    """The report of a closed lab (its id or join code) as a file. `Refused`: not_found, not_open; `KeyError`: no such format."""
    known = lab_by_code(session, lab)
    return FORMATS[wanted].write(assemble(gather(session, known.id if known else lab, pictures=True)))
