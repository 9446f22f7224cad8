"""A case from a Word file made from our template (R-26).

Headings say the section, labels the place, tables and the matrix their rows; the data part says which words were there when
the file was made. Everything a reader could see in the file is either in the case afterwards, or among the notes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from facilitation.cases import document as doc
from facilitation.cases.compare import said
from facilitation.cases.document import ADDITIONS, QUADRANTS, Document, Item, find, walk
from facilitation.cases.exporting import Exported
from facilitation.cases.files.archive import DATA, opened, refuse
from facilitation.cases.files.content import blank_case, case_text
from facilitation.cases.files.pieces import CHECKS, SETTLED, CaseText, Picks, Table
from facilitation.cases.files.slots import Slot
from facilitation.cases.files.word_answers import Answers, Note, norm
from facilitation.cases.files.word_grid import GridReader
from facilitation.cases.files.word_items import Items
from facilitation.cases.files.word_outline import Outline
from facilitation.cases.files.word_read import Grid, Par, word_text
from facilitation.cases.importing import parse_cases
from facilitation.cases.marked import FileError
from facilitation.cases.template import Template
from facilitation.cases.values import ORIGINS
from facilitation.core.i18n import _, use_locale

NO_REF = "NEW"  # stands for the next free reference
_REF = re.compile(r"\s*(A[1-9]\d{0,3}(?:\.E[1-9]\d{0,3})?)(?=$|[\s.:,–-])")
HEAD = ("title", "neutral_title", "sector", "type", "status")


@dataclass(frozen=True)
class WordCase:
    """What a file says. `notes`: what was not understood or stays as it was. A case without a reference is called `NO_REF`."""

    case: Exported
    notes: list[Note]


def read_word(content: bytes, templates: Sequence[Template]) -> WordCase:
    """The case in a Word file, or `FileError`. `templates`: the one in force in every language, the reader's first."""
    parts = opened(content)
    data = _data(parts)
    return _Reading(parts, data, templates).case()


def _data(parts: Mapping[str, Any]) -> dict[str, Any]:
    """What travels with a file of ours; an empty mapping when another program left it out."""
    for name, root in parts.items():
        if name.startswith("customXml/") and root.tag == f"{{{DATA}}}case":
            try:
                found = json.loads(root.text or "")
            except (ValueError, RecursionError):
                return {}
            return found if isinstance(found, dict) else {}
    return {}


