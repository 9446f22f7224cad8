"""A lab as it is written down: plain values, in the order of the file. `reading.py` makes one from YAML.

Times are whole seconds from the start of the session; negative is the lobby. `line` is where an item stands in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Item:
    """Anything with a name of its own in the file (P01, C053, K12 …)."""

    id: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Person(Item):
    name: str
    tier: str
    organisation: str
    stage: str
    attribution: int
    joined: int
    left: int | None = None
    offline: tuple[tuple[int, int], ...] = ()  # (connection lost, back again)


@dataclass(frozen=True, kw_only=True)
class StaffMember(Item):
    role: str  # facilitator | rapporteur | case_elaborator
    task: str = ""
    case: str | None = None


@dataclass(frozen=True, kw_only=True)
class AgendaItem(Item):
    stage: str  # context | peer_learning | outcomes | break
    kind: str  # as the transcript calls it: swot_walk, dot_vote …
    title: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Post(Item):
    t: int
    kind: str
    author: str
    activity: str
    text: str
    case: str | None = None
    quadrant: str = ""
    aspect: str | None = None
    element: str | None = None
    degree: str = ""
    needs: str = ""
    on_behalf_of: tuple[str, ...] = ()
    lang: str = ""
    translation: str = ""
    composed_at: int | None = None
    reworded_at: int | None = None
    builds_on: str = ""


@dataclass(frozen=True, kw_only=True)
class ReplyItem(Item):
    t: int
    parent: str
    kind: str
    author: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ClusterItem(Item):
    t: int
    title: str
    members: tuple[str, ...]
    by: str


@dataclass(frozen=True, kw_only=True)
class VoteItem:
    person: str
    t: int
    dots: Mapping[str, int]  # cluster → dots, or its step on the scale
    line: int


@dataclass(frozen=True, kw_only=True)
class BallotItem(Item):
    activity: str
    scope: str
    method: str
    opened: int
    per_person: int = 0
    max_per_item: int = 0
    question: str = ""
    scale: Mapping[str, str] = field(default_factory=dict)
    votes: tuple[VoteItem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Action:
    """What somebody of the staff (or the system) did; `details` as written, without types guessed."""

    t: int
    by: str
    do: str
    details: Mapping[str, Any]
    line: int


@dataclass(frozen=True, kw_only=True)
class Answers:
    person: str
    t: int
    answers: Mapping[str, Any]
    line: int


@dataclass(frozen=True, kw_only=True)
class Decision(Item):
    """One proposal for a case after the lab, and what its owner decided."""

    case: str
    cluster: str
    op: str
    target: str  # A1, A1.E3 or part2.2.3
    text: str
    decision: str  # accepted | edited | rejected | pending
    note: str = ""
    category: str = ""


@dataclass(frozen=True, kw_only=True)
class Meta:
    title: str
    kind: str
    sector: str
    mode: str
    language: str
    planned_start: str
    seconds: int
    cases: tuple[str, ...]
    focus: Mapping[str, list[str]]
    chatham_house: bool
    ceiling: int
    minimum_cell: int
    max_length: int


@dataclass(frozen=True, kw_only=True)
class Transcript:
    meta: Meta
    staff: tuple[StaffMember, ...]
    agenda: tuple[AgendaItem, ...]
    people: tuple[Person, ...]
    posts: tuple[Post, ...]
    replies: tuple[ReplyItem, ...]
    clusters: tuple[ClusterItem, ...]
    ballots: tuple[BallotItem, ...]
    actions: tuple[Action, ...]
    answers: tuple[Answers, ...]
    decisions: tuple[Decision, ...]
    expected: Mapping[str, Any]

    def post(self, id_: str) -> Post:
        return next(post for post in self.posts if post.id == id_)

    def owner_of(self, case: str) -> str:
        """The staff member who owns this case."""
        return next(member.id for member in self.staff if member.case == case)
