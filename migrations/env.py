"""Alembic's way to our database: the application's engine, batch mode for SQLite, one migrating process at a time."""

from __future__ import annotations

from alembic import context
from flask import current_app

from facilitation.core import postgresql
from facilitation.schema import metadata

engine = current_app.extensions["migrate"].db.engine


def run() -> None:
    options = {"write": True}  # SQLite rebuilds tables in batch mode; foreign keys must not fire meanwhile
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "READ COMMITTED"
    with engine.connect().execution_options(**options) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")  # several workers may start at once: the first migrates
            postgresql.take_turn(connection, (None,))
        context.configure(
            connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True,
            compare_server_default=False, include_name=lambda name, type_, parents: name != "sqlite_sequence",
        )  # fmt: skip
        with context.begin_transaction():
            context.run_migrations()


run()
