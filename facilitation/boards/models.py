"""Boards and what stands on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, UniqueConstraint, or_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from facilitation.core.ids import new_id
from facilitation.core.model import CONTENT, IDENTITY, LINK, NONE, STAFF, TECHNICAL, Base, UtcDateTime


class Board(Base):
    """One activity's surface, with its columns (R-65 to R-67)."""

    __tablename__ = "board"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=NONE)
    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), info=NONE)
    activity_id: Mapped[str | None] = mapped_column(ForeignKey("activity.id"), index=True, info=NONE)  # None: whole lab
    case_id: Mapped[str | None] = mapped_column(ForeignKey("case.id"), info=NONE)
    position: Mapped[int] = mapped_column(default=0, info=NONE)
    kind: Mapped[str] = mapped_column(String(40), info=NONE)  # swot|challenges|transferability|questions|parking|takeaways
    title: Mapped[str] = mapped_column(String(300), info=NONE)
    columns: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list, info=NONE)  # [{id, title}]
    open: Mapped[bool] = mapped_column(default=False, info=NONE)
    open_until: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NONE)  # half-written texts may still come in
    reveal: Mapped[str] = mapped_column(String(10), default="all", info=NONE)  # own | all
    revealed: Mapped[bool] = mapped_column(default=False, info=NONE)  # meaning of `own` is over
    moderated: Mapped[bool] = mapped_column(default=False, info=NONE)  # approve first
    max_length: Mapped[int] = mapped_column(default=140, info=NONE)
    order: Mapped[str] = mapped_column(String(10), default="arrival", info=NONE)  # arrival | shuffled

    __table_args__ = (Index("ix_board_lab_id", "lab_id"),)

    @hybrid_property
    def shown_to_all(self) -> bool:
        """Of a board, or in a statement."""
        return self.reveal == "all" or self.revealed

    @shown_to_all.inplace.expression
    @classmethod
    def _shown_to_all(cls) -> ColumnElement[bool]:
        return or_(cls.reveal == "all", cls.revealed)


class Contribution(Base):
    """What somebody put on a board, or a reply hanging under it (`parent_id`)."""

    __tablename__ = "contribution"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=NONE)
    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), info=NONE)
    board_id: Mapped[str] = mapped_column(ForeignKey("board.id"), index=True, info=NONE)
    number: Mapped[int] = mapped_column(info=NONE)  # arrival in the lab, 1, 2, 3 …
    column: Mapped[str] = mapped_column(String(40), default="", info=NONE)
    kind: Mapped[str] = mapped_column(String(40), info=NONE)  # swot|challenge|solution|transferability|question|experience|…
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("contribution.id"), index=True, info=NONE)
    reply_kind: Mapped[str | None] = mapped_column(String(20), info=NONE)
    text: Mapped[str] = mapped_column(info=CONTENT)
    lang: Mapped[str | None] = mapped_column(String(10), info=NONE)
    translation: Mapped[str | None] = mapped_column(info=CONTENT)
    target: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True), info=NONE)  # {case, aspect?, element?}
    extra: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True), info=CONTENT)  # {needs, setting, degree}
    origin: Mapped[str] = mapped_column(String(20), default="participant", info=NONE)  # staff|owner_draft|on_behalf
    key: Mapped[str | None] = mapped_column(String(22), info=TECHNICAL)  # of the command, so a phone knows its own

    seat_id: Mapped[str | None] = mapped_column(ForeignKey("seat.id"), index=True, info=LINK)
    tier: Mapped[str | None] = mapped_column(String(10), info=NONE)  # of the author; kept when the link is cut
    level: Mapped[int] = mapped_column(default=0, info=NONE)  # attribution as shown, already the lowest of the three
    label: Mapped[str | None] = mapped_column(String(300), info=IDENTITY)  # what may stand beside the text on screens
    user_id: Mapped[str | None] = mapped_column(String(40), info=STAFF)  # who noted it, for staff and on behalf
    speaks_for: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), info=LINK)  # seats of a pair, a four, a speaker
    people: Mapped[int] = mapped_column(default=1, info=NONE)  # how many it speaks for, author included

    status: Mapped[str] = mapped_column(String(20), default="shown", info=NONE)  # pending|shown|hidden|withdrawn
    reason: Mapped[str | None] = mapped_column(info=CONTENT)  # of hiding, for the author
    on_wall: Mapped[bool] = mapped_column(default=True, info=NONE)
    pinned: Mapped[bool] = mapped_column(default=False, info=NONE)
    parked_owner: Mapped[str | None] = mapped_column(String(200), info=STAFF)
    parked_step: Mapped[str | None] = mapped_column(info=CONTENT)
    parked_date: Mapped[str | None] = mapped_column(String(20), info=NONE)
    cluster_id: Mapped[str | None] = mapped_column(ForeignKey("cluster.id"), index=True, info=NONE)
    cluster_place: Mapped[int] = mapped_column(default=0, info=NONE)
    version: Mapped[int] = mapped_column(default=1, info=NONE)
    rewords: Mapped[int] = mapped_column(default=0, info=NONE)
    composed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=LINK)
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime, info=LINK)

    __table_args__ = (UniqueConstraint("lab_id", "number", name="uq_contribution_number"),)


