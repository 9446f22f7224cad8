"""The left half of the merge desk: the place a proposal aims at, as the case says it now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from facilitation.cases.document import Found, content, find
from facilitation.cases.markdown import plain
from facilitation.cases.reading_peers import quadrant_name
from facilitation.cases.template import Template
from facilitation.core.i18n import _
from facilitation.reports.closed import Proposal
from facilitation.reports.place_words import place_name
from facilitation.reports.places import field_at, is_there, say_target, words_at

_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True)
class Place:
    """Where in the case. `there`: the place still exists; `lines`: what stands there already; `slot`: what would happen.

    `now`: the words a correction or a settled line speaks about.
    """

    where: str
    title: str = ""
    text: str = ""
    category: str = ""
    lines: tuple[str, ...] = ()
    slot: str = ""
    there: bool = True
    now: str = ""


def place(document: Mapping[str, Any], proposal: Proposal, words: Template) -> Place:
    if not is_there(document, proposal.target, words):
        where = place_name(say_target(proposal.target), document, words)
        return Place(where, there=False)
    match proposal.op:
        case "add_suggestion":
            return _element_place(document, proposal)
        case "add_element":
            return _aspect_place(document, proposal)
        case "add_aspect":
            return _matrix_place(document, proposal)
        case "settle_swot":
            return _swot_place(document, proposal)
        case "link_challenge":
            known = _lines(document.get("challenges", ()), proposal.id)
            return Place(_("Unresolved challenges"), lines=known, slot=_("This challenge is tied to the case"))
    return _section_place(document, proposal, words)


def _lines(items: Any, proposal: str) -> tuple[str, ...]:
    """The words of lines and rows that did not come from this proposal."""
    return tuple(first_words(item) for item in items if not is_from(item, proposal))


def first_words(item: Mapping[str, Any]) -> str:
    said = content(item)
    main = said.get("what_to_transfer") or said.get("title") or said.get("text")
    if main:
        return str(main)
    return ", ".join(str(value) for value in said.values() if isinstance(value, str))


def is_from(item: Mapping[str, Any], proposal: str) -> bool:
    return any(source.get("proposal") == proposal for source in item.get("sources", ()))


def _section_place(document: Mapping[str, Any], proposal: Proposal, words: Template) -> Place:
    target = proposal.target
    name = place_name(say_target(target), document, words)
    id_ = str(target.get("section") or target.get("fact"))
    fields = document.get("sections", {}).get(id_, {})
    if proposal.op == "extend_table":
        return Place(name, lines=_lines(fields.get(target["field"], ()), proposal.id), slot=_("A new row goes here"))
    if proposal.op == "extend_section":
        about = target.get("field")
        text = _shortened(fields.get(about)) if about else ""
        known = [line for line in fields.get("additions", ()) if not about or line.get("about") == about]
        slot = _("A new line goes under these words; they stay as they are") if about else _("A new line goes here")
        return Place(name, text=text, lines=_lines(known, proposal.id), slot=slot)
    if "field" in target:
        now = words_at(document, target) or ""
        return Place(name, now=now, text="" if proposal.state in ("accepted", "edited") else now)
    lines = tuple(f"{known.label}: {_shortened(value)}" for known, value in _texts(fields, target, words))
    lines += tuple(
        first_words(row) for value in fields.values() if isinstance(value, list) for row in value if isinstance(row, dict)
    )
    slot = _("The confirmation stands beside this section") if proposal.op == "confirm_fact" else ""
    return Place(name, lines=lines, slot=slot or _("The correction is noted beside these words; they stay as they are"))


def _texts(fields: Mapping[str, Any], target: Mapping[str, str], words: Template) -> list[tuple[Any, str]]:
    section = words.section(target["fact"])
    known = [(field, fields.get(field.id)) for field in (section.fields if section else ())]
    return [
        (field, value)
        for field, value in known
        if isinstance(value, str) and value and field_at({**target, "field": field.id}, words)
    ]


def _shortened(text: Any, most: int = 280) -> str:
    said = plain(text, citations=False) if isinstance(text, str) else ""
    return said if len(said) <= most else said[:most].rsplit(" ", 1)[0] + " …"


def _matrix_place(document: Mapping[str, Any], proposal: Proposal) -> Place:
    titles = tuple(
        f"{aspect['ref']} {aspect.get('title', '')}" for aspect in document.get("matrix", ()) if not is_from(aspect, proposal.id)
    )
    return Place(_("Matrix, aspects"), lines=titles, slot=_("A new aspect goes here"))


def _aspect_place(document: Mapping[str, Any], proposal: Proposal) -> Place:
    found = _found(document, proposal)
    names = _lines(found.item.get("elements", ()), proposal.id)
    slot = _("After “%(title)s”", title=names[-1]) if names else _("The first element of this aspect goes here")
    where = _("%(ref)s, elements", ref=say_target(proposal.target))
    return Place(where, str(found.item.get("title", "")), lines=names, slot=slot)


def _element_place(document: Mapping[str, Any], proposal: Proposal) -> Place:
    found = _found(document, proposal)
    known = [item for item in found.item.get("suggestions", ()) if not is_from(item, proposal.id)]
    lines = tuple(str(item.get("how_to_transfer") or item.get("what_to_transfer", "")) for item in known)
    slot = _("Another suggestion goes here") if lines else _("The first suggestion of this element goes here")
    title, text = str(found.item.get("title", "")), plain(str(found.item.get("description", "")), citations=False)
    where = _("%(ref)s, suggestions", ref=say_target(proposal.target))
    return Place(where, title, text, str(found.item.get("category", "")), lines, slot)


def _found(document: Mapping[str, Any], proposal: Proposal) -> Found:
    found = find(document, say_target(proposal.target))
    assert found is not None  # noqa: S101 - is_there said so
    return found


def _swot_place(document: Mapping[str, Any], proposal: Proposal) -> Place:
    quadrant = proposal.target["swot"]
    lines = document.get("swot", {}).get(quadrant, ())
    if "item" not in proposal.target:
        return Place(quadrant_name(quadrant), lines=_lines(lines, proposal.id), slot=_("A new line goes here"))
    now = words_at(document, proposal.target) or ""
    other = tuple(str(line["text"]) for line in lines if line["id"] != proposal.target["item"])
    return Place(quadrant_name(quadrant), title=now, lines=other, now=now, slot=_how(str(proposal.detail.get("how", "reword"))))


def _how(how: str) -> str:
    return {
        "confirm": _("The line stays, marked as confirmed by peers"),
        "drop": _("The line is taken out; it can be brought back"),
    }.get(how, _("The line gets other words"))


def likely_fact(facts: list[tuple[str, str, str]], remark: str) -> str:
    """The target among the facts of a section a remark most likely speaks about: most words in common, else the first."""
    wanted = set(_WORD.findall(remark.casefold()))
    best = max(facts, key=lambda fact: len(wanted & set(_WORD.findall(fact[2].casefold()))), default=("", "", ""))
    return best[0]
