"""Exports in a process of their own, killed at each step (F17): one whole file or none, and the next one is whole."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from eventlet import wsgi

from facilitation.config import ROOT
from facilitation.extensions import db
from facilitation.reports import progress
from facilitation.reports.assemble import assemble
from facilitation.reports.gather import gather
from facilitation.reports.press import KINDNESS
from facilitation.reports.render import FORMATS
from facilitation.web import exports
from facilitation.web.reports import _line
from tests.ledger import FULL, note
from tests.reports.conftest import Held
from tests.reports.test_desk import upload, with_place
from tests.reports.test_pages import browse

# Python reads a module of this name when it starts: the process of the server itself is killed, and nothing of it is changed.
KILLER = """
import os, signal, sys
point = os.environ.get("KILL_THE_PRESS_AT")
def look(event, args):
    if event == "facilitation.press" and args[0] == point:
        os.kill(os.getpid(), signal.SIGKILL)
if point:
    sys.addaudithook(look)
"""
POINTS = ("reading", "sorting", "drawing", "setting", "made", "half", "done")


@pytest.fixture
def killer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts the killer in the way of every program that is started; the folder in which those programs keep their own files."""
    scratch = tmp_path / "scratch"
    for folder, files in ((tmp_path / "killer", {"sitecustomize.py": KILLER}), (scratch, {})):
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "killer"))
    monkeypatch.setattr(exports.tempfile, "tempdir", str(scratch))
    monkeypatch.setattr(exports, "LARGE", 1)
    return scratch


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def whole(held: Held, kind: str) -> str:
    """What the file must be, made here without any process."""
    with db.session() as session:
        return digest(FORMATS[kind].write(assemble(gather(session, held.cast.lab, pictures=True))))


def test_killed_on_its_way_the_web_gives_no_half_file_and_then_a_whole_one(
    held: Held, killer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As people ask for it: plain, and with its steps. Nothing is left on the disk."""
    client, address = browse(held, held.cast.rita), f"/labs/{held.cast.lab}/report.docx"
    assert upload(held, client, with_place()).status_code == 303
    monkeypatch.setenv("KILL_THE_PRESS_AT", "drawing")
    assert client.get(address).status_code == 500
    monkeypatch.setenv("KILL_THE_PRESS_AT", "half")
    lines = [json.loads(line) for line in client.get(f"{address}?steps=1").data.splitlines()]
    assert lines[-1] == {"failed": True}
    assert not any("size" in line for line in lines)
    monkeypatch.delenv("KILL_THE_PRESS_AT")
    steps, told, content = heard(client.get(f"{address}?steps=1").data)
    assert digest(content) == whole(held, "docx")
    assert told["name"].endswith(".docx")
    assert told["media"] == FORMATS["docx"].media
    assert [step["step"] for step in steps][:3] == ["starting", "reading", "sorting"]
    figures = [(step["done"], step["of"]) for step in steps if step["step"] == "drawing"]
    assert figures == [(n, len(figures)) for n in range(1, len(figures) + 1)]
    assert {step["step"] for step in steps} == set(progress.STEPS) - {"waiting"}
    assert list(killer.iterdir()) == []


#: Full: every form; else the two that take longest.
KINDS = tuple(FORMATS) if FULL else ("docx", "pdf")


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", KINDS)
def test_f17_killed_at_each_step_there_is_one_whole_file_or_none(
    kind: str, held: Held, killer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert upload(held, browse(held, held.cast.rita), with_place()).status_code == 303
    right = whole(held, kind)
    points = [point for point in POINTS if point != "drawing" or kind == "docx"]  # in other forms drawing is no step of its own
    for point in points:
        monkeypatch.setenv("KILL_THE_PRESS_AT", point)
        with pytest.raises(RuntimeError, match="the press ended with -9"):
            exports.in_own_process(db.engine, held.cast.lab, kind)
        assert list(killer.iterdir()) == [], point
        monkeypatch.delenv("KILL_THE_PRESS_AT")
        assert digest(exports.in_own_process(db.engine, held.cast.lab, kind)) == right, point
    note("F17", attempted=len(points), killed=len(points), half_files=0, whole_afterwards=len(points), form=kind)


def heard(content: bytes) -> tuple[list[dict[str, Any]], dict[str, Any], bytes]:
    """The steps, what is said about the file, the file."""
    steps = []
    while True:
        line, _end, content = content.partition(b"\n")
        found = json.loads(line)
        if "size" in found:
            assert len(content) == found["size"]
            return steps, found, content
        steps.append(found)


def test_each_step_is_large_enough_to_be_sent_at_once() -> None:
    """eventlet's server gathers what is smaller, and a page would hear of every step when all is done."""
    assert len(_line(step="drawing", done=1, of=3)) >= wsgi.MINIMUM_CHUNK_SIZE
    assert json.loads(_line(name="ü" * 100)) == {"name": "ü" * 100}


def test_a_small_report_has_steps_too(held: Held) -> None:
    client = browse(held, held.cast.rita)
    steps, told, content = heard(client.get(f"/labs/{held.cast.lab}/report.json?steps=1").data)
    assert digest(content) == whole(held, "json")
    assert steps == [{"step": "setting", "done": 0, "of": 0}]
    assert told["name"].startswith("lab-report-")


def test_who_goes_away_ends_the_process_and_lets_the_next_one_in(held: Held, killer: Path) -> None:
    making = exports._process(db.engine, held.cast.lab, "csv")
    assert next(making) == exports.Step("starting")
    assert next(making) == exports.Step("reading")
    behind = exports._process(db.engine, held.cast.lab, "csv")
    assert next(behind) == exports.Step("waiting")
    behind.close()
    making.close()
    assert list(killer.iterdir()) == []
    assert exports.LARGE_ONES.at_once()
    exports.LARGE_ONES.end()
    assert digest(exports.in_own_process(db.engine, held.cast.lab, "csv")) == whole(held, "csv")


def test_the_process_gives_way_to_live_labs(held: Held) -> None:
    asked = {"database": db.engine.url.render_as_string(hide_password=False), "lab": held.cast.lab, "kind": "csv"}
    process = subprocess.Popen(
        [sys.executable, "-m", "facilitation.reports.press"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(asked).encode())
    process.stdin.close()
    assert json.loads(process.stdout.readline())["step"] == "reading"
    assert os.getpriority(os.PRIO_PROCESS, process.pid) >= KINDNESS  # also when it has ended: nobody waited for it yet
    process.kill()
    process.wait()
    process.stdout.close()