class Cluster(Base):
    """A facilitator's grouping of contributions of one board (R-72)."""

    __tablename__ = "cluster"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=NONE)
    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), info=NONE)
    board_id: Mapped[str] = mapped_column(ForeignKey("board.id"), index=True, info=NONE)
    number: Mapped[int] = mapped_column(info=NONE)  # order of making; ties in results go to the lower one
    column: Mapped[str] = mapped_column(String(40), default="", info=NONE)
    title: Mapped[str] = mapped_column(String(300), info=CONTENT)
    former_titles: Mapped[list[str]] = mapped_column(JSON, default=list, info=CONTENT)  # for undo of renames
    dissolved: Mapped[bool] = mapped_column(default=False, info=NONE)
    version: Mapped[int] = mapped_column(default=1, info=NONE)

    __table_args__ = (UniqueConstraint("lab_id", "number", name="uq_cluster_number"),)


class Ballot(Base):
    """A vote with a budget of dots, or a rating of every item on a scale (R-73, R-74)."""

    __tablename__ = "ballot"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=NONE)
    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), index=True, info=NONE)
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"), info=NONE)
    position: Mapped[int] = mapped_column(default=0, info=NONE)
    number: Mapped[int | None] = mapped_column(info=NONE)  # V1, V2 … in the order of opening
    scope: Mapped[str] = mapped_column(String(40), info=NONE)  # swot | challenges | transferability | …
    method: Mapped[str] = mapped_column(String(20), default="dots", info=NONE)  # dots | rating
    question: Mapped[str] = mapped_column(String(300), default="", info=NONE)
    scale: Mapped[dict[str, str] | None] = mapped_column(JSON, info=NONE)  # {"0": label id, …} for a rating
    per_person: Mapped[int] = mapped_column(default=3, info=NONE)
    max_per_item: Mapped[int] = mapped_column(default=1, info=NONE)
    items: Mapped[list[str]] = mapped_column(JSON, default=list, info=NONE)  # ids of clusters (or contributions)
    state: Mapped[str] = mapped_column(String(20), default="planned", info=NONE)  # planned|open|closed|revealed
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NONE)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NONE)


class Vote(Base):
    """One person's whole allocation in one ballot."""

    __tablename__ = "vote"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=NONE)
    ballot_id: Mapped[str] = mapped_column(ForeignKey("ballot.id"), index=True, info=NONE)
    seat_id: Mapped[str | None] = mapped_column(ForeignKey("seat.id"), index=True, info=LINK)
    tier: Mapped[str] = mapped_column(String(10), info=NONE)
    dots: Mapped[dict[str, int]] = mapped_column(JSON, info=LINK)

    __table_args__ = (UniqueConstraint("ballot_id", "seat_id", name="uq_vote_once"),)
