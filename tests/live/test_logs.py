"""Logs hold no text of people and no token, whatever the level and format, and every line is JSON when that is asked for
(contract, section 5, rule 11). Played on a real server: a rehearsal of a whole lab, and everything that goes wrong."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import socketio
from sqlalchemy import select

from facilitation import create_app
from facilitation.boards.models import Contribution
from facilitation.core import ids
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Lab
from facilitation.labs.planning import code_of, wall_token
from facilitation.logs import JsonLines, where
from facilitation.people.models import Seat, User
from facilitation.people.seats import seat_token
from facilitation.stream.models import AnsweredCommand
from tests.cast import Cast
from tests.rehearsal.conftest import SMALL
from tests.running import ROOT, Server

PLANTED = "Zweihundertsiebzehn-Nashörner"


def envelope(name: str, **args: Any) -> dict[str, Any]:
    return {"v": 1, "key": ids.new_key(), "name": name, "args": args}


@dataclass
class Day:
    """What was said and handed out on it, and what the log holds."""

    secrets: set[str]
    log: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.splitlines()]


@pytest.fixture(params=["json", "text"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def day(data: Path, form: str) -> Day:
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    with app.app_context():
        cast = Cast(app)
        cast.start("challenges")
        board = cast.board("challenges")
        proof = seat_token(cast.settings.SECRET_KEY, cast.ben.id, 1)
        link = app.extensions["facilitation"]["dispatcher"].do("user.link", cast.olga, email="anna@example.org")["token"]
        db.session.remove()
        db.engine.dispose()
        server = Server(data, "--private", LOG_LEVEL="DEBUG", LOG_FORMAT=form).start()
        try:
            secrets = {proof, proof.partition(".")[2], link, *spoken(server, cast, board, proof, link)}
            rehearsed(server, data)
            secrets |= in_database(cast)
            fail(server, cast, board, proof)
        finally:
            server.stop()
        db.session.remove()
        db.engine.dispose()
    return Day(secrets, server.log.read_text("utf-8"))


def spoken(server: Server, cast: Cast, board: str, proof: str, link: str) -> Iterator[str]:
    """A phone, a browser of staff, a wall, and people who mistype."""
    cookies, headers = {f"seat_{cast.lab}": proof}, {"Origin": server.url}
    client = socketio.Client(reconnection=False)
    client.connect(
        server.url, headers={"Cookie": f"seat_{cast.lab}={proof}"}, auth={"v": 1, "lab": cast.lab}, transports=["websocket"]
    )
    post = envelope("contribution.post", board=board, text=PLANTED)
    assert client.call("command", post, timeout=10)["ok"]
    assert not client.call("command", envelope("contribution.post", board=board, text=PLANTED * 100), timeout=10)["ok"]
    client.disconnect()
    yield post["key"]
    address = f"{server.url}/labs/{cast.lab}/commands"
    refused = requests.post(
        address, json=envelope("contribution.post", bord=PLANTED), cookies=cookies, headers=headers, timeout=10
    )
    assert refused.json()["code"] == "invalid"
    joined = {"tier": "1", "name": PLANTED, "organisation": f"{PLANTED} GmbH"}
    assert requests.post(f"{server.url}/join/{cast.code}", json=joined, headers=headers, timeout=10).ok
    requests.get(f"{server.url}/labs/{cast.lab}/stream/room?wall={cast.wall}", timeout=10)
    requests.get(f"{server.url}/join/{PLANTED}?x={PLANTED}", headers={"User-Agent": PLANTED, "Referer": PLANTED}, timeout=10)
    browser = requests.Session()
    page = browser.get(f"{server.url}/sign-in/{link}", timeout=10).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    form = {"csrf_token": token[1]}
    wrong = {**form, "email": "nashorn@example.org", "password": "Nashorn-Passwort"}
    browser.post(f"{server.url}/sign-in", data=wrong, headers=headers, timeout=10)
    assert browser.post(f"{server.url}/sign-in/{link}", data=form, headers=headers, timeout=10).ok
    yield from (token[1], "nashorn@example.org", "Nashorn-Passwort", browser.cookies.get("staff") or "no cookie")


def rehearsed(server: Server, data: Path) -> None:
    """A whole lab through the doors of this server."""
    surroundings = {**os.environ, "FACILITATION_DATA": str(data), "LC_ALL": "C.UTF-8"}
    shell = [sys.executable, "-m", "facilitation", "--no-bootstrap"]
    for command in (
        ["import-cases", "sample-cases", "--replace"],
        ["rehearse", str(SMALL), "--url", server.url, "--close", "--json"],
    ):
        done = subprocess.run(
            [*shell, *command], env=surroundings, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
        )
        assert done.returncode == 0, done.stderr


def in_database(cast: Cast) -> set[str]:
    """Everything somebody wrote, and every code, token and key. Short words are words of the program too."""
    settings = cast.settings
    with reading(db.engine) as session:
        labs, seats = session.scalars(select(Lab)).all(), session.scalars(select(Seat)).all()
        texts = {*session.scalars(select(Contribution.text)), *session.scalars(select(User.email)), *(lab.title for lab in labs)}
        texts |= {text for seat in seats for text in (seat.name, seat.organisation) if text}
        keys = set(session.scalars(select(AnsweredCommand.key)))
        tokens = {seat_token(settings.SECRET_KEY, seat.id, seat.serial).partition(".")[2] for seat in seats}
        codes = {code_of(settings, lab) for lab in labs} | {wall_token(settings, lab) for lab in labs}
    assert len(texts) > 12
    assert len(keys) > 50
    return {text for text in texts if len(text) > 7} | keys | tokens | codes | {settings.SECRET_KEY}


def fail(server: Server, cast: Cast, board: str, proof: str) -> None:
    """A fault under a command, and one under a page."""
    file = sqlite3.connect(server.data / "facilitation.db")
    file.execute("ALTER TABLE contribution RENAME TO gone")
    file.commit()
    file.close()
    cookies, headers = {f"seat_{cast.lab}": proof}, {"Origin": server.url}
    post = envelope("contribution.post", board=board, text=PLANTED)
    failed = requests.post(f"{server.url}/labs/{cast.lab}/commands", json=post, cookies=cookies, headers=headers, timeout=10)
    assert failed.json()["code"] == "unknown"


@pytest.mark.sqlite  # a table is taken away under the running server
@pytest.mark.timeout(400)
@pytest.mark.slow
def test_at_the_loudest_level_nobodys_words_or_tokens_are_logged(day: Day, form: str) -> None:
    assert [secret for secret in day.secrets if secret in day.log] == []
    assert "Nash" not in day.log
    assert "example.org" not in day.log
    if form == "text":
        assert all(re.match(r"\d{4}-\d\d-\d\d |  ", line) for line in day.log.splitlines())
        return
    events = day.events  # every line is an object
    said = {event["event"] for event in events}
    assert said >= {"started", "request", "command", "sign_in", "failed", "stopping", "stopped"}
    assert next(event for event in events if event["event"] == "started")["version"]
    requests_ = [event for event in events if event["event"] == "request"]
    assert {event["who"] for event in requests_} >= {"staff", "seat", "wall", "nobody"}
    assert {"/join/<code>", "/sign-in/<token>", "/labs/<lab>/commands"} <= {event["route"] for event in requests_}
    assert all(event["status"] and event["ms"] >= 0 for event in requests_)
    done = {event["command"] for event in events if event["event"] == "command"}
    assert done >= {"lab.create", "lab.open", "lab.close"}
    assert {(event["how"], event["outcome"]) for event in events if event["event"] == "sign_in"} >= {
        ("link", "ok"), ("password", "refused"),
    }  # fmt: skip
    assert any("sqlalchemy.exc.OperationalError" in event.get("error", []) for event in events if event["event"] == "failed")


ODDITIES = f"""
import sys, threading, warnings
sys.path.insert(0, {str(ROOT)!r})
from facilitation import start
start.patch_for_green_threads()
from facilitation import logs
logs.set_up_early()
import eventlet, eventlet.tpool, logging
def fail(words):
    try:
        raise KeyError(words)
    except KeyError as error:
        raise ValueError(words + "\\nsecond line") from error
