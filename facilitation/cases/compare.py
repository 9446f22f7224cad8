"""What changed between two states of a case, place by place, with both texts (R-22)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from facilitation.cases.document import CHILDREN, META, Document, Found, Item, content, find, walk
from facilitation.cases.template import Template

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


#: (field, id) → label of a choice, and ("", field) → label of a named answer; see `names_of`.
Names = Mapping[tuple[str, str], str]
NO_NAMES: Names = {}


def compare(before: Mapping[str, Any], after: Mapping[str, Any], names: Names = NO_NAMES) -> list[Change]:
    """Every change from `before` to `after`, in the order of `after`. Equal states give none. `names`: how choices are called."""
    return [
        *_values(before, after, names),
        *_sections(before, after, names),
        *_items(before, after, names),
        *_moves(before, after),
    ]


def names_of(words: Template) -> dict[tuple[str, str], str]:
    """How choices and named answers are called in the words of a template."""
    vocabularies = {"topics": "good_practice_topics", "stages": "value_chain_stages", "areas": "impact_areas",
                    "issues": "impact_issues", "sectors": "sectors", "sector": "sectors", "type": "case_types",
                    "status": "statuses", "category": "element_categories", "origin": "origins"}  # fmt: skip
    found = {(key, option.id): option.label for key, name in vocabularies.items() for option in words.options(name)}
    for section in words.sections:
        for field in section.fields:
            found |= {(field.id, option.id): option.label for option in words.options(field.vocabulary)}
            found |= {(column.id, option.id): option.label for column in field.columns for option in column.options}
    extras = [field for category in words.categories for field in category.extra]
    for field in (*words.suggestion_fields, *extras):
        found |= {(field.id, option.id): option.label for option in field.options}
    return found | {("", field.id): field.label for field in (*words.needs, *extras)}


def said(item: Mapping[str, Any], names: Names = NO_NAMES) -> str:
    """The words of an item as one text, attribute by attribute; of a check what it says and what stood there before."""
    if "verdict" in item:
        return "\n".join(dict.fromkeys(str(item[name]) for name in ("before", "text") if item.get(name)))
    return "\n".join(filter(None, (as_text(value, key, names) for key, value in content(item).items())))


def as_text(value: Any, key: str = "", names: Names = NO_NAMES) -> str:
    """Any value of a document as a text to read and to compare."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        pairs = ((name, as_text(child, name, names)) for name, child in value.items())
        return "\n".join(f"{names.get(('', name), name)}: {text}" for name, text in pairs if text)
    if isinstance(value, (list, tuple)):
        return ", ".join(as_text(child, key, names) for child in value)
    return names.get((key, str(value)), str(value))


def _values(before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> Iterator[Change]:
    """Topics, stages, mapping, sources and whatever else stands beside sections and items."""
    apart = {"sections", "matrix", "swot", "questions", "challenges", "checks", *_SILENT}
    for name in dict.fromkeys([*after, *before]):
        if name not in apart:
            section = "references" if name == "references" else "details"
            yield from _value(section, name, before.get(name), after.get(name), names)


def _sections(before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> Iterator[Change]:
    old, new = before.get("sections", {}), after.get("sections", {})
    for section in dict.fromkeys([*new, *old]):
        was, now = old.get(section, {}), new.get(section, {})
        for name in dict.fromkeys([*now, *was]):
            if not _holds_items(was.get(name)) and not _holds_items(now.get(name)):
                chosen = _named_choice(before, was.get(name)), _named_choice(after, now.get(name))
                yield from _value(section, name, *chosen, names)


def _named_choice(document: Mapping[str, Any], value: Any) -> Any:
    """A choice from the matrix (1.2) by the names of what was chosen."""
    if not isinstance(value, Mapping) or "items" not in value:
        return value
    chosen = [found for id_ in value["items"] if (found := find(document, id_))]
    names = [f"{found.ref} {found.item.get('title', '')}".strip() for found in chosen]
    return "\n".join([*filter(None, [value.get("lead_in")]), *names])


def _holds_items(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) and "id" in item for item in value)


def _value(section: str, name: str, before: Any, after: Any, names: Names, **of_item: Any) -> Iterator[Change]:
    if before != after and (_is_there(before) or _is_there(after)):
        kind = "added" if not _is_there(before) else "changed" if _is_there(after) else "removed"
        yield Change(kind, section, name, as_text(before, name, names), as_text(after, name, names), **of_item)


def _is_there(value: Any) -> bool:
    return value not in (None, "", [], {}, ())


def _items(before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> Iterator[Change]:
    old = {found.id: found for found in walk(before)}
    new = {found.id: found for found in walk(after)}
    for id_, found in new.items():
        if id_ in old:
            yield from _item(old[id_], found, names)
        else:
            yield _whole("added", found, names)
    yield from (_whole("removed", found, names) for id_, found in old.items() if id_ not in new)


def _whole(kind: str, found: Found, names: Names) -> Change:
    text = said(found.item, names)
    before, after = (text, "") if kind == "removed" else ("", text)
    return Change(kind, found.section, found.field, before, after, **_place(found))


def _item(old: Found, new: Found, names: Names) -> Iterator[Change]:
    place = _place(new)
    skip = {*CHILDREN.values()} | (META - {"origin", "ref", "sources"})
    for name in dict.fromkeys([*new.item, *old.item]):
        if name not in skip:
            yield from _value(new.section, name, old.item.get(name), new.item.get(name), names, **place)


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
