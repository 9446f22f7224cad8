"""What lies in deploy/: units that systemd rates as hardened, a backup that keeps the earlier ones, containers that fit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from facilitation.cli import cli
from facilitation.config import ROOT, Settings, from_environment
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


# ---- containers: read, not run


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose" / "compose.yaml").read_text("utf-8"))
    return found


def test_containers_come_back_are_watched_and_hold_no_secret() -> None:
    found = compose()
    for name, service in found["services"].items():
        assert service["restart"] == "unless-stopped", name
        assert "healthcheck" in service or name == "nginx"
        assert not service.get("image", "").endswith(":latest")
        for published in service.get("ports", ()):
            assert published.startswith("127.0.0.1:")
        assert not [key for key in service.get("environment", {}) if "PASSWORD" in key and not key.endswith("_FILE")]
    assert "trust" not in str(found)
    assert set(found["secrets"]) == {"database_password", "secret_key"}
    assert found["services"]["workers"]["environment"]["FACILITATION_PRODUCTION"] == "yes"


def test_the_settings_of_the_containers_are_settings(folder: Path) -> None:
    """Taken as production takes them, with what the command adds."""
    given = dict(compose()["services"]["workers"]["environment"])
    given |= {"FACILITATION_DATA": str(folder), "FACILITATION_SECRET_KEY": "0123456789abcdef" * 4}
    assert {name.removeprefix("FACILITATION_") for name in given} <= {field.name for field in fields(Settings)}
    assert from_environment(given).PRODUCTION


def test_an_image_holds_the_program_and_nothing_else(tmp_path: Path) -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    wanted = [line[1:].rstrip("/") for line in lines if line.startswith("!")]
    assert "*" in lines
    for name in wanted:
        source = ROOT / name
        shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path / name)
    environment = {**os.environ, "FACILITATION_DATA": str(tmp_path / "data"), "FACILITATION_NO_BOOTSTRAP": "1"}
    command = [sys.executable, "-m", "facilitation", "migrate"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# ---- the handbook


@pytest.mark.parametrize("page", ["docs/operations.md", "deploy/README.md"])
def test_the_handbook_names_files_commands_and_settings_that_are_there(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    files = set(re.findall(r"\b((?:deploy|docs|tests)/[\w/.-]*\w)", text))
    assert len(files) > 3
    assert [name for name in files if not (ROOT / name).exists()] == []
    said = set(re.findall(r"^facilitation ([a-z-]+)|`facilitation ([a-z-]+)", text, re.M))
    assert {name for pair in said for name in pair if name} <= set(cli.commands)
    named = {name for name in re.findall(r"\bFACILITATION_([A-Z_]+)", text) if not name.startswith("TEST")}
    assert named <= {item.name for item in fields(Settings)}
