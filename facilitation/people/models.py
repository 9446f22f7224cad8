"""Staff accounts with their roles, sign-in links, and the seats of participants."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facilitation.core.ids import new_id
from facilitation.core.model import CONTENT, IDENTITY, LINK, NONE, STAFF, TECHNICAL, Base, UtcDateTime


class User(Base):
    """Somebody with an account. Participants never have one."""

    __tablename__ = "user"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=TECHNICAL)
    email: Mapped[str] = mapped_column(String(254), unique=True, info=STAFF)
    name: Mapped[str] = mapped_column(String(200), info=STAFF)
    language: Mapped[str] = mapped_column(String(10), default="en", info=STAFF)
    password_hash: Mapped[str | None] = mapped_column(String(300), info=TECHNICAL)
    session_serial: Mapped[int] = mapped_column(default=1, info=TECHNICAL)  # raised to end every open session
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, info=STAFF)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=STAFF)


class Assignment(Base):
    """One role of one account: everywhere (coordinator), for a sector, a lab or a case."""

    __tablename__ = "assignment"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=TECHNICAL)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id"), index=True, info=STAFF)
    role: Mapped[str] = mapped_column(String(40), info=STAFF)
    sector: Mapped[str | None] = mapped_column(String(40), info=STAFF)
    lab_id: Mapped[str | None] = mapped_column(String(40), index=True, info=STAFF)
    case_id: Mapped[str | None] = mapped_column(String(40), index=True, info=STAFF)

    __table_args__ = (UniqueConstraint("user_id", "role", "sector", "lab_id", "case_id", name="uq_assignment_once"),)


class SignInLink(Base):
    """A one-use link; only its fingerprint is kept."""

    __tablename__ = "sign_in_link"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True, info=TECHNICAL)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user.id"), index=True, info=STAFF)
    purpose: Mapped[str] = mapped_column(String(20), info=TECHNICAL)  # sign_in | set_up
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, info=TECHNICAL)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=TECHNICAL)


class Seat(Base):
    """A participant's place in one lab (R-60 to R-62)."""

    __tablename__ = "seat"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=LINK)
    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), info=NONE)
    tier: Mapped[str] = mapped_column(String(10), info=IDENTITY)  # 1 | 2 | 3 | other
    stage: Mapped[str | None] = mapped_column(String(40), info=IDENTITY)
    name: Mapped[str | None] = mapped_column(String(200), info=IDENTITY)
    organisation: Mapped[str | None] = mapped_column(String(200), info=IDENTITY)
    attribution: Mapped[int] = mapped_column(default=1, info=IDENTITY)  # 0 nothing … 4 name
    language: Mapped[str] = mapped_column(String(10), default="en", info=IDENTITY)
    serial: Mapped[int] = mapped_column(default=1, info=TECHNICAL)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime, info=IDENTITY)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=IDENTITY)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=IDENTITY)
    took_part: Mapped[bool] = mapped_column(default=False, info=LINK)  # posted, replied, voted or was spoken for
    evaluated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=LINK)
    hand_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=LINK)
    ready_activity: Mapped[str | None] = mapped_column(String(40), info=LINK)
    key: Mapped[str | None] = mapped_column(String(40), unique=True, info=TECHNICAL)  # of the join: sent twice, one seat

    __table_args__ = (Index("ix_seat_lab_id", "lab_id"),)


class PersonalNote(Base):
    """A private note of a staff member about a lab: theirs alone."""

    __tablename__ = "personal_note"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=TECHNICAL)
    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), index=True, info=NONE)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id"), info=STAFF)
    text: Mapped[str] = mapped_column(info=CONTENT)
    at: Mapped[datetime] = mapped_column(UtcDateTime, info=STAFF)
