"""Every command ends with one JSON object as its last line when `--json` is given: what was done, or why not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from facilitation import cli
from facilitation.config import ROOT
from facilitation.core.errors import CODES, Refused, default_message
from facilitation.rehearsal.player import PlayError
from facilitation.shell.answering import _for_a_shell, shell_words
from tests.cli.conftest import Said, Shell

Row = Callable[[Path], list[str]]
#: A way to call each command that finds something wrong or nothing there; a new command without a row fails.
CALLS: dict[str, Row] = {
    "import-cases": lambda _: ["sample-cases"],
    "export-cases": lambda _: [],
    "case-template": lambda folder: ["-o", str(folder / "x.docx")],
    "create-user": lambda _: ["a@example.org", "--name", "A", "--role", "coordinator"],
    "sign-in-link": lambda _: ["nobody@example.org"],
    "create-lab": lambda _: ["--sector", "MS", "--title", "T"],
    "rehearse": lambda _: ["sample-lab", "--url", "http://127.0.0.1:9"],
    "report": lambda folder: ["nowhere", "-o", str(folder / "x.docx")],
    "erase": lambda _: ["nowhere", "x"],
    "backup": lambda folder: [str(folder / "x.zip")],
    "restore": lambda folder: [str(folder / "not-there.zip")],
    "migrate": lambda _: [],
    "new-epoch": lambda _: [],
    "move-to": lambda folder: [f"sqlite:///{folder}/other.db"],
    "list-labs": lambda _: [],
    "list-users": lambda _: [],
    "doctor": lambda _: [],
}
ENDLESS = {"serve"}  # goes on until it is stopped


def one_object(said: Said) -> dict[str, object]:
    """Standard output is one line, a JSON object."""
    lines = said.out.splitlines()
    assert len(lines) == 1, said
    found = json.loads(lines[0])
    assert isinstance(found, dict)
    return found


def test_every_command_has_a_row() -> None:
    assert set(cli.cli.commands) == set(CALLS) | ENDLESS


@pytest.mark.parametrize("name", CALLS)
def test_called_wrongly(name: str, shell: Shell) -> None:
    said = shell(name, "--json", "--no-such-option")
    assert said.code == 2
    assert one_object(said)["error"]["code"] == "usage"  # type: ignore[index]


@pytest.mark.parametrize("name", CALLS)
def test_on_data(name: str, shell: Shell, tmp_path: Path) -> None:
    said = shell(name, *CALLS[name](tmp_path), "--json")
    answer = one_object(said)
    assert ("error" in answer) == (said.code != 0) or name == "doctor"
    if "error" in answer:
        assert set(answer["error"]) >= {"code", "message"}  # type: ignore[call-overload]
        assert str(answer["error"]["message"]) in said.err  # type: ignore[index]


@pytest.mark.parametrize("name", CALLS)
def test_without_a_database(name: str, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACILITATION_DATABASE_URL", "postgresql://u:s3cret@127.0.0.1:9/x")
    said = shell(name, *CALLS[name](tmp_path), "--json")
    answer = one_object(said)
    assert said.code == 1
    assert "s3cret" not in said.out + said.err
    assert "Traceback" not in said.err
    if name not in ("doctor", "backup", "restore"):
        assert answer["error"]["code"] == "busy"  # type: ignore[index]
        assert "FACILITATION_DATABASE_URL" in str(answer["error"]["message"])  # type: ignore[index]


@pytest.mark.parametrize("name", CALLS)
def test_with_a_bad_setting(name: str, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACILITATION_PORT", "many")
    said = shell(name, *CALLS[name](tmp_path), "--json")
    assert said.code == 1
    assert "FACILITATION_PORT" in json.dumps(one_object(said))


def test_a_fault_of_ours_is_told_without_its_message(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command("broken")
    @click.option("--json", "_as_json", is_flag=True)
    def broken(_as_json: bool) -> None:
        raise ValueError("Nashorn")

    monkeypatch.setitem(cli.cli.commands, "broken", broken)
    said = shell("broken", "--json")
    assert said.code == 1
    assert one_object(said)["error"]["code"] == "unknown"  # type: ignore[index]
    assert "ValueError" in said.err
    assert "Nashorn" not in said.err + said.out


@pytest.mark.parametrize("code", CODES)
def test_a_shell_is_spoken_to_like_a_shell(code: str) -> None:
    for told in (_for_a_shell(Refused(code)), _for_a_shell(PlayError(f"x: {default_message(code)}", code=code))):
        assert shell_words(code) in told
        assert not [word for word in ("Your text", "marked places", "quick", "sign in first") if word in told]
    assert _for_a_shell(Refused(code, "Its own sentence.")) == "Its own sentence."


def test_every_command_stands_in_the_readme() -> None:
    table = (ROOT / "README.md").read_text("utf-8").partition("## Commands")[2].partition("\n## ")[0]
    assert [name for name in cli.cli.commands if f"`{name}" not in table] == []
