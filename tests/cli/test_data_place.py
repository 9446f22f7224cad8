"""Where the data lies, who can read it, and that a command that only reads makes none."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from facilitation import paths
from facilitation.config import ROOT, Settings
from tests.cli.whole_program import sentence, start
from tests.running import Server

pytestmark = pytest.mark.sqlite


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ---- nothing made by mistake


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ("report", "L1", "-o", "r.docx"), ("export-cases",), ("backup", "b.zip"), ("sign-in-link", "m@example.org"),
        ("case-template", "-o", "t.docx"), ("erase", "L1"), ("new-epoch",),
    ],
    ids=lambda c: c[0],
)  # fmt: skip
def test_a_command_that_only_reads_makes_no_data(tmp_path: Path, command: tuple[str, ...]) -> None:
    said = sentence(start(tmp_path / "tpyo", *command))
    assert said.startswith(f"There is no database in {tmp_path / 'tpyo'}.")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "here").mkdir()
    assert "There is no database" in sentence(start(tmp_path / "here", *command))
    assert list((tmp_path / "here").iterdir()) == []


# ---- for the owner only


@pytest.mark.slow
def test_folder_database_and_backup_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    old = os.umask(0o002)
    try:
        server = Server(tmp_path, "--no-demo", "--no-bootstrap")
        server.data, server.log = folder, tmp_path / "log"
        server.start()
        assert start(folder, "backup", str(tmp_path / "b.zip")).returncode == 0
        assert mode(folder) == 0o700
        assert {path.name: mode(path) for path in folder.iterdir() if path.name.startswith("facilitation.db")} == {
            name: 0o600 for name in ("facilitation.db", "facilitation.db-wal", "facilitation.db-shm", "facilitation.db.server")
        }
        assert mode(tmp_path / "b.zip") == 0o600
        server.stop()
        (folder / "facilitation.db").chmod(0o644)  # as before this was looked at
        assert start(folder, "restore", str(tmp_path / "b.zip"), "--force").returncode == 0
        assert {oct(mode(path)) for path in folder.glob("*facilitation.db*")} == {"0o600"}
        (folder / "facilitation.db").chmod(0o644)
        assert start(folder, "migrate").returncode == 0
        assert mode(folder / "facilitation.db") == 0o600
    finally:
        os.umask(old)
        server.kill()


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)  # it may hold more than our data: whoever names /srv does not want it closed
    Settings(DATA=str(tmp_path)).make_folder()
    assert mode(tmp_path) == 0o755


# ---- where the data is


def test_the_data_lies_beside_a_checkout_and_where_the_system_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert paths.data_folder({}) == ROOT / "instance"
    monkeypatch.setattr(paths, "INSTALLED", True)
    home = Path.home()
    assert paths.data_folder({}, "linux") == home / ".local/share/facilitation"
    assert paths.data_folder({"XDG_DATA_HOME": "/x"}, "linux") == Path("/x/facilitation")
    assert paths.data_folder({"XDG_DATA_HOME": "relative"}, "linux") == home / ".local/share/facilitation"
    assert paths.data_folder({}, "darwin") == home / "Library/Application Support/facilitation"
    assert paths.data_folder({"LOCALAPPDATA": "/local"}, "win32") == Path("/local/facilitation")


def test_a_sqlite_file_without_a_folder_lies_in_the_data_folder_for_everybody(tmp_path: Path) -> None:
    done = start(
        tmp_path, "create-user", "m@example.org", "--name", "M", "--role", "coordinator", DATABASE_URL="sqlite:///mine.db"
    )
    assert done.returncode == 0, done.stderr
    with contextlib.closing(sqlite3.connect(tmp_path / "mine.db")) as connection:
        assert connection.execute('SELECT count(*) FROM "user"').fetchone() == (1,)
    assert start(tmp_path, "backup", str(tmp_path / "b.zip"), DATABASE_URL="sqlite:///mine.db").returncode == 0
