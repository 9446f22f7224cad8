"""Statements that are part of every contribution, every join and every announcement: compiled once, run straight.

SQLAlchemy spends four to eight times as long on a small statement as SQLite does on answering it: looking the compiled
form up, building the execution context and the result. Here the compiled form, its bind values and its column types
are worked out at first use; afterwards a statement costs what the driver costs. What is asked stays written in
SQLAlchemy, types and errors are SQLAlchemy's. On PostgreSQL, where the way to the server costs more, the statement
goes the usual way.
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

Given = Mapping[str, Any]
Asked = Connection | Session
Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class _Ready:
    """A statement as the driver takes it. `binds`: name, value when none is given, conversion, for each place in order."""

    sql: str
    binds: tuple[tuple[str, Any, Convert | None], ...]
    row: Convert  # from the driver's tuple to a row with named columns
    converts: tuple[tuple[int, Convert], ...]

    def values(self, given: Given) -> tuple[Any, ...]:
        return tuple(
            given.get(name, usual) if convert is None else convert(given.get(name, usual)) for name, usual, convert in self.binds
        )

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
        self._ready: _Ready | None = None

    def rows(self, asked: Asked, given: Given) -> list[Any]:
        """Every row. `asked`: whom, inside a transaction; a session is not flushed before."""
        connection = asked.connection() if isinstance(asked, Session) else asked
        if connection.dialect.name != "sqlite":
            return list(connection.execute(self._statement, dict(given)))
        ready = self._for(connection.dialect)
        return [ready.read(found) for found in self._run(connection, ready, given)]

    def first(self, asked: Asked, given: Given) -> Any:
        """The first row, or None."""
        connection = asked.connection() if isinstance(asked, Session) else asked
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, dict(given)).first()
        ready = self._for(connection.dialect)
        found = self._run(connection, ready, given)
        return ready.read(found[0]) if found else None

    def do(self, asked: Asked, *given: Given) -> None:
        """Carry out an INSERT, UPDATE or DELETE, once for each of `given`."""
        connection = asked.connection() if isinstance(asked, Session) else asked
        if connection.dialect.name != "sqlite":
            connection.execute(self._statement, [dict(one) for one in given])
            return
        for one in given:
            self._run(connection, self._for(connection.dialect), one)

    def _run(self, connection: Connection, ready: _Ready, given: Given) -> list[tuple[Any, ...]]:
        values = ready.values(given)
        driver: Any = connection.connection.dbapi_connection
        try:
            found: list[tuple[Any, ...]] = driver.execute(ready.sql, values).fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                ready.sql, values, error, connection.dialect.loaded_dbapi.Error, hide_parameters=True, dialect=connection.dialect
            ) from error
        return found

    def _for(self, dialect: Dialect) -> _Ready:
        if self._ready is None:
            self._ready = _compiled(self._statement, self._columns, dialect)
        return self._ready


def _compiled(statement: Any, columns: Sequence[str] | None, dialect: Dialect) -> _Ready:
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=list(columns) if columns else None)
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise ValueError(f"not every column is given: {compiled.insert_prefetch or compiled.update_prefetch}")
    binds: list[tuple[str, Any, Any]] = []
    for name in compiled.positiontup or ():
        bind = compiled.binds[name]
        if bind.expanding:
            raise ValueError(f"{name} expands")
        binds.append((name, None if bind.required else bind.effective_value, compiled._bind_processors.get(name)))
    found = compiled._result_columns
    kind: Any = namedtuple("row", [entry.keyname for entry in found], rename=True)  # type: ignore[misc]
    converts = ((place, entry.type._cached_result_processor(dialect, None)) for place, entry in enumerate(found))
    return _Ready(str(compiled), tuple(binds), kind._make, tuple((place, convert) for place, convert in converts if convert))
