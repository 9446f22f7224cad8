"""Every kind of file a case can leave as: one table for the web and the shell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from facilitation.cases.exporting import Exported, cases_json, cases_yaml
from facilitation.cases.files.archive import EPOCH
from facilitation.cases.files.markdown_file import case_markdown
from facilitation.cases.files.pieces import Titles
from facilitation.cases.template import Template

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Wanted:
    """How a file is to be: in which words, with guiding questions or without, and what the labs are called."""

    words: Template
    guided: bool = False
    labs: Titles | None = None


@dataclass(frozen=True)
class Format:
    """`write` makes the file of one case; `many` one file of several, where the kind allows that."""

    name: str
    media: str
    write: Callable[[Exported, Wanted], bytes]
    many: Callable[[Sequence[Exported], Template], str] | None = None
    for_reading: bool = False  # guiding questions can be shown, provenance is put into words


def _yaml(case: Exported, wanted: Wanted) -> bytes:
    return cases_yaml([case], wanted.words).encode()


def _json(case: Exported, wanted: Wanted) -> bytes:
    return cases_json([case], wanted.words).encode()


def _markdown(case: Exported, wanted: Wanted) -> bytes:
    return case_markdown(case, wanted.words, guided=wanted.guided, labs=wanted.labs).encode()


def _word(case: Exported, wanted: Wanted) -> bytes:
    from facilitation.cases.files.word import case_docx  # loaded for the first file, as is typst

    return case_docx(case, wanted.words, guided=wanted.guided, labs=wanted.labs)


def _pdf(case: Exported, wanted: Wanted) -> bytes:
    from facilitation.cases.files.pdf import case_pdf

    return case_pdf(case, wanted.words, guided=wanted.guided, labs=wanted.labs)


FORMATS: Mapping[str, Format] = {
    "docx": Format("Word", WORD, _word, for_reading=True),
    "pdf": Format("PDF", "application/pdf", _pdf, for_reading=True),
    "md": Format("Markdown", "text/markdown; charset=utf-8", _markdown, for_reading=True),
    "yaml": Format("YAML", "application/yaml; charset=utf-8", _yaml, cases_yaml),
    "json": Format("JSON", "application/json; charset=utf-8", _json, cases_json),
}


def blank(words: Template) -> bytes:
    """The empty template as a Word file."""
    from facilitation.cases.files.word import blank_docx

    return blank_docx(words)


def together(cases: Sequence[Exported], kind: str, wanted: Wanted) -> bytes:
    """Several cases as one file: one text where the kind allows it, else an archive with a file for each."""
    form = FORMATS[kind]
    if len(cases) == 1:
        return form.write(cases[0], wanted)
    if form.many:
        return form.many(cases, wanted.words).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for case in sorted(cases, key=lambda case: case.ref):
            entry = zipfile.ZipInfo(f"{case.ref}.{kind}", EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            archive.writestr(entry, form.write(case, wanted))
    return out.getvalue()
