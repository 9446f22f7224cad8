"""The items of an imported case: rows, lines, and the matrix with its references."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from facilitation.cases import values
from facilitation.cases.document import Item
from facilitation.cases.marked import FileError, Marked
from facilitation.cases.template import Column, Template
from facilitation.core import ids
from facilitation.core.i18n import _
from facilitation.core.text import Unclean, clean

REF = re.compile(r"A[1-9]\d{0,3}(\.E[1-9]\d{0,3})?")
MARKS = ("anchor", "source", "provenance", "author")
ASPECT = ("id", "aspect", "description", "topics", "elements", "numbered")
ELEMENT = ("id", "category", "title", "description", "extra", "suggestions")


class Items:
    """Reads items of one case; knows every id given so far and, by `A1.E3`, the items of the matrix."""

    def __init__(self, template: Template, warnings: list[str]) -> None:
        self.template, self.warnings = template, warnings
        self.origin_of = {source: origin for origin, source in template.sources.items()}
        self.taken: set[str] = set()
        self.ids: dict[str, str] = {}

    def rows(self, node: Marked, columns: Sequence[Column], also: Sequence[str] = ()) -> list[Item]:
        """`also`: names beside the columns that an item may carry, such as the field a line adds to."""
        names = [column.id for column in columns]
        found = [self._row(child, columns, names, also) for child in node.items()]
        if len(found) > values.ROWS:
            node.fail(_("There are too many entries here."))
        return [item for item in found if set(item) - {"id", "origin"}]

    def _row(self, node: Marked, columns: Sequence[Column], names: list[str], also: Sequence[str]) -> Item:
        plain = not isinstance(node.value, dict)
        if plain and len(columns) > 1:
            node.fail(_("A row with columns is expected here."))
        cells = node.plain() if plain else {k: v.plain() for k, v in node.mapping().items() if k in names}
        (item,) = self.read(node, lambda: values.rows([cells], columns, self.template)) or [{}]
        beside = {} if plain else {name: self.name(node.get(name)) for name in also if node.get(name).value is not None}
        more = {} if plain else self.more(node, [*names, *also])
        return {**item, **(beside if item else {}), **more, **self.marks(node)}

    def name(self, node: Marked) -> str:
        """What a template or a document calls a thing."""
        if not values.NAME.fullmatch(node.text()):
            node.fail(_("This id cannot be used."))
        return node.text()

    # ---- the matrix

    def matrix(self, node: Marked, counter: Marked) -> tuple[list[Item], int]:
        """The aspects, and the highest number one of them ever had."""
        found = [self._aspect(child) for child in self._numbered(node, "A")]
        return found, _highest(found, counter)

    def _aspect(self, numbered: tuple[str, Marked]) -> Item:
        ref, node = numbered
        words = {"title": node.need("aspect"), "description": node.get("description"), "topics": node.get("topics")}
        item = self._said(words, values.aspect)
        if not item.get("title"):
            node.need("aspect").fail(_("Please fill this in."))
        marks = self.marks(node)
        self.ids[ref] = marks["id"]
        elements = [self._element(ref, child) for child in self._numbered(node.get("elements"), "E")]
        more = self.more(node, ASPECT)
        return {**item, **more, **marks, "ref": ref, "elements": elements, "numbered": _highest(elements, node.get("numbered"))}

    def _element(self, aspect: str, numbered: tuple[str, Marked]) -> Item:
        ref, node = numbered
        words = {key: node.get(key) for key in ("category", "title", "description", "extra")}
        if not self.said_title(node):
            node.fail(_("“%(key)s” is missing here.", key="title"))
        marks = self.marks(node)
        self.ids[f"{aspect}.{ref}"] = marks["id"]
        suggestions = [self._suggestion(child) for child in node.get("suggestions").items()]
        return {**self._said(words, values.element), **self.more(node, ELEMENT), **marks, "ref": ref, "suggestions": suggestions}

    def said_title(self, node: Marked) -> bool:
        return bool(node.get("title").text().strip() or node.get("description").text().strip())

    def _suggestion(self, node: Marked) -> Item:
        known = (*(field.id for field in self.template.suggestion_fields), "needs")
        words = {key: child for key, child in node.mapping().items() if key in known}
        return {**self._said(words, values.suggestion), **self.more(node, known), **self.marks(node)}

    def _said(self, words: dict[str, Marked], read: Callable[[Any, Template], Item]) -> Item:
        item: Item = {}
        for key, node in words.items():
            item |= self.read(node, partial(read, {key: node.plain()}, self.template), key)
        return {key: value for key, value in item.items() if value not in ("", [], {})}

    def _numbered(self, node: Marked, letter: str) -> list[tuple[str, Marked]]:
        """Each entry with its reference; one without gets the next free number."""
        found: dict[str, Marked] = {}
        highest = max([_number(child.get("id").text()) for child in node.items()], default=0)
        for child in node.items():
            ref = child.get("id").text()
            if not ref:
                ref, highest = f"{letter}{highest + 1}", highest + 1
            if not re.fullmatch(letter + r"[1-9]\d{0,3}", ref) or ref in found:
                child.get("id").fail(_("References here are %(letter)s1, %(letter)s2 …, each once.", letter=letter))
            found[ref] = child
        return list(found.items())

    # ---- marks and unknown keys

    def marks(self, node: Marked) -> Item:
        """Id, origin, sources and author of an item."""
        if not isinstance(node.value, dict):
            return {"id": self._id(Marked(None, node.line)), "origin": "desk"}
        item: Item = {"id": self._id(node.get("anchor")), "origin": self._origin(node.get("source"))}
        if sources := [_source(child) for child in node.get("provenance").items()]:
            item["sources"] = sources
        if node.get("author").text() == "lab":
            item["author"] = "lab"
        return item

    def _id(self, node: Marked) -> str:
        id_ = node.text() or ids.new_id()
        if not values.ITEM_ID.fullmatch(id_) or id_ in self.taken:
            node.fail(_("An anchor has 6 to 40 letters and digits and stands in one place only."))
        self.taken.add(id_)
        return id_

    def _origin(self, node: Marked) -> str:
        word = node.text() or "desk_research"
        origin = self.origin_of.get(word, word)
        if not self.template.knows(values.ORIGINS, origin):
            node.fail(_("“%(value)s” is not one of: %(options)s.", value=word[:60], options=", ".join(self.origin_of)))
        return origin

    def more(self, node: Marked, known: Sequence[str]) -> Item:
        found = {}
        for key, child in node.mapping().items():
            if key not in known and key not in MARKS:
                if key in {"id", "ref", "origin", "sources", "elements", "suggestions"}:
                    child.fail(_("There is no field called “%(name)s” here.", name=key))
                message = _("The template has no field “%(name)s” here; it is kept.", name=key)
                self.warnings.append(str(FileError(message, line=child.line, path=child.path)))
                found[key] = tidy(child.typed())
        return found

    def read(self, node: Marked, read: Callable[[], Any], prefix: str = "") -> Any:
        try:
            return read()
        except values.FieldError as error:
            path = error.path.removeprefix(prefix) if prefix else error.path.removeprefix("[0]")
            node.inside(path).fail(error.message)


#: What is known of a source of a lab, and of which type it is (document.py).
_SOURCE: dict[str, type] = {"lab": str, "proposal": str, "contributions": list, "tiers": dict, "votes": int, "level": int}


def _source(node: Marked) -> Item:
    """Where a line comes from, as a merge wrote it: pages and files count on these types."""
    if not isinstance(node.value, dict):
        node.fail(_("Names with values are expected here."))
    found: Item = tidy(node.typed())
    for name, kind in _SOURCE.items():
        if name in found and type(found[name]) is not kind:
            node.get(name).fail(_("This is not what is expected here."))
    if not all(isinstance(id_, str) for id_ in found.get("contributions", ())):
        node.get("contributions").fail(_("A list is expected here."))
    if not all(type(count) is int for count in found.get("tiers", {}).values()):
        node.get("tiers").fail(_("A whole number is expected here."))
    return found


def tidy(value: Any) -> Any:
    """What nobody knows, with its texts cleaned like all others."""
    if isinstance(value, str):
        try:
            return clean(value, max_length=values.PROSE)
        except Unclean:
            return ""
    if isinstance(value, dict):
        return {tidy(key): tidy(child) for key, child in value.items()}
    return [tidy(child) for child in value] if isinstance(value, list) else value


def _number(ref: str) -> int:
    return int(ref[1:]) if re.fullmatch(r"[AE][1-9]\d{0,3}", ref) else 0


def _highest(items: Sequence[Item], counter: Marked) -> int:
    known = [_number(item["ref"]) for item in items]
    return max([*known, counter.number() if counter.value is not None else 0], default=0)
