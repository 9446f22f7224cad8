"""Cases from a YAML or JSON file in the shape of data/sample-cases.yaml (R-26). All of it is right, or `FileError` says where.

Beside that shape a file may hold what an export adds: `anchor` (the id of an item), `provenance` (its lab sources),
`author`, `additions`, `challenges`, `checks`, `cites`, `open_questions`, `removed`, `numbered`, and sources of one case
alone. Keys nobody knows are kept and reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from facilitation.cases import importing_peers, marked, values
from facilitation.cases.document import ADDITIONS, QUADRANTS, Document
from facilitation.cases.importing_items import REF, Items, tidy
from facilitation.cases.importing_peers import LINES
from facilitation.cases.marked import FileError, Marked
from facilitation.cases.marked_json import read_json
from facilitation.cases.template import TOPICS, Field, Section, Template
from facilitation.core.i18n import _

MAX_CASES = 500
CITATION = re.compile(r"\[(\d{1,4})\]")
CASE_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
PLAIN = ("id", "title", "neutral_title", "sector", "type", "scale", "status", "topics", "value_chain_stages")
MORE = ("mapping", "selection", "draft_swot", "open_questions", "challenges", "checks", "sources", "numbered", "removed")
#: How a document calls things; a file may not use these names for something else.
INSIDE = ("stages", "sections", "matrix", "swot", "questions", "references")


@dataclass(frozen=True)
class ParsedCase:
    ref: str
    title: str
    neutral_title: str
    sector: str
    type: str
    status: str
    document: Document
    line: int


@dataclass(frozen=True)
class ParsedFile:
    cases: list[ParsedCase]
    warnings: list[str] = field(default_factory=list)


def parse_cases(text: str, template: Template) -> ParsedFile:
    """The cases of a file, checked against the template. Raises `FileError` with line and path."""
    root = read(text)
    nodes = root.need("cases").items()
    if not nodes or len(nodes) > MAX_CASES:
        root.need("cases").fail(_("There are no cases here.") if not nodes else _("There are too many cases here."))
    shared = _references(root.get("sources"))
    warnings: list[str] = []
    cases: list[ParsedCase] = []
    for node in nodes:
        case = _Reader(node, template, warnings).case(shared)
        if any(other.ref == case.ref for other in cases):
            node.need("id").fail(_("“%(key)s” stands here twice.", key=case.ref))
        cases.append(case)
    return ParsedFile(cases, warnings)


def read(text: str) -> Marked:
    """A file as one node: JSON where it is JSON, else YAML."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return marked.read(text)
    try:
        return read_json(text)
    except FileError as error:
        if not error.line:  # JSON it is, with something in it that is not taken
            raise
        try:
            return marked.read(text)  # YAML may begin with a brace too
        except FileError:
            raise error from None


def cited(value: Any) -> set[str]:
    """The numbers of all sources a document cites: [3] in any text, and those attached to a section."""
    found: set[str] = set()
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            found.update(str(int(number)) for number in CITATION.findall(node))
        elif isinstance(node, dict):
            found.update(str(number) for number in node.get("cites", ()))
            pending.extend(child for key, child in node.items() if key != "references")
        elif isinstance(node, list):
            pending.extend(node)
    return found


def _references(node: Marked) -> dict[str, dict[str, str]]:
    found = {}
    for number, entry in node.mapping().items():
        if not re.fullmatch(r"[1-9]\d{0,3}", number):
            entry.fail(_("Sources are numbered 1, 2, 3 …"))
        cells = {key: _line(value) for key, value in entry.mapping().items()}
        found[number] = {key: value for key, value in cells.items() if value}
    return found


def _line(node: Marked, limit: int = 1000) -> str:
    return str(_checked(node, lambda: values.text(node.text(), limit)))


def _checked(node: Marked, read: Callable[[], Any]) -> Any:
    """What `read` gives; a value that does not fit is told with its line."""
    try:
        return read()
    except values.FieldError as error:
        node.inside(error.path).fail(error.message)


