"""What lies in deploy/: units that systemd rates as hardened, a backup that keeps the earlier ones, containers that fit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from facilitation.config import ROOT
from tests.programs import need

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
WORST = 4.0  # of 10, as systemd-analyze rates exposure


def systemd(*arguments: str) -> str:
    done = subprocess.run([str(need("systemd-analyze")), *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_is_hardened_and_keeps_its_files_to_itself(unit: Path) -> None:
    assert "\nUMask=0077\n" in unit.read_text("utf-8")
    found = re.search(r"exposure level for \S+: ([\d.]+)", systemd("security", "--offline=yes", str(unit)))
    assert found is not None
    assert float(found[1]) < WORST


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """`verify` wants programs that exist: another path stands for the one of an installation."""
    files = [*UNITS, ROOT / "deploy" / "systemd" / "facilitation-backup.timer"]
    for file in files:
        text = re.sub(r"^(ExecStart=)\S+", r"\1/bin/true", file.read_text("utf-8"), flags=re.M)
        (tmp_path / file.name).write_text(text)
    assert systemd("verify", *(str(tmp_path / file.name) for file in files)) == ""


def test_units_start_what_is_there() -> None:
    for unit in UNITS:
        command = re.search(r"^ExecStart=/opt/facilitation/(\S+) ?(.*)$", unit.read_text("utf-8"), re.M)
        assert command is not None
        assert command[1] == ".venv/bin/python" or os.access(ROOT / command[1], os.X_OK)


# ---- the backup of every night


def backup(folder: Path, keep: str, data: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FACILITATION_DATA": str(data), "PYTHON": sys.executable}
    command = [str(ROOT / "deploy" / "backup"), str(folder), str(keep)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in range(1, 4):
        (folder / f"facilitation-2026010{day}-020000.zip").write_text("an earlier one")
    (folder / "notes.txt").write_text("somebody else's")
    return folder


@pytest.mark.both_databases
def test_a_backup_keeps_the_newest_ones(database: str, folder: Path, data: Path) -> None:
    done = backup(folder, "2", data)
    assert done.returncode == 0, done.stderr
    older, made, other = sorted(folder.iterdir())
    assert (older.name, other.name) == ("facilitation-20260103-020000.zip", "notes.txt")
    assert made.stat().st_mode & 0o777 == 0o600
    if database == "sqlite":
        with zipfile.ZipFile(made) as archive:
            assert archive.testzip() is None
    else:
        listed = subprocess.run(["pg_restore", "--list", str(made)], capture_output=True, text=True, check=True).stdout
        assert "TABLE DATA public contribution" in listed


@pytest.mark.sqlite
def test_a_backup_that_fails_leaves_the_earlier_ones(folder: Path, data: Path) -> None:
    (data / "facilitation.db").write_bytes(b"no database" * 1000)
    (folder / ".unfinished-1").write_text("of a run that was killed")
    before = {path.name for path in folder.iterdir()} - {".unfinished-1"}
    done = backup(folder, "1", data)
    assert done.returncode != 0
    assert {path.name for path in folder.iterdir()} == before


@pytest.mark.parametrize("keep", ["0", "all", ""])
def test_a_backup_is_not_asked_to_keep_nothing(folder: Path, data: Path, keep: str) -> None:
    assert backup(folder, keep, data).returncode == 2
    assert len(list(folder.iterdir())) == 4
