"""The schema that the migrations make is the one the models mean, on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from facilitation.extensions import db
from facilitation.schema import metadata

pytestmark = pytest.mark.both_databases


def test_migrated_equals_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
