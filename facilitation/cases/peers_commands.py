"""What peers tied to a case and checked in it, in the hands of its owner: see, reword, take out, add a challenge (R-36, R-37)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from pydantic import Field as Limits
from pydantic import StringConstraints

from facilitation.cases import values
from facilitation.cases.document import ADDITIONS, Document, Item, authored, note_removed, with_section
from facilitation.cases.queries import site_template
from facilitation.cases.rules import mark, may_reword, peers_content
from facilitation.cases.saving import author_of, check_base, refuse, save, the_case
from facilitation.cases.template import Template
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.i18n import _

Rows = Annotated[list[Any], Limits(max_length=values.ROWS)]


@command("case.save_peers", scope="case")
class SavePeers(Command):
    """`challenges`: all lines. `checks`: [{id, text}] of the records that stay; only some can be reworded, none is new.

    `lines`: of a section that is written in the matrix, the lines beside it. What is not given stays as it is.
    """

    case: Id
    challenges: Rows | None = None
    checks: Annotated[list[Any], Limits(max_length=1000)] | None = None
    lines: Annotated[dict[Annotated[str, StringConstraints(max_length=10)], Rows], Limits(max_length=20)] = {}
    base: Annotated[str, StringConstraints(max_length=40)] = ""


@handles(SavePeers)
def save_peers(cmd: SavePeers, ctx: Context) -> dict[str, Any]:
    case, template = the_case(ctx), site_template(ctx.session)
    before = peers_content(case.document, template)
    mine = {**before, "lines": dict(before["lines"])}
    if cmd.challenges is not None:
        mine["challenges"] = _read("challenges", lambda: values.lines(cmd.challenges, template, before=before["challenges"]))
    if cmd.checks is not None:
        mine["checks"] = _read("checks", partial(_kept, cmd.checks, before["checks"]))
    for section, raw in cmd.lines.items():
        mine["lines"][section] = _read(f"lines:{section}", partial(_lines, section, raw, before["lines"], template))
    check_base(cmd.base, before, mine)
    document = note_removed(_with(case.document, mine), _gone(before, mine))
    save(ctx.work, case, document, user=author_of(ctx.actor), place="peers")
    return {"version": case.version, "base": mark(peers_content(document, template))}


def _read(name: str, read: Callable[[], list[Item]]) -> list[Item]:
    try:
        return read()
    except values.FieldError as error:
        refuse(error.inside(name), "fields")


def _kept(raw: Sequence[Any], before: Sequence[Item]) -> list[Item]:
    """The records named, in their old order, with new words where they may be reworded."""
    said = {str(entry.get("id")): entry for entry in raw if isinstance(entry, Mapping)}
    if set(said) - {item["id"] for item in before}:
        raise values.FieldError(_("What peers said is added by a lab or a webinar."))
    return [_reworded(item, said[item["id"]]) for item in before if item["id"] in said]


def _reworded(item: Item, entry: Mapping[str, Any]) -> Item:
    if not may_reword(item) or "text" not in entry:
        return item
    text = values.text(entry["text"], values.CELL, multiline=True)
    if not text:
        raise values.FieldError(_("Please fill this in."))
    return authored({**item, "text": text}, item)


def _lines(section: str, raw: Sequence[Any], before: Mapping[str, Sequence[Item]], template: Template) -> list[Item]:
    found = template.section(section)
    if found is None or not found.is_matrix:
        raise values.FieldError(_("The template has no section “%(name)s” in this part.", name=section))
    return values.lines(raw, template, before=before.get(section, ()))


def _with(document: Document, mine: Mapping[str, Any]) -> Document:
    for name in ("challenges", "checks"):
        if mine[name] or name in document:
            document = {**document, name: mine[name]}
    for section, lines in mine["lines"].items():
        if lines or document.get("sections", {}).get(section, {}).get(ADDITIONS):
            document = with_section(document, section, {ADDITIONS: lines or None})
    return document


def _gone(before: Mapping[str, Any], mine: Mapping[str, Any]) -> list[Item]:
    kept = {item["id"] for item in _items(mine)}
    return [item for item in _items(before) if item["id"] not in kept]


def _items(content: Mapping[str, Any]) -> list[Item]:
    return [*content["challenges"], *content["checks"], *(line for lines in content["lines"].values() for line in lines)]
