"""A case as people read it: the reading sheet (R-25), and the same as the value of the room entity `case`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from facilitation.cases.document import ADDITIONS, QUADRANTS, Item, aspects, elements
from facilitation.cases.markdown import plain, without_citations
from facilitation.cases.models import Case
from facilitation.cases.reading_peers import label_of, said_of
from facilitation.cases.template import Field, Section, Template, template
from facilitation.cases.values import shown_extra
from facilitation.core.i18n import _

UNRESOLVED = ("no", "partly")
Value = dict[str, Any]


def room_value(case: Case, locale: str) -> Value:
    """The reading sheet as the value of the room entity `case`: the neutral title, plain texts, no citations."""
    words = template(locale)
    return {
        "ref": case.ref,
        "title": case.neutral_title or case.title,
        "sector": words.label("sectors", case.sector),
        "type": words.label("case_types", case.type),
        **sheet(case.document, words),
    }


def sheet(document: Mapping[str, Any], words: Template) -> Value:
    """What a participant reads: lead, impact, aspects with elements, draft SWOT, open questions, the other sections.

    {lead, impact, topics: [label], swot: {S: [{id, text}]}, questions: [text], unresolved: [{ref, title}],
     challenges: [text] (tied to the case by peers),
     aspects: [{id, ref, title, text, topics, elements: [{id, ref, category, category_label, title, text, origin,
                extra: [[label, text]], suggestions: [{id, what, how, setting, needs, degree, degree_label, origin}]}]}],
     sections: [{id, title, blocks: [{label, text}]}]}
    """
    summary = document.get("sections", {}).get("1.1", {})
    return {
        "lead": _text(summary.get("summary_part2")),
        "impact": _words(summary.get("impact_headline")),
        "topics": words.labels("good_practice_topics", document.get("topics", ())),
        "aspects": [_aspect(aspect, words) for aspect in aspects(document)],
        "swot": {quadrant: _lines(document.get("swot", {}).get(quadrant, ())) for quadrant in QUADRANTS},
        "questions": [line["text"] for line in document.get("questions", ())],
        "unresolved": unresolved(document),
        "challenges": [line["text"] for line in document.get("challenges", ())],
        "sections": [
            {"id": section.id, "title": section.title, "blocks": blocks}
            for section in words.sections
            if not section.is_matrix and (blocks := _blocks(document, section, words))
        ],
    }


def unresolved(document: Mapping[str, Any]) -> list[Value]:
    """Challenges of the case that were not, or only partly, overcome: what peers are asked about."""
    return [
        {"ref": f"{aspect['ref']}.{element['ref']}", "title": element.get("title", "")}
        for aspect, element in elements(document)
        if element.get("category") == "challenge_encountered" and element.get("extra", {}).get("overcome") in UNRESOLVED
    ]


def _lines(lines: Sequence[Item]) -> list[Value]:
    return [{"id": line["id"], "text": line["text"]} for line in lines]


def _aspect(aspect: Item, words: Template) -> Value:
    return {
        "id": aspect["id"],
        "ref": aspect["ref"],
        "title": aspect["title"],
        "text": _text(aspect.get("description")),
        "topics": words.labels("good_practice_topics", aspect.get("topics", ())),
        "elements": [_element(element, aspect["ref"], words) for element in aspect.get("elements", ())],
    }


def _element(element: Item, aspect: str, words: Template) -> Value:
    category = words.category(element.get("category"))
    extra = [[field.label, _choice(field, value)] for field, value in shown_extra(element, category) if value]
    return {
        "id": element["id"],
        "ref": f"{aspect}.{element['ref']}",
        "category": element.get("category") or None,
        "category_label": category.label if category else None,
        "title": element.get("title", ""),
        "text": _text(element.get("description")),
        "extra": extra,
        "origin": element.get("origin"),
        "suggestions": [_suggestion(item, words) for item in element.get("suggestions", ())],
    }


def _suggestion(item: Item, words: Template) -> Value:
    needs = item.get("needs", {})
    said = {field.id: _said(field, item.get(field.id)) for field in words.suggestion_fields}
    return {
        "id": item["id"],
        "what": said.get("what_to_transfer", ""),
        "how": said.get("how_to_transfer", ""),
        "setting": said.get("target_context", ""),
        "needs": [needs[field.id] for field in words.needs if needs.get(field.id)],
        "degree": item.get("degree") or None,
        "degree_label": words.value_label("degree", item.get("degree")) or None,
        "origin": item.get("origin"),
    }


def _blocks(document: Mapping[str, Any], section: Section, words: Template) -> list[Value]:
    fields = document.get("sections", {}).get(section.id, {})
    found = [(field.label, _field(field, fields.get(field.id), words)) for field in section.fields]
    found.append((words.words.get(f"field.{ADDITIONS}", ""), "\n".join(line["text"] for line in fields.get(ADDITIONS, ()))))
    checks = [item for item in document.get("checks", ()) if item.get("section") == section.id]
    found.append((_("Checked with peers"), "\n".join(_check(section, item) for item in checks)))
    return [{"label": label, "text": text} for label, text in found if text]


def _check(section: Section, item: Item) -> str:
    about = label_of(section, item.get("field"))
    return f"{about}: {said_of(item)}" if about else said_of(item)


def _field(field: Field, value: Any, words: Template) -> str:
    """One field as plain text; choices from the matrix are read there, topics stand at the top."""
    if not value or field.kind in {"topic_refs", "derived", "matrix"}:
        return ""
    if field.is_rows:
        return "\n".join(row_text(field, row) for row in value)
    if field.kind == "enum_multi":
        return ", ".join(words.labels(field.vocabulary, value))
    return _said(field, value)


def row_text(field: Field, row: Mapping[str, Any]) -> str:
    """A row of a table in one line, with the labels of its choices."""
    cells = []
    for column in field.columns:
        value = row.get(column.id, "")
        cells.append(next((option.label for option in column.options if option.id == value), _words(value)))
    return ", ".join(filter(None, cells))


def _choice(field: Field, value: str) -> str:
    return next((option.label for option in field.options if option.id == value), _said(field, value))


def _said(field: Field, value: Any) -> str:
    """The template says whether the words of a field are Markdown."""
    return _text(value) if field.kind == "richtext" else _words(value)


def _words(value: Any) -> str:
    """Words of a cell or a line, which are no Markdown."""
    return without_citations(value) if isinstance(value, str) else ""


def _text(value: Any) -> str:
    return plain(value, citations=False) if isinstance(value, str) else ""
