"""The report as open data: JSON with a version, the figures, the sections, and what was said as far as it may be shown."""

from __future__ import annotations

import json
from typing import Any

from facilitation.reports.content import Report, as_data

FORMAT, VERSION = "facilitation-report", 2
SCHEMA = f"schemas/report-{VERSION}.json"  # under static/: what a file of this version may hold


def file(report: Report) -> bytes:
    """JSON in UTF-8, the same bytes for the same report."""
    return (json.dumps(tree(report), ensure_ascii=False, indent=2) + "\n").encode()


def tree(report: Report) -> dict[str, Any]:
    front = report.front
    return {
        "format": FORMAT,
        "version": VERSION,
        "language": report.language,
        "lab": {"title": front.title, "kind": front.kind, "day": front.day},
        "report": {"state": front.state, "version": front.version, "state_line": front.state_line},
        "imprint": dict(front.imprint),
        "front": {name: as_data(value) for name, value in front.facts},
        "figures": report.figures,
        "sections": [as_data(section) for section in report.sections],
        "contributions": list(report.contributions),
    }
