"""The base of every table: names of constraints, aware times, and the privacy class of each column."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# Privacy classes (safety, section 6). Every column carries one in `info`; a house test walks them all.
NONE: dict[str, str] = {"privacy": "none"}  # says nothing about a person
CONTENT: dict[str, str] = {"privacy": "content"}  # what people wrote
IDENTITY: dict[str, str] = {"privacy": "identity"}  # who a participant is
LINK: dict[str, str] = {"privacy": "link"}  # ties content to a participant
STAFF: dict[str, str] = {"privacy": "staff"}  # who an account holder is or did
TECHNICAL: dict[str, str] = {"privacy": "technical"}  # needed to run: keys, counters, digests
PRIVACY_CLASSES = ("none", "content", "identity", "link", "staff", "technical")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment; stored without zone, always UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)
