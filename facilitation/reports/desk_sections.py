"""What the report desk puts beside each section: the parts a person writes, proposals to word, points without an owner. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from facilitation.core.i18n import _, n_, use_locale
from facilitation.reports import counts
from facilitation.reports.attribution import by_theme
from facilitation.reports.closed import ClosedLab
from facilitation.reports.content import Said
from facilitation.reports.reading import Reading
from facilitation.reports.writing import NOTES

TOP = 3  # of each kind


@dataclass(frozen=True)
class Part:
    """One written part of a section. `section`: its number; 0 is the cover."""

    id: str
    section: str
    label: str
    text: str
    version: int


def parts(closed: ClosedLab) -> dict[str, list[Part]]:
    """The written parts by the number of their section."""
    named = [("authors", "0", _("Authors")), ("conclusions", "1", _("Key conclusions")), ("purpose", "2", _("Purpose"))]
    named += [(note, note.removeprefix("note-"), _("Remark of the writers")) for note in NOTES]
    found: dict[str, list[Part]] = {}
    for id_, section, label in named:
        now = closed.narrative.get(id_)
        found.setdefault(section, []).append(Part(id_, section, label, now.text if now else "", now.version if now else 0))
    return found


@dataclass(frozen=True)
class Proposed:
    """A top cluster or idea a person may take as the start of a sentence. `weight`: its votes, by tier where told."""

    id: str
    title: str
    kind: str
    weight: str
    voices: tuple[Said, ...]


def proposed(closed: ClosedLab) -> list[Proposed]:
    """The most wanted of each kind with what was said in it. Nothing here ever fills the report by itself."""
    words = {"transferability": _("Transferability"), "challenges": _("Challenge"), "swot": _("SWOT")}
    found = []
    for scope, kind in words.items():
        for _place, item, row in counts.ranked(closed, scope)[:TOP]:
            with use_locale(closed.lab.language):
                reading = Reading(closed)
                voices = reading.all_said(reading.members(item))
                split = ", ".join(f"{reading.tier(tier)}: {row['by_tier'][tier]}" for tier in reading.tiers(row["by_tier"]))
            dots = n_("%(n)s dot", "%(n)s dots", row["dots"])
            found.append(Proposed(item, counts.title(closed, item), kind, f"{dots} ({split})" if split else dots, voices))
    return found


@dataclass(frozen=True)
class Parked:
    id: str
    text: str
    owner: str = ""
    next_step: str = ""
    date: str = ""

    @property
    def is_open(self) -> bool:
        """Something is missing before somebody can follow it up."""
        return not (self.owner and self.next_step and self.date)


def parked(closed: ClosedLab) -> list[Parked]:
    """Every point of the parking list, in the order of its words."""
    items = [item for item in closed.contributions if item.parked is not None or (item.kind == "parking" and not item.parent)]
    return [Parked(item.id, item.text, *(item.parked or ())) for item in by_theme(items)]
