"""Commands of the matrix: aspects, elements and suggestions are added, changed, moved, removed and put back (R-16 to R-19).

Each item is edited alone: two people in different items never meet; in the same item the second is told (D11).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field as Limits
from pydantic import StringConstraints

from facilitation.cases import document as doc
from facilitation.cases import values
from facilitation.cases.document import Document, Found, Item
from facilitation.cases.models import Case, CaseRevision
from facilitation.cases.queries import site_template
from facilitation.cases.rules import item_content, mark
from facilitation.cases.saving import author_of, check_base, origin_for, refuse, save, the_case
from facilitation.cases.template import Template
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _

Base = Annotated[str, StringConstraints(max_length=40)]
Words = Annotated[dict[str, Any], Limits(max_length=60)]
Place = Annotated[int, Limits(ge=0, le=1000)]
READERS: dict[str, Callable[[dict[str, Any], Template], Item]] = {
    "aspect": values.aspect,
    "element": values.element,
    "suggestion": values.suggestion,
}
#: Inputs made of named answers: what is sent is laid over what is there, so words of another category stay (R-18).
LAYERED = ("extra", "needs")
MOST = 2000  # items of a case


class _Fields(Command):
    """`fields`: the words of the item, by the names of the template; `origin` among them."""

    case: Id
    fields: Words


class _Item(Command):
    """`item`: the id of the item, or A1, A1.E3."""

    case: Id
    item: Id


@command("case.add_aspect", scope="case")
class AddAspect(_Fields):
    at: Place | None = None


@command("case.add_element", scope="case")
class AddElement(_Fields):
    aspect: Id
    at: Place | None = None


@command("case.add_suggestion", scope="case")
class AddSuggestion(_Fields):
    element: Id
    at: Place | None = None


@handles(AddAspect)
def add_aspect(cmd: AddAspect, ctx: Context) -> dict[str, Any]:
    return _add(ctx, "aspect", cmd.fields, lambda document, item: doc.add_aspect(document, at=cmd.at, **item))


@handles(AddElement)
def add_element(cmd: AddElement, ctx: Context) -> dict[str, Any]:
    return _add(ctx, "element", cmd.fields, lambda document, item: doc.add_element(document, cmd.aspect, at=cmd.at, **item))


@handles(AddSuggestion)
def add_suggestion(cmd: AddSuggestion, ctx: Context) -> dict[str, Any]:
    return _add(
        ctx, "suggestion", cmd.fields, lambda document, item: doc.add_suggestion(document, cmd.element, at=cmd.at, **item)
    )


def _add(
    ctx: Context, kind: str, fields: dict[str, Any], add: Callable[[Document, Item], tuple[Document, str]]
) -> dict[str, Any]:
    case = the_case(ctx)
    item = _read(ctx, kind, fields)
    if kind != "suggestion" and not item.get("title"):
        raise Refused("invalid", fields={"fields.title": _("Please fill this in.")})
    if not any(value for name, value in item.items() if name != "origin"):
        raise Refused("invalid", _("Please write something first."))
    try:
        document, id_ = add(case.document, {"origin": origin_for(ctx.actor, case.id), **item})
    except LookupError:
        raise Refused("gone", _("The place for this is no longer there.")) from None
    if len(list(doc.walk(document))) > MOST:
        raise Refused("full")
    return _saved(ctx, case, document, doc.need(document, id_))


@command("case.update_aspect", scope="case")
class UpdateAspect(_Fields):
    """Only the fields given are written. `base`: the mark of the item as it was loaded."""

    item: Id
    base: Base = ""


@command("case.update_element", scope="case")
class UpdateElement(UpdateAspect):
    pass


@command("case.update_suggestion", scope="case")
class UpdateSuggestion(UpdateAspect):
    pass


@handles(UpdateAspect)
def update_aspect(cmd: UpdateAspect, ctx: Context) -> dict[str, Any]:
    return _update(ctx, "aspect", cmd)


@handles(UpdateElement)
def update_element(cmd: UpdateElement, ctx: Context) -> dict[str, Any]:
    return _update(ctx, "element", cmd)


@handles(UpdateSuggestion)
def update_suggestion(cmd: UpdateSuggestion, ctx: Context) -> dict[str, Any]:
    return _update(ctx, "suggestion", cmd)


def _update(ctx: Context, kind: str, cmd: UpdateAspect) -> dict[str, Any]:
    case = the_case(ctx)
    found = _found(case.document, cmd.item, kind)
    mine = _read(ctx, kind, cmd.fields)
    if "title" in mine and not mine["title"]:
        raise Refused("invalid", fields={"fields.title": _("Please fill this in.")})
    for name in LAYERED:
        if name in mine:
            mine[name] = _layered(found.item.get(name, {}), mine[name], cmd.fields[name])
    check_base(cmd.base, item_content(found.item), mine)
    document = doc.update_item(case.document, found.id, mine)
    return _saved(ctx, case, document, doc.need(document, found.id))


def _layered(old: dict[str, str], new: dict[str, str], sent: Any) -> dict[str, str]:
    emptied = set(sent or ()) - set(new)
    return {key: value for key, value in {**old, **new}.items() if key not in emptied}


def _read(ctx: Context, kind: str, fields: dict[str, Any]) -> Item:
    try:
        return READERS[kind](fields, site_template(ctx.session))
    except values.FieldError as error:
        refuse(error, "fields")


def _found(document: Document, item: str, *kinds: str) -> Found:
    """The item, or `gone`: somebody took it out while another person looked at it."""
    try:
        return doc.need(document, item, *kinds)
    except LookupError:
        raise Refused("gone", _("This is no longer in the matrix.")) from None


def _saved(ctx: Context, case: Case, document: Document, found: Found) -> dict[str, Any]:
    save(ctx.work, case, document, user=author_of(ctx.actor), place=found.id)
    return {"id": found.id, "ref": found.ref, "base": mark(item_content(found.item)), "version": case.version}


@command("case.move_aspect", scope="case")
class MoveAspect(_Item):
    """To place `to` (from 0) among its neighbours."""

    to: Place


@command("case.move_element", scope="case")
class MoveElement(MoveAspect):
    pass


@command("case.move_suggestion", scope="case")
class MoveSuggestion(MoveAspect):
    pass


@handles(MoveAspect)
def move_aspect(cmd: MoveAspect, ctx: Context) -> dict[str, Any]:
    return _move(ctx, "aspect", cmd)


@handles(MoveElement)
def move_element(cmd: MoveElement, ctx: Context) -> dict[str, Any]:
    return _move(ctx, "element", cmd)


@handles(MoveSuggestion)
def move_suggestion(cmd: MoveSuggestion, ctx: Context) -> dict[str, Any]:
    return _move(ctx, "suggestion", cmd)


def _move(ctx: Context, kind: str, cmd: MoveAspect) -> dict[str, Any]:
    case = the_case(ctx)
    found = _found(case.document, cmd.item, kind)
    document = doc.move_item(case.document, found.id, cmd.to)
    return _saved(ctx, case, document, doc.need(document, found.id))


@command("case.remove_aspect", scope="case")
class RemoveAspect(_Item):
    """With everything under it. An earlier revision keeps it, `case.restore_item` puts it back."""


@command("case.remove_element", scope="case")
class RemoveElement(_Item):
    pass


@command("case.remove_suggestion", scope="case")
class RemoveSuggestion(_Item):
    pass


@handles(RemoveAspect)
def remove_aspect(cmd: RemoveAspect, ctx: Context) -> dict[str, Any]:
    return _remove(ctx, "aspect", cmd)


@handles(RemoveElement)
def remove_element(cmd: RemoveElement, ctx: Context) -> dict[str, Any]:
    return _remove(ctx, "element", cmd)


@handles(RemoveSuggestion)
def remove_suggestion(cmd: RemoveSuggestion, ctx: Context) -> dict[str, Any]:
    return _remove(ctx, "suggestion", cmd)


def _remove(ctx: Context, kind: str, cmd: _Item) -> dict[str, Any]:
    """Removing is a revision of its own, so that the one before it still holds the item."""
    case = the_case(ctx)
    found = _found(case.document, cmd.item, kind)
    document = doc.remove_item(case.document, found.id)
    save(ctx.work, case, document, user=author_of(ctx.actor), place="")
    return {"id": found.id, "version": case.version, "undo": case.version - 1}


@command("case.restore_item", scope="case")
class RestoreItem(_Item):
    """Put an item of the matrix back as it stood in an earlier revision."""

    revision: Annotated[int, Limits(ge=1)]


@handles(RestoreItem)
def restore_item(cmd: RestoreItem, ctx: Context) -> dict[str, Any]:
    case = the_case(ctx)
    revision = ctx.session.get(CaseRevision, (case.id, cmd.revision))
    if revision is None:
        raise Refused("not_found")
    try:
        document = doc.restore_item(case.document, revision.document, cmd.item)
    except LookupError:
        raise Refused("gone", _("This cannot be put back: it is there already, or its place is gone.")) from None
    save(ctx.work, case, document, user=author_of(ctx.actor), origin="restore")
    return {"id": cmd.item, "version": case.version}
