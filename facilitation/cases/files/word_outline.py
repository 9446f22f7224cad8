"""Where each paragraph and table of a Word file belongs: by the heading over it and the label before it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from facilitation.cases.document import ADDITIONS
from facilitation.cases.files.pieces import SETTLED, CaseText
from facilitation.cases.files.word_answers import Answers, norm
from facilitation.cases.files.word_read import Grid, Par
from facilitation.cases.template import Template
from facilitation.core.i18n import _

_NUMBER = re.compile(r"\s*(\d{1,2}(?:\.\d{1,2})?)(?=[\s.:–-]|$)")
FIXED = {"guiding question", "part rule", "provenance", "subtitle"}
Inside = list[Par | Grid]


class Outline:
    """Takes a file piece by piece. `found`: how many of our headings were there."""

    def __init__(
        self, answers: Answers, contents: Sequence[CaseText], templates: Sequence[Template], printed: Collection[str] | None
    ) -> None:
        self.answers, self.contents, self.templates, self.printed = answers, contents, templates, printed
        self.title: list[Par] = []
        self.facts: dict[str, list[Par]] = {}
        self.sections: dict[str, dict[str, Inside]] = {}
        self.matrix: list[Grid] = []
        self.tables: dict[str, list[Grid]] = {name: [] for name in ("swot", SETTLED, "challenges", "questions")}
        self.references: Grid | None = None
        self.found = 0
        self.at, self.place = "front", ""
        self.named = {norm(title): name for content in contents for name, title in self._names(content)}

    def _names(self, content: CaseText) -> list[tuple[str, str]]:
        words = content.words
        tables = [(table.id, table.label) for table in content.tables]
        return [("details", words["details"]), *tables, ("references", words["references"])]

    def take(self, item: Par | Grid) -> None:
        if isinstance(item, Grid):
            self._grid(Grid(tuple(tuple(tuple(self._own(cell)) for cell in row) for row in item.rows)))
            return
        for par in self._own([item]):
            if par.level:
                self._heading(par)
            else:
                self._par(par)

    def _own(self, pars: Sequence[Par]) -> list[Par]:
        """Without hints, questions and notes of ours; other words in their look are an answer like any other."""
        kept = []
        for par in pars:
            if par.style in FIXED:
                ours = not par.text.strip() or self.printed is None or par.text.strip() in self.printed
                if ours:
                    continue
                par = replace(par, style="normal")
            kept.append(par)
        return kept

    def _heading(self, par: Par) -> None:
        text = f"{par.lead} {par.text}".strip() if par.lead else par.text.strip()
        number = _NUMBER.match(text)
        self.place = ""
        if number and any(words.section(number[1]) for words in self.templates):
            self.at = number[1]
            self.sections.setdefault(self.at, {})
        elif number and "." not in number[1] and par.level == 1:
            self.at = f"part {number[1]}"
        elif norm(text) in self.named:
            self.at = self.named[norm(text)]
        elif text:
            self.at = ""
            self.answers.tell(_("Heading"), text)
            return
        self.found += bool(text)

    def _par(self, par: Par) -> None:
        if par.style == "title":
            self.title.append(par)
            return
        section = self.sections.get(self.at)
        if par.label and section is not None:
            self.place = self._place(par.label)
            if not self.place:
                self.answers.tell(self.at, par.label)
            else:
                section.setdefault(self.place, [])
        if section is not None and self.place:
            section[self.place].append(par)
        elif par.text.strip() and par.text.strip() not in self.answers.hints:
            self.answers.tell(self._where(), par.text)

    def _place(self, label: str) -> str:
        """The place of this section with this label, in any language."""
        for content, words in zip(self.contents, self.templates, strict=True):
            if norm(label) == norm(words.words.get(f"field.{ADDITIONS}", ADDITIONS)):
                return ADDITIONS
            for part in content.parts:
                for section in part.sections:
                    for place in section.places if section.id == self.at else ():
                        if norm(place.content.label) == norm(label):
                            return place.content.id
        return ""

    def _where(self) -> str:
        return next((title for content in self.contents[:1] for name, title in self._names(content) if name == self.at), self.at)

    def _grid(self, grid: Grid) -> None:
        section = self.words_section()
        if self.at == "details":
            self._facts(grid)
        elif section and not self.place:
            self.matrix.append(grid)
        elif self.at in self.tables:
            self.tables[self.at].append(grid)
        elif self.at == "references" and self.references is None:
            self.references = grid
        elif self.at in self.sections and self.place:
            self.sections[self.at][self.place].append(grid)
        else:
            self.answers.tell(self._where(), grid.words())

    def words_section(self) -> bool:
        """Are we in a section that is written in the matrix?"""
        found = self.templates[0].section(self.at)
        return bool(found and found.is_matrix)

    def _facts(self, grid: Grid) -> None:
        for row in grid.rows:
            label = " ".join(f"{par.label} {par.text}".strip() for par in row[0]) if row else ""
            if len(row) >= 2 and label.strip():
                self.facts[norm(label)] = [par for cell in row[1:] for par in cell]
            else:
                self.answers.tell(self._where(), " ".join(par.text for cell in row for par in cell))