class _Reader:
    """One case of the file."""

    def __init__(self, node: Marked, template: Template, warnings: list[str]) -> None:
        self.node, self.template, self.warnings = node, template, warnings
        self.items = Items(template, warnings)

    def case(self, shared: dict[str, dict[str, str]]) -> ParsedCase:
        node = self.node
        if not CASE_REF.fullmatch(ref := node.need("id").text()):
            node.need("id").fail(_("A reference has letters, digits, dots and dashes, 40 at most."))
        title = _line(node.need("title"), 300) or node.need("title").fail(_("Please fill this in."))
        self._check_scale()
        document = self._document()
        own = _references(node.get("sources"))
        references = {number: shared[number] for number in sorted(cited(document), key=int) if number in shared} | own
        return ParsedCase(
            ref=ref,
            title=title,
            neutral_title=_line(node.get("neutral_title"), 300),
            sector=self._one("sector", "sectors"),
            type=self._one("type", "case_types"),
            status=self._one("status", "statuses") if node.get("status").value else self.template.ids("statuses")[0],
            document={**document, "references": references} if references else document,
            line=node.line,
        )

    def _one(self, key: str, vocabulary: str) -> str:
        node = self.node.need(key)
        found: str = _checked(node, lambda: values.choice(node.text(), self.template.ids(vocabulary)))
        if not found:
            node.fail(_("Please fill this in."))
        return found

    def _many(self, node: Marked, vocabulary: str) -> list[str]:
        found: list[str] = _checked(node, lambda: values.choices(node.plain(), self.template.ids(vocabulary)))
        return found

    def _check_scale(self) -> None:
        given, expected = self.node.get("scale").text(), self.template.scale_of(self.node.get("type").text())
        if given and given != expected:
            self._warn(self.node.get("scale"), _("The scale follows from the type of case; this one is left out."))

    def _warn(self, node: Marked, message: str) -> None:
        self.warnings.append(str(FileError(message, line=node.line, path=node.path)))

    def _document(self) -> Document:
        node = self.node
        matrix, numbered = self.items.matrix(self._matrix_node(), node.get("numbered"))
        document: Document = {
            "topics": self._many(node.get("topics"), TOPICS),
            "stages": self._many(node.get("value_chain_stages"), "value_chain_stages"),
            "mapping": self._mapping(node.get("mapping")),
            "sections": {},
            "matrix": matrix,
            "swot": self._swot(node.get("draft_swot")),
            "numbered": numbered,
        }
        for part in self.template.parts:
            self._part(document, f"part{part.number}", part.sections)
        if questions := self.items.rows(node.get("open_questions"), LINES):
            document["questions"] = questions
        if challenges := importing_peers.challenges(self.items, node.get("challenges")):
            document["challenges"] = challenges
        if checks := importing_peers.checks(self.items, node.get("checks")):
            document["checks"] = checks
        if selection := node.get("selection").typed():
            document["selection"] = {key: value for key, value in tidy(selection).items() if value is not None}
        if removed := node.get("removed").typed():
            document["removed"] = tidy(removed)
        return document | self._unknown(node)

    def _mapping(self, node: Marked) -> dict[str, list[str]]:
        vocabularies = {"areas": "impact_areas", "issues": "impact_issues", "sectors": "sectors"}
        found = {}
        for key, child in node.mapping().items():
            if key not in vocabularies:
                child.fail(_("There is no field called “%(name)s” here.", name=key))
            found[key] = self._many(child, vocabularies[key])
        return {key: value for key, value in found.items() if value}

    def _swot(self, node: Marked) -> dict[str, Any]:
        for key, child in node.mapping().items():
            if key not in QUADRANTS:
                child.fail(_("The SWOT has S, W, O and T."))
        found = {quadrant: self.items.rows(node.get(quadrant), LINES) for quadrant in QUADRANTS}
        return {quadrant: lines for quadrant, lines in found.items() if lines}

    # ---- the parts of the template

    def _matrix_node(self) -> Marked:
        for part in self.template.parts:
            node = self.node.get(f"part{part.number}").get("matrix")
            if node.value is not None:
                return node
        return Marked(None, self.node.line)

    def _part(self, document: Document, key: str, sections: tuple[Section, ...]) -> None:
        known = {section.id: section for section in sections}
        for id_, node in self.node.get(key).mapping().items():
            if id_ == "matrix":
                continue
            if id_ not in known:
                node.fail(_("The template has no section “%(name)s” in this part.", name=id_))
            if fields := self._section(document, known[id_], node):
                document["sections"][id_] = fields

    def _section(self, document: Document, section: Section, node: Marked) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name, child in node.mapping().items():
            known = section.field(name)
            if name == ADDITIONS:
                fields[name] = self.items.rows(child, LINES, also=("about",))
            elif name == "cites":
                fields[name] = [str(number.number()) for number in child.items()]
            elif known is None:
                self._warn(child, _("The template has no field “%(name)s” here; it is kept.", name=name))
                fields[name] = tidy(child.typed())
            elif known.kind == "topic_refs":
                document["topics"] = list(dict.fromkeys([*document["topics"], *self._many(child, TOPICS)]))
            else:
                fields[name] = self._field(document, known, child)
        return {name: value for name, value in fields.items() if value not in (None, [], {})}

    def _field(self, document: Document, known: Field, node: Marked) -> Any:
        if known.kind == "matrix":
            node.fail(_("The matrix stands in a list of its own, called “matrix”."))
        if known.is_rows:
            return self.items.rows(node, known.columns)
        if known.kind == "derived":
            return self._derived(document, node)
        return _checked(node, lambda: values.take(known, node.plain(), self.template))

    def _derived(self, document: Document, node: Marked) -> dict[str, Any] | None:
        listed = node if isinstance(node.value, list) or node.value is None else node.get("items")
        lead_in = "" if listed is node else values.text(node.get("lead_in").text(), values.PROSE, multiline=True)
        picked = []
        for item in listed.items():
            found = self.items.ids.get(item.text())
            if found is None or not REF.fullmatch(item.text()):
                item.fail(_("The matrix has no “%(name)s”.", name=item.text()))
            picked.append(found)
        return values.derived({"items": picked, "lead_in": lead_in})

    def _unknown(self, node: Marked) -> dict[str, Any]:
        known = {*PLAIN, *MORE, *(f"part{part.number}" for part in self.template.parts)}
        found = {}
        for key, child in node.mapping().items():
            if key in INSIDE:
                child.fail(_("There is no field called “%(name)s” here.", name=key))
            if key not in known:
                self._warn(child, _("The template has no field “%(name)s” here; it is kept.", name=key))
                found[key] = tidy(child.typed())
        return found
