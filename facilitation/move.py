"""All of an instance's rows into another, empty database: from SQLite to PostgreSQL, and back.

Schema, rows, the comparison and the new epoch are one transaction of the target: it has everything or nothing, also when the
process is killed. Nobody else uses the source meanwhile, and nothing is written to it. How rows go: row_copy.py.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, select, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from facilitation import config
from facilitation.app import engine_options, prepare_database
from facilitation.core import failpoints
from facilitation.core.data_place import checked_database_url
from facilitation.core.lost_database import is_whole_database
from facilitation.core.unit_of_work import writing
from facilitation.migration import known, revision_on, schema_change, upgrade
from facilitation.row_copy import MoveError, Tell, compare, copy_table, patient, restart_sequences
from facilitation.schema import metadata
from facilitation.start import to_type

GONE_SECONDS = 2.0  # a connection that was closed may be listed for a moment more
#: What a start leaves in a database nobody has used yet.
OF_A_START = {"instance", "sign_in_link", "answered_command"}


def move(settings: config.Settings, target: config.Settings, tell: Tell) -> dict[str, Any]:
    """Copy the database of `settings` into the empty one of `target`. Returns {epoch, tables}; raises MoveError, SchemaError."""
    new = _new_file(target)
    engine = _engine(target)
    try:
        with _source(settings) as source, _target(engine) as there:
            patient(there)
            _empty(there)
            sums = {table.name: copy_table(source, there, table, tell) for table in metadata.sorted_tables}
            for table in metadata.sorted_tables:
                compare(table, sums[table.name], there)
            restart_sequences(there)
            epoch = _new_epoch(there)
            failpoints.reach("before-commit")
        return {"epoch": epoch, "tables": {name: one.rows for name, one in sums.items()}}
    except BaseException as error:
        engine.dispose()
        for path in [new, Path(f"{new}-wal"), Path(f"{new}-shm")] if new else []:
            path.unlink(missing_ok=True)
        if isinstance(error, DBAPIError):
            passwords = (make_url(one.DATABASE_URL).password for one in (settings, target))
            refusal = MoveError(_said(error, *passwords))
            refusal.code = "busy" if is_whole_database(error) else "invalid"
            raise refusal from None
        raise
    finally:
        engine.dispose()


def address_of(settings: config.Settings) -> str:
    """The URL as one writes it, without the password."""
    return _shown(make_url(settings.DATABASE_URL))


def _shown(url: URL) -> str:
    if "password" in url.query:
        url = url.update_query_dict({"password": "***"})
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


# ---- both databases


def target_settings(own: config.Settings, wanted: str, make: Callable[..., config.Settings]) -> config.Settings:
    """The settings with another database. Raises MoveError for a URL that names none."""
    try:
        url = make_url(checked_database_url(wanted, own.data))
    except config.BadSetting:
        url = None
    if url is None or not url.database:
        raise MoveError("Name the target like postgresql://user@host/database or sqlite:////folder/facilitation.db.")
    if url.get_backend_name() == "sqlite":
        url = url.set(database=str(Path(url.database).resolve()))
    if _same(url, make_url(own.DATABASE_URL)):
        raise MoveError("This is the database that is in use already.")
    return make(DATABASE_URL=url.render_as_string(hide_password=False))


def _same(one: URL, other: URL) -> bool:
    return (one.get_backend_name(), one.host, one.port, one.database) == (
        other.get_backend_name(), other.host, other.port, other.database
    )  # fmt: skip


def _engine(settings: config.Settings) -> Engine:
    engine = create_engine(settings.DATABASE_URL, **engine_options(settings))
    prepare_database(engine, settings)
    return engine


def _new_file(target: config.Settings) -> Path | None:
    """The target's file, made for its owner only, when it is not there yet."""
    url = make_url(target.DATABASE_URL)
    path = Path(str(url.database))
    if url.get_backend_name() != "sqlite" or path.exists():
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return path


@contextmanager
def _source(settings: config.Settings) -> Iterator[Connection]:
    """A connection to the present database, of this program's version, that nobody else uses until it is given back."""
    url = make_url(settings.DATABASE_URL)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise MoveError(f"There is no database in {settings.data}.")
    engine = _engine(settings)
    try:
        _refuse_in_use(engine)
        with writing(engine) as connection:
            patient(connection)
            if revision_on(connection) != known()[-1]:
                raise MoveError(f"The database is of an older version of this program. Run: {to_type('migrate')}")
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _target(engine: Engine) -> Iterator[Connection]:
    _refuse_in_use(engine)
    with schema_change(engine) as connection:
        yield connection


def _said(error: DBAPIError, *secrets_: str | None) -> str:
    """What a driver said, in one line and without a password."""
    said = (str(error.orig).strip() or type(error.orig).__name__).splitlines()[0]
    for secret in secrets_:
        said = said.replace(secret, "***") if secret else said
    return f"{'SQLite' if isinstance(error.orig, sqlite3.Error) else 'PostgreSQL'}: {said}"


def _refuse_in_use(engine: Engine) -> None:
    """Go on only when no server and no command uses this database."""
    free = _lock_file(engine) if engine.dialect.name == "sqlite" else _nobody_connected(engine)
    if not free:
        raise MoveError(f"A server or another command is using {_shown(engine.url)}. Stop it first.")


def _lock_file(engine: Engine) -> bool:
    """Can this connection have the file to itself? Every program that has it open in write-ahead mode holds a lock."""
    with closing(sqlite3.connect(str(engine.url.database), timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
    return True


def _nobody_connected(engine: Engine) -> bool:
    """Has this user no other connection to the database?"""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
        "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    until = time.monotonic() + GONE_SECONDS
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while others := connection.scalar(query):
            if time.monotonic() > until:
                break
            time.sleep(0.1)
    return not others


def _empty(there: Connection) -> None:
    """The schema of this program in a target that holds nothing of anybody."""
    revision_on(there)  # of another program: SchemaError
    upgrade(there)
    full = [t.name for t in metadata.sorted_tables if t.name not in OF_A_START and there.execute(select(t).limit(1)).first()]
    if full:
        raise MoveError(f"The target holds data already (in {', '.join(full[:3])}). Name an empty database.")
    for table in reversed(metadata.sorted_tables):
        there.execute(table.delete())


def _new_epoch(there: Connection) -> str:
    epoch = secrets.token_hex(4)
    there.execute(update(metadata.tables["instance"]).values(epoch=epoch))
    return epoch
