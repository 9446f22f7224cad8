"""Real parts: a real database with the real migrations, the real application. Nothing of ours is mocked.

SQLite by default. `FACILITATION_TEST_DATABASE=postgresql` runs everything but the browser tests on PostgreSQL; modules marked
`both_databases` run on both in every run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from facilitation import create_app
from facilitation.extensions import db
from facilitation.first_run import migrate_database
from tests.cast import Cast
from tests.databases import Postgres, copied, discard, settle

CHOSEN = "FACILITATION_TEST_DATABASE"
KINDS = ("sqlite", "postgresql")


def chosen() -> str:
    kind = os.environ.get(CHOSEN) or "sqlite"
    if kind not in KINDS:
        raise pytest.UsageError(f"{CHOSEN} is {kind!r}; it can be {' or '.join(KINDS)}")
    return kind


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if (
        "database" in metafunc.fixturenames
        and metafunc.definition.get_closest_marker("both_databases")
        and not os.environ.get(CHOSEN)
    ):
        metafunc.parametrize("database", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.long])])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chosen() == "postgresql":
        for item in items:
            if item.get_closest_marker("sqlite") or item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="about SQLite, or the browser: not tried on PostgreSQL"))


@pytest.fixture
def database() -> str:
    """The kind of database of this test."""
    return chosen()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for all tests of this process, started for the first that asks."""
    server = Postgres().start()
    yield server
    server.remove()


def migrated_in(folder: Path) -> Path:
    """A new data folder with an empty database, the one that the environment names or a SQLite file."""
    app = create_app({"DATA": str(folder), "ASYNC_MODE": "threading", "TESTING": True})
    migrate_database(app)
    with app.app_context():
        db.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a migrated, empty database; copied for each test because migrating takes longer than copying."""
    if chosen() == "postgresql":
        found: Path = request.getfixturevalue("migrated_on_postgresql")
        return found
    return migrated_in(tmp_path_factory.mktemp("migrated"))


@pytest.fixture(scope="session")
def migrated_on_postgresql(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_in(settle(tmp_path_factory.mktemp("migrated"), postgres))


@pytest.fixture
def empty(database: str, request: pytest.FixtureRequest) -> Path:
    """The migrated, empty data folder that copies of this test are made from."""
    found: Path = request.getfixturevalue("migrated_on_postgresql" if database == "postgresql" else "migrated")
    return found


@pytest.fixture
def data(empty: Path, tmp_path: Path) -> Iterator[Path]:
    yield copied(empty, tmp_path / "data")
    discard(tmp_path / "data")


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
