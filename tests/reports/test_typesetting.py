"""PDFs and the drawings of Word are set by a program that ends with them: whole, refused or not there; one after the other."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from facilitation.core.errors import Refused
from facilitation.documents.typesetting import Sheet, SheetRefused, typeset, typeset_all
from facilitation.reports.render.glyphs import FONTS
from facilitation.web import exports
from tests.cast import Cast
from tests.running import ROOT

# Python reads a module of this name when it starts: the program itself is killed, and nothing of it is changed.
KILLER = """
import os, signal, sys
point = os.environ.get("KILL_THE_TYPESETTER_AT")
def look(event, args):
    if event == "facilitation.typesetter" and args[0] == point:
        os.kill(os.getpid(), signal.SIGKILL)
if point:
    sys.addaudithook(look)
"""
TEXT = "#set page(width: 40mm, height: 20mm)\n#json(bytes(sys.inputs.data)).said"


def sheet(said: str, source: str = TEXT, **more: object) -> Sheet:
    return Sheet(source, f'{{"said": "{said}"}}', moment="2000-01-01T00:00:00+00:00", **more)  # type: ignore[arg-type]


@pytest.fixture
def killer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(KILLER, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_several_sheets_come_in_their_order_and_each_as_soon_as_it_is_set() -> None:
    once, again, drawn = typeset_all([sheet("A"), sheet("A"), sheet("B", dots=50)], FONTS)
    assert once.startswith(b"%PDF-")
    assert once == again
    assert drawn.startswith(b"\x89PNG")
    making = typeset_all([sheet("A"), sheet("B", source='#panic("not this one")')], FONTS)
    assert next(making) == once  # the second one is not waited for
    with pytest.raises(SheetRefused):
        next(making)


def test_a_refusal_says_nothing_of_the_text(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SheetRefused) as found:
        typeset(sheet("okapi", source=TEXT + "#panic(json(bytes(sys.inputs.data)).said)"), FONTS)
    assert "okapi" not in str(found.value) + "".join(capfd.readouterr())


@pytest.mark.parametrize("point", ["setting", "half"])
def test_a_program_that_is_killed_gives_no_file(point: str, killer: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILL_THE_TYPESETTER_AT", point)
    with pytest.raises(RuntimeError, match="the typesetter ended with -9"):
        typeset(sheet("A" * 100), FONTS)
    monkeypatch.delenv("KILL_THE_TYPESETTER_AT")
    assert typeset(sheet("A" * 100), FONTS).endswith(b"%%EOF")


def test_the_web_says_so_and_makes_the_next_one(cast: Cast, killer: None, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = cast.browser(cast.omar)
    monkeypatch.setenv("KILL_THE_TYPESETTER_AT", "half")
    answer = browser.get(f"/cases/{cast.case}.pdf")
    assert answer.status_code == 500
    assert b"%PDF" not in answer.data
    assert "Something broke on our side" in answer.text
    monkeypatch.delenv("KILL_THE_TYPESETTER_AT")
    assert browser.get(f"/cases/{cast.case}.pdf").data.startswith(b"%PDF-")


def test_who_makes_files_does_not_load_typst() -> None:
    """A PDF and a Word file with its drawings, made in a process that is asked afterwards."""
    program = """
import sys
from facilitation.reports.assemble import assemble
from facilitation.reports.render import FORMATS
from tests.reports.transcript import sample_lab
report = assemble(sample_lab())
assert FORMATS["pdf"].write(report).startswith(b"%PDF") and FORMATS["docx"].write(report).count(b".png") > 1
assert not [name for name in sys.modules if name.partition(".")[0] == "typst"]
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def until_refused(turns: exports.Turns) -> Refused:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            turns.check()
        except Refused as refusal:
            return refusal
        time.sleep(0.01)
    raise AssertionError("nobody was refused")


def test_so_many_at_once_so_many_wait_and_one_more_is_told_to_come_again() -> None:
    turns, inside, done = exports.Turns(2, waiting=3), threading.Semaphore(0), threading.Event()

    def take() -> None:
        if not turns.at_once():
            turns.wait()
        inside.release()
        done.wait(30)
        turns.end()

    threads = [threading.Thread(target=take) for _ in range(5)]
    for thread in threads:
        thread.start()
    for _ in range(2):
        assert inside.acquire(timeout=30)
    refused = until_refused(turns)
    assert (refused.code, refused.status) == ("busy", 503)
    done.set()
    for thread in threads:
        thread.join(30)
    turns.check()
    assert turns.at_once()


def test_a_file_that_fails_gives_its_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "SMALL_ONES", exports.Turns(1, waiting=0))

    def fails() -> bytes:
        raise RuntimeError("no file")

    for _ in range(3):
        with pytest.raises(RuntimeError, match="no file"):
            exports.small(fails)
    assert exports.small(lambda: b"a file") == b"a file"
