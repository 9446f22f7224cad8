"""Any file somebody hands in as cases: YAML, JSON, or Word made from our template. Read first, saved later or never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from facilitation.cases.exporting import Exported, cases_json
from facilitation.cases.files.archive import MAX_PACKED, OLD_WORD, ZIP, refuse
from facilitation.cases.files.word_answers import Note
from facilitation.cases.files.word_case import NO_REF, read_word
from facilitation.cases.importing import ParsedCase, parse_cases
from facilitation.cases.template import Template
from facilitation.core.i18n import _

HEAD = ("ref", "title", "neutral_title", "sector", "type", "status")


@dataclass(frozen=True)
class Taken:
    """What a file says. `notes`: what was not understood, what is kept though the template does not know it."""

    cases: list[ParsedCase]
    notes: list[Note] = field(default_factory=list)

    @property
    def unnamed(self) -> list[ParsedCase]:
        """Cases whose file gives them no reference."""
        return [case for case in self.cases if case.ref == NO_REF]


def take(content: bytes, templates: Sequence[Template]) -> Taken:
    """The cases of a file, or `FileError`. `templates`: the one in force in every language, the reader's first."""
    if not content.strip():
        raise refuse(_("This file is empty."))
    if content.startswith((ZIP, OLD_WORD)):
        found = read_word(content, templates)
        parsed = parse_cases(cases_json([found.case], templates[0]), templates[0])
        return Taken(parsed.cases, [*found.notes, *(Note("", told) for told in parsed.warnings)])
    if len(content) > MAX_PACKED:
        raise refuse(_("This file is too large (%(max)s MB at most).", max=MAX_PACKED // 1_000_000))
    try:
        parsed = parse_cases(content.decode("utf-8"), templates[0])
    except UnicodeDecodeError:
        raise refuse(_("This is none of the files that can be read: Word (.docx), YAML or JSON in UTF-8.")) from None
    return Taken(parsed.cases, [Note("", told) for told in parsed.warnings])


def as_exported(case: ParsedCase, ref: str = "") -> Exported:
    """The case as a file says it, under its reference or another one."""
    head = {name: getattr(case, name) for name in HEAD}
    return Exported(**{**head, "ref": ref or case.ref}, document=case.document)
