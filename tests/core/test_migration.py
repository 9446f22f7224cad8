"""Before a migration the database is saved; one of an unknown version is named and left as it is."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from facilitation import create_app
from facilitation.extensions import db
from facilitation.first_run import migrate_database
from facilitation.migration import Migrated, SchemaError, known
from facilitation.paths import MIGRATIONS
from tests.databases import Postgres, discard
from tests.old_databases import put, put_on
from tests.running import Server

#: A revision that databases were made from is never edited: a change is another revision. Each line is written once.
FINISHED = {
    "0001_first_schema.py": "1d2ff5c7db958a36dc57f403b8688b309b14e09a13807b208dba69859926b03f",
    "0002_one_shape.py": "e0e0026a41cc7e3db44b809bab4c00cb6e7cc75adff62b0c05c83150950c8106",
}


def test_finished_revisions_stay_as_they_are() -> None:
    files = {path.name: path.read_bytes() for path in (MIGRATIONS / "versions").glob("*.py")}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in files.items()} == FINISHED


def opened(folder: Path) -> Flask:
    return create_app({"DATA": str(folder), "ASYNC_MODE": "threading", "TESTING": True})


def migrated(folder: Path) -> Migrated:
    """Migrate as a start does, and let go of the database."""
    app = opened(folder)
    try:
        return migrate_database(app)
    finally:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    discard(tmp_path / "data")


# ---- the backup before it


@pytest.mark.sqlite
def test_the_file_of_before_is_kept_and_comes_back(folder: Path) -> None:
    put("7f2825b", folder)
    with sqlite3.connect(folder / "facilitation.db") as connection:
        told = list(connection.iterdump())
    connection.close()
    done = migrated(folder)
    assert done.backup is not None
    assert done.backup.parent == folder
    assert "revision-0001" in done.backup.name
    assert stat.S_IMODE(done.backup.stat().st_mode) == 0o600
    with zipfile.ZipFile(done.backup) as archive:
        assert json.loads(archive.read("manifest.json"))["revision"] == "0001"
        archive.extract("facilitation.db", folder / "old")
    with sqlite3.connect(folder / "old" / "facilitation.db") as connection:
        assert list(connection.iterdump()) == told
    connection.close()


@pytest.mark.sqlite
@pytest.mark.slow
def test_a_server_migrates_and_says_where_the_backup_is(folder: Path) -> None:
    """What was 'up to date, then 500': a data folder of 7f2825b."""
    put("7f2825b", folder)
    server = Server(folder, "--no-demo", "--no-bootstrap").start()
    try:
        assert server.answers()
    finally:
        server.stop()
    (backup,) = folder.glob("facilitation.revision-0001-*.zip")
    log = server.log.read_text()
    assert f"migrated from revision 0001 to {known()[-1]}" in log
    assert str(backup) in log


# ---- what is left alone


def spoilt(folder: Path, *statements: str) -> list[str]:
    """Change the file by hand; what is in it then."""
    with sqlite3.connect(folder / "facilitation.db") as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        told = list(connection.iterdump())
    connection.close()
    return told


Refusal = Callable[[Path], str]


@pytest.fixture
def refusal(folder: Path) -> Refusal:
    """Why a start refuses this data folder; the file must stay as it is, and nothing come beside it."""

    def refused(folder: Path) -> str:
        told, there = spoilt(folder), sorted(os.listdir(folder))
        with pytest.raises(SchemaError) as error:
            migrated(folder)
        assert spoilt(folder) == told
        assert sorted(os.listdir(folder)) == sorted({*there, "secret_key"})
        return str(error.value)

    return refused


@pytest.mark.sqlite
def test_tables_of_no_known_version_are_named_and_left_alone(folder: Path, refusal: Refusal) -> None:
    put("7f2825b", folder)
    spoilt(folder, "ALTER TABLE lab ADD COLUMN colour VARCHAR(10)")
    said = refusal(folder)
    assert "of none of the versions" in said
    assert "lab.colour" in said
    assert "Nothing was changed" in said


@pytest.mark.sqlite
def test_a_newer_revision_is_named_with_the_way_back(folder: Path, refusal: Refusal) -> None:
    put("454d308", folder)
    done = migrated(folder)
    spoilt(folder, "UPDATE alembic_version SET version_num = '9999'")
    said = refusal(folder)
    assert "9999" in said
    assert f"0001 to {known()[-1]}" in said
    assert "restore FILE --force" in said
    assert str(done.backup) in said


@pytest.mark.sqlite
def test_tables_without_a_revision_are_left_alone(folder: Path, refusal: Refusal) -> None:
    put("454d308", folder)
    spoilt(folder, "DELETE FROM alembic_version")
    assert "no revision" in refusal(folder)


@pytest.mark.postgres
def test_a_newer_revision_on_postgresql(folder: Path, postgres: Postgres) -> None:
    put_on(postgres, "7f2825b", folder)
    app = opened(folder)
    with app.app_context():
        with db.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(SchemaError, match="pg_restore"):
            migrate_database(app)
        db.engine.dispose()


@pytest.mark.sqlite
@pytest.mark.slow
def test_the_server_ends_with_a_sentence(folder: Path) -> None:
    put("454d308", folder)
    spoilt(folder, "UPDATE alembic_version SET version_num = '9999'")
    server = Server(folder, "--no-demo", "--no-bootstrap")
    with pytest.raises(RuntimeError):
        server.start()
    assert server.ended(20) == 1
    log = server.log.read_text()
    assert "which this program" in log
    assert "Traceback" not in log
