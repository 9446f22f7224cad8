"""Alembic's way to our database: the connection it is given, or the application's engine; batch mode for SQLite."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from facilitation.migration import schema_change
from facilitation.schema import metadata


def run(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True,
        compare_server_default=False, include_name=lambda name, type_, parents: name != "sqlite_sequence",
    )  # fmt: skip
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    with schema_change(current_app.extensions["migrate"].db.engine) as own:
        run(own)
