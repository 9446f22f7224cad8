"""A lab, its cases, its agenda, and what the evaluation and the webinar checks brought."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facilitation.core.ids import new_id
from facilitation.core.model import CONTENT, LINK, NONE, STAFF, TECHNICAL, Base, UtcDateTime


class Lab(Base):
    """A live event: Flagship Lab, webinar, single-case lab, consultation, conference sitting (R-50)."""

    __tablename__ = "lab"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=NONE)
    kind: Mapped[str] = mapped_column(String(40), info=NONE)
    title: Mapped[str] = mapped_column(String(300), info=NONE)
    sector: Mapped[str] = mapped_column(String(40), index=True, info=NONE)
    mode: Mapped[str] = mapped_column(String(20), default="hybrid", info=NONE)  # physical | online | hybrid
    language: Mapped[str] = mapped_column(String(10), default="en", info=NONE)  # of the lab and its report
    planned_start: Mapped[str | None] = mapped_column(String(40), info=NONE)  # ISO 8601, as planned
    planned_seconds: Mapped[int] = mapped_column(default=0, info=NONE)
    expected_people: Mapped[int] = mapped_column(default=40, info=NONE)
    focus: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=NONE)  # challenges, impact_areas, …
    rehearsal: Mapped[bool] = mapped_column(default=False, info=NONE)

    # promises given to participants; may be tightened, never loosened, after the first join
    chatham_house: Mapped[bool] = mapped_column(default=True, info=NONE)
    ceiling: Mapped[int] = mapped_column(default=1, info=NONE)  # highest attribution level that is ever shown
    minimum_cell: Mapped[int] = mapped_column(default=3, info=NONE)
    withdraw_hours: Mapped[int] = mapped_column(default=48, info=NONE)  # after the close; then seat links are cut
    retention_days: Mapped[int] = mapped_column(default=90, info=NONE)

    state: Mapped[str] = mapped_column(String(20), default="draft", index=True, info=NONE)
    activity_id: Mapped[str | None] = mapped_column(String(40), info=NONE)  # where the room is
    case_id: Mapped[str | None] = mapped_column(String(40), info=NONE)  # what is presented
    section: Mapped[str | None] = mapped_column(String(20), info=NONE)
    spotlight_id: Mapped[str | None] = mapped_column(String(40), info=NONE)
    announcement: Mapped[str | None] = mapped_column(info=CONTENT)
    wall_frozen: Mapped[bool] = mapped_column(default=False, info=NONE)
    wall_join: Mapped[bool] = mapped_column(default=False, info=NONE)  # the join slide fills the wall
    locked: Mapped[bool] = mapped_column(default=False, info=NONE)  # nobody else may join
    approve_first: Mapped[bool] = mapped_column(default=False, info=NONE)  # every board, whatever it says itself

    code_serial: Mapped[int] = mapped_column(default=1, info=TECHNICAL)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True, info=TECHNICAL)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, info=NONE)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NONE)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NONE)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NONE)
    final_number: Mapped[int | None] = mapped_column(info=NONE)  # D7: of the staff stream
    cut_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NONE)  # seat links are gone since
    kept: Mapped[dict[str, Any] | None] = mapped_column(JSON, info=NONE)  # numbers for the report, counted before the cut
    version: Mapped[int] = mapped_column(default=1, info=NONE)  # of the plan, against lost edits


class LabCase(Base):
    __tablename__ = "lab_case"

    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), primary_key=True, info=NONE)
    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"), primary_key=True, index=True, info=NONE)
    position: Mapped[int] = mapped_column(info=NONE)
    document_before: Mapped[dict[str, Any] | None] = mapped_column(JSON, info=CONTENT)  # the case as it came into the lab


class Activity(Base):
    """One item of the agenda, in one of the three stages (R-55). `settings` says what its board or ballot is like."""

    __tablename__ = "activity"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=NONE)
    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), info=NONE)
    position: Mapped[int] = mapped_column(info=NONE)
    ref: Mapped[str | None] = mapped_column(String(40), info=NONE)  # a name from an imported plan
    stage: Mapped[str] = mapped_column(String(20), info=NONE)  # context | peer_learning | outcomes | break
    kind: Mapped[str] = mapped_column(String(40), info=NONE)  # what its surface is: see labs/methods.py
    method: Mapped[str] = mapped_column(String(40), info=NONE)  # how people work: swot_walk, dot_vote …
    title: Mapped[str] = mapped_column(String(300), info=NONE)
    instruction: Mapped[str] = mapped_column(default="", info=NONE)
    seconds: Mapped[int] = mapped_column(default=0, info=NONE)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=NONE)
    state: Mapped[str] = mapped_column(String(20), default="planned", info=NONE)  # planned|running|paused|done
    revealed: Mapped[bool] = mapped_column(default=False, info=NONE)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NONE)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NONE)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NONE)
    left_seconds: Mapped[int | None] = mapped_column(info=NONE)  # while paused
    version: Mapped[int] = mapped_column(default=1, info=NONE)  # of the plan, against lost edits

    __table_args__ = (Index("ix_activity_lab_id", "lab_id"),)


class EvaluationAnswer(Base):
    """One filled-in evaluation. Never linked to a seat (safety, section 5)."""

    __tablename__ = "evaluation_answer"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=TECHNICAL)
    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), index=True, info=NONE)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, info=CONTENT)


class FactCheck(Base):
    """Right, wrong or more, about one section of a case (webinar, R-37)."""

    __tablename__ = "fact_check"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=NONE)
    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), index=True, info=NONE)
    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"), info=NONE)
    section: Mapped[str] = mapped_column(String(20), info=NONE)
    verdict: Mapped[str] = mapped_column(String(10), info=NONE)  # right | wrong | more
    text: Mapped[str] = mapped_column(default="", info=CONTENT)
    tier: Mapped[str] = mapped_column(String(10), info=NONE)
    seat_id: Mapped[str | None] = mapped_column(String(40), info=LINK)

    __table_args__ = (UniqueConstraint("seat_id", "case_id", "section", name="uq_fact_check_once"),)


class ModerationAct(Base):
    """One act of the staff, in order, with what it takes to undo it (D10). Holds ids and states, no text of people."""

    __tablename__ = "moderation_act"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=NONE)
    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), info=NONE)
    number: Mapped[int] = mapped_column(info=NONE)
    user_id: Mapped[str | None] = mapped_column(String(40), info=STAFF)
    act: Mapped[str] = mapped_column(String(40), info=NONE)
    entity: Mapped[str] = mapped_column(String(20), info=NONE)
    entity_id: Mapped[str] = mapped_column(String(40), info=NONE)
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=NONE)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=NONE)
    at: Mapped[datetime] = mapped_column(UtcDateTime, info=NONE)
    undone_by: Mapped[str | None] = mapped_column(String(40), info=NONE)

    __table_args__ = (UniqueConstraint("lab_id", "number", name="uq_moderation_act_number"),)
