"""What people write around the assembled report, and the proposals that go from a lab into its cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facilitation.core.ids import new_id
from facilitation.core.model import CONTENT, IDENTITY, NONE, STAFF, TECHNICAL, Base, UtcDateTime


class Narrative(Base):
    """One hand-written part of a lab's report (key conclusions, purpose, notes to a section)."""

    __tablename__ = "narrative"

    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), primary_key=True, info=NONE)
    part: Mapped[str] = mapped_column(String(60), primary_key=True, info=NONE)
    text: Mapped[str] = mapped_column(default="", info=CONTENT)
    version: Mapped[int] = mapped_column(default=1, info=NONE)
    user_id: Mapped[str | None] = mapped_column(String(40), info=STAFF)
    at: Mapped[datetime] = mapped_column(UtcDateTime, info=NONE)


class ReportState(Base):
    """Draft, for remarks or released, with the version it carries."""

    __tablename__ = "report_state"

    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), primary_key=True, info=NONE)
    state: Mapped[str] = mapped_column(String(20), default="draft", info=NONE)
    version: Mapped[int] = mapped_column(default=1, info=NONE)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NONE)
    remarks_until: Mapped[str | None] = mapped_column(String(10), info=NONE)  # ISO date, that day included
    remarks_serial: Mapped[int] = mapped_column(default=0, info=TECHNICAL)  # a raised one ends the links given before
    frozen: Mapped[dict[str, Any] | None] = mapped_column(JSON, info=CONTENT)  # the closed lab as released (release.py)
    releases: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, info=NONE)  # [{version, day}]


class Remark(Base):
    """What a reader of the draft says about one section, and what the writers answer (R-99). Nobody's name is asked."""

    __tablename__ = "remark"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=NONE)
    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), index=True, info=NONE)
    section: Mapped[str] = mapped_column(String(10), info=NONE)
    text: Mapped[str] = mapped_column(info=CONTENT)
    day: Mapped[str] = mapped_column(String(10), info=NONE)  # nothing finer
    taken: Mapped[str | None] = mapped_column(String(10), info=NONE)  # yes | partly | no; None: not answered yet
    answer: Mapped[str] = mapped_column(default="", info=CONTENT)
    answered_by: Mapped[str | None] = mapped_column(String(40), info=STAFF)
    version: Mapped[int] = mapped_column(default=1, info=NONE)


class Photo(Base):
    """A picture of the event, made anew from what was uploaded: no metadata, at most 1,600 pixels (safety, section 4)."""

    __tablename__ = "photo"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=NONE)
    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), index=True, info=NONE)
    position: Mapped[int] = mapped_column(default=0, info=NONE)
    alt: Mapped[str] = mapped_column(info=CONTENT)
    caption: Mapped[str] = mapped_column(default="", info=CONTENT)
    width: Mapped[int] = mapped_column(info=NONE)
    height: Mapped[int] = mapped_column(info=NONE)
    data: Mapped[bytes] = mapped_column(LargeBinary, info=IDENTITY)  # JPEG; people may be seen
    consent_by: Mapped[str | None] = mapped_column(String(40), info=STAFF)  # who said that everybody in it agrees


class Proposal(Base):
    """A suggested change to a case, made from a cluster or an idea of a lab (R-96)."""

    __tablename__ = "proposal"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=NONE)
    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), index=True, info=NONE)
    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"), index=True, info=NONE)
    position: Mapped[int] = mapped_column(default=0, info=NONE)
    source: Mapped[str] = mapped_column(String(60), info=NONE)  # cluster:<id>, contribution:<id>, fact:<id>, draft:<id> …
    op: Mapped[str] = mapped_column(String(40), info=NONE)  # see places.OPS
    target: Mapped[dict[str, str]] = mapped_column(JSON, info=NONE)  # see places.py
    text: Mapped[str] = mapped_column(info=CONTENT)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=CONTENT)  # category, how, needs, …
    contributions: Mapped[list[str]] = mapped_column(JSON, default=list, info=NONE)
    votes: Mapped[int | None] = mapped_column(info=NONE)
    tiers: Mapped[dict[str, int]] = mapped_column(JSON, default=dict, info=NONE)  # of the contributions' authors
    votes_by_tier: Mapped[dict[str, int]] = mapped_column(JSON, default=dict, info=NONE)
    level: Mapped[int] = mapped_column(default=0, info=NONE)  # attribution allowed, the lowest of all sources
    state: Mapped[str] = mapped_column(String(20), default="pending", info=NONE)  # pending|postponed|accepted|edited|rejected
    applied_text: Mapped[str | None] = mapped_column(info=CONTENT)
    applied_item: Mapped[str | None] = mapped_column(String(40), info=NONE)  # id of the item in the document
    applied_revision: Mapped[int | None] = mapped_column(info=NONE)
    reason: Mapped[str | None] = mapped_column(info=CONTENT)
    decided_by: Mapped[str | None] = mapped_column(String(40), info=STAFF)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NONE)
    version: Mapped[int] = mapped_column(default=1, info=NONE)

    __table_args__ = (UniqueConstraint("lab_id", "case_id", "source", "op", name="uq_proposal_source"),)
