"""What changed between two states of a case, place by place, with both texts (R-22)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from facilitation.cases.document import CHILDREN, META, Document, Found, Item, content, find, walk

#: Parts of a document that say nothing a reader would look for.
_SILENT = frozenset({"numbered", "removed"})


@dataclass(frozen=True)
class Change:
    """One difference. `kind`: added, changed, removed or moved.

    `section`: 2.1, 3.2, swot, details …; `field`: the field, or of an item its attribute ("" when the whole item came
    or went); `item`: its id; `ref`: A1.E3 in the matrix; `of`: what kind of item (row, line, aspect, …, or value).
    """

    kind: str
    section: str
    field: str
    before: str = ""
    after: str = ""
    item: str = ""
    ref: str = ""
    of: str = "value"
    origin: str = ""
    sources: tuple[Mapping[str, Any], ...] = ()


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Every change from `before` to `after`, in the order of `after`. Equal states give none."""
    return [*_values(before, after), *_sections(before, after), *_items(before, after), *_moves(before, after)]


def said(item: Mapping[str, Any]) -> str:
    """The words of an item as one text, attribute by attribute."""
    return "\n".join(filter(None, (as_text(value) for value in content(item).values())))


def as_text(value: Any) -> str:
    """Any value of a document as a text to read and to compare."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        pairs = ((key, as_text(child)) for key, child in value.items())
        return "\n".join(f"{key}: {text}" for key, text in pairs if text)
    if isinstance(value, (list, tuple)):
        return ", ".join(as_text(child) for child in value)
    return str(value)


def _values(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Topics, stages, mapping, sources and whatever else stands beside sections and items."""
    apart = {"sections", "matrix", "swot", "questions", *_SILENT}
    for name in dict.fromkeys([*after, *before]):
        if name not in apart:
            section = "references" if name == "references" else "details"
            yield from _value(section, name, before.get(name), after.get(name))


def _sections(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = before.get("sections", {}), after.get("sections", {})
    for section in dict.fromkeys([*new, *old]):
        was, now = old.get(section, {}), new.get(section, {})
        for name in dict.fromkeys([*now, *was]):
            if not _holds_items(was.get(name)) and not _holds_items(now.get(name)):
                yield from _value(section, name, _named_choice(before, was.get(name)), _named_choice(after, now.get(name)))


def _named_choice(document: Mapping[str, Any], value: Any) -> Any:
    """A choice from the matrix (1.2) by the names of what was chosen."""
    if not isinstance(value, Mapping) or "items" not in value:
        return value
    chosen = [found for id_ in value["items"] if (found := find(document, id_))]
    names = [f"{found.ref} {found.item.get('title', '')}".strip() for found in chosen]
    return "\n".join([*filter(None, [value.get("lead_in")]), *names])


def _holds_items(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) and "id" in item for item in value)


def _value(section: str, name: str, before: Any, after: Any, **of_item: Any) -> Iterator[Change]:
    if before != after and (_is_there(before) or _is_there(after)):
        kind = "added" if not _is_there(before) else "changed" if _is_there(after) else "removed"
        yield Change(kind, section, name, as_text(before), as_text(after), **of_item)


def _is_there(value: Any) -> bool:
    return value not in (None, "", [], {}, ())


def _items(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old = {found.id: found for found in walk(before)}
    new = {found.id: found for found in walk(after)}
    for id_, found in new.items():
        if id_ in old:
            yield from _item(old[id_], found)
        else:
            yield _whole("added", found)
    yield from (_whole("removed", found) for id_, found in old.items() if id_ not in new)


def _whole(kind: str, found: Found) -> Change:
    text = said(found.item)
    before, after = (text, "") if kind == "removed" else ("", text)
    return Change(kind, found.section, found.field, before, after, **_place(found))


def _item(old: Found, new: Found) -> Iterator[Change]:
    place = _place(new)
    skip = {*CHILDREN.values()} | (META - {"origin", "ref", "sources"})
    for name in dict.fromkeys([*new.item, *old.item]):
        if name not in skip:
            yield from _value(new.section, name, old.item.get(name), new.item.get(name), **place)


def _place(found: Found) -> dict[str, Any]:
    item = found.item
    sources = tuple(item.get("sources", ()))
    return {"item": found.id, "ref": found.ref, "of": found.kind, "origin": item.get("origin", ""), "sources": sources}


def _moves(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Lists in which what stayed stands in another order, or an item that went to another list."""
    old, new = _lists(before), _lists(after)
    where = {item["id"]: place for place, (_found, items) in old.items() for item in items}
    for place, (first, items) in new.items():
        was = [item["id"] for item in old[place][1]] if place in old else []
        now = [item["id"] for item in items]
        arrived = any(where.get(id_, place) != place for id_ in now)
        if arrived or [id_ for id_ in was if id_ in now] != [id_ for id_ in now if id_ in was]:
            yield Change("moved", first.section, first.field, _titles(old, place), _titles(new, place), of=first.kind)


Lists = dict[tuple[Any, ...], tuple[Found, list[Item]]]


def _lists(document: Mapping[str, Any]) -> Lists:
    """Every list of items by where it stands: parents are named by id, so a list keeps its name when they move."""
    lists: Lists = {}
    for found in walk(document):
        place = _named(document, found.path[:-1])
        lists.setdefault(place, (found, []))[1].append(found.item)
    return lists


def _named(document: Mapping[str, Any], path: Sequence[str | int]) -> tuple[Any, ...]:
    node: Any = document
    names: list[Any] = []
    for step in path:
        node = node[step]
        names.append(node["id"] if isinstance(step, int) else step)
    return tuple(names)


def _titles(lists: Lists, place: tuple[Any, ...]) -> str:
    items = lists[place][1] if place in lists else []
    return " · ".join(said(item).split("\n", 1)[0] for item in items)


def from_labs(document: Document) -> list[Found]:
    """Every item that came from a lab (R-21)."""
    return [found for found in walk(document) if found.item.get("origin") == "lab"]
