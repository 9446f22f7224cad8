"""The case as one document: plain JSON, read and changed by pure functions. Nothing here mutates what it is given.

    {topics, stages, mapping, selection,
     sections: {"2.1": {development: "…", milestones: [row, …], additions: [line, …], cites: ["3"]}, …},
     matrix: [aspect {ref: "A1", title, description, topics, elements: [element {ref: "E1", category, title, description,
              extra, suggestions: [suggestion, …]}]}],
     swot: {S: [line, …], …}, questions: [line, …], references: {"1": {publisher, title, year, url}},
     challenges: [line, …] (unresolved challenges peers tied to the case), checks: [what peers confirmed, corrected, settled],
     numbered: 2, removed: [{id, proposals}]}

Every item (row, line, aspect, element, suggestion) is a mapping with a random `id` that never changes, an `origin`
(R-21) and, where it came from a lab, `sources`: [{lab, proposal, contributions, tiers, votes, level}]. `author` is
"lab" while the words are those a merge wrote, and absent once a person wrote or rewrote them. Unknown keys survive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from facilitation.core import ids

Document = dict[str, Any]
Item = dict[str, Any]
Path = tuple[str | int, ...]

QUADRANTS = ("S", "W", "O", "T")
MATRIX = "3.2"  # the name under which places in the matrix are told, whatever the template calls the section
ADDITIONS = "additions"
#: What a document says about an item beside its words.
META = frozenset({"id", "ref", "origin", "author", "sources", "numbered"})
CHILDREN = {"aspect": "elements", "element": "suggestions"}
#: What peers can have said about a fact or a line of the SWOT, and which of the two it speaks about ("": either).
VERDICTS = {"confirmed": "", "noted": "section", "corrected": "section", "reworded": "swot", "dropped": "swot"}


@dataclass(frozen=True)
class Found:
    """An item and where it stands. `kind`: aspect, element, suggestion, row, line, swot, question, challenge or check."""

    kind: str
    item: Item
    path: Path
    section: str
    ref: str = ""  # A1, A1.E3; of a suggestion that of its element
    field: str = ""  # of rows and lines; the quadrant of a SWOT line

    @property
    def id(self) -> str:
        return str(self.item["id"])


def empty() -> Document:
    """A case with nothing in it yet."""
    return {"topics": [], "stages": [], "mapping": {}, "sections": {}, "matrix": [], "swot": {}, "numbered": 0}


# ---- reading


def aspects(document: Mapping[str, Any]) -> list[Item]:
    return list(document.get("matrix", ()))


def elements(document: Mapping[str, Any]) -> Iterator[tuple[Item, Item]]:
    """Every element with its aspect, in order."""
    for aspect in aspects(document):
        for element in aspect.get("elements", ()):
            yield aspect, element


def draft_swot(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The owner's draft as (quadrant, id of the line, text), quadrant by quadrant (R-65)."""
    swot = document.get("swot", {})
    return [(quadrant, line["id"], line["text"]) for quadrant in QUADRANTS for line in swot.get(quadrant, ())]


def walk(document: Mapping[str, Any]) -> Iterator[Found]:
    """Every item, in the order of the document."""
    for section, fields in document.get("sections", {}).items():
        for name, value in fields.items():
            if not isinstance(value, list):
                continue
            kind = "line" if name == ADDITIONS else "row"
            for index, item in enumerate(value):
                if isinstance(item, dict) and "id" in item:
                    yield Found(kind, item, ("sections", section, name, index), section, field=name)
    yield from _walk_matrix(document)
    for quadrant, lines in document.get("swot", {}).items():
        for index, line in enumerate(lines):
            yield Found("swot", line, ("swot", quadrant, index), "swot", field=quadrant)
    for index, line in enumerate(document.get("questions", ())):
        yield Found("question", line, ("questions", index), "swot", field="questions")
    for name, kind in (("challenges", "challenge"), ("checks", "check")):
        for index, line in enumerate(document.get(name, ())):
            yield Found(kind, line, (name, index), line.get("section", "swot"), field=name)


