"""Counters, change rows and the log of answered commands. No text of people in any of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from facilitation.core.model import LINK, NONE, TECHNICAL, Base, UtcDateTime


class StreamHead(Base):
    """The last number of one audience's stream of one lab; numbers come from this row only."""

    __tablename__ = "stream_head"

    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), primary_key=True, info=NONE)
    audience: Mapped[str] = mapped_column(String(60), primary_key=True, info=NONE)
    head: Mapped[int] = mapped_column(default=0, info=NONE)


class Change(Base):
    """Entity `type`/`entity_id` changed at number `seq`; what it is now is asked of the entity itself."""

    __tablename__ = "stream_change"

    lab_id: Mapped[str] = mapped_column(ForeignKey("lab.id"), primary_key=True, info=NONE)
    audience: Mapped[str] = mapped_column(String(60), primary_key=True, info=NONE)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=NONE)
    type: Mapped[str] = mapped_column(String(20), info=NONE)
    entity_id: Mapped[str] = mapped_column(String(80), info=NONE)

    __table_args__ = ({"sqlite_with_rowid": False},)


class AnsweredCommand(Base):
    """One command that had its effect, under the key its device gave it (D2)."""

    __tablename__ = "answered_command"

    key: Mapped[str] = mapped_column(String(22), primary_key=True, info=TECHNICAL)
    actor: Mapped[str] = mapped_column(String(64), info=LINK)
    digest: Mapped[str] = mapped_column(String(32), info=TECHNICAL)  # of name and args: same key, same content?
    result: Mapped[dict[str, Any]] = mapped_column(JSON, info=TECHNICAL)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, info=TECHNICAL)


class Instance(Base):
    """One row: what this database calls itself. A restored copy gets a new epoch, so phones start afresh."""

    __tablename__ = "instance"

    id: Mapped[int] = mapped_column(primary_key=True, info=TECHNICAL)
    epoch: Mapped[str] = mapped_column(String(40), info=TECHNICAL)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=NONE)  # imprint, grant text, topics …
