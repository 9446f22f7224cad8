"""One value of one field: taken in from a person or a file, cleaned, checked against the template, or refused.

What comes in is plain JSON; what goes out is what the document stores. An empty value is None (the field is left out).
Rows that are already in the document keep their ids, marks and unknown keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from facilitation.cases.document import META, Item, authored
from facilitation.cases.template import Category, Column, Field, Template
from facilitation.core import ids
from facilitation.core.i18n import _
from facilitation.core.text import Unclean, clean

PROSE, LINE, CELL = 20_000, 500, 2_000  # graphemes at most
ROWS, CHOICES, KEYS = 200, 200, 60
ITEM_ID = re.compile(r"[A-Za-z0-9_-]{6,40}")
NAME = re.compile(r"[\w-]{1,40}")
ORIGINS = "origins"


class FieldError(ValueError):
    """A value that does not fit. `path`: where inside the value, e.g. [2].role; `code`: invalid or too_long."""

    def __init__(self, message: str, path: str = "", code: str = "invalid") -> None:
        super().__init__(message)
        self.message, self.path, self.code = message, path, code

    def inside(self, step: str) -> FieldError:
        joint = "" if not self.path or self.path.startswith("[") else "."
        return FieldError(self.message, f"{step}{joint}{self.path}", self.code)


def take(field: Field, raw: Any, template: Template, *, before: Any = None) -> Any:
    """`raw` as the document stores it in `field`. `before`: what is stored there now. Raises `FieldError`."""
    match field.kind:
        case "richtext":
            return text(raw, PROSE, multiline=True) or None
        case "text":
            return text(raw, LINE) or None
        case "choice":
            return choice(raw, [option.id for option in field.options]) or None
        case "enum_multi":
            return choices(raw, template.ids(field.vocabulary)) or None
        case "topic_refs":
            return choices(raw, template.ids("good_practice_topics"))
        case "rows" | "indicator_rows":
            return rows(raw, field.columns, template, before=before or ()) or None
        case "derived":
            return derived(raw)
        case _:
            raise FieldError(_("This is written in the matrix."))


def text(raw: Any, limit: int, *, multiline: bool = False) -> str:
    """Cleaned text; None counts as empty."""
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise FieldError(_("A text is expected here."))
    try:
        return clean(raw, max_length=limit, multiline=multiline)
    except Unclean as error:
        raise FieldError(*_why(error)) from None


def _why(error: Unclean) -> tuple[str, str, str]:
    if error.code == "too_long":
        return _("This is %(length)s characters long; %(max)s are possible.", **error.context), "", "too_long"
    if error.code == "too_big":
        return _("This text is too long."), "", "too_long"
    return _("This text holds a sign that cannot be stored (%(point)s).", **error.context), "", "invalid"


def choice(raw: Any, options: Sequence[str]) -> str:
    if raw in (None, ""):
        return ""
    if not isinstance(raw, str) or raw not in options:
        raise FieldError(_("“%(value)s” is not one of: %(options)s.", value=short(raw), options=", ".join(options)))
    return raw


def choices(raw: Any, options: Sequence[str]) -> list[str]:
    """Several entries of a vocabulary, each once, in the order given."""
    if raw is None:
        return []
    if not isinstance(raw, list) or len(raw) > CHOICES:
        raise FieldError(_("A list is expected here."))
    found: list[str] = []
    for index, item in enumerate(raw):
        try:
            found.append(choice(item, options))
        except FieldError as error:
            raise error.inside(f"[{index}]") from None
    return [item for item in dict.fromkeys(found) if item]


def derived(raw: Any) -> dict[str, Any] | None:
    """A choice of matrix items by id, with a lead-in (R-06)."""
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or not isinstance(raw.get("items", []), list):
        raise FieldError(_("A choice of aspects or elements is expected here."))
    picked = [item for item in raw.get("items", []) if isinstance(item, str) and len(item) <= 40][:CHOICES]
    lead_in = text(raw.get("lead_in"), PROSE, multiline=True)
    found = {"items": list(dict.fromkeys(picked)), **({"lead_in": lead_in} if lead_in else {})}
    return found if picked or lead_in else None


# ---- rows and lines


def rows(raw: Any, columns: Sequence[Column], template: Template, *, before: Sequence[Item] = ()) -> list[Item]:
    """A table of rows. A row without any word in it is left out."""
    if raw is None:
        return []
    if not isinstance(raw, list) or len(raw) > ROWS:
        raise FieldError(_("A list is expected here."))
    known = {item["id"]: item for item in before}
    taken: list[Item] = []
    for index, row in enumerate(raw):
        try:
            taken.append(_row(row, columns, template, known))
        except FieldError as error:
            raise error.inside(f"[{index}]") from None
    filled = [item for item in taken if set(item) - META]
    if len({item["id"] for item in filled}) < len(filled):
        raise FieldError(_("Two rows carry the same id."))
    return filled


def lines(raw: Any, template: Template, *, before: Sequence[Item] = ()) -> list[Item]:
    """Lines of text (SWOT, open questions, additions)."""
    return rows(raw, (Column("text", ""),), template, before=before)


def _row(raw: Any, columns: Sequence[Column], template: Template, known: Mapping[str, Item]) -> Item:
    if isinstance(raw, str) and len(columns) == 1:
        raw = {columns[0].id: raw}
    if not isinstance(raw, Mapping):
        raise FieldError(_("A row with columns is expected here."))
    old = known.get(str(raw.get("id")), {})
    strange = [key for key in raw if key not in META and key not in old and all(key != column.id for column in columns)]
    if strange:
        raise FieldError(_("There is no column called “%(name)s”.", name=short(strange[0])))
    item = {key: value for key, value in old.items() if all(key != column.id for column in columns)}
    item |= dict(_cells(raw, columns)) | marks(raw, template, old)
    return authored(item, old)


def _cells(raw: Mapping[str, Any], columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    for column in columns:
        try:
            value = raw.get(column.id)
            if column.options:
                cell = choice(value, [option.id for option in column.options])
            else:
                cell = text(value, CELL, multiline=True)
        except FieldError as error:
            raise error.inside(column.id) from None
        if cell:
            yield column.id, cell


def marks(raw: Mapping[str, Any], template: Template, old: Mapping[str, Any]) -> Item:
    """Id and origin of an item as a person gives them; sources are never a person's to write."""
    id_ = str(raw.get("id") or old.get("id") or ids.new_id())
    if not ITEM_ID.fullmatch(id_):
        raise FieldError(_("This id cannot be used."), "id")
    origin = raw.get("origin") or old.get("origin") or "desk"
    if not template.knows(ORIGINS, str(origin)) and origin != old.get("origin"):
        raise FieldError(_("“%(value)s” is not one of: %(options)s.", value=short(origin),
                           options=", ".join(template.ids(ORIGINS))), "origin")  # fmt: skip
    return {"id": id_, "origin": origin}


