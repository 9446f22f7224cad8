"""Paragraphs of a Word file as answers: texts, choices by their labels in any of our languages. What fits nowhere is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from facilitation.cases.files.prose import back, forward
from facilitation.cases.files.slots import Slot
from facilitation.cases.files.word_read import Par
from facilitation.core.i18n import LOCALES, _, use_locale


@dataclass(frozen=True)
class Note:
    """Something that was not understood, or stays as it was: where it stands, what it says."""

    where: str
    text: str


def norm(text: str) -> str:
    """A label as one compares it."""
    return " ".join(text.split()).rstrip(":").strip().casefold()


def hints() -> frozenset[str]:
    """The placeholders in every language."""
    found = set()
    for locale in LOCALES:
        with use_locale(locale):
            found |= {_("Write here."), _("choose"), _("Title of the case")}
    return frozenset(found)


@dataclass
class Answers:
    """`told`: what was not understood, in the order of the file."""

    told: list[Note] = field(default_factory=list)
    hints: frozenset[str] = field(default_factory=hints)

    def tell(self, where: str, text: str) -> None:
        if text.strip():
            self.told.append(Note(where, text.strip()))

    def written(self, pars: Iterable[Par]) -> list[Par]:
        """Without placeholders that nobody wrote over."""
        return [par for par in pars if par.text.strip() not in self.hints]

    def prose(self, pars: Iterable[Par], old: str = "") -> str:
        """Markdown. Words nobody touched come back as they were written."""
        text = back(par.block for par in self.written(pars))
        return old if old and back(forward(old)) == text else text

    def plain(self, pars: Iterable[Par], old: str = "") -> str:
        """Words that are no Markdown: each paragraph a line; an item of a list keeps its dash."""
        lines = [f"– {par.text}" if par.kind == "bullet" else par.text for par in self.written(pars)]
        text = "\n".join(lines).strip()
        return old if old.strip() == text else text

    def line(self, pars: Iterable[Par], old: str = "") -> str:
        text = " ".join(par.text.replace("\n", " ") for par in self.written(pars) if par.text.strip()).strip()
        return old if " ".join(old.split()) == " ".join(text.split()) else text

    def value(self, slots: Sequence[Slot], pars: Sequence[Par], old: Any, where: str) -> Any:
        """The answer in a place. `slots`: the same place in each language."""
        match slots[0].kind:
            case "choice":
                return self.choice(slots, pars, str(old or ""), where)
            case "many":
                return self.many(slots, pars, [str(item) for item in old or ()], where)
            case "prose":
                return self.prose(pars, str(old or ""))
            case "plain":
                return self.plain(pars, str(old or ""))
            case _:
                return self.line(pars, str(old or ""))

    def choice(self, slots: Sequence[Slot], pars: Iterable[Par], old: str, where: str) -> str:
        text = self.line(pars)
        found = self.option(slots, text, [old])
        if text and not found:
            self.tell(where, _("“%(text)s” is none of the choices: %(choices)s.", text=text[:200],
                               choices=", ".join(option.label for option in slots[0].options)))  # fmt: skip
            return old
        return found

    def many(self, slots: Sequence[Slot], pars: Iterable[Par], old: Sequence[str], where: str) -> list[str]:
        """Entries one below the other, or apart by semicolons; of boxes those that are ticked."""
        chosen: list[str] = []
        for par in self.written(pars):
            if par.box is False:
                continue
            text = par.text.strip()
            whole = self.option(slots, text, old)
            for part in [text] if whole else filter(None, (part.strip() for part in re.split(r"[;\n]", text))):
                if found := self.option(slots, part, old):
                    chosen.append(found)
                else:
                    self.tell(where, _("“%(text)s” is not on the list.", text=part[:200]))
        return list(dict.fromkeys(chosen))

    def option(self, slots: Sequence[Slot], text: str, old: Sequence[str]) -> str:
        """The id of what is called so; the one that was chosen before wins where two are called the same."""
        by_label = [option.id for slot in slots for option in slot.options if norm(text) in {norm(option.label), norm(option.id)}]
        if not by_label and text in old:
            return text
        return next((id_ for id_ in by_label if id_ in old), by_label[0] if by_label else "")


def labelled(
    pars: Iterable[Par], labels: Mapping[str, str], first: str, then: str = ""
) -> tuple[dict[str, list[Par]], list[Par]]:
    """Paragraphs of a cell by the place they answer, and those under a label nobody knows.

    `labels`: label → place. What stands before any label answers `first`, or after its first paragraph `then`.
    """
    found: dict[str, list[Par]] = {}
    strange: list[Par] = []
    place = first
    for par in pars:
        if par.label:
            place = labels.get(norm(par.label), "")
        if not par.text.strip() and not par.label and place == first:
            continue
        (found.setdefault(place, []) if place else strange).append(par)
        if place == first and then and par.text.strip():
            place = then
    return found, strange
