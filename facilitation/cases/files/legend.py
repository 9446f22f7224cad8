"""What a reader is told before a case: how much of it was read somewhere, and how much people said who were there (R-21)."""

from __future__ import annotations

from facilitation.cases.files.pieces import AT_EVENTS, FIRST_HAND, CaseText
from facilitation.cases.template import Template
from facilitation.cases.values import ORIGINS
from facilitation.core.i18n import _


def legend(content: CaseText, words: Template) -> list[str]:
    """Sentences; of an empty template how it is to be filled."""
    if content.blank:
        return [
            _("Write under the questions; they are hints and are not taken over. Tables and the matrix take any number of rows."),
            _("In the matrix, leave the first cell empty to stay with the aspect above, and the second one as well to add a "
              "suggestion to the element above."),
        ]  # fmt: skip
    first = [(id_, count) for id_, count in content.basis if id_ in FIRST_HAND]
    total, said = (sum(count for _id, count in pairs) for pairs in (content.basis, first))
    if not first:
        return [_("All %(total)s entries are desk research.", total=total)] if total else []
    told = ", ".join(f"{words.label(ORIGINS, id_)} {count}" for id_, count in first)
    basis = _("Of %(total)s entries, %(said)s are first-hand experience (%(told)s); the others are desk research.",
              total=total, said=said, told=told)  # fmt: skip
    if not any(id_ in AT_EVENTS for id_, _count in first):
        return [basis]
    return [
        basis,
        _("Underlined words were said at an event; the source says at which. Where no source is named, it is desk research."),
    ]


def reference_heads() -> list[str]:
    return [_("No."), _("Publisher"), _("Title"), _("Year"), _("Address")]


def matrix_heads(words: Template) -> list[str]:
    """The official three columns."""
    last = [section for section in words.sections if section.is_matrix][-1]
    suggestions = words.words.get("field.matrix_suggestions", last.title)
    elements = f"{_('Key elements')} ({words.matrix_section.id})"
    return [words.words.get("field.aspect.title", ""), elements, f"{suggestions} ({last.id})"]