class _Reading:
    def __init__(self, parts: Mapping[str, Any], data: Mapping[str, Any], templates: Sequence[Template]) -> None:
        self.templates, self.words = templates, templates[0]
        self.answers = Answers()
        self.is_ours = bool(data)
        self.old = self._old(data)
        printed = data.get("printed")
        self.printed = {text for text in printed if isinstance(text, str)} if isinstance(printed, list) else set()
        self.contents = [case_text(self.old, words, guided=True) for words in templates]
        self.text = word_text(parts)
        self.items = Items(self.answers, self.old.document, _origins(templates))
        self.document: Document = {**self.old.document}
        self.checked: dict[str, Item] = {}
        self.gone: set[str] = set()

    def _old(self, data: Mapping[str, Any]) -> Exported:
        """The case as it was when the file was made."""
        carried = data.get("case")
        if not isinstance(carried, str) or not carried:
            return blank_case(self.words)
        try:
            found = parse_cases(carried, self.words).cases[0]
        except FileError as error:
            self.answers.tell("", _("What travels with the file cannot be read (%(why)s); every entry counts as new.", why=error))
            return blank_case(self.words)
        return Exported(ref=found.ref, document=found.document, **{name: getattr(found, name) for name in HEAD})

    def case(self) -> WordCase:
        outline = Outline(self.answers, self.contents, self.templates, self.printed if self.is_ours else None)
        for item in self.text.flow:
            outline.take(item)
        if not outline.found:
            raise refuse(_("This Word file was not made from the template: none of its headings are there."))
        head = self._head(outline)
        self._matrix(outline)
        for section in self.words.sections:
            self._section(section.id, outline)
        self._appendix(outline)
        self._checks()
        self._references(outline)
        self._removed()
        for told in self.text.left_out:
            self.answers.tell("", told)
        return WordCase(Exported(**head, document={k: v for k, v in self.document.items() if v not in (None, [], {})}),
                        self.answers.told)  # fmt: skip

    # ---- the record

    def _head(self, outline: Outline) -> dict[str, Any]:
        answers, where = self.answers, self.contents[0].words["details"]
        said: dict[str, Any] = {}
        for slots in zip(*(content.details for content in self.contents), strict=True):
            slot = slots[0]
            before: Any = list(slot.chosen) if slot.kind == "many" else (slot.chosen[0] if slot.chosen else slot.text)
            pars = next((outline.facts[norm(item.label)] for item in slots if norm(item.label) in outline.facts), None)
            if pars is None:
                said[slot.id] = before
            elif slot.kind == "line":
                said[slot.id] = answers.line(pars, str(before))
            else:
                said[slot.id] = answers.value(slots, pars, before, f"{where}, {slot.label}")
        mapping = {name: said[f"mapping.{name}"] for name in ("areas", "issues", "sectors") if said[f"mapping.{name}"]}
        self.document |= {"stages": said["stages"], "mapping": mapping}
        title = answers.line(outline.title, self.old.title)
        head = {"ref": said["id"] or NO_REF, "title": title, **{name: said[name] for name in HEAD[1:]}}
        head["status"] = head["status"] or self.words.ids("statuses")[0]
        for name, label in (("title", _("Title")), ("sector", _("Sector")), ("type", _("Type of case"))):
            if not head[name]:
                raise refuse(_("The file does not say this yet: %(name)s.", name=label))
        return head

    # ---- sections

    def _section(self, id_: str, outline: Outline) -> None:
        texts = [_section_of(content, id_) for content in self.contents]
        fields = dict(self.document.get("sections", {}).get(id_, {}))
        given = outline.sections.get(id_, {})
        for places in zip(*(text.places for text in texts), strict=True):
            versions = [place.content for place in places]
            where = f"{id_} {texts[0].title}, {versions[0].label}"
            if (inside := given.get(versions[0].id)) is None:
                if not places[0].empty:
                    self.answers.tell(where, _("This place is not in the file; it stays as it was."))
                continue
            self._place(id_, versions, inside, fields, where)
        if ADDITIONS in given and ADDITIONS not in fields:
            lines = [Table(ADDITIONS, "", content.questions.columns) for content in self.contents]
            self._place(id_, lines, given[ADDITIONS], fields, f"{id_} {texts[0].title}")
        sections = {**self.document.get("sections", {}), id_: {k: v for k, v in fields.items() if v not in (None, "", [], {})}}
        self.document["sections"] = {key: value for key, value in sections.items() if value}

    def _place(self, section: str, versions: Sequence[Any], inside: list[Par | Grid], fields: dict[str, Any], where: str) -> None:
        content, pars = versions[0], [item for item in inside if isinstance(item, Par)]
        grids = [item for item in inside if isinstance(item, Grid)]
        if isinstance(content, Table):
            self.answers.tell(where, "\n".join(par.text for par in self.answers.written(pars)))
            rows = self._rows(grids, versions, where, bool(content.entries))
            if content.id == CHECKS:
                self._said(content, rows, where)
                return
            fields[content.id] = fields.get(content.id) if rows is None else rows
            return
        for grid in grids:
            self.answers.tell(where, grid.words())
        if isinstance(content, Picks):
            fields[content.id] = self._picks(pars, fields.get(content.id) or {}, where)
        elif content.kind == "many" and self._is_topics(section, content.id):
            self._topics(versions, pars, where)
        else:
            fields[content.id] = self.answers.value(versions, pars, fields.get(content.id), where)

    def _is_topics(self, section: str, name: str) -> bool:
        found = self.words.section(section)
        known = found.field(name) if found else None
        return known is not None and known.kind == "topic_refs"

    def _topics(self, versions: Sequence[Slot], pars: Sequence[Par], where: str) -> None:
        """Topics stand in two sections; the one somebody changed counts, and where both did, all of them."""
        before = list(self.old.document.get("topics", ()))
        said = self.answers.many(versions, pars, before, where)
        current = list(self.document.get("topics", ()))
        if said != before:
            self.document["topics"] = said if current == before else list(dict.fromkeys([*current, *said]))

    def _rows(self, grids: Sequence[Grid], versions: Sequence[Table], where: str, had: bool) -> list[Item] | None:
        if not grids:
            if had:
                self.answers.tell(where, _("This place is not in the file; it stays as it was."))
            return None
        for grid in grids[1:]:
            self.answers.tell(where, grid.words())
        return self.items.table(grids[0], versions, where)

    def _picks(self, pars: Sequence[Par], old: Mapping[str, Any], where: str) -> dict[str, Any] | None:
        """What is chosen from the matrix by number; the words before it are the lead-in."""
        picked, lead = [], []
        for par in self.answers.written(pars):
            ref = _REF.match(par.text)
            found = find(self.document, ref[1]) if ref else None
            if found:
                picked.append(found.id)
            elif ref or picked:
                self.answers.tell(where, par.text)
            else:
                lead.append(par)
        lead_in = self.answers.prose(lead, str(old.get("lead_in", "")))
        said = {**old, "items": picked, "lead_in": lead_in}
        return {key: value for key, value in said.items() if value or key == "items"} if picked or lead_in else None

    # ---- matrix, SWOT, questions, sources

    def _matrix(self, outline: Outline) -> None:
        where = self.contents[0].words["matrix"]
        if not outline.matrix:
            if self.document.get("matrix"):
                self.answers.tell(where, _("This place is not in the file; it stays as it was."))
            return
        reader = GridReader(self.items, self.templates, where)
        for grid in outline.matrix:
            reader.read(grid)
        self.document["matrix"] = reader.aspects
        highest = max((int(aspect["ref"][1:]) for aspect in reader.aspects), default=0)
        self.document["numbered"] = max(int(self.document.get("numbered", 0)), highest)

    def _appendix(self, outline: Outline) -> None:
        for tables in zip(*(content.tables for content in self.contents), strict=True):
            name, where = tables[0].id, tables[0].label
            rows = self._rows(outline.tables[name], tables, where, bool(tables[0].entries))
            if name == SETTLED:
                self._said(tables[0], rows, where)
            elif rows is not None:
                self.document[name] = self._quadrants(rows, where) if name == "swot" else rows

    def _said(self, table: Table, rows: Sequence[Item] | None, where: str) -> None:
        """A table of what peers said: records may be reworded or go; new ones come from events only."""
        for row in rows or ():
            if "section" in row or "swot" in row:
                self.checked[row["id"]] = row
            else:
                self.answers.tell(where, " | ".join(str(value) for value in doc.content(row).values()))
        kept = {row["id"] for row in rows} if rows is not None else {entry.id for entry in table.entries}
        self.gone |= {entry.id for entry in table.entries} - kept

    def _checks(self) -> None:
        """The records in their old order, as the file says them."""
        before = self.document.get("checks", ())
        self.document["checks"] = [self.checked.get(item["id"], item) for item in before if item["id"] not in self.gone]

    def _quadrants(self, rows: Sequence[Item], where: str) -> dict[str, list[Item]]:
        found: dict[str, list[Item]] = {quadrant: [] for quadrant in QUADRANTS}
        for row in rows:
            quadrant = row.pop("quadrant", "")
            if quadrant in found:
                found[quadrant].append(row)
            else:
                self.answers.tell(where, str(row.get("text", "")))
        return {quadrant: lines for quadrant, lines in found.items() if lines}

    def _references(self, outline: Outline) -> None:
        if outline.references is None:
            return
        old, found = self.document.get("references", {}), {}
        for row in outline.references.rows:
            cells = [self.answers.line(cell) for cell in row]
            number = cells[0].strip(" [].") if cells else ""
            if re.fullmatch(r"[1-9]\d{0,3}", number) and len(cells) == 5:
                entry = {**old.get(number, {}), **dict(zip(("publisher", "title", "year", "url"), cells[1:], strict=True))}
                found[number] = {key: value for key, value in entry.items() if value}
            elif any(cells) and not all(par.label for cell in row for par in cell):
                self.answers.tell(self.contents[0].words["references"], " | ".join(cells))
        self.document["references"] = found

    def _removed(self) -> None:
        """What came from a lab and is gone leaves a note, as in the editor."""
        there = {found.id for found in walk(self.document)}
        gone = [found.item for found in walk(self.old.document) if found.id not in there]
        self.document = doc.note_removed(self.document, gone)
        for item in gone:
            words = [said(item)] if "verdict" in item else [text for text in doc.content(item).values() if isinstance(text, str)]
            self.answers.tell(_("Taken out"), str(item.get("title") or ", ".join(words)))


def _origins(templates: Sequence[Template]) -> list[Slot]:
    """The place “Source” in each language."""
    found = []
    for words in templates:
        with use_locale(words.locale):
            found.append(Slot("origin", _("Source"), "choice", options=tuple(words.options(ORIGINS))))
    return found


def _section_of(content: CaseText, id_: str) -> Any:
    return next(section for part in content.parts for section in part.sections if section.id == id_)
