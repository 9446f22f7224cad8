"""What the sections of a report share: the closed lab, its attribution rules, its template, and numbers in its language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from facilitation.boards.labels import tier_name
from facilitation.boards.results import JOINED, TIERS
from facilitation.cases.template import Template, template
from facilitation.core.i18n import _, locale, n_
from facilitation.reports import counts
from facilitation.reports.attribution import Attribution, by_theme, of
from facilitation.reports.closed import ClosedLab, Contribution
from facilitation.reports.content import Said, Split


@dataclass(frozen=True)
class Reading:
    """Made and used with the lab's language in force."""

    closed: ClosedLab

    @cached_property
    def attribution(self) -> Attribution:
        return of(self.closed)

    @cached_property
    def template(self) -> Template:
        return template()

    @cached_property
    def figures(self) -> dict[str, Any]:
        return counts.figures(self.closed)

    # ---- words of people

    def said(self, item: Contribution, note: str = "") -> Said:
        """A contribution or reply as it may stand in the report: the original, and a translation where there is one."""
        return Said(
            item.text,
            lang=item.lang if item.lang != self.closed.lab.language else "",
            translation=item.translation,
            label=self.attribution.label(item),
            note=note or self.people_note(item),
            draft=item.origin == "owner_draft",
        )

    def all_said(self, items: Iterable[Contribution]) -> tuple[Said, ...]:
        """Several contributions, in the order of their words."""
        return tuple(self.said(item) for item in by_theme(items))

    def people_note(self, item: Contribution) -> str:
        if item.people > 1:
            return _("for %(n)s people", n=item.people)
        return _("spoken, noted by the rapporteur") if item.origin == "on_behalf" else ""

    def members(self, item: str) -> tuple[Contribution, ...]:
        """The contributions behind something that was voted on: of a cluster, or the one itself."""
        if item in self.closed.cluster:
            return self.closed.members[item]
        return (self.closed.contribution[item],) if item in self.closed.contribution else ()

    def typical(self, items: Iterable[Contribution]) -> Contribution | None:
        """The contribution that stands for a cluster: the one the others talked about most, then the shortest."""
        ranked = sorted(items, key=lambda item: (-len(self.closed.replies.get(item.id, ())), len(item.text), item.text))
        return ranked[0] if ranked else None

    def reactions(self, item: Contribution) -> str:
        """Agreement and dispute in words, or an empty text."""
        kinds = Counter(reply.reply_kind for reply in self.closed.replies.get(item.id, ()))
        words = {
            "agree": n_("%(n)s agrees", "%(n)s agree", kinds["agree"]),
            "disagree": n_("%(n)s disputes it", "%(n)s dispute it", kinds["disagree"]),
            "build": n_("%(n)s builds on it", "%(n)s build on it", kinds["build"]),
        }
        return ", ".join(text for kind, text in words.items() if kinds[kind])

    # ---- numbers and names

    def split(self, row: Mapping[str, Any], most: int) -> Split:
        return Split(row["dots"], tuple(row["by_tier"].items()), most)

    def tier(self, tier: str) -> str:
        return _("Small groups together") if tier == JOINED else str(tier_name(tier))

    def tiers(self, found: Mapping[str, Any]) -> list[str]:
        """The tiers of a breakdown in their order."""
        return [tier for tier in (*TIERS, JOINED) if tier in found]

    def number(self, value: float | int | None, places: int = 2) -> str:
        """A figure in the lab's language; a dash where there is none."""
        if value is None:
            return "–"
        pattern = "#,##0" if isinstance(value, int) else "#,##0." + "0" * places
        return str(format_decimal(value, format=pattern, locale=locale()))

    def percent(self, value: float | None) -> str:
        return "–" if value is None else str(format_percent(value, format="#,##0.#%", locale=locale()))

    def day(self, iso: str) -> str:
        return str(format_date(date.fromisoformat(iso), format="long", locale=locale())) if iso else ""

    def minutes(self, seconds: int | None) -> str:
        """Whole minutes; a dash for what was not held."""
        return "–" if seconds is None else self.number(max(1, round(seconds / 60)) if seconds else 0)

    def degree(self, mean: float | None, scale: Mapping[str, str]) -> str:
        """A mean on the travel scale with the word of the nearest step."""
        if mean is None:
            return "–"
        word = scale.get(str(int(mean + 0.5)), "")
        return f"{self.number(mean)} ({self.template.value_label('degree', word)})" if word else self.number(mean)

    def case_title(self, case: str) -> str:
        found = self.closed.case.get(case)
        return found.title if found else ""
