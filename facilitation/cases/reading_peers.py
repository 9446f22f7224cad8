"""What peers checked in a case and said about its SWOT, as lines to read (R-37, R-98)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from facilitation.cases.document import QUADRANTS, VERDICTS, Item
from facilitation.cases.reading_pieces import Line
from facilitation.cases.template import Option, Section
from facilitation.core.i18n import _

MakeLine = Callable[[Item, Sequence[Any]], Line]


class Peers:
    """`line`: makes a line of an item and its words."""

    def __init__(self, document: Mapping[str, Any], line: MakeLine) -> None:
        self.document, self.line = document, line

    def checks(self, section: Section, items: Sequence[Item]) -> tuple[Line, ...]:
        return tuple(replace(self.check(item), about=label_of(section, item.get("field"))) for item in items)

    def check(self, item: Item) -> Line:
        return self.line(item, [said_of(item)])

    def swot(self) -> list[tuple[str, list[Line]]]:
        checks = [item for item in self.document.get("checks", ()) if "swot" in item]
        found = []
        for quadrant in QUADRANTS:
            lines = [self._draft(line, checks) for line in self.document.get("swot", {}).get(quadrant, ())]
            lines += [self.check(item) for item in checks if (item["swot"], item.get("verdict")) == (quadrant, "dropped")]
            if lines:
                found.append((quadrant, lines))
        return found

    def _draft(self, line: Item, checks: Sequence[Item]) -> Line:
        about = tuple(self.check(item) for item in checks if item.get("item") == line["id"])
        return replace(self.line(line, [line["text"]]), checks=about)


def verdicts(about: str) -> tuple[Option, ...]:
    """What can be said about a `section` or about the `swot`."""
    said = {"confirmed": _("Confirmed"), "noted": _("To be corrected"), "corrected": _("Corrected"), "reworded": _("Reworded"),
            "dropped": _("Taken out")}  # fmt: skip
    return tuple(Option(id_, said[id_]) for id_, place in VERDICTS.items() if place in ("", about))


def quadrant_name(quadrant: str) -> str:
    known = {"S": _("SWOT, strengths"), "W": _("SWOT, weaknesses"), "O": _("SWOT, opportunities"), "T": _("SWOT, threats")}
    return known.get(quadrant, "SWOT")


def said_of(item: Mapping[str, Any]) -> str:
    """A record of what peers said, as one sentence of ours around their words."""
    said = {
        "noted": _("To be corrected: %(text)s", text=item.get("text", "")),
        "corrected": _("Corrected; before: %(text)s", text=item.get("before", "")),
        "reworded": _("Reworded after the lab; before: %(text)s", text=item.get("before", "")),
        "dropped": _("Taken out after the lab: %(text)s", text=item.get("before", "")),
    }
    confirmed = item.get("text", "") if "section" in item else ""
    return str(said.get(item.get("verdict", ""), confirmed or _("Confirmed by peers")))


def label_of(section: Section, field: str | None) -> str:
    known = section.field(field) if field else None
    return known.label if known else ""
