"""Commands of the shell: one JSON object with `--json`, plain lines without, and an exit code that says how it went."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from sqlalchemy import func, select

from facilitation import cli
from facilitation.app import create_app
from facilitation.cases.models import Case
from facilitation.core.actor import NOBODY, SYSTEM, Identity
from facilitation.core.unit_of_work import reading
from facilitation.demo import CASES
from facilitation.extensions import db
from facilitation.people.models import Assignment
from facilitation.rehearsal.inside import DispatcherDoor
from facilitation.rehearsal.performing import perform
from facilitation.rehearsal.player import Player
from facilitation.rehearsal.transcript import Transcript
from tests.cli.conftest import Shell
from tests.rehearsal.conftest import small  # noqa: F401 - a fixture
from tests.running import ROOT


def application(folder: Path) -> Flask:
    return create_app({"DATA": str(folder), "ASYNC_MODE": "threading", "TESTING": True})


def cases(folder: Path) -> int:
    with application(folder).app_context(), reading(db.engine) as session:
        return int(session.scalar(select(func.count()).select_from(Case)) or 0)


def test_every_command_takes_json_and_explains_itself(shell: Shell) -> None:
    assert set(cli.cli.commands) >= {
        "import-cases", "export-cases", "create-user", "sign-in-link", "create-lab", "rehearse", "report", "backup", "restore",
        "migrate",
    }  # fmt: skip
    for name, command in cli.cli.commands.items():
        assert command.help, name
        if name != "serve":  # it goes on until it is stopped: there is no answer
            assert any("--json" in option.opts for option in command.params), name


def test_import_and_export_give_the_same_cases(shell: Shell, folder: Path, tmp_path: Path) -> None:
    first = shell("import-cases", CASES, "--json")
    assert (first.code, first.answer["imported"]) == (0, 7)
    assert len(first.out.splitlines()) == 1
    written = tmp_path / "cases.yaml"
    assert shell("export-cases", "-o", written, "--json").answer == {"file": str(written), "cases": 7}
    assert {case["id"] for case in yaml.safe_load(written.read_text("utf-8"))["cases"]} == {
        case["ref"] for case in first.answer["cases"]
    }
    assert shell("import-cases", written, "--replace", "--json").answer["imported"] == 7
    one = tmp_path / "one.yaml"
    assert shell("export-cases", "FC-MS-02", "-o", one, "--json").answer["cases"] == 1
    assert cases(folder) == 7


def test_a_wrong_file_tells_its_line_and_imports_nothing(shell: Shell, folder: Path, tmp_path: Path) -> None:
    lines = CASES.read_text("utf-8").splitlines()
    last = max(number for number, line in enumerate(lines) if line.lstrip().startswith("sector:"))
    lines[last] = lines[last].split("sector:")[0] + "sector: NOWHERE"
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("\n".join(lines), "utf-8")
    said = shell("import-cases", wrong, "--json")
    assert said.code == 1
    assert said.answer["error"]["line"] == last + 1
    assert f"line {last + 1}" in said.err
    assert cases(folder) == 0
    assert shell("import-cases", CASES).code == 0
    again = shell("import-cases", CASES, "--json")
    assert again.code == 1
    assert "FC-RES-01" in again.answer["error"]["message"]


@pytest.mark.parametrize("name", ["nothing.yaml", "."])
def test_a_file_that_cannot_be_read_is_named(shell: Shell, name: str) -> None:
    said = shell("import-cases", name, "--json")
    assert said.code == 1
    assert name in said.answer["error"]["message"]


def test_accounts_and_links(shell: Shell, folder: Path) -> None:
    made = shell("create-user", "Mara@Example.org", "--name", "Mara", "--role", "sector_lead", "--sector", "MS", "--json")
    assert made.answer["email"] == "mara@example.org"
    assert (
        shell("create-user", "x@example.org", "--name", "X", "--role", "organiser", "--sector", "RES", "--json").answer["role"]
        == "sector_lead"
    )
    again = shell("create-user", "mara@example.org", "--name", "Mara", "--role", "coordinator", "--json")
    assert (again.code, again.answer["error"]["code"]) == (1, "conflict")
    assert shell("create-user", "y@example.org", "--name", "Y", "--role", "sector_lead").code == 1  # of which sector?
    link = shell("sign-in-link", "mara@example.org", "--json").answer
    token = link["url"].rpartition("/sign-in/")[2]
    app = application(folder)
    with app.app_context():
        dispatcher = app.extensions["facilitation"]["dispatcher"]
        assert dispatcher.do("user.follow_link", NOBODY, token=token)["user"] == made.answer["user"]
        with reading(db.engine) as session:
            grant = session.scalars(select(Assignment).where(Assignment.user_id == made.answer["user"])).one()
    assert (grant.role, grant.sector) == ("sector_lead", "MS")
    plain = shell("sign-in-link", "mara@example.org")
    assert plain.out.startswith("http://127.0.0.1:5000/sign-in/")
    assert shell("sign-in-link", "nobody@example.org").code == 1


def test_a_case_owner_is_given_the_case(shell: Shell, folder: Path) -> None:
    shell("import-cases", "sample-cases")
    made = shell("create-user", "o@example.org", "--name", "O", "--role", "case_owner", "--case", "FC-MS-01", "--json").answer
    with application(folder).app_context(), reading(db.engine) as session:
        grant = session.scalars(select(Assignment).where(Assignment.user_id == made["user"])).one()
        assert session.get_one(Case, grant.case_id).ref == "FC-MS-01"
    assert shell("create-user", "p@example.org", "--name", "P", "--role", "case_owner", "--case", "NO-1").code == 1


def test_a_lab_answers_how_to_get_in(shell: Shell, folder: Path) -> None:
    shell("import-cases", "sample-cases")
    plan = ("create-lab", "--kind", "flagship_lab", "--sector", "MS", "--title", "A lab", "--cases", "FC-MS-01,FC-MS-02")
    lab = shell(*plan, "--cases", "FC-MS-03", "--open", "--json").answer
    assert set(lab) >= {"lab", "code", "wall"}
    app = application(folder)
    with app.app_context():
        joined = app.extensions["facilitation"]["dispatcher"].do("seat.join", NOBODY, code=lab["code"], tier="1")
    assert joined["lab"] == lab["lab"]
    missing = shell(*plan, "--cases", "NO-1", "--json")
    assert missing.code == 1
    assert "NO-1" in missing.answer["error"]["message"]
    assert shell("create-lab", "--sector", "NO", "--title", "x", "--json").answer["error"]["code"] == "usage"


def played_in(folder: Path, shell: Shell, script: Transcript) -> dict[str, Any]:
    """A closed lab on this data folder."""
    shell("import-cases", "sample-cases")
    app = application(folder)
    with app.app_context():
        made = app.extensions["facilitation"]["dispatcher"].do(
            "user.create", SYSTEM, email="olga@example.org", name="Olga", role="coordinator"
        )
        door = DispatcherDoor(app, Identity("staff", made["user"]), datetime(2026, 11, 20, tzinfo=UTC))
        found: dict[str, Any] = perform(Player(door, script))
        db.engine.dispose()
    return found


def test_reports_are_written_whole(shell: Shell, folder: Path, tmp_path: Path, small: Transcript) -> None:  # noqa: F811
    played = played_in(folder, shell, small)
    for wanted, start in (("docx", b"PK"), ("html", b"<!"), ("json", b"{")):
        target = tmp_path / f"report.{wanted}"
        answer = shell("report", played["lab"], "--format", wanted, "-o", target, "--json").answer
        assert answer["bytes"] == target.stat().st_size > 1000
        assert target.read_bytes().lower().startswith(start.lower())
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["figures"]["participants"] == 3
    assert shell("report", "nowhere", "-o", tmp_path / "x").code == 1
    begun = shell("create-lab", "--sector", "MS", "--title", "Not closed", "--json").answer
    refused = shell("report", begun["lab"], "-o", tmp_path / "x", "--json")
    assert (refused.code, refused.answer["error"]["code"]) == (1, "not_open")
    assert not (tmp_path / "x").exists()


def test_what_is_erased_stays_erased(shell: Shell, folder: Path, small: Transcript) -> None:  # noqa: F811
    played = played_in(folder, shell, small)
    found = shell("erase", played["lab"], "--find", "a", "--json").answer["found"]
    gone = shell("erase", played["lab"], found[0]["id"], "--json").answer
    assert (gone["erased"], gone["people"]) == (1, 0)
    left = shell("erase", played["lab"], "--find", "a", "--json").answer["found"]
    assert [row["id"] for row in left] == [row["id"] for row in found[1:]]
    assert shell("erase", played["lab"], "--json").answer["error"]["message"] == "Please choose at least one contribution."
    assert shell("erase", "nowhere", "x").code == 1
    assert shell("erase", "--again", "--json").answer["erased"] == 0


@pytest.mark.sqlite  # with PostgreSQL the backup is its own: tests/cli/test_postgresql_backup.py
def test_what_is_erased_is_erased_again_after_a_restore(
    shell: Shell,
    folder: Path,
    tmp_path: Path,
    small: Transcript,  # noqa: F811
) -> None:
    played = played_in(folder, shell, small)
    found = shell("erase", played["lab"], "--find", "a", "--json").answer["found"]
    assert shell("backup", tmp_path / "before.zip", "--with-key").code == 0
    assert shell("erase", played["lab"], found[0]["id"], "--json").answer["erased"] == 1
    left = shell("erase", played["lab"], "--find", "a", "--json").answer["found"]
    back = shell("restore", tmp_path / "before.zip", "--force", "--json").answer
    assert back["erased_again"] == 1
    assert shell("erase", played["lab"], "--find", "a", "--json").answer["found"] == left
    assert shell("erase", "--again", "--json").answer["erased"] == 0


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "1e9"])
def test_a_speed_is_a_number_or_max(shell: Shell, speed: str) -> None:
    assert shell("rehearse", "sample-lab", "--speed", speed).code == 2


def test_a_wrong_transcript_tells_its_line_before_anything_is_started(shell: Shell, folder: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "lab.yaml"
    wrong.write_text("meta:\n  title: x\n  cases: [A]\n  kind: party\n", "utf-8")
    said = shell("rehearse", wrong, "--json")
    assert said.code == 1
    assert said.answer["error"]["line"] == 4


def test_a_server_that_is_not_there_is_named(shell: Shell, folder: Path) -> None:
    shell("import-cases", "sample-cases")
    said = shell("rehearse", "sample-lab", "--url", "http://127.0.0.1:9", "--json")
    assert said.code == 1
    assert "http://127.0.0.1:9" in said.answer["error"]["message"]


def test_from_the_shell_the_answer_is_the_last_line(folder: Path) -> None:
    command = [sys.executable, "-m", "facilitation", "--no-bootstrap", "import-cases", "sample-cases", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=100, check=True)
    assert json.loads(done.stdout.splitlines()[-1])["imported"] == 7


@pytest.mark.sqlite
def test_a_database_is_made_where_there_is_none(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACILITATION_DATA", str(tmp_path / "fresh"))
    assert shell("export-cases", "-o", tmp_path / "x.yaml").code == 1  # nothing to export, nothing made
    assert shell("import-cases", "sample-cases", "--json").answer["imported"] == 7
    assert cases(tmp_path / "fresh") == 7


def test_a_database_of_another_version_is_left_alone(shell: Shell, folder: Path) -> None:
    app = application(folder)
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_later'")
        db.engine.dispose()
    said = shell("import-cases", "sample-cases", "--json")
    assert said.code == 1
    assert "does not know" in said.answer["error"]["message"]
