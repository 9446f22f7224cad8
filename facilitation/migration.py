"""The version of the database's schema, and the way from an older one to this program's.

The number in `alembic_version` says which version a database has. A number this program does not know, or tables without any,
are left alone and named. A migration is one transaction; before its commit the old state of a SQLite file, which another
connection still sees then, goes into a backup beside it. So one that fails leaves neither a change nor a file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DBAPIError, OperationalError

from facilitation import __version__
from facilitation.backup import BackupError, Place, save
from facilitation.config import BadSetting
from facilitation.core import failpoints, postgresql
from facilitation.core.clock import system_clock
from facilitation.core.events import Sentence, event
from facilitation.paths import MIGRATIONS
from facilitation.schema import metadata
from facilitation.start import to_type

LOCK_SECONDS = 60  # several processes may start at once: the first migrates, the others wait for it


class SchemaError(BadSetting):
    """The database is not of a version this program can use; the message says what to do. Nothing was changed."""


@dataclass(frozen=True)
class Migrated:
    """What a migration did. `before` is None for a new database, and equal to `after` when there was nothing to do."""

    before: str | None
    after: str
    backup: Path | None = None

    def __str__(self) -> str:
        done = f"The database was migrated from revision {self.before} to {self.after}."
        return f"{done} The one from before is kept in {self.backup}" if self.backup else done


# ---- looking


def known() -> list[str]:
    """Every revision this program can take over, the oldest first."""
    return [script.revision for script in _scripts().walk_revisions()][::-1]


def revision_of(engine: Engine) -> str | None:
    """The revision of this database; None when it is empty. Raises SchemaError for one this program cannot use."""
    with engine.connect() as connection:
        return revision_on(connection)


def is_current(engine: Engine) -> bool:
    """Is the schema that of this program?"""
    return revision_of(engine) == known()[-1]


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def revision_on(connection: Connection) -> str | None:
    found = MigrationContext.configure(connection).get_current_heads()
    if not found and set(inspect(connection).get_table_names()) & set(metadata.tables):
        raise SchemaError("The database holds tables of this program but no revision. Nothing was changed.")
    if not found or (len(found) == 1 and found[0] in known()):
        return found[0] if found else None
    raise SchemaError(
        f"The database is of revision {', '.join(found)}, which this program (version {__version__}) does not know; "
        f"it knows {known()[0]} to {known()[-1]}. Nothing was changed. {_way_back(connection.engine)}"
    )


def _way_back(engine: Engine) -> str:
    """How an older program gets a database it knows."""
    go_on = "Start the newer version of the program again, or go back to the data of before the upgrade:"
    if engine.dialect.name == "postgresql":
        then = ", ".join(map(to_type, ("new-epoch", "erase --again")))
        return (
            f"{go_on} make a new, empty database, pg_restore --no-owner --single-transaction -d DATABASE FILE, "
            f"then with the older program: {then}."
        )
    line = f"{go_on} {to_type('restore FILE --force')}."
    file = Path(str(engine.url.database))
    backups = [path for revision in known() for path in file.parent.glob(f"{file.stem}.revision-{revision}-*.zip")]
    newest = max(backups, key=lambda path: path.stat().st_mtime, default=None)
    return f"{line} The newest such backup: {newest}" if newest else line


# ---- migrating


def migrate(engine: Engine, place: Place | None) -> Migrated:
    """Bring the database to this program's version, all of it or nothing. `place`: where a SQLite file's backup belongs; None
    for no backup. Raises SchemaError."""
    before, after = revision_of(engine), known()[-1]
    if before == after:
        return Migrated(before, after)
    try:
        with schema_change(engine) as connection:
            before = revision_on(connection)
            if before == after:  # another process did it while this one waited
                return Migrated(before, after)
            if before:
                event("migrating", before=before, after=after)
            upgrade(connection)
            backup = _backup(place, before) if before and place else None
            failpoints.reach("before-commit")
    except CommandError as error:
        raise SchemaError(f"{error} Nothing was changed. Beside this program's: {_differences(engine)}.") from None
    except BackupError as error:
        raise SchemaError(f"{error} Nothing was changed.") from None
    except (OSError, sqlite3.Error) as error:
        raise SchemaError(
            f"No backup can be written: {getattr(error, 'strerror', None) or error}. Nothing was changed."
        ) from None
    except OperationalError as error:
        if not _is_locked(error):
            raise
        raise SchemaError("Another program is using the database. Stop it first. Nothing was changed.") from None
    done = Migrated(before, after, backup)
    if before:
        event("migrated", after=after, backup=Sentence(backup or "none"))
    return done


def upgrade(connection: Connection) -> None:
    """Run the missing migrations in the transaction of this connection."""
    config = Config(str(MIGRATIONS / "alembic.ini"), attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")


@contextmanager
def schema_change(engine: Engine) -> Iterator[Connection]:
    """A transaction that has the database to itself. In SQLite, where a changed table is made anew under its old name, foreign
    keys do not fire meanwhile; they are checked at the end."""
    options: dict[str, Any] = {"write": True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "READ COMMITTED"
    with engine.connect().execution_options(**options) as connection, _without_foreign_keys(connection), connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            postgresql.take_turn(connection, (None,))
        yield connection
        if engine.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone():
            raise SchemaError("Rows of this database point to rows that are not there. Nothing was changed.")


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """These pragmas do nothing inside a transaction, so they go to the driver before and after it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    (patience,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute("PRAGMA foreign_keys=OFF")
    driver.execute(f"PRAGMA busy_timeout={LOCK_SECONDS * 1000}")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.execute(f"PRAGMA busy_timeout={patience}")


def _backup(place: Place, before: str) -> Path:
    now = system_clock()
    target = place.database.with_name(f"{place.database.stem}.revision-{before}-{now:%Y%m%d-%H%M%S}.zip")
    save(place, target, now=now)
    return target


def _differences(engine: Engine) -> str:
    """What is missing or strange in the tables, to find out where they come from."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = [_words(one) for one in compare_metadata(context, metadata)]
    return "; ".join(dict.fromkeys(found)) or "no difference in tables and columns"


def _words(difference: Any) -> str:
    """One difference as Alembic writes it: a tuple that begins with what would have to be done, or a list of such tuples."""
    if isinstance(difference, list):
        return "; ".join(_words(one) for one in difference)
    act, *about = difference
    if act.endswith("_column"):
        return f"{about[1]}.{about[2].name} {'is missing' if act == 'add_column' else 'is unknown'}"
    if act.startswith("modify_"):
        return f"{about[1]}.{about[2]} differs"
    return f"{about[0].name} {'is missing' if act.startswith('add_') else 'is unknown'}"


def _is_locked(error: DBAPIError) -> bool:
    return "locked" in str(error.orig) or getattr(error.orig, "pgcode", None) == "55P03"
