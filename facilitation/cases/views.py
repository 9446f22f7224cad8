"""What the room sees of a case."""

from __future__ import annotations

from typing import Any

from facilitation.cases.models import Case


def room_value(case: Case, locale: str) -> dict[str, Any]:
    """The reading sheet as the value of the room entity `case`."""
    return {"title": case.neutral_title or case.title, "ref": case.ref}
