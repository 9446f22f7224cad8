"""A closed lab as plain frozen values: all that report, proposals and merge are made from (D7, D8).

Texts that are hidden, withdrawn or waiting are not in here at all: only their numbers are (D14).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

PARTICIPANT, STAFF, OWNER_DRAFT, ON_BEHALF = "participant", "staff", "owner_draft", "on_behalf"


@dataclass(frozen=True)
class LabFacts:
    id: str
    title: str
    kind: str
    sector: str
    language: str
    mode: str = "hybrid"
    day: str = ""  # ISO date; nothing finer is kept
    closed_day: str = ""  # ISO date
    planned_seconds: int = 0
    focus: Mapping[str, Any] = field(default_factory=dict)
    chatham_house: bool = True
    ceiling: int = 1
    minimum_cell: int = 3
    withdraw_hours: int = 48
    retention_days: int = 90
    rehearsal: bool = False
    cut: bool = False


@dataclass(frozen=True)
class ClosedCase:
    """A case of the lab: as it came in (`before`) and as it is now."""

    id: str
    ref: str
    title: str
    type: str
    before: Mapping[str, Any]
    now: Mapping[str, Any]


@dataclass(frozen=True)
class Activity:
    id: str
    position: int
    stage: str
    kind: str
    method: str
    title: str
    instruction: str = ""
    planned_seconds: int = 0
    seconds: int | None = None  # it really took; None: it was not held
    people: int = 0  # who wrote, voted or was spoken for in it


@dataclass(frozen=True)
class Participant:
    """One person without anything that names them."""

    tier: str
    stage: str = ""
    took_part: bool = False
    late: bool = False
    left: bool = False


@dataclass(frozen=True)
class Board:
    id: str
    kind: str
    title: str
    case: str = ""
    activity: str = ""
    position: int = 0


@dataclass(frozen=True)
class Contribution:
    """What was shown to the room. `level` and `label`: attribution as printed in the lab, the lowest of the three."""

    id: str
    board: str
    kind: str
    text: str
    column: str = ""
    origin: str = PARTICIPANT
    parent: str = ""
    reply_kind: str = ""
    lang: str = ""
    translation: str = ""
    target: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)
    tier: str = ""
    level: int = 0
    label: str = ""
    people: int = 1
    cluster: str = ""
    place: int = 0
    parked: tuple[str, str, str] | None = None  # owner, next step, date


@dataclass(frozen=True)
class Cluster:
    id: str
    board: str
    number: int
    title: str
    column: str = ""


@dataclass(frozen=True)
class Vote:
    tier: str
    dots: Mapping[str, int]


@dataclass(frozen=True)
class Ballot:
    number: int
    scope: str
    method: str
    question: str
    items: tuple[str, ...]
    activity: str = ""
    scale: Mapping[str, str] = field(default_factory=dict)
    per_person: int = 0
    votes: tuple[Vote, ...] = ()


@dataclass(frozen=True)
class FactCheck:
    case: str
    section: str
    verdict: str
    text: str = ""
    id: str = ""
    tier: str = ""


@dataclass(frozen=True)
class Proposal:
    """A suggested change as it is stored. An empty `text` means: what its source says."""

    id: str
    case: str
    position: int
    source: str  # cluster:<id>, contribution:<id> or hand:<id>
    op: str
    target: Mapping[str, str]
    text: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    contributions: tuple[str, ...] = ()
    votes: int | None = None
    tiers: Mapping[str, int] = field(default_factory=dict)
    votes_by_tier: Mapping[str, int] = field(default_factory=dict)
    level: int = 0
    state: str = "pending"
    applied_text: str = ""
    applied_item: str = ""
    reason: str = ""
    version: int = 1


@dataclass(frozen=True)
class Narrative:
    text: str
    version: int


@dataclass(frozen=True)
class Photo:
    """A picture of the event. Everybody in it agreed to be shown: no other is stored."""

    id: str
    alt: str
    caption: str = ""
    width: int = 0
    height: int = 0
    data: bytes = field(default=b"", repr=False)  # JPEG without metadata; empty where only the words are needed


@dataclass(frozen=True)
class ClosedLab:
    lab: LabFacts
    cases: tuple[ClosedCase, ...] = ()
    activities: tuple[Activity, ...] = ()
    participants: tuple[Participant, ...] = ()
    boards: tuple[Board, ...] = ()
    contributions: tuple[Contribution, ...] = ()  # shown ones, drafts and replies included, in order of arrival
    clusters: tuple[Cluster, ...] = ()
    ballots: tuple[Ballot, ...] = ()  # opened ones, in order of opening
    evaluations: tuple[Mapping[str, Any], ...] = ()
    facts: tuple[FactCheck, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    narrative: Mapping[str, Narrative] = field(default_factory=dict)
    photos: tuple[Photo, ...] = ()
    imprint: Mapping[str, str] = field(default_factory=dict)  # imprint, grant, disclaimer, licence
    hidden: int = 0  # contributions of participants that are not shown, by reason
    withdrawn: int = 0
    pending: int = 0
    authors: int = 0  # people with at least one shown contribution of their own
    heard: int = 0  # … or one they are spoken for in
    state: str = "draft"  # of the report: draft, remarks or released
    version: int = 1

    @cached_property
    def board(self) -> Mapping[str, Board]:
        return {board.id: board for board in self.boards}

    @cached_property
    def case(self) -> Mapping[str, ClosedCase]:
        return {case.id: case for case in self.cases}

    @cached_property
    def contribution(self) -> Mapping[str, Contribution]:
        return {item.id: item for item in self.contributions}

    @cached_property
    def evidence(self) -> Mapping[str, Contribution]:
        """Everything a proposal can rest on: contributions, and checks of facts in the same shape (labelled by tier at most)."""
        checks = {
            fact.id: Contribution(fact.id, "", "fact", fact.text, target={"case": fact.case}, tier=fact.tier, level=1)
            for fact in self.facts
        }
        return {**checks, **self.contribution}

    @cached_property
    def cluster(self) -> Mapping[str, Cluster]:
        """Clusters in which something is still shown: a title may repeat the words of what was taken back."""
        return {item.id: item for item in self.clusters if self.members.get(item.id)}

    @cached_property
    def members(self) -> Mapping[str, tuple[Contribution, ...]]:
        found: dict[str, list[Contribution]] = {}
        for item in sorted(self.contributions, key=lambda item: item.place):
            if item.cluster and not item.parent:
                found.setdefault(item.cluster, []).append(item)
        return {cluster: tuple(items) for cluster, items in found.items()}

    @cached_property
    def replies(self) -> Mapping[str, tuple[Contribution, ...]]:
        """Replies to what is shown, by the contribution they hang under."""
        found: dict[str, list[Contribution]] = {}
        for item in self.contributions:
            if item.parent in self.contribution:
                found.setdefault(item.parent, []).append(item)
        return {parent: tuple(items) for parent, items in found.items()}

    @cached_property
    def posted(self) -> tuple[Contribution, ...]:
        """What participants put on boards themselves: no drafts, replies, notes or words of the staff."""
        return tuple(item for item in self.contributions if item.origin == PARTICIPANT and not item.parent)

    @cached_property
    def said(self) -> tuple[Contribution, ...]:
        """Everything that was put on boards in the lab, the owner's draft left out."""
        return tuple(item for item in self.contributions if item.origin != OWNER_DRAFT and not item.parent)

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """Results worked out once, kept for the life of this value."""
        return {}

    def case_of(self, item: Contribution) -> str:
        """The id of the case a contribution speaks about, or an empty text."""
        board = self.board.get(item.board)
        found = (board.case if board else "") or str(item.target.get("case", "")) or item.column
        return found if found in self.case else ""
