"""The log's vocabulary is closed: what is not in it, or not of its kind, is withheld."""

from __future__ import annotations

import json
import logging
import re

import pytest
from werkzeug.routing import Rule

from facilitation.config import ROOT, from_environment
from facilitation.core.events import EVENTS, WITHHELD, event
from facilitation.logs import JsonLines, TextLines
from facilitation.permissions import COMMANDS, LOGGED, SIGN_INS

WORDS = "Zweihundertsiebzehn-Nashörner"


def said(caplog: pytest.LogCaptureFixture) -> dict[str, object]:
    found: dict[str, object] = json.loads(JsonLines().format(caplog.records[-1]))
    return found


def test_a_value_that_is_not_of_its_kind_is_withheld(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        event("request", method="GET", route=f"/join/{WORDS}", status="200", ms=4, who=WORDS)
    assert {name: said(caplog)[name] for name in ("method", "route", "status", "ms", "who")} == {
        "method": "GET", "route": WITHHELD, "status": WITHHELD, "ms": 4, "who": WITHHELD,
    }  # fmt: skip
    with caplog.at_level("DEBUG"):
        event("request", route=Rule("/join/<code>"), who="nobody", text=WORDS)
    assert (said(caplog)["route"], said(caplog)["text"]) == ("/join/<code>", WITHHELD)


def test_an_event_that_is_not_in_the_list_cannot_be_written() -> None:
    with pytest.raises(KeyError):
        event("a new one")


def test_a_code_or_a_key_is_no_lab(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        event("command", command="lab.open", outcome="ok", who="staff", lab="ABC234")
    assert said(caplog)["lab"] == WITHHELD


def test_text_stays_on_one_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        event("minute", connections=3, commands={"ok": 2})
    line = TextLines().format(caplog.records[-1])
    assert line.endswith('INFO minute connections=3 commands={"ok": 2}')
    assert "\n" not in line


def test_the_commands_of_the_log_are_commands() -> None:
    assert set(COMMANDS) >= LOGGED | set(SIGN_INS)
    assert not LOGGED & set(SIGN_INS)


def test_settings_are_shown_without_secrets(tmp_path: object) -> None:
    secret = "k3y-" + "0123456789abcdef" * 2
    shown = from_environment(
        {},
        DATA=str(tmp_path),
        SECRET_KEY=secret,
        DATABASE_URL="postgresql://u:s3cret@db/x",
        REDIS_URL="redis://:s3cret@r/0",
        PORT=5005,
    ).shown()
    assert (shown["PORT"], shown["SECRET_KEY"], shown["DATABASE_URL"], shown["REDIS_URL"]) == (5005, "set", "set", "set")
    assert "s3cret" not in json.dumps(shown)
    assert "MAX_SOCKETS" not in shown  # at its default


def test_nothing_is_logged_in_another_way() -> None:
    allowed = {"events.py", "logs.py", "cli.py"}
    for path in (ROOT / "facilitation").rglob("*.py"):
        text = path.read_text("utf-8")
        assert path.name in allowed or "logging.getLogger" not in text, path
        assert path.name in allowed or not re.search(r"\blog\.(debug|info|warning|error|exception)\(", text), path


def test_the_operators_page_lists_every_event_with_its_level() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    for name, kind in EVENTS.items():
        fields = ", ".join(f"`{field}`" for field in kind.fields) or "–"
        assert f"| `{name}` | {logging.getLevelName(kind.level)} | {kind.meaning} | {fields} |" in page, name
