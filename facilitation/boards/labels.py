"""The words beside a text: what attribution allows, in the lab's language (R-62)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from facilitation.boards import rules
from facilitation.cases.template import vocabulary_label
from facilitation.core.i18n import _, use_locale
from facilitation.core.unit_of_work import Work
from facilitation.labs.models import Lab
from facilitation.people.models import Seat


def label_for(work: Work, lab: Lab, seat: Seat) -> tuple[int, str | None]:
    """(level, text) for what `seat` writes now. Groups grow during a lab, so a level found now never says too much later."""
    tier_size = _people(work.session, lab.id, seat.tier)
    cell_size = _people(work.session, lab.id, seat.tier, seat.stage) if seat.stage else 0
    level = rules.shown_level(
        seat.attribution, ceiling=lab.ceiling, tier_size=tier_size, cell_size=cell_size, minimum=lab.minimum_cell
    )
    with use_locale(lab.language):
        return level, label_text(level, tier=seat.tier, stage=seat.stage, organisation=seat.organisation, name=seat.name)


def label_text(level: int, *, tier: str | None, stage: str | None, organisation: str | None, name: str | None) -> str | None:
    """The label of one level, in the language in force; None when nothing may be said."""
    if level == rules.NOTHING or tier is None:
        return None
    where = tier_name(tier)
    if level == rules.NAME and name:
        return name
    if level >= rules.ORGANISATION and organisation:
        return organisation
    if level >= rules.STAGE and stage:
        return _("%(tier)s, %(stage)s", tier=where, stage=vocabulary_label("value_chain_stages", stage))
    return where


def tier_name(tier: str) -> str:
    return _("Other groups") if tier == "other" else _("Tier %(n)s", n=tier)


def _people(session: Any, lab: str, tier: str, stage: str | None = None) -> int:
    query = select(func.count()).select_from(Seat).where(Seat.lab_id == lab, Seat.tier == tier, Seat.removed_at.is_(None))
    if stage is not None:
        query = query.where(Seat.stage == stage)
    return int(session.scalar(query) or 0)
