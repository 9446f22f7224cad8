"""Exports whatever happens: large ones in a process of their own, and a file that is whole or not there at all (F17)."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from facilitation.extensions import db
from facilitation.reports.assemble import assemble
from facilitation.reports.render import FORMATS, csvs, xlsx
from facilitation.web import exports
from tests.reports.conftest import Held
from tests.reports.transcript import sample_lab

# Ends itself with kill -9 at the n-th step that opens, renames or removes a file of the folder it writes into.
KILLED = """
import os, signal, sys
from pathlib import Path
from facilitation.shell.cases import write_file
folder, at, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
steps = 0
def count(event, args):
    global steps
    if event in ("open", "os.rename", "os.remove", "os.fsync") and any(str(arg).startswith(folder) for arg in args):
        steps += 1
        if steps == at:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
write_file(os.path.join(folder, "report.docx"), b"n" * size)
print(steps)
"""
OLD, SIZE = b"o" * 100_000, 3_000_000


def write(folder: Path, at: int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", KILLED, str(folder), str(at), str(SIZE)], capture_output=True, check=False)


@pytest.mark.long
@pytest.mark.parametrize("before", [None, OLD])
def test_an_export_killed_at_any_step_leaves_the_old_file_or_the_new_one(tmp_path: Path, before: bytes | None) -> None:
    steps = int(write(tmp_path, 0).stdout)
    assert steps >= 2
    new = hashlib.sha256(b"n" * SIZE).hexdigest()
    for at in range(1, steps + 1):
        folder = tmp_path / f"at-{at}"
        folder.mkdir()
        target = folder / "report.docx"
        if before is not None:
            target.write_bytes(before)
        assert write(folder, at).returncode == -signal.SIGKILL
        assert (target.read_bytes() if target.exists() else None) == before
        assert write(folder, 0).returncode == 0
        assert hashlib.sha256(target.read_bytes()).hexdigest() == new
        assert [path.name for path in folder.iterdir()] == ["report.docx"]  # nothing half written is left behind


def test_a_process_of_its_own_makes_the_same_file(held: Held) -> None:
    held.close()
    for kind in ("docx", "csv"):
        alone = exports.in_own_process(db.engine, held.cast.lab, kind)
        assert alone == FORMATS[kind].write(assemble(held.gather()))


def test_a_process_that_fails_is_no_file(held: Held) -> None:
    held.close()
    with pytest.raises(RuntimeError, match="ended with"):
        exports.in_own_process(db.engine, "no-such-lab", "csv")


def test_a_large_lab_goes_into_a_process_and_a_small_one_does_not(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    held.close()
    started: list[list[str]] = []
    sys.addaudithook(lambda event, args: started.append(list(args[1])) if event == "subprocess.Popen" else None)
    with db.session() as session:
        small = exports.pressed(session, db.engine, held.cast.lab, "csv")
        assert not [args for args in started if "facilitation.reports.press" in args]
        monkeypatch.setattr(exports, "LARGE", 1)
        assert exports.pressed(session, db.engine, held.cast.lab, "csv") == small
    assert [args for args in started if "facilitation.reports.press" in args]


def test_every_form_of_an_empty_lab_is_made() -> None:
    names = ("participants", "contributions", "clusters", "ballots", "evaluations", "proposals", "activities", "cases")
    empty = assemble(sample_lab(**{name: () for name in names}))
    for kind, form in FORMATS.items():
        assert form.write(empty), kind
    assert csvs.file(empty) != xlsx.file(empty)