eventlet.spawn(fail, {PLANTED!r})
eventlet.sleep(0.05)
hub = eventlet.hubs.get_hub()
hub.schedule_call_global(0, fail, {PLANTED!r})
eventlet.sleep(0.05)
thread = eventlet.patcher.original("threading").Thread(target=fail, args=({PLANTED!r},)); thread.start(); thread.join()
warnings.warn({PLANTED!r})
logging.getLogger("some.library").error("a template %s", {PLANTED!r})
logging.getLogger("some.library").error({PLANTED!r})
logging.getLogger({PLANTED!r}).error("x")
print({PLANTED!r}, file=sys.stderr)
class Last:
    def __del__(self): fail({PLANTED!r})
Last()
fail({PLANTED!r})
"""


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_others_print_becomes_an_event_without_its_words(form: str) -> None:
    surroundings = {**os.environ, "FACILITATION_LOG_FORMAT": form, "FACILITATION_LOG_LEVEL": "DEBUG"}
    done = subprocess.run(
        [sys.executable, "-c", ODDITIES], env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "Nash" not in done.stdout + done.stderr
    assert "second" not in done.stderr
    if form == "text":
        for line in ("crashed part=green_thread", "crashed part=process", "python_warning category=UserWarning", "stray place="):
            assert line in done.stderr
        return
    events = [json.loads(line) for line in (done.stdout + done.stderr).splitlines()]
    crashes = [event for event in events if event["event"] == "crashed"]
    assert {crash["part"] for crash in crashes} >= {"green_thread", "process", "clean_up"}
    assert all(any("fail" in line for line in crash["error"]) for crash in crashes if crash["part"] != "clean_up")
    assert any("ValueError" in line for crash in crashes if crash["part"] == "green_thread" for line in crash["error"])
    libraries = [(event["logger"], event["says"]) for event in events if event["event"] == "library"]
    assert libraries == [("some.library", "a template %s"), ("some.library", "withheld"), ("withheld", "withheld")]
    assert [event["category"] for event in events if event["event"] == "python_warning"] == ["UserWarning"]
    assert any(event["event"] == "stray" for event in events)


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        (["--port", "many"], {}, "is not a port"),
        ([], {"PORT": "many"}, "FACILITATION_PORT"),
        ([], {"LOG_LEVEL": "LOUD"}, "FACILITATION_LOG_LEVEL"),
        (["--host", "192.0.2.1"], {}, "Cannot listen"),
        ([], {"DATABASE_URL": "postgresql://u:s3cret@127.0.0.1:9/x"}, "PostgreSQL at 127.0.0.1, port 9 cannot be used"),
        ([], {"DATABASE_URL": "sqlite:////proc/none/x.db"}, ""),
    ],
)
@pytest.mark.parametrize("form", ["json", "text"])
def test_a_start_that_fails_says_so_in_the_form_that_was_asked_for(
    tmp_path: Path, arguments: list[str], settings: dict[str, str], words: str, form: str
) -> None:
    told = {"DATA": str(tmp_path / "data"), "LOG_FORMAT": form, **settings}
    done = subprocess.run(
        [sys.executable, str(ROOT / "wsgi.py"), "--no-bootstrap", *arguments],
        env={**os.environ, **{f"FACILITATION_{name}": value for name, value in told.items()}},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode in (1, 2)
    assert words in done.stdout + done.stderr
    assert "s3cret" not in done.stdout + done.stderr
    if form == "json":
        events = [json.loads(line) for line in (done.stdout + done.stderr).splitlines()]
        assert events[-1]["event"] in ("not_started", "crashed")
    else:
        assert "Traceback" not in done.stderr


def test_a_first_start_in_json_prints_neither_link_nor_code(tmp_path: Path) -> None:
    server = Server(tmp_path, "--no-bootstrap", "--no-demo", LOG_FORMAT="json").start()
    server.stop()
    events = [json.loads(line) for line in server.log.read_text("utf-8").splitlines()]
    assert "create-user" in next(event for event in events if event["event"] == "no_account")["hint"]
    assert "set-up/" not in server.log.read_text("utf-8")


def test_ctrl_c_is_a_normal_end(tmp_path: Path) -> None:
    server = Server(tmp_path, "--no-bootstrap", "--private", LOG_FORMAT="json").start()
    os.kill(server.pid, signal.SIGINT)
    assert server.ended(20) == 0
    assert [json.loads(line)["event"] for line in server.log.read_text("utf-8").splitlines()][-2:] == ["stopping", "stopped"]


def test_an_error_is_told_without_its_message_and_with_its_cause() -> None:
    try:
        try:
            raise ValueError(PLANTED)
        except ValueError as error:
            raise LookupError(PLANTED) from error
    except LookupError as error:
        found = error
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed %s", ("a1",), (LookupError, found, found.__traceback__))
    told = json.loads(JsonLines().format(record))
    assert told["says"] == "failed %s"
    assert told["error"] == where(found)
    assert [line for line in told["error"] if ":" not in line] == ["builtins.LookupError", "builtins.ValueError"]
    assert PLANTED not in json.dumps(told, ensure_ascii=False)
