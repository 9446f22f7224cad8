"""Statements that are part of every contribution, every join and every announcement: compiled once, run straight.

SQLAlchemy spends four to eight times as long on a small statement as SQLite does on answering it: looking the compiled
form up, building the execution context and the result. Here the compiled form, its bind values and its column types
are worked out at first use; afterwards a statement costs what the driver costs. What is asked stays written in
SQLAlchemy, types and errors are SQLAlchemy's.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from facilitation.core.errors import Refused

Given = Mapping[str, Any]
Asked = Connection | Session
MANY = 4  # rows from which one statement for all is quicker on PostgreSQL
Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class _Ready:
    """A statement as the driver takes it. `binds`: name, value when none is given, conversion, in their order.

    `ordered`: the driver wants the values by place (SQLite) and not by name (PostgreSQL).
    """

    sql: str
    binds: tuple[tuple[str, Any, Convert | None], ...]
    ordered: bool
    row: Convert  # from the driver's tuple to a row with named columns
    converts: tuple[tuple[int, Convert], ...]

    def values(self, given: Given) -> Any:
        found = (
            given.get(name, usual) if convert is None else convert(given.get(name, usual)) for name, usual, convert in self.binds
        )
        return tuple(found) if self.ordered else dict(zip((name for name, _, _ in self.binds), found, strict=True))

    def read(self, found: tuple[Any, ...]) -> Any:
        if not self.converts:
            return self.row(found)
        values = list(found)
        for place, convert in self.converts:
            values[place] = convert(values[place])
        return self.row(values)


class Prepared:
    """One statement. Binds are given by name; rows have their columns as attributes.

    `columns`: those an INSERT fills; all of them must be given, for defaults are not worked out here.
    Binds that expand (`IN` with any number of values) are not for this way.
    """

    def __init__(self, statement: Executable, columns: Sequence[str] | None = None) -> None:
        self._statement, self._columns = statement, columns
        self._ready: dict[str, _Ready] = {}  # by kind of database

    def rows(self, asked: Asked, given: Given) -> list[Any]:
        """Every row. `asked`: whom, inside a transaction; a session is not flushed before."""
        connection = asked.connection() if isinstance(asked, Session) else asked
        ready = self._for(connection.dialect)
        return [ready.read(found) for found in _run(connection, ready, given)]

    def first(self, asked: Asked, given: Given) -> Any:
        """The first row, or None."""
        connection = asked.connection() if isinstance(asked, Session) else asked
        ready = self._for(connection.dialect)
        found = _run(connection, ready, given)
        return ready.read(found[0]) if found else None

    def do(self, asked: Asked, *given: Given) -> None:
        """Carry out an INSERT, UPDATE or DELETE, once for each of `given`."""
        connection = asked.connection() if isinstance(asked, Session) else asked
        if len(given) > MANY and connection.dialect.name != "sqlite":  # one journey for many rows
            connection.execute(self._statement, [dict(one) for one in given])
            return
        for one in given:
            _run(connection, self._for(connection.dialect), one)

    def _for(self, dialect: Dialect) -> _Ready:
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = _compiled(self._statement, self._columns, dialect)
        return ready


def _run(connection: Connection, ready: _Ready, given: Given) -> list[tuple[Any, ...]]:
    values, dialect = ready.values(given), connection.dialect
    driver: Any = connection.connection.dbapi_connection
    try:
        cursor = driver.cursor()
        cursor.execute(ready.sql, values)
        return cursor.fetchall() if cursor.description else []
    except dialect.loaded_dbapi.Error as error:
        lost = dialect.is_disconnect(error, driver, None)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            ready.sql, values, error, dialect.loaded_dbapi.Error,
            hide_parameters=True, connection_invalidated=lost, dialect=dialect,
        ) from error  # fmt: skip
    except ValueError as error:  # PostgreSQL's driver takes no NUL; no text of ours holds one, so nothing can be found by it
        raise Refused("invalid") from error


def _compiled(statement: Any, columns: Sequence[str] | None, dialect: Dialect) -> _Ready:
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=list(columns) if columns else None)
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise ValueError(f"not every column is given: {compiled.insert_prefetch or compiled.update_prefetch}")
    binds: list[tuple[str, Any, Any]] = []
    for name in (compiled.positiontup or ()) if compiled.positional else compiled.binds:
        bind = compiled.binds[name]
        if bind.expanding:
            raise ValueError(f"{name} expands")
        binds.append((name, None if bind.required else bind.effective_value, compiled._bind_processors.get(name)))
    found = compiled._result_columns
    kind: Any = namedtuple("row", [entry.keyname for entry in found], rename=True)  # type: ignore[misc]
    converts = ((place, entry.type._cached_result_processor(dialect, None)) for place, entry in enumerate(found))
    used = tuple((place, convert) for place, convert in converts if convert)
    return _Ready(str(compiled), tuple(binds), compiled.positional, kind._make, used)
