"""A case as it goes on paper: parts, numbered sections, answers, tables, the matrix. Plain values; writers only draw them.

What people wrote stays the text they wrote (Markdown); choices stay ids beside their options. So a writer can print labels,
and what a file says can be compared with what the case said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from facilitation.cases.document import ADDITIONS, QUADRANTS, Item, aspects, find, walk
from facilitation.cases.exporting import Exported
from facilitation.cases.files.peers import Peers
from facilitation.cases.files.pieces import (
    CaseText,
    Entry,
    PartText,
    Picks,
    Place,
    SectionText,
    Table,
    Titles,
)
from facilitation.cases.files.slots import (
    Slot,
    aspect_slots,
    column_slot,
    element_slots,
    filled,
    suggestion_slots,
)
from facilitation.cases.template import TOPICS, Field, Option, Section, Template
from facilitation.cases.values import ORIGINS
from facilitation.core.i18n import _, n_, use_locale

REFERENCE = ("publisher", "title", "year", "url")


def case_text(case: Exported, words: Template, *, guided: bool = False, labs: Titles | None = None) -> CaseText:
    """The content of a case in the language of `words`. `guided`: empty places and guiding questions are shown too."""
    with use_locale(words.locale):
        return _Assembler(case, words, guided, labs or {}).text()


def blank_case(words: Template) -> Exported:
    """A case in which nothing stands yet."""
    document = {"topics": [], "stages": [], "mapping": {}, "sections": {}, "matrix": [], "swot": {}, "numbered": 0}
    return Exported("", "", "", "", "", "", document)


class _Assembler:
    def __init__(self, case: Exported, words: Template, guided: bool, labs: Titles) -> None:
        self.case, self.words, self.document, self.guided, self.labs = case, words, case.document, guided, labs
        self.peers = Peers(case.document, words, swot_columns(), self.row)

    def text(self) -> CaseText:
        case, say = self.case, self.words.words
        return CaseText(
            ref=case.ref,
            title=case.title,
            locale=self.words.locale,
            details=tuple(self._details()),
            parts=tuple(self._part(part.number) for part in self.words.parts),
            swot=self._swot(),
            settled=self.peers.settled(),
            challenges=self._lines("challenges", _("Unresolved challenges"), self.document.get("challenges", ())),
            questions=self._lines("questions", _("Open questions"), self.document.get("questions", ())),
            references=tuple(
                (number, tuple(str(entry.get(key, "")) for key in REFERENCE)) for number, entry in self._references()
            ),
            basis=tuple(self._basis()),
            blank=not case.ref,
            guided=self.guided,
            words={name: say.get(f"section.{name}", name) for name in ("details", "matrix", "swot", "references")},
        )

    def _references(self) -> list[tuple[str, Mapping[str, Any]]]:
        return sorted(self.document.get("references", {}).items(), key=lambda item: int(item[0]))

    def _basis(self) -> Iterator[tuple[str, int]]:
        """How many items come from where, in the order of the vocabulary."""
        origins = [found.item.get("origin", "desk") for found in walk(self.document)]
        for option in self.words.options(ORIGINS):
            if count := origins.count(option.id):
                yield option.id, count

    # ---- what the record says

    def _details(self) -> Iterator[Slot]:
        case, words, mapping = self.case, self.words, self.document.get("mapping", {})
        yield Slot("id", _("Reference"), "line", case.ref)
        yield Slot("neutral_title", _("Neutral title"), "line", case.neutral_title)
        yield self._choice("sector", _("Sector"), words.options("sectors"), case.sector)
        yield self._choice("type", _("Type of case"), words.options("case_types"), case.type)
        yield self._choice("status", _("Status"), words.options("statuses"), case.status)
        yield self._many("stages", _("Stages of the value chain"), "value_chain_stages", self.document.get("stages"))
        yield self._many("mapping.areas", _("Impact areas"), "impact_areas", mapping.get("areas"))
        yield self._many("mapping.issues", _("Issues"), "impact_issues", mapping.get("issues"))
        yield self._many("mapping.sectors", _("Sectors it also concerns"), "sectors", mapping.get("sectors"))

    def _choice(self, id_: str, label: str, options: Sequence[Option], value: str | None) -> Slot:
        return Slot(id_, label, "choice", options=tuple(options), chosen=(value,) if value else ())

    def _many(self, id_: str, label: str, vocabulary: str, value: Sequence[str] | None) -> Slot:
        return Slot(id_, label, "many", options=self.words.options(vocabulary), chosen=tuple(value or ()))

    # ---- the parts of the template

    def _part(self, number: int) -> PartText:
        part = next(part for part in self.words.parts if part.number == number)
        rules = part.rules if self.guided else ()
        return PartText(number, part.title, part.subtitle, rules, tuple(map(self._section, part.sections)))

    def _section(self, section: Section) -> SectionText:
        last = [other for other in self.words.sections if other.is_matrix][-1]
        fields = self.document.get("sections", {}).get(section.id, {})
        asked = tuple(question.text for question in section.questions) if self.guided else ()
        beside = self.peers.beside(section, fields.get(ADDITIONS, ()))
        if section.is_matrix:
            matrix = tuple(map(self._aspect, aspects(self.document))) if section is last else None
            return SectionText(section.id, section.title, beside, asked, section.stance if self.guided else "", matrix)
        places = [*(self._place(section, known, fields.get(known.id)) for known in section.fields), *beside]
        kept = tuple(place for place in places if self.guided or not place.empty)
        return SectionText(section.id, section.title, kept, cites=tuple(str(number) for number in fields.get("cites", ())))

    def _place(self, section: Section, known: Field, value: Any) -> Place:
        asked = tuple(question.text for question in section.questions_for(known.id)) if self.guided else ()
        return Place(self._content(known, value), asked)

    def _content(self, known: Field, value: Any) -> Slot | Table | Picks:
        if known.is_rows:
            columns = tuple(column_slot(column) for column in known.columns)
            return Table(known.id, known.label, columns, tuple(self.row(columns, row) for row in value or ()))
        match known.kind:
            case "topic_refs":
                return self._many(known.id, known.label, TOPICS, self.document.get("topics"))
            case "enum_multi":
                return self._many(known.id, known.label, known.vocabulary, value)
            case "derived":
                return self._picks(known, value or {})
            case "choice":
                return self._choice(known.id, known.label, known.options, value)
            case _:
                return Slot(known.id, known.label, "prose" if known.kind == "richtext" else "line", value or "")

    def _picks(self, known: Field, value: Mapping[str, Any]) -> Picks:
        chosen = [found for id_ in value.get("items", ()) if (found := find(self.document, id_))]
        picked = tuple((found.ref, str(found.item.get("title", ""))) for found in chosen)
        return Picks(known.id, known.label, value.get("lead_in", ""), picked)

    def _lines(self, id_: str, label: str, lines: Sequence[Item]) -> Table:
        columns = (Slot("text", _("Text"), "plain"),)
        return Table(id_, label, columns, tuple(self.row(columns, line) for line in lines))

    def _swot(self) -> Table:
        options = swot_columns()
        columns = (Slot("quadrant", _("Column"), "choice", options=options), Slot("text", _("Text"), "plain"))
        swot = self.document.get("swot", {})
        rows = [self.row(columns, {**line, "quadrant": letter}) for letter in QUADRANTS for line in swot.get(letter, ())]
        return Table("swot", self.words.words.get("section.swot", "SWOT"), columns, tuple(rows))

    # ---- items

    def row(self, columns: Sequence[Slot], item: Mapping[str, Any]) -> Entry:
        return self._entry(item, [filled(column, item.get(column.id)) for column in columns])

    def _entry(self, item: Mapping[str, Any], slots: Sequence[Slot], ref: str = "", entries: Sequence[Entry] = ()) -> Entry:
        return Entry(str(item["id"]), tuple(slots), item.get("origin", "desk"), self._note(item), ref, tuple(entries))

    def _note(self, item: Mapping[str, Any]) -> str:
        return "; ".join(self._source(source) for source in item.get("sources", ()))

    def _source(self, source: Mapping[str, Any]) -> str:
        """As the page says it: the lab, how many contributions, the tiers where they may be told, the dots."""
        told = [self.labs.get(str(source.get("lab")), "") or _("A lab")]
        if contributions := source.get("contributions"):
            told.append(n_("%(n)s contribution", "%(n)s contributions", len(contributions)))
        if source.get("tiers") and int(source.get("level", 0)) > 0:
            told.append(", ".join(self.words.label("tiers", str(tier)) for tier in sorted(source["tiers"])))
        if votes := source.get("votes"):
            told.append(n_("%(n)s dot", "%(n)s dots", int(votes)))
        return ", ".join(told)

    def _aspect(self, aspect: Item) -> Entry:
        slots = [filled(slot, aspect.get(slot.id)) for slot in aspect_slots(self.words)]
        return self._entry(aspect, slots, aspect["ref"], [self._element(element) for element in aspect.get("elements", ())])

    def _element(self, element: Item) -> Entry:
        category = self.words.category(element.get("category"))
        answers = {f"extra.{key}": value for key, value in element.get("extra", {}).items()}
        said = {**element, **answers}
        slots = [filled(slot, said.get(slot.id)) for slot in element_slots(self.words, category)]
        suggestions = [self._suggestion(item) for item in element.get("suggestions", ())]
        return self._entry(element, slots, element["ref"], suggestions)

    def _suggestion(self, item: Item) -> Entry:
        said = {**item, **{f"needs.{key}": value for key, value in item.get("needs", {}).items()}}
        return self._entry(item, [filled(slot, said.get(slot.id)) for slot in suggestion_slots(self.words)])


def swot_columns() -> tuple[Option, ...]:
    return tuple(Option(letter, f"{letter} · {_swot_word(letter)}") for letter in QUADRANTS)


def _swot_word(letter: str) -> str:
    return {"S": _("Strength"), "W": _("Weakness"), "O": _("Opportunity"), "T": _("Threat")}[letter]
