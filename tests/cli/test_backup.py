"""A backup holds everything but the key, comes back whole, and never over data that is there or in use."""

from __future__ import annotations

import json
import sqlite3
import stat
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from facilitation.app import create_app
from facilitation.core.actor import NOBODY
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Lab
from facilitation.labs.planning import code_of
from tests.cli.conftest import Shell
from tests.running import Server

pytestmark = pytest.mark.sqlite  # PostgreSQL has tools of its own


def ask(folder: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "facilitation.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.fixture
def saved(shell: Shell, folder: Path, tmp_path: Path) -> Path:
    """A backup of an instance with cases, an account and an open lab."""
    shell("import-cases", "sample-cases")
    shell("create-user", "mara@example.org", "--name", "Mara", "--role", "coordinator")
    shell("create-lab", "--sector", "MS", "--title", "A lab", "--cases", "FC-MS-01", "--open")
    (folder / "exports").mkdir()
    (folder / "exports" / "report.txt").write_text("kept", "utf-8")
    target = tmp_path / "backup.zip"
    answer = shell("backup", target, "--json").answer
    assert (answer["cases"], answer["labs"], answer["users"]) == (7, 1, 1)
    return target


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another machine: an empty data folder with a key of its own."""
    monkeypatch.setenv("FACILITATION_DATA", str(tmp_path / "elsewhere"))
    return tmp_path / "elsewhere"


def test_the_archive_is_private_and_without_the_key(saved: Path, folder: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    key = (folder / "secret_key").read_text()
    with zipfile.ZipFile(saved) as archive:
        assert set(archive.namelist()) == {"manifest.json", "facilitation.db", "exports/report.txt"}
        assert all(key.encode() not in archive.read(name) for name in archive.namelist())
    assert not list(saved.parent.glob(".backup-*"))


def test_it_comes_back_whole_under_a_new_epoch(saved: Path, folder: Path, elsewhere: Path, shell: Shell) -> None:
    before = ask(folder, "SELECT epoch FROM instance")
    back = shell("restore", saved, "--json")
    assert back.code == 0
    assert (back.answer["cases"], back.answer["labs"]) == (7, 1)
    assert ask(elsewhere, "SELECT epoch FROM instance") == [(back.answer["epoch"],)] != before
    for query in (
        'SELECT ref, document FROM "case" ORDER BY ref',
        "SELECT id, title, state FROM lab",
        'SELECT email FROM "user"',
    ):
        assert ask(elsewhere, query) == ask(folder, query)
    assert (elsewhere / "exports" / "report.txt").read_text("utf-8") == "kept"
    assert ask(elsewhere, "PRAGMA integrity_check") == [("ok",)]
    made = shell("create-lab", "--sector", "MS", "--title", "It goes on", "--json")
    assert made.code == 0


def test_under_another_key_labs_get_other_codes_that_work(saved: Path, elsewhere: Path, shell: Shell) -> None:
    assert shell("restore", saved, "--json").answer["labs_with_new_codes"] == 1
    app = create_app({"DATA": str(elsewhere), "ASYNC_MODE": "threading", "TESTING": True})
    extension = app.extensions["facilitation"]
    with app.app_context():
        with reading(db.engine) as session:
            code = code_of(extension["settings"], session.scalars(select(Lab)).one())
        assert extension["dispatcher"].do("seat.join", NOBODY, code=code, tier="2")["seat"]
        db.engine.dispose()


def test_with_the_key_codes_and_sign_ins_carry_over(
    saved: Path, folder: Path, elsewhere: Path, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("FACILITATION_DATA", str(folder))
        target = tmp_path / "with-key.zip"
        assert shell("backup", target, "--with-key", "--json").answer["with_key"]
    assert shell("restore", target, "--json").answer["labs_with_new_codes"] == 0
    assert (elsewhere / "secret_key").read_text() == (folder / "secret_key").read_text()
    assert stat.S_IMODE((elsewhere / "secret_key").stat().st_mode) == 0o600
    assert ask(elsewhere, "SELECT code_hash FROM lab") == ask(folder, "SELECT code_hash FROM lab")


def test_data_that_is_there_is_replaced_only_on_purpose(saved: Path, folder: Path, shell: Shell) -> None:
    shell("create-user", "later@example.org", "--name", "Later", "--role", "coordinator")
    refused = shell("restore", saved, "--json")
    assert refused.code == 1
    assert "--force" in refused.answer["error"]["message"]
    assert len(ask(folder, 'SELECT email FROM "user"')) == 2
    forced = shell("restore", saved, "--force", "--json").answer
    assert len(ask(folder, 'SELECT email FROM "user"')) == 1
    kept = sqlite3.connect(forced["kept"])
    assert len(kept.execute('SELECT email FROM "user"').fetchall()) == 2
    kept.close()


@pytest.mark.slow
def test_while_a_server_runs_a_backup_is_made_but_none_taken_back(
    saved: Path, folder: Path, shell: Shell, tmp_path: Path
) -> None:
    server = Server(folder, "--no-demo", "--no-bootstrap").start()
    try:
        epoch = ask(folder, "SELECT epoch FROM instance")
        assert shell("backup", tmp_path / "running.zip").code == 0
        refused = shell("restore", saved, "--force", "--json")
        assert refused.code == 1
        assert "Stop it first" in refused.answer["error"]["message"]
        assert ask(folder, "SELECT epoch FROM instance") == epoch
    finally:
        server.stop()
    assert shell("restore", saved, "--force").code == 0
    assert ask(folder, "SELECT epoch FROM instance") != epoch


def tampered(saved: Path, target: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return target


def test_a_damaged_backup_changes_nothing(saved: Path, folder: Path, shell: Shell, tmp_path: Path) -> None:
    with zipfile.ZipFile(saved) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        database = archive.read("facilitation.db")
    epoch = ask(folder, "SELECT epoch FROM instance")
    broken = {
        "damaged": tampered(saved, tmp_path / "1.zip", "facilitation.db", database[:-100] + b"\0" * 100),
        "newer version": tampered(
            saved, tmp_path / "2.zip", "manifest.json", json.dumps({**manifest, "revision": "9999_later"}).encode()
        ),
        "not a backup": tampered(saved, tmp_path / "3.zip", "manifest.json", b"[]"),
        "cannot be read": tmp_path / "missing.zip",
    }
    (tmp_path / "4.zip").write_bytes(b"hello")
    broken["it is not a backup"] = tmp_path / "4.zip"
    for says, path in broken.items():
        said = shell("restore", path, "--force", "--json")
        assert said.code == 1, says
        assert says in said.answer["error"]["message"]
    assert ask(folder, "SELECT epoch FROM instance") == epoch


def test_an_archive_cannot_write_outside_its_folder(saved: Path, elsewhere: Path, shell: Shell, tmp_path: Path) -> None:
    sly = tmp_path / "sly.zip"
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(sly, "w") as new:
        for member in old.namelist():
            new.writestr(member, old.read(member))
        new.writestr("exports/../../outside.txt", "x")
        new.writestr("other.txt", "x")
    assert shell("restore", sly).code == 0
    assert {path.name for path in elsewhere.rglob("*") if path.is_file()} <= {"facilitation.db", "secret_key", "report.txt"}
    assert not (tmp_path / "outside.txt").exists()


def test_for_postgresql_its_own_tools_are_named(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACILITATION_DATABASE_URL", "postgresql://localhost/facilitation")
    said = shell("backup", tmp_path / "x.zip", "--json")
    assert said.code == 1
    assert "pg_dump" in said.answer["error"]["message"]
    assert "new-epoch" in shell("restore", tmp_path / "x.zip").err


def test_a_new_epoch_by_hand(shell: Shell, folder: Path) -> None:
    before = ask(folder, "SELECT epoch FROM instance")
    told = shell("new-epoch", "--json").answer["epoch"]
    assert ask(folder, "SELECT epoch FROM instance") == [(told,)] != before
