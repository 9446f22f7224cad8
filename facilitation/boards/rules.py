"""Rules of the boards over plain values: who sees what, what may be written, how it is labelled."""

from __future__ import annotations

from collections.abc import Mapping

KINDS = ("swot", "challenges", "transferability", "questions", "experiences", "takeaways", "parking")
SWOT_COLUMNS = ("S", "W", "O", "T")
REPLY_KINDS = ("question", "build", "agree", "disagree", "answer", "experience", "solution")
DEGREES = ("as_is", "with_adaptation", "similar_context_only", "not_transferable", "unknown")

#: What a contribution is when its author says nothing else (R-66 to R-68).
DEFAULT_KIND: Mapping[str, str] = {
    "swot": "swot",
    "challenges": "challenge",
    "transferability": "transferability",
    "questions": "question",
    "experiences": "experience",
    "takeaways": "takeaway",
    "parking": "parking",
}
#: Kinds a participant may choose beside the default, on every board (R-68).
EXTRA_KINDS = ("experience", "question")

NOTHING, TIER, STAGE, ORGANISATION, NAME = range(5)


def seen_by_room(*, status: str, board_shown: bool, origin: str = "participant", parent_seen: bool = True) -> bool:
    """Is this text in the room's stream at all? Before the reveal it is not there: not blurred, absent.

    The case owner's draft is there from the start: it is what people comment on (R-65).
    """
    return status == "shown" and (board_shown or origin == "owner_draft") and parent_seen


def shown_level(choice: int, *, ceiling: int, tier_size: int, cell_size: int, minimum: int) -> int:
    """Attribution as printed: the lowest of the person's choice, the lab's ceiling and the small-cell rule.

    `tier_size`: people of the same tier; `cell_size`: of the same tier and stage. A group under `minimum` is shown one
    level coarser (requirements, section 7). Organisation and name are only ever a person's own choice.
    """
    level = min(choice, ceiling)
    if level == STAGE and cell_size < minimum:
        level = TIER
    if level == TIER and tier_size < minimum:
        level = NOTHING
    return level


def item_order(number: int, position: int | None = None) -> tuple[int, int]:
    """Order on a board: the facilitator's place first, else arrival."""
    return (position if position is not None else number, number)
