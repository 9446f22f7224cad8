"""Changes of a case as a page shows them: in the order of the template, long texts woven word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any

from facilitation.cases.compare import Change
from facilitation.cases.template import Template
from facilitation.core.i18n import _

LONGEST_DIFF = 800  # words; longer texts are shown one after the other


def field_labels(words: Template) -> Any:
    """The label of a field, a column or an attribute by its id."""
    known = {field.id: field.label for section in words.sections for field in section.fields}
    known |= {column.id: column.label for section in words.sections for field in section.fields for column in field.columns}
    known |= {field.id: field.label for field in (*words.suggestion_fields, *words.needs)}
    known |= {"title": _("Title"), "neutral_title": _("Neutral title"), "sector": _("Sector"), "type": _("Type of case"),
              "status": _("Status"), "stages": _("Stages of the value chain"), "mapping": _("Mapping"), "origin": _("Origin"),
              "description": _("In more words"), "category": _("Category"), "extra": _("Answers"), "needs": _("What it takes"),
              "cites": _("Sources"), "references": _("Sources"), "questions": _("Open questions")}  # fmt: skip
    return lambda name: known.get(name, name if name in "SWOT" else words.words.get(f"field.{name}", ""))


def grouped(changes: Sequence[Change], words: Template) -> list[tuple[str, str, list[tuple[Change, Any]]]]:
    """(number, title, changes with their words woven) in the order of the template; what stands beside it comes first."""
    order = ["details", *(section.id for section in words.sections), "swot", "references"]
    groups: dict[str, list[tuple[Change, Any]]] = {}
    for change in changes:
        groups.setdefault(change.section, []).append((change, _words_apart(change)))
    ids = sorted(groups, key=lambda id_: order.index(id_) if id_ in order else len(order))
    return [(id_ if words.section(id_) else "", _title(id_, words), groups[id_]) for id_ in ids]


def _title(id_: str, words: Template) -> str:
    section = words.section(id_)
    return section.title if section else words.words.get(f"section.{id_}", id_)


def _words_apart(change: Change) -> list[tuple[str, str]] | None:
    """Both texts woven into one, word by word: [("same" | "ins" | "del", text)]. None when they are too long for that."""
    if change.kind != "changed":
        return None
    before, after = (re.findall(r"\s+|\S+", text) for text in (change.before, change.after))
    if max(len(before), len(after)) > 2 * LONGEST_DIFF:
        return None
    woven: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag in {"delete", "replace"}:
            woven.append(("del", "".join(before[a:b])))
        if tag in {"insert", "replace"}:
            woven.append(("ins", "".join(after[c:d])))
        if tag == "equal":
            woven.append(("same", "".join(before[a:b])))
    return woven
