"""On PostgreSQL a backup is the database's own; `new-epoch` afterwards lets every phone start afresh."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.stream.read import epoch
from tests.cast import Cast
from tests.cli.conftest import Shell
from tests.databases import URL, Postgres, discard
from tests.old_databases import put_on
from tests.programs import beside

pytestmark = pytest.mark.postgres


@pytest.fixture
def database() -> str:
    return "postgresql"


def test_dump_restore_and_a_new_epoch(cast: Cast, shell: Shell, postgres: Postgres, tmp_path: Path) -> None:
    cast.start("challenges")
    board = cast.board("challenges")
    cast.act("contribution.post", cast.ben, board=board, text="Before")
    url, file = postgres.url(str(db.engine.url.database)), tmp_path / "dump"
    subprocess.run([str(beside("postgres", "pg_dump")), "-Fc", "-f", str(file), url], check=True, capture_output=True)
    cast.act("contribution.post", cast.ben, board=board, text="After")
    era = cast.look()["epoch"]
    db.session.remove()
    db.engine.dispose()
    command = [str(beside("postgres", "pg_restore")), "--clean", "--if-exists", "-d", url, str(file)]
    subprocess.run(command, check=True, capture_output=True)
    told = shell("new-epoch", "--json")
    assert told.code == 0
    with reading(db.engine) as session:
        assert epoch(session) == told.answer["epoch"] != era
    texts = [value["text"] for value in cast.look()["entities"]["contribution"].values() if value["board"] == board]
    assert texts == ["Before"]
    cast.act("contribution.post", cast.ben, board=board, text="It goes on")


def test_a_dump_of_before_an_upgrade_is_restored_as_the_handbook_says(
    shell: Shell, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into a new database: in the old one, tables of the newer schema would stay in between."""
    put_on(postgres, "7f2825b", tmp_path / "data")
    monkeypatch.setenv("FACILITATION_DATA", str(tmp_path / "data"))
    url, dump = os.environ[URL], tmp_path / "before.dump"
    subprocess.run([str(beside("postgres", "pg_dump")), "-Fc", "-f", str(dump), url], check=True, capture_output=True)
    before = postgres.execute("SELECT id, title FROM lab ORDER BY id", url.rpartition("/")[2])
    assert before
    assert shell("migrate", "--json").answer["from"] == "0001"
    name = postgres.create()
    command = [str(beside("postgres", "pg_restore")), "--no-owner", "--single-transaction", "-d", postgres.url(name), str(dump)]
    subprocess.run(command, check=True, capture_output=True)
    monkeypatch.setenv(URL, postgres.url(name))
    for wanted in (("migrate",), ("new-epoch",), ("erase", "--again")):
        said = shell(*wanted, "--json")
        assert said.code == 0, said.err
    assert postgres.execute("SELECT id, title FROM lab ORDER BY id", name) == before
    discard(tmp_path / "data")
    postgres.drop(name)


def test_backup_and_restore_name_the_tools_to_use(cast: Cast, shell: Shell, tmp_path: Path) -> None:
    told = shell("backup", tmp_path / "backup.zip")
    assert told.code == 1
    assert "pg_dump" in told.err
    assert "new-epoch" in told.err
