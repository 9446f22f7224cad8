"""The words beside a text: what attribution allows, in the lab's language (R-62)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, select

from facilitation.boards import rules
from facilitation.cases.template import vocabulary_label
from facilitation.core.i18n import _, use_locale
from facilitation.core.prepared import Prepared
from facilitation.core.unit_of_work import Work
from facilitation.people.models import Seat

# Asked for every contribution, so built once; and nobody beyond the smallest number that may be told is counted.
_IN_TIER = select(Seat.id).where(Seat.lab_id == bindparam("lab"), Seat.tier == bindparam("tier"), Seat.removed_at.is_(None))
_IN_CELL = _IN_TIER.where(Seat.stage == bindparam("stage"))
_SOME_IN_TIER, _SOME_IN_CELL = (
    Prepared(select(func.count()).select_from(query.limit(bindparam("enough")).subquery())) for query in (_IN_TIER, _IN_CELL)
)


def label_for(work: Work, lab: Any, seat: Any) -> tuple[int, str | None]:
    """(level, text) for what `seat` writes now. `lab` and `seat` are objects or rows.

    Groups grow during a lab, so a level found now never says too much later.
    """
    tier_size = _people(work, lab, seat.tier)
    cell_size = _people(work, lab, seat.tier, seat.stage) if seat.stage else 0
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


def _people(work: Work, lab: Any, tier: str, stage: str | None = None) -> int:
    """How many people are in a tier, or in a stage of it; at most the minimum cell."""
    work.flush()  # the statements are sent straight to the connection
    which = {"lab": lab.id, "tier": tier, "enough": lab.minimum_cell}
    if stage is None:
        return int(_SOME_IN_TIER.first(work.connection, which)[0])
    return int(_SOME_IN_CELL.first(work.connection, {**which, "stage": stage})[0])
