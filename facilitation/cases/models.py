"""A Flagship case and its revisions. What a case says is one document (see document.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from facilitation.core.ids import new_id
from facilitation.core.model import CONTENT, NONE, STAFF, Base, UtcDateTime


class Case(Base):
    """A good-practice case being elaborated (R-01)."""

    __tablename__ = "case"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=new_id, info=NONE)
    ref: Mapped[str] = mapped_column(String(40), unique=True, info=NONE)  # own reference, e.g. FC-MS-01
    title: Mapped[str] = mapped_column(String(300), info=CONTENT)
    neutral_title: Mapped[str] = mapped_column(String(300), default="", info=CONTENT)
    sector: Mapped[str] = mapped_column(String(40), index=True, info=NONE)
    type: Mapped[str] = mapped_column(String(40), info=NONE)
    status: Mapped[str] = mapped_column(String(20), default="proposed", info=NONE)
    document: Mapped[dict[str, Any]] = mapped_column(JSON, info=CONTENT)
    version: Mapped[int] = mapped_column(default=1, info=NONE)  # raised by every save; the revision's number
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, info=NONE)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, info=NONE)


class CaseRevision(Base):
    """The case as it stood after one save (R-22): author, reason, time."""

    __tablename__ = "case_revision"

    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"), primary_key=True, info=NONE)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=NONE)
    title: Mapped[str] = mapped_column(String(300), info=CONTENT)
    neutral_title: Mapped[str] = mapped_column(String(300), default="", info=CONTENT)
    sector: Mapped[str] = mapped_column(String(40), info=NONE)
    type: Mapped[str] = mapped_column(String(40), info=NONE)
    status: Mapped[str] = mapped_column(String(20), info=NONE)
    document: Mapped[dict[str, Any]] = mapped_column(JSON, info=CONTENT)
    place: Mapped[str] = mapped_column(String(60), default="", info=NONE)  # the section or item that was edited
    reason: Mapped[str] = mapped_column(String(300), default="", info=CONTENT)
    origin: Mapped[str] = mapped_column(String(20), default="edit", info=NONE)  # create|edit|status|import|merge|restore
    lab_id: Mapped[str | None] = mapped_column(String(40), info=NONE)  # of a merge
    user_id: Mapped[str | None] = mapped_column(String(40), info=STAFF)
    at: Mapped[datetime] = mapped_column(UtcDateTime, info=NONE)
