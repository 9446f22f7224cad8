"""Real parts: a real SQLite file with the real migrations, the real application. Nothing of ours is mocked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from facilitation import create_app
from facilitation.extensions import db
from facilitation.first_run import migrate_database
from tests.cast import Cast


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a migrated, empty database; copied for each test because migrating takes longer than copying."""
    folder = tmp_path_factory.mktemp("migrated")
    app = create_app({"DATA": str(folder), "ASYNC_MODE": "threading", "TESTING": True})
    migrate_database(app)
    with app.app_context():
        db.engine.dispose()
    return folder


@pytest.fixture
def data(migrated: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(migrated, folder)
    return folder


@pytest.fixture
def app(data: Path) -> Iterator[Flask]:
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Anna facilitates, Ben and Chloé hold seats, Dario holds a seat in another lab, Eve has none."""
    return Cast(app)


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> None:
    for name in [name for name in os.environ if name.startswith("FACILITATION_") and "TEST" not in name]:
        del os.environ[name]
