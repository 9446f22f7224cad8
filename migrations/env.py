"""Alembic's way to our database: the application's engine, batch mode for SQLite."""

from __future__ import annotations

from alembic import context
from flask import current_app

from facilitation.schema import metadata

engine = current_app.extensions["migrate"].db.engine


def run() -> None:
    # SQLite rebuilds tables in batch mode; foreign keys must not fire meanwhile
    with engine.connect().execution_options(write=True) as connection:
        context.configure(
            connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True,
            compare_server_default=False, include_name=lambda name, type_, parents: name != "sqlite_sequence",
        )  # fmt: skip
        with context.begin_transaction():
            context.run_migrations()


run()
