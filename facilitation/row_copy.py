"""The rows of a table from one database into another, a few at a time, and whether they came out the same.

JSON goes as the text it is, so that what was written comes back to the byte; moments, truth values and bytes go by the types
of the columns. Rows are compared by their number and by a digest that does not depend on their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    bindparam,
    cast,
    func,
    select,
    type_coerce,
    update,
)  # fmt: skip

from facilitation.core import failpoints
from facilitation.schema import metadata

#: Rows in memory at once: small ones, those with documents, those with pictures.
MANY, SOME, FEW = 500, 20, 4
TELLING = 10  # the progress of a table is reported every so many parts
Tell = Callable[[str], None]
Row = Sequence[Any]


class MoveError(Exception):
    """The data cannot be moved; the message says why, `code` whether it may work later. The target is as it was."""

    code = "invalid"


@dataclass
class Sum:
    """Number and digest of a table's rows, in whatever order they come."""

    rows: int = 0
    digest: int = 0

    def add(self, row: Row) -> None:
        self.rows += 1
        told = repr([_plain(value) for value in row]).encode("utf-8", "surrogatepass")
        self.digest = (self.digest + int.from_bytes(hashlib.sha256(told).digest())) % (1 << 256)


def patient(connection: Connection) -> None:
    """One side waits while the other one works: PostgreSQL must not hang up on it."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


def copy_table(source: Connection, there: Connection, table: Table, tell: Tell) -> Sum:
    """Every row of a table; what points into the table itself is written when all of it is there."""
    failpoints.reach("after-begin")
    found, insert, own = Sum(), _insert(there, table), _pointing_home(table)
    places = [list(table.columns).index(column) for column in own]
    for number, part in enumerate(_parts(source, table)):
        for row in part:
            _fits(table, row, there)
            found.add(row)
        there.execute(insert, [_values(table, row, without=places) for row in part])
        if number % TELLING == TELLING - 1:
            tell(f"{table.name}: {found.rows} rows …")
    for column in own:
        _point_home(source, there, table, column)
    tell(f"{table.name}: {found.rows} rows")
    return found


def _parts(connection: Connection, table: Table) -> Iterator[Sequence[Row]]:
    """The rows of a table, a few at a time."""
    pictures, documents = (any(isinstance(one.type, kind) for one in table.columns) for kind in (LargeBinary, JSON))
    query = select(*(cast(column, Text) if isinstance(column.type, JSON) else column for column in table.columns))
    result = connection.execute(query, execution_options={"yield_per": FEW if pictures else SOME if documents else MANY})
    yield from result.partitions()


def _insert(there: Connection, table: Table) -> Any:
    """JSON as the text it came as. SQLite stores it so; PostgreSQL keeps the text of its type `json`."""

    def value(column: Column[Any]) -> Any:
        bound = bindparam(f"v_{column.name}", type_=Text() if isinstance(column.type, JSON) else column.type)
        if not isinstance(column.type, JSON):
            return bound
        return cast(bound, JSON) if there.dialect.name == "postgresql" else type_coerce(bound, Text)

    return table.insert().values({column.name: value(column) for column in table.columns})


def _values(table: Table, row: Row, *, without: Sequence[int]) -> Mapping[str, Any]:
    held = [None if place in without else value for place, value in enumerate(row)]
    return {f"v_{column.name}": value for column, value in zip(table.columns, held, strict=True)}


def _pointing_home(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]


def _point_home(source: Connection, there: Connection, table: Table, column: Column[Any]) -> None:
    (key,) = table.primary_key.columns
    statement = update(table).where(key == bindparam("v_key")).values({column.name: bindparam("v_value")})
    query = select(key, column).where(column.is_not(None))
    for part in source.execute(query, execution_options={"yield_per": MANY}).partitions():
        there.execute(statement, [{"v_key": row[0], "v_value": row[1]} for row in part])


def _fits(table: Table, row: Row, there: Connection) -> None:
    """PostgreSQL keeps to what SQLite lets pass: the sign NUL, long texts, large numbers. The first such row is named."""
    if there.dialect.name != "postgresql":
        return
    for column, value in zip(table.columns, row, strict=True):
        reason = ""
        if isinstance(value, str) and "\0" in value:
            reason = "holds the character NUL"
        elif isinstance(value, str) and isinstance(column.type, String) and len(value) > (column.type.length or len(value)):
            reason = f"is longer than {column.type.length} characters"
        elif isinstance(value, int) and isinstance(column.type, Integer) and not -(1 << 31) <= value < 1 << 31:
            reason = "is too large a number"
        if reason:
            key = ", ".join(str(row[list(table.columns).index(part)]) for part in table.primary_key.columns)
            raise MoveError(f"{table.name}.{column.name} of {key!r} {reason}: PostgreSQL cannot store it.")


def _plain(value: Any) -> Any:
    """The same on both databases."""
    if isinstance(value, memoryview):
        return bytes(value)
    return value.isoformat() if isinstance(value, datetime) else value


def compare(table: Table, wanted: Sum, there: Connection) -> None:
    """Read everything back."""
    found = Sum()
    for part in _parts(there, table):
        for row in part:
            found.add(row)
    if found != wanted:
        raise MoveError(f"{table.name} came out differently: {wanted.rows} rows were read and {found.rows} written.")


def restart_sequences(there: Connection) -> None:
    """PostgreSQL counts on from the highest number that came along."""
    if there.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        for column in table.primary_key.columns:
            named = there.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name)))
            highest = there.scalar(select(func.max(column))) if named else None
            if highest is not None:
                there.execute(select(func.setval(named, highest)))
