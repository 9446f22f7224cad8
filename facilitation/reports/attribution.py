"""What may stand beside a text in anything that leaves the lab (safety, section 5). Pure.

Printed level = the lowest of the person's choice, the lab's ceiling and the small-cell rule. A contribution already carries
the lowest at the time of writing; groups may have shrunk since, so the small cells are looked at again. Under the
Chatham House Rule no text carries a tier or more, and texts stand in an order that tells nothing about who wrote when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from facilitation.boards import rules
from facilitation.boards.labels import label_text
from facilitation.reports.closed import ClosedLab, Contribution


@dataclass(frozen=True)
class Attribution:
    closed: ClosedLab

    @cached_property
    def tiers(self) -> Mapping[str, int]:
        return Counter(person.tier for person in self.closed.participants)

    @cached_property
    def cells(self) -> Mapping[str, int]:
        """How many people stand behind each label of tier and stage."""
        found = Counter((person.tier, person.stage) for person in self.closed.participants)
        return {
            label_text(rules.STAGE, tier=tier, stage=stage or None, organisation=None, name=None) or "": n
            for (tier, stage), n in found.items()
        }

    def level(self, item: Contribution) -> int:
        """The level a text may be printed with now, whatever the Chatham House Rule adds to it."""
        lab = self.closed.lab
        level = min(item.level, lab.ceiling) if item.tier else rules.NOTHING
        if level == rules.STAGE and self.cells.get(item.label, 0) < lab.minimum_cell:
            level = rules.TIER
        if level == rules.TIER and self.tiers[item.tier] < lab.minimum_cell:
            level = rules.NOTHING
        return level

    def label(self, item: Contribution) -> str:
        """The words beside one text, or an empty text."""
        if self.closed.lab.chatham_house:
            return ""
        level = self.level(item)
        if level == item.level:
            return item.label
        return label_text(min(level, rules.TIER), tier=item.tier, stage=None, organisation=None, name=None) or ""

    def tier(self, item: Contribution) -> str:
        """The tier of one text, or an empty text where it may not be told."""
        told = not self.closed.lab.chatham_house and self.level(item) >= rules.TIER
        return item.tier if told else ""

    def lowest(self, items: Iterable[Contribution]) -> int:
        """The level of something made from several texts: that of the most careful of its people."""
        return min((self.level(item) for item in items), default=rules.NOTHING)

    def mix(self, items: Iterable[Contribution]) -> dict[str, int]:
        """How many of several texts came from each tier; nothing when one of their people allows less.

        Under the Chatham House Rule a mix of one tier only would be the tier of each statement: nothing.
        """
        items = list(items)
        found = Counter(item.tier for item in items)
        if self.lowest(items) < rules.TIER or (self.closed.lab.chatham_house and len(found) < 2):
            return {}
        return {tier: found[tier] for tier in ("1", "2", "3", "other") if found[tier]}


def of(closed: ClosedLab) -> Attribution:
    """The attribution rules of a lab, their counts worked out once. The lab's language must be in force."""
    found: Attribution = closed.memo.setdefault("attribution", Attribution(closed))
    return found


def by_theme(items: Iterable[Contribution]) -> list[Contribution]:
    """In an order that has nothing to do with who wrote or when: by their words."""
    return sorted(items, key=lambda item: (item.text.casefold(), item.text, item.kind))