# ---- the matrix


def aspect(raw: Mapping[str, Any], template: Template) -> Item:
    """What is said about an aspect, of the keys given."""
    readers = {
        "title": lambda value: text(value, LINE),
        "description": lambda value: text(value, PROSE, multiline=True),
        "topics": lambda value: choices(value, template.ids("good_practice_topics")),
    }
    return _given(raw, readers, template)


def element(raw: Mapping[str, Any], template: Template) -> Item:
    """What is said about an element, of the keys given. `extra` holds the words of every category ever chosen (R-18)."""
    readers = {
        "title": lambda value: text(value, LINE),
        "description": lambda value: text(value, PROSE, multiline=True),
        "category": lambda value: choice(value, template.ids("element_categories")),
        "extra": lambda value: extra(value, template),
    }
    return _given(raw, readers, template)


def suggestion(raw: Mapping[str, Any], template: Template) -> Item:
    """What is said in a suggestion, of the keys given (R-19)."""
    readers: dict[str, Any] = {field.id: _reader(field, template) for field in template.suggestion_fields}
    readers["needs"] = lambda value: needs(value, template)
    return _given(raw, readers, template)


def extra(raw: Any, template: Template) -> dict[str, str]:
    """Answers to the prompts of a category. A choice may be one of any category that asks under this name."""
    return _words(raw, {name: _any_of(fields, template) for name, fields in template.extras.items()})


def needs(raw: Any, template: Template) -> dict[str, str]:
    return _words(raw, {field.id: (lambda value: text(value, CELL, multiline=True)) for field in template.needs})


def shown_extra(item: Mapping[str, Any], category: Category | None) -> list[tuple[Field, str]]:
    """The answers that belong to the category chosen now; others are kept, not shown."""
    answers = item.get("extra", {})
    found = [(field, answers.get(field.id, "")) for field in (category.extra if category else ())]
    return [
        (field, value if not field.options or any(option.id == value for option in field.options) else "")
        for field, value in found
    ]


def _reader(field: Field, template: Template) -> Any:
    return lambda value: take(field, value, template) or ""


def _any_of(fields: Sequence[Field], template: Template) -> Any:
    if all(field.options for field in fields):
        options = [option.id for field in fields for option in field.options]
        return lambda value: choice(value, options)
    return _reader(next(field for field in fields if not field.options), template)


def _words(raw: Any, readers: Mapping[str, Any]) -> dict[str, str]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping) or len(raw) > KEYS:
        raise FieldError(_("Names with values are expected here."))
    return {key: value for key, value in _read(raw, readers).items() if value}


def _given(raw: Mapping[str, Any], readers: Mapping[str, Any], template: Template) -> Item:
    own = {key: value for key, value in raw.items() if key != "origin"}
    found = _read(own, readers)
    if "origin" in raw:
        found["origin"] = marks({"origin": raw["origin"]}, template, {})["origin"]
    return found


def _read(raw: Mapping[str, Any], readers: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for key, value in raw.items():
        if key not in readers:
            raise FieldError(_("There is no field called “%(name)s” here.", name=short(key)))
        try:
            found[key] = readers[key](value)
        except FieldError as error:
            raise error.inside(key) from None
    return found


def short(value: Any) -> str:
    """A wrong value, short and printable, for a message."""
    return ascii(value).strip("'")[:60] if not isinstance(value, str) or not value.isprintable() else value[:60]
