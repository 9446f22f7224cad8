"""What PostgreSQL needs to keep the same promises as SQLite: turns, one moment per reading, and plain refusals.

SQLite has one writer at a time for the whole file. Here several processes write at once, so each transaction of the writer
first takes its turn: a batch that is about labs only takes those labs, in one order for everybody; anything else (cases,
accounts, joining) has the database to itself for its few milliseconds. So a command reads what it decides on after its
turn has come, as on SQLite, and two batches never wait for each other in a circle.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError, InvalidatePoolError

from facilitation.core.errors import Refused

EVERYTHING = 7_262_026_112  # the lock that all writers share, and that a writer about no single lab has alone
#: Classes of errors after which the same command may succeed later: connection, resources, operator, system, locks, read-only.
PASSING = ("08", "53", "57", "58", "40", "55P03", "25006")
TOO_LONG = "22001"
ASK_AFTER = 1.0  # seconds: a connection that lay idle for longer is asked whether it is still there


def prepare(engine: Engine, *, busy_timeout_ms: int) -> None:
    """Every connection waits no longer than `busy_timeout_ms` for a lock and answers only after a durable commit (D1)."""

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = %s", (busy_timeout_ms,))
            cursor.execute("SET idle_in_transaction_session_timeout = '60s'")  # a lost process holds nobody up for long
            cursor.execute("SELECT set_config('synchronous_commit', 'on', false) FROM pg_settings "
                           "WHERE name = 'synchronous_commit' AND setting = 'off'")  # fmt: skip
        connection.autocommit = False

    @event.listens_for(engine, "checkin")
    def _was_there(_connection: Any, record: Any) -> None:
        record.info["seen"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _is_there(connection: Any, record: Any, _fairy: Any) -> None:
        """What `pool_pre_ping` does for every use, at the price of a journey for each question of a room that joins."""
        if time.monotonic() - record.info.get("seen", time.monotonic()) < ASK_AFTER:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # all the others are as old: each is made anew when it is needed

    @event.listens_for(engine, "before_cursor_execute")
    def _no_nul(_c: Any, _cursor: Any, _statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if _has_nul(parameters):  # the driver would raise; no text of ours holds one, so nothing can be found by it either
            raise Refused("invalid")


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any(_has_nul(item) for item in value.values())
    return isinstance(value, list | tuple) and any(_has_nul(item) for item in value)


def take_turn(connection: Connection, places: Iterable[str | None]) -> None:
    """Wait until this transaction may write about `places` (labs; None: about anything). Held until its end."""
    wanted = set(places)
    if None in wanted:
        connection.execute(text("SELECT pg_advisory_xact_lock(:everything)"), {"everything": EVERYTHING})
        return
    keys = sorted(_number(place) for place in wanted if place is not None)
    labs = "".join(f", pg_advisory_xact_lock({key})" for key in keys)
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({EVERYTHING}){labs}")


def _number(place: str) -> int:
    """A lab's lock: 63 bits of its id."""
    return int.from_bytes(hashlib.sha256(place.encode()).digest()[:8], "big") >> 1


def is_passing(error: DBAPIError) -> bool:
    """Did the database itself fail, so that the same may succeed later? Without a code the connection was lost."""
    code = getattr(error.orig, "pgcode", None)
    return code is None or str(code).startswith(PASSING)


def refusal_of(error: DBAPIError) -> Refused:
    """A value that no column holds (too long, too large): the person's to change, never a fault of ours."""
    return Refused("too_long" if getattr(error.orig, "pgcode", None) == TOO_LONG else "invalid")