def _walk_matrix(document: Mapping[str, Any]) -> Iterator[Found]:
    for a, aspect in enumerate(document.get("matrix", ())):
        path: Path = ("matrix", a)
        yield Found("aspect", aspect, path, MATRIX, aspect["ref"])
        for e, element in enumerate(aspect.get("elements", ())):
            ref, inner = f"{aspect['ref']}.{element['ref']}", (*path, "elements", e)
            yield Found("element", element, inner, MATRIX, ref)
            for s, suggestion in enumerate(element.get("suggestions", ())):
                yield Found("suggestion", suggestion, (*inner, "suggestions", s), MATRIX, ref)


def find(document: Mapping[str, Any], ref_or_id: str) -> Found | None:
    """The item with this id, or the aspect ("A1") or element ("A1.E3") with this reference."""
    for found in walk(document):
        if found.id == ref_or_id or (found.kind in CHILDREN and found.ref == ref_or_id):
            return found
    return None


def need(document: Mapping[str, Any], ref_or_id: str, *kinds: str) -> Found:
    """As `find`, but `LookupError` when there is no such item of one of these kinds."""
    found = find(document, ref_or_id)
    if found is None or (kinds and found.kind not in kinds):
        raise LookupError(ref_or_id)
    return found


def content(item: Mapping[str, Any]) -> dict[str, Any]:
    """What an item says itself: without marks and without the items under it."""
    return {key: value for key, value in item.items() if key not in META and key not in CHILDREN.values()}


def removed_proposals(document: Mapping[str, Any]) -> set[str]:
    """Proposals whose line a person took out again: a merge does not bring them back (D9)."""
    return {proposal for grave in document.get("removed", ()) for proposal in grave.get("proposals", ())}


def proposals_of(item: Mapping[str, Any]) -> list[str]:
    return [source["proposal"] for source in item.get("sources", ()) if source.get("proposal")]


# ---- changing: (new document, id of the new item)


def add_aspect(document: Document, *, title: str, at: int | None = None, **more: Any) -> tuple[Document, str]:
    """A new aspect with the next reference; one that was used is never given again."""
    number = int(document.get("numbered", 0)) + 1
    item = _item({"title": title, **more}, ref=f"A{number}", elements=[], numbered=0)
    document = {**document, "numbered": number}
    return _change(document, ("matrix",), lambda rows: _inserted(rows, at, item)), item["id"]


def add_element(document: Document, aspect: str, *, title: str, at: int | None = None, **more: Any) -> tuple[Document, str]:
    """A new element under an aspect (its reference or id). `LookupError` when that is gone."""
    found = need(document, aspect, "aspect")
    number = int(found.item.get("numbered", 0)) + 1
    item = _item({"title": title, **more}, ref=f"E{number}", suggestions=[])

    def grown(parent: Item) -> Item:
        return {**parent, "numbered": number, "elements": _inserted(parent.get("elements", []), at, item)}

    return _change(document, found.path, grown), item["id"]


def add_suggestion(document: Document, element: str, *, at: int | None = None, **more: Any) -> tuple[Document, str]:
    """A new suggestion under an element (A1.E3 or id): what_to_transfer, how_to_transfer, target_context, needs, …"""
    found = need(document, element, "element")
    item = _item(more)
    return _change(document, (*found.path, "suggestions"), lambda rows: _inserted(rows, at, item)), item["id"]


def extend_section(
    document: Document, section: str, *, text: str = "", field: str | None = None, **more: Any
) -> tuple[Document, str]:
    """A new line under a section, or (with `field`) a new row of one of its tables; `more`: cells and marks."""
    item = _item({"text": text, **more} if field is None or text else more)
    path: Path = ("sections", section, field or ADDITIONS)
    return _change(document, path, lambda rows: [*(rows or []), item]), item["id"]


def add_line(document: Document, quadrant: str, *, text: str, **more: Any) -> tuple[Document, str]:
    """A new line of the draft SWOT."""
    item = _item({"text": text, **more})
    return _change(document, ("swot", quadrant), lambda rows: [*(rows or []), item]), item["id"]


def add_to(document: Document, name: str, **more: Any) -> tuple[Document, str]:
    """A new line of `challenges` or `checks`."""
    item = _item(more)
    return _change(document, (name,), lambda rows: [*(rows or []), item]), item["id"]


