"""What a report says in figures, and what a transcript expects."""

from __future__ import annotations

from typing import Any

from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.rehearsal.transcript import Transcript
from facilitation.reports.counts import figures
from facilitation.reports.gather import gather

#: Of the transcript's block `expected`, what is not a figure of a report.
LEFT_OUT = ("facilitator_actions", "duplicates_rejected", "never_posted_themselves", "unclustered", "tie_rule")


def of_lab(lab: str) -> dict[str, Any]:
    """The figures of a closed lab."""
    with reading(db.engine) as session:
        return figures(gather(session, lab))


def expected(transcript: Transcript) -> dict[str, Any]:
    """The block `expected` without what stands for single people or ids."""
    return {name: _without_ids(value) for name, value in transcript.expected.items() if name not in LEFT_OUT}


def _without_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [{key: entry for key, entry in row.items() if key != "cluster"} for row in value]
    return value
