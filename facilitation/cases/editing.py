"""What the editor of a case needs to draw one place: its inputs with their guiding questions, what is written, its marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from facilitation.cases.completeness import completeness
from facilitation.cases.document import Item, aspects, elements
from facilitation.cases.reading_peers import label_of, quadrant_name, verdicts
from facilitation.cases.rules import item_content, mark, may_reword, peers_content, section_content, swot_content
from facilitation.cases.template import QUADRANTS, TOPICS, Field, Option, Section, Template
from facilitation.core.i18n import _

Form = dict[str, Any]


def section_form(document: Mapping[str, Any], section: Section, words: Template) -> Form:
    """{kind, id, title, groups: [{questions, fields}], content, base, references}. A question stands beside all its fields."""
    content = section_content(document, section)
    return {
        "kind": "section",
        "id": section.id,
        "title": section.title,
        "groups": [
            {
                "questions": [question.text for question in section.questions if set(question.fields) & {f.id for f in group}],
                "fields": [_field(field, document, words) for field in group],
            }
            for group in grouped(section)
        ],
        "content": content,
        "base": mark(content),
        "references": _references(document),
        "words": _words(words),
    }


def grouped(section: Section) -> list[list[Field]]:
    """Fields in order; neighbours that share a guiding question stand together."""
    groups: list[list[Field]] = []
    asked: set[str] = set()
    for field in section.fields:
        own = {question.id for question in section.questions_for(field.id)}
        if groups and own & asked:
            groups[-1].append(field)
            asked |= own
        else:
            groups.append([field])
            asked = own
    return groups


def matrix_form(document: Mapping[str, Any], section: Section, words: Template) -> Form:
    """{kind: matrix, aspects with marks, categories with their prompts, the inputs of a suggestion}."""
    last = next((other for other in words.sections if other.is_matrix and other is not section), section)
    return {
        "kind": "matrix",
        "id": section.id,
        "title": section.title,
        "stance": last.stance,
        "aspects": [_marked(aspect, "elements", _element) for aspect in aspects(document)],
        "topics": _options(words.options(TOPICS)),
        "categories": [
            {
                "id": category.id,
                "label": category.label,
                "question": category.question,
                "fields": [_field(field, document, words) for field in category.extra],
            }
            for category in words.categories
        ],
        "suggestion": [_field(field, document, words) for field in words.suggestion_fields],
        "needs": [_field(field, document, words) for field in words.needs],
        "questions": [{"fields": list(question.fields), "text": question.text} for question in last.questions],
        "words": _words(words),
    }


def swot_form(document: Mapping[str, Any], words: Template) -> Form:
    content = swot_content(document)
    return {
        "kind": "swot",
        "id": "swot",
        "title": words.words.get("section.swot", "SWOT"),
        "lines": {quadrant: content["swot"].get(quadrant, []) for quadrant in QUADRANTS},
        "questions": content["questions"],
        "base": mark(content),
        "words": _words(words),
    }


def peers_form(document: Mapping[str, Any], words: Template) -> Form:
    """{kind, id, title, challenges, checks: [{id, text, reword, where, section, verdict, said, before, origin}], lines, …}."""
    content = peers_content(document, words)
    sections = {section.id: section for section in words.sections}
    return {
        "kind": "peers",
        "id": "peers",
        "title": _("From peers"),
        "challenges": content["challenges"],
        "checks": [_record(item, sections, words) for item in content["checks"]],
        "lines": [{"id": id_, "title": f"{id_} {sections[id_].title}", "rows": rows} for id_, rows in content["lines"].items()],
        "base": mark(content),
        "words": _words(words),
    }


def _record(item: Item, sections: Mapping[str, Section], words: Template) -> Form:
    """What an owner needs to see of something peers said: the place, the verdict, their words, those before."""
    section = sections.get(item.get("section", ""))
    about = label_of(section, item.get("field")) if section else ""
    where = f"{section.id} {section.title}" if section else quadrant_name(item.get("swot", ""))
    options = {option.id: option.label for option in verdicts("section" if section else "swot")}
    return {
        "id": item["id"],
        "text": item.get("text", ""),
        "before": item.get("before", ""),
        "reword": may_reword(item),
        "where": f"{where}: {about}" if about and section and about != section.title else where,
        "section": section.id if section and not section.is_matrix else "",
        "verdict": options.get(item.get("verdict", ""), ""),
        "origin": words.label("origins", item.get("origin", "")),
    }


def progress(document: Mapping[str, Any], words: Template) -> Form:
    """How full each place is, for the contents beside the editor: {sections: {id: [filled, total]}, missing, optional}."""
    state = completeness(document, words)
    return {
        "sections": {section.id: [section.filled, section.total] for section in state.sections},
        "missing": [[gap.section, gap.name] for gap in state.missing],
        "optional": [[gap.section, gap.name] for gap in state.optional],
    }


def _element(element: Item) -> Item:
    return _marked(element, "suggestions", _suggestion)


def _suggestion(item: Item) -> Item:
    return {**item, "base": mark(item_content(item))}


def _marked(item: Item, under: str, inner: Any) -> Item:
    return {**item, "base": mark(item_content(item)), under: [inner(child) for child in item.get(under, ())]}


def _field(field: Field, document: Mapping[str, Any], words: Template) -> Form:
    found: Form = {"id": field.id, "kind": field.kind, "label": field.label, "required": field.required}
    if field.is_rows:
        found["columns"] = [
            {"id": column.id, "label": column.label, "options": _options(column.options)} for column in field.columns
        ]
    if field.kind == "choice":
        found["options"] = _options(field.options)
    if field.kind == "topic_refs":
        found["options"] = _options(words.options(TOPICS))
    if field.kind == "enum_multi":
        found["options"] = _options(words.options(field.vocabulary))
    if field.kind == "derived":
        found["options"] = _from_matrix(document, field)
    return found


def _from_matrix(document: Mapping[str, Any], field: Field) -> list[list[str]]:
    """What a field of 1.2 may choose from: aspects, or elements."""
    if "+" in field.source:
        return [[e["id"], f"{a['ref']}.{e['ref']} {e.get('title', '')}"] for a, e in elements(document)]
    return [[aspect["id"], f"{aspect['ref']} {aspect['title']}"] for aspect in aspects(document)]


def _references(document: Mapping[str, Any]) -> list[list[str]]:
    references: Mapping[str, Mapping[str, str]] = document.get("references", {})
    return [[number, _source(references[number])] for number in sorted(references, key=int)]


def _source(entry: Mapping[str, str]) -> str:
    return ", ".join(str(entry[key]) for key in ("publisher", "title", "year") if entry.get(key))


def _options(options: Iterable[Option] | Sequence[Option]) -> list[list[str]]:
    return [[option.id, option.label] for option in options]


def _words(words: Template) -> Form:
    return {"origins": _options(words.options("origins")), "additions": words.words.get("field.additions", "")}
