"""A case as one Markdown text (R-26): every part in the order of the template, the matrix with its nesting, the sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from facilitation.cases.document import ADDITIONS, QUADRANTS, Item, aspects, find
from facilitation.cases.exporting import Exported
from facilitation.cases.template import Field, Section, Template
from facilitation.cases.values import shown_extra


def case_markdown(case: Exported, words: Template) -> str:
    """The whole case. What people wrote stands as they wrote it."""
    return "\n".join(_Writer(case, words).lines()).strip() + "\n"


class _Writer:
    def __init__(self, case: Exported, words: Template) -> None:
        self.case, self.words, self.document = case, words, case.document

    def lines(self) -> Iterator[str]:
        yield f"# {_line(self.case.title)}\n"
        head = [self.case.ref, *(self.words.label(name, getattr(self.case, attribute)) for name, attribute in HEAD)]
        yield f"{' · '.join(head)}\n"
        for part in self.words.parts:
            yield f"## {part.number} {part.title}\n"
            for section in part.sections:
                yield from self._section(section)
        yield from self._swot()
        yield from self._sources()

    def _section(self, section: Section) -> Iterator[str]:
        if section.is_matrix and section is not self.words.matrix_section:
            return
        yield f"### {section.id} {section.title}\n"
        if section.is_matrix:
            for aspect in aspects(self.document):
                yield from self._aspect(aspect)
            return
        fields = self.document.get("sections", {}).get(section.id, {})
        for known in section.fields:
            if text := self._field(known, fields.get(known.id)):
                yield f"**{known.label}**\n\n{text}\n"
        for line in fields.get(ADDITIONS, ()):
            yield f"- {_line(line['text'])} ({self._origin(line)})\n"

    def _field(self, known: Field, value: Any) -> str:
        if known.kind == "topic_refs":
            return _list(self.words.labels("good_practice_topics", self.document.get("topics", ())))
        if not value:
            return ""
        if known.is_rows:
            return self._table(known, value)
        if known.kind == "enum_multi":
            return _list(self.words.labels(known.vocabulary, value))
        if known.kind == "derived":
            chosen = [found for id_ in value.get("items", ()) if (found := find(self.document, id_))]
            picked = _list([f"{found.ref} {found.item.get('title', '')}" for found in chosen])
            return "\n\n".join(filter(None, [value.get("lead_in", ""), picked]))
        return str(value)

    def _table(self, known: Field, rows: list[Item]) -> str:
        columns = [column for column in known.columns if any(row.get(column.id) for row in rows)]
        options = [(column.id, {option.id: option.label for option in column.options}) for column in columns]
        table = [[column.label for column in columns], ["---"] * len(columns)]
        table += [[_cell(names.get(cell, cell)) for cell, names in _labelled(row, options)] for row in rows]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in table)

    def _aspect(self, aspect: Item) -> Iterator[str]:
        yield f"#### {aspect['ref']} {_line(aspect['title'])}\n"
        if aspect.get("description"):
            yield f"{aspect['description']}\n"
        for element in aspect.get("elements", ()):
            yield "\n".join(self._element(aspect, element)) + "\n"

    def _element(self, aspect: Item, element: Item) -> Iterator[str]:
        category = self.words.category(element.get("category"))
        label = f" ({category.label})" if category else ""
        yield f"- **{aspect['ref']}.{element['ref']} {_line(element.get('title', ''))}**{label}"
        if element.get("description"):
            yield _under(element["description"])
        for known, value in shown_extra(element, category):
            if value:
                yield _under(f"*{known.label}* {_option(known, value)}")
        for suggestion in element.get("suggestions", ()):
            yield from self._suggestion(suggestion)

    def _suggestion(self, item: Item) -> Iterator[str]:
        said = [(known, item.get(known.id, "")) for known in self.words.suggestion_fields]
        needs = [(known, item.get("needs", {}).get(known.id, "")) for known in self.words.needs]
        words = "; ".join(f"*{known.label}:* {_line(_option(known, value))}" for known, value in [*said, *needs] if value)
        yield f"  - {words} ({self._origin(item)})"

    def _origin(self, item: Item) -> str:
        return self.words.label("origins", item.get("origin", ""))

    def _swot(self) -> Iterator[str]:
        swot = self.document.get("swot", {})
        if not any(swot.get(quadrant) for quadrant in QUADRANTS):
            return
        yield f"## {self.words.words.get('section.swot', 'SWOT')}\n"
        for quadrant in QUADRANTS:
            for line in swot.get(quadrant, ()):
                yield f"- **{quadrant}** {_line(line['text'])}"
        yield ""

    def _sources(self) -> Iterator[str]:
        references: Mapping[str, Mapping[str, str]] = self.document.get("references", {})
        if references:
            yield f"## {self.words.words.get('section.references', '')}\n"
        for number in sorted(references, key=int):
            entry = references[number]
            yield (
                f"[{number}] "
                + ", ".join(str(entry[key]) for key in ("publisher", "title", "year", "url") if entry.get(key))
                + "\n"
            )


HEAD = (("sectors", "sector"), ("case_types", "type"), ("statuses", "status"))


def _labelled(row: Item, options: list[tuple[str, dict[str, str]]]) -> list[tuple[str, dict[str, str]]]:
    return [(str(row.get(id_, "")), names) for id_, names in options]


def _list(items: list[str]) -> str:
    return "\n".join(f"- {_line(item)}" for item in items)


def _line(text: str) -> str:
    return " ".join(str(text).split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")


def _under(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in str(text).splitlines())


def _option(known: Field, value: str) -> str:
    return next((option.label for option in known.options if option.id == value), value)