def update_item(document: Document, id_: str, change: Mapping[str, Any], *, author: str = "human") -> Document:
    """The item says something else. A person's words make the item theirs; its sources stay."""
    found = need(document, id_)
    return _change(document, found.path, lambda item: authored({**item, **change}, item, author))


def authored(item: Item, before: Mapping[str, Any], author: str = "human") -> Item:
    """`item` with the mark of who wrote its words, given what it was `before`."""
    if author != "human" or content(item) == content(before):
        return item
    return {key: value for key, value in item.items() if key != "author"}


def move_item(document: Document, id_: str, to: int) -> Document:
    """The item at place `to` (from 0) among its neighbours."""
    found = need(document, id_)

    def moved(rows: list[Item]) -> list[Item]:
        rest = [row for row in rows if row["id"] != found.id]
        return _inserted(rest, max(0, min(to, len(rest))), found.item)

    return _change(document, found.path[:-1], moved)


def remove_item(document: Document, id_: str) -> Document:
    """Without the item and what hangs under it; choices of 1.2 follow. What came from a lab leaves a note."""
    found = need(document, id_)
    gone = [item for item in walk(document) if item.path[: len(found.path)] == found.path]
    document = _change(document, found.path[:-1], lambda rows: [row for row in rows if row["id"] != found.id])
    return note_removed(_without_choices(document, {item.id for item in gone}), (item.item for item in gone))


def note_removed(document: Document, items: Iterable[Mapping[str, Any]]) -> Document:
    graves = [{"id": item["id"], "proposals": proposals_of(item)} for item in items if proposals_of(item)]
    return {**document, "removed": [*document.get("removed", ()), *graves]} if graves else document


def restore_item(document: Document, earlier: Mapping[str, Any], id_: str) -> Document:
    """An aspect, element or suggestion of an earlier revision, put back where it stood. `LookupError` if it cannot be."""
    old = need(earlier, id_, "aspect", "element", "suggestion")
    if find(document, id_):
        raise LookupError(id_)
    path: Path = old.path[:-1]
    if len(path) > 1:
        parent = need(document, _at(earlier, path[:-1])["id"])
        path = (*parent.path, path[-1])
    document = _change(document, path, lambda rows: _inserted(rows or [], int(old.path[-1]), old.item))
    back = {found.id for found in walk(document) if found.path[: len(path)] == path}
    graves = [grave for grave in document.get("removed", ()) if grave["id"] not in back]
    return {**{key: value for key, value in document.items() if key != "removed"}, **({"removed": graves} if graves else {})}


def with_section(document: Document, section: str, fields: Mapping[str, Any]) -> Document:
    """`fields` replace those of the section; None takes one out."""
    merged = {**document.get("sections", {}).get(section, {}), **fields}
    return _change(document, ("sections", section), lambda _: {k: v for k, v in merged.items() if v is not None})


def _item(words: Mapping[str, Any], **fixed: Any) -> Item:
    kept = {key: value for key, value in words.items() if value not in (None, "", [], {}, ())}
    if kept.get("author") == "human":
        del kept["author"]
    return {"id": ids.new_id(), "origin": "desk", **kept, **fixed}


def _inserted(rows: list[Item] | None, at: int | None, item: Item) -> list[Item]:
    rows = list(rows or [])
    rows.insert(len(rows) if at is None else at, item)
    return rows


def _without_choices(document: Document, gone: set[str]) -> Document:
    """Choices in derived fields (1.2) that pointed to items which are no longer there."""
    for section, fields in document.get("sections", {}).items():
        for name, value in fields.items():
            if isinstance(value, dict) and gone & set(value.get("items", ())):
                kept = {**value, "items": [id_ for id_ in value["items"] if id_ not in gone]}
                document = with_section(document, section, {name: kept})
    return document


def _at(document: Mapping[str, Any], path: Path) -> Any:
    node: Any = document
    for step in path:
        node = node[step]
    return node


def _change(document: Document, path: Path, change: Callable[[Any], Any]) -> Document:
    """A copy in which the value at `path` is `change(value)`; missing mappings on the way are made."""
    changed: Document = _changed(document, path, change)
    return changed


def _changed(node: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(node)
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [*node[:step], _changed(node[step], rest, change), *node[step + 1 :]]
    node = node or {}
    return {**node, step: _changed(node.get(step), rest, change)}
