"""A case as a document to read: parts, sections, fields with safe HTML, tables, the matrix, sources. Plain values for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from facilitation.cases.document import ADDITIONS, Item, aspects, find
from facilitation.cases.importing import cited
from facilitation.cases.markdown import literal, render
from facilitation.cases.reading_peers import Peers, label_of
from facilitation.cases.reading_pieces import Block, Line, PartView, SectionView, Wish
from facilitation.cases.template import Field, Part, Section, Template
from facilitation.cases.values import shown_extra
from facilitation.core.i18n import _


@dataclass(frozen=True)
class Reader:
    """Reads one document with one template."""

    document: Mapping[str, Any]
    words: Template
    wish: Wish = field(default_factory=Wish)

    def parts(self) -> list[PartView]:
        found = [PartView(part.number, part.title, tuple(self._sections(part))) for part in self.words.parts]
        return [part for part in found if part.sections]

    def html(self, text: Any) -> Markup:
        return render(text if isinstance(text, str) else "", self.document.get("references", {}))

    def words_as_they_stand(self, text: Any) -> Markup:
        """Words of a cell or a line, which are no Markdown."""
        return literal(text if isinstance(text, str) else "", self.document.get("references", {}))

    def said(self, known: Field, text: Any) -> Markup:
        """The words of a field: the template says whether they are Markdown."""
        return _inline(self.html(text)) if known.kind == "richtext" else self.words_as_they_stand(text)

    def references(self) -> list[tuple[str, Mapping[str, str]]]:
        """The sources by number."""
        return sorted(self.document.get("references", {}).items(), key=lambda item: int(item[0]))

    def _sections(self, part: Part) -> list[SectionView]:
        views = [self._section(section) for section in part.sections if section is self._main(section)]
        return [view for view in views if view.blocks or view.matrix or not self.wish]

    def _main(self, section: Section) -> Section:
        """Sections of the matrix are read as one."""
        return self.words.matrix_section if section.is_matrix else section

    def _section(self, section: Section) -> SectionView:
        if section.is_matrix:
            titles = [other for other in self.words.sections if other.is_matrix]
            matrix = tuple(self._matrix())
            numbers = tuple(other.id for other in titles)
            blocks = tuple(block for other in titles for block in self._beside(other))
            cited = self._cites(aspects(self.document))
            return SectionView(section.id, numbers, titles[0].title, blocks, matrix, cited)
        fields = self.document.get("sections", {}).get(section.id, {})
        found = [self._block(known, fields.get(known.id)) for known in section.fields]
        blocks = (*(block for block in found if block), *self._beside(section))
        cites = dict.fromkeys([*(str(number) for number in fields.get("cites", ())), *self._cites(fields)])
        return SectionView(section.id, (section.id,), section.title, blocks, cites=tuple(cites))

    def _beside(self, section: Section) -> list[Block]:
        """Lines under a section that fit no field, and what peers checked in it."""
        lines = self.document.get("sections", {}).get(section.id, {}).get(ADDITIONS)
        return [block for block in (self._additions(section, lines), self._checks(section)) if block]

    def _cites(self, value: Any) -> tuple[str, ...]:
        """Numbers cited anywhere in `value` that have a source."""
        known = self.document.get("references", {})
        return tuple(sorted(cited(value) & set(known), key=int))

    # ---- fields

    def _block(self, known: Field, value: Any) -> Block | None:
        if known.is_rows:
            return self._table(known, value or ())
        if self.wish:
            return None
        if known.kind == "topic_refs":
            return self._list(known, self.words.labels("good_practice_topics", self.document.get("topics", ())))
        if known.kind == "enum_multi":
            return self._list(known, self.words.labels(known.vocabulary, value or ()))
        if known.kind == "derived":
            return self._derived(known, value or {})
        html = self.html(value) if known.kind == "richtext" else self.words_as_they_stand(value)
        return Block(known.id, known.label, html=html) if value else None

    def _list(self, known: Field, labels: Sequence[str]) -> Block | None:
        return Block(known.id, known.label, items=tuple(labels)) if labels else None

    def _table(self, known: Field, rows: Sequence[Item]) -> Block | None:
        """Columns in which nothing stands are left out."""
        wanted = [row for row in rows if self._wanted(known, row)]
        columns = [column for column in known.columns if any(row.get(column.id) for row in wanted)]
        choices = [(column.id, {option.id: option.label for option in column.options}) for column in columns]
        lines = [self.line(row, [names.get(row.get(id_, ""), row.get(id_, "")) for id_, names in choices]) for row in wanted]
        labels = tuple(column.label for column in columns)
        return Block(known.id, known.label, columns=labels, lines=tuple(lines)) if lines else None

    def _wanted(self, known: Field | None, row: Item) -> bool:
        has_kind = known is not None and any(column.id == "kind" and column.options for column in known.columns)
        if self.wish.kind and not (has_kind and row.get("kind") == self.wish.kind):
            return False
        return not self.wish.origin or row.get("origin") == self.wish.origin

    def line(self, item: Item, cells: Sequence[Any]) -> Line:
        origin = item.get("origin", "")
        return Line(
            id=item["id"],
            cells=tuple(map(self.words_as_they_stand, cells)),
            origin=origin,
            origin_label=self.words.label("origins", origin),
            sources=tuple(item.get("sources", ())),
        )

    def _derived(self, known: Field, value: Mapping[str, Any]) -> Block | None:
        """R-06: the words are pulled from the matrix, so a renamed element is renamed here."""
        chosen = [found for id_ in value.get("items", ()) if (found := find(self.document, id_))]
        items = tuple(f"{found.ref} {found.item.get('title', '')}" for found in chosen)
        lead_in = self.html(value.get("lead_in"))
        return Block(known.id, known.label, html=lead_in, items=items) if items or lead_in else None

    def _additions(self, section: Section, lines: Sequence[Item] | None) -> Block | None:
        wanted = [
            replace(self.line(item, [item.get("text", "")]), about=label_of(section, item.get("about")))
            for item in lines or ()
            if self._wanted(None, item)
        ]
        label = self.words.words.get(f"field.{ADDITIONS}", "")
        return Block(ADDITIONS, label, lines=tuple(wanted)) if wanted else None

    # ---- what peers checked, settled and tied to the case

    def swot(self) -> list[tuple[str, list[Line]]]:
        """(quadrant, lines) of the draft SWOT, each with what peers said about it; what they took out comes last."""
        return Peers(self.document, self.line).swot()

    def challenges(self) -> list[Line]:
        """Unresolved challenges that peers tied to the case."""
        return [
            self.line(item, [item.get("text", "")]) for item in self.document.get("challenges", ()) if self._wanted(None, item)
        ]

    def _checks(self, section: Section) -> Block | None:
        items = [item for item in self.document.get("checks", ()) if item.get("section") == section.id]
        lines = Peers(self.document, self.line).checks(section, [item for item in items if self._wanted(None, item)])
        return Block("checks", _("Checked with peers"), lines=lines) if lines else None

    # ---- the matrix

    def _matrix(self) -> list[dict[str, Any]]:
        found = [self._aspect(aspect) for aspect in aspects(self.document)]
        return [aspect for aspect in found if aspect["elements"] or not self.wish] if not self.wish.kind else []

    def _aspect(self, aspect: Item) -> dict[str, Any]:
        elements = [self._element(aspect, element) for element in aspect.get("elements", ())]
        return {
            "id": aspect["id"],
            "ref": aspect["ref"],
            "title": aspect["title"],
            "html": self.html(aspect.get("description")),
            "topics": self.words.labels("good_practice_topics", aspect.get("topics", ())),
            "line": self.line(aspect, ()),
            "elements": [element for element in elements if element],
        }

    def _element(self, aspect: Item, element: Item) -> dict[str, Any] | None:
        suggestions = [self._suggestion(item) for item in element.get("suggestions", ()) if self._wanted(None, item)]
        if self.wish and not suggestions and not self._wanted(None, element):
            return None
        category = self.words.category(element.get("category"))
        extra = [
            (known.label, self.said(known, _option(known, value))) for known, value in shown_extra(element, category) if value
        ]
        return {
            "id": element["id"],
            "ref": f"{aspect['ref']}.{element['ref']}",
            "title": element.get("title", ""),
            "category": element.get("category") or "",
            "category_label": category.label if category else "",
            "html": self.html(element.get("description")),
            "extra": extra,
            "line": self.line(element, ()),
            "suggestions": suggestions,
        }

    def _suggestion(self, item: Item) -> dict[str, Any]:
        needs = item.get("needs", {})
        said = {known.id: item.get(known.id, "") for known in self.words.suggestion_fields}
        html = {known.id: self.said(known, said[known.id]) for known in self.words.suggestion_fields}
        return {
            "id": item["id"],
            "what": html.get("what_to_transfer", ""),
            "how": self.html(said.get("how_to_transfer")),
            "setting": html.get("target_context", ""),
            "needs": [
                (known.label, self.words_as_they_stand(needs[known.id])) for known in self.words.needs if needs.get(known.id)
            ],
            "degree": self.words.value_label("degree", said.get("degree")) if said.get("degree") else "",
            "specificity": self.words.value_label("specificity", said.get("specificity")) if said.get("specificity") else "",
            "line": self.line(item, ()),
        }


def _option(known: Field, value: str) -> str:
    return next((option.label for option in known.options if option.id == value), value)


def _inline(html: Markup) -> Markup:
    """A single paragraph without its tags, so that it can stand in a line."""
    text = str(html).strip()
    whole = text.startswith("<p>") and text.endswith("</p>") and text.count("<p>") == 1
    return Markup(text[3:-4]) if whole else html  # noqa: S704 - cut out of cleaned HTML
