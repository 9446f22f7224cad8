"""What peers tied to a case and checked in it, from a file: unresolved challenges, and records of facts and SWOT lines."""

from __future__ import annotations

from typing import Any

from facilitation.cases import values
from facilitation.cases.document import QUADRANTS, VERDICTS, Item
from facilitation.cases.importing_items import Items
from facilitation.cases.marked import Marked
from facilitation.cases.template import Column
from facilitation.core.i18n import _

LINES = (Column("text", ""),)
WORDS = ("text", "before")
NAMES = ("field", "item", "column")
CHECK = ("section", "swot", *NAMES, "verdict", *WORDS, "line", "at")
MOST = 1000


def challenges(items: Items, node: Marked) -> list[Item]:
    return items.rows(node, LINES)


def checks(items: Items, node: Marked) -> list[Item]:
    """Records as merges keep them (reports/merge.py). A place or a verdict nobody knows is refused with its line."""
    found = node.items()
    if len(found) > MOST:
        node.fail(_("There are too many entries here."))
    return [_check(items, child) for child in found]


def _check(items: Items, node: Marked) -> Item:
    record = _place(items, node)
    record["verdict"] = _verdict(node, record)
    record |= {name: text for name in WORDS if (text := _text(items, node, name))}
    if record["verdict"] == "dropped":
        (line,) = items.rows(Marked([node.need("line")], node.line), LINES) or [{}]
        if not line:
            node.need("line").fail(_("Please fill this in."))
        record |= {"line": line, "at": max(1, node.need("at").number())}
    return {**record, **items.more(node, CHECK), **items.marks(node)}


def _place(items: Items, node: Marked) -> dict[str, Any]:
    given = node.mapping()
    if ("section" in given) == ("swot" in given):
        node.fail(_("Either a section or a column of the SWOT is expected here."))
    if "swot" in given and given["swot"].text() not in QUADRANTS:
        given["swot"].fail(_("The SWOT has S, W, O and T."))
    if "section" in given and items.template.section(given["section"].text()) is None:
        given["section"].fail(_("The template has no section “%(name)s” in this part.", name=given["section"].text()[:40]))
    place = {"section" if "section" in given else "swot": (given.get("section") or given["swot"]).text()}
    for name in NAMES:
        if name in given and given[name].value is not None:
            place[name] = items.name(given[name])
    return place


def _verdict(node: Marked, record: dict[str, Any]) -> str:
    verdict = node.need("verdict").text()
    of_fact = "section" in record
    if verdict not in VERDICTS or VERDICTS[verdict] not in ("", "section" if of_fact else "swot"):
        known = ", ".join(name for name, place in VERDICTS.items() if place in ("", "section" if of_fact else "swot"))
        node.need("verdict").fail(_("“%(value)s” is not one of: %(options)s.", value=values.short(verdict), options=known))
    return verdict


def _text(items: Items, node: Marked, name: str) -> str:
    child = node.get(name)
    found: str = items.read(child, lambda: values.text(child.text(), values.PROSE, multiline=True))
    return found
