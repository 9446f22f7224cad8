"""A lost database under load gives three lines, not hundreds: what to look at, and when it was over."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from facilitation import create_app
from facilitation.core import ids
from facilitation.core.outages import HINTS
from facilitation.extensions import db
from facilitation.people.seats import seat_token
from tests.cast import Cast
from tests.conftest import migrated_in
from tests.databases import Postgres, copied, discard, settle
from tests.running import Server

LOOSE = {"COMMANDS_PER_10S": "1000000", "POSTS_BURST": "1000000", "POSTS_SECONDS": "0.001", "BUSY_TIMEOUT_MS": "50"}


class Crowd:
    """Threads that post and read without a pause."""

    def __init__(self, server: Server, cast: Cast, board: str) -> None:
        self.codes: list[str] = []
        self._server, self._lab, self._board = server, cast.lab, board
        self._cookies = {f"seat_{cast.lab}": seat_token(cast.settings.SECRET_KEY, cast.ben.id, 1)}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(4)]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        with requests.Session() as session:
            while not self._stop.is_set():
                envelope = {
                    "v": 1,
                    "key": ids.new_key(),
                    "name": "contribution.post",
                    "args": {"board": self._board, "text": "x"},
                }
                answer = session.post(
                    f"{self._server.url}/labs/{self._lab}/commands", json=envelope, cookies=self._cookies,
                    headers={"Origin": self._server.url}, timeout=30,
                )  # fmt: skip
                self.codes.append(answer.json().get("code", "ok"))
                session.get(f"{self._server.url}/labs/{self._lab}/stream/room", cookies=self._cookies, timeout=30)


def until(true: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def troubles(server: Server) -> list[dict[str, Any]]:
    events = [json.loads(line) for line in server.log.read_text("utf-8").splitlines()]
    return [event for event in events if event["level"] in ("WARNING", "ERROR")]


@pytest.fixture
def app(data: Path) -> Iterator[Flask]:
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def played(app: Flask, break_it: Callable[[], None], mend_it: Callable[[], None]) -> list[dict[str, Any]]:
    """A server under load whose database fails sixty times and comes back; the lines about it."""
    cast = Cast(app)
    cast.start("challenges")
    board = cast.board("challenges")
    db.session.remove()
    db.engine.dispose()
    server = Server(cast.settings.data, "--private", "--no-bootstrap", LOG_FORMAT="json", **LOOSE).start()
    try:
        with Crowd(server, cast, board) as crowd:
            until(lambda: crowd.codes.count("ok") > 5, "it works before")
            break_it()
            until(lambda: crowd.codes.count("busy") > 60, "everybody is told it is busy")
            mend_it()
            until(lambda: any(event["event"] == "outage_over" for event in troubles(server)), "it is over")
        return troubles(server)
    finally:
        server.stop()


def check(lines: list[dict[str, Any]], reasons: set[str]) -> None:
    assert [line["event"] for line in lines if line["event"] != "outage_goes_on"] == ["outage", "outage_over"], lines
    assert lines[0]["what"] == "database"
    assert lines[0]["reason"] in reasons
    assert lines[0]["hint"] == HINTS[lines[0]["reason"]]
    assert lines[-1]["failures"] > 15  # a batch of commands fails once


@pytest.mark.sqlite
@pytest.mark.slow
def test_a_locked_file_under_load(app: Flask, data: Path) -> None:
    other = sqlite3.connect(data / "facilitation.db", isolation_level=None, check_same_thread=False)
    check(played(app, lambda: other.execute("BEGIN IMMEDIATE") and None, lambda: other.execute("ROLLBACK") and None), {"locked"})
    other.close()


@pytest.mark.postgres
@pytest.mark.slow
def test_postgresql_stopped_under_load(tmp_path: Path) -> None:
    server = Postgres().start()
    try:
        empty = migrated_in(settle(tmp_path / "empty", server))
        data = copied(empty, tmp_path / "data")
        app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
        with app.app_context():
            check(played(app, server.stop, lambda: server.start() and None), {"unreachable", "restarting"})
            db.engine.dispose()
        discard(data)
        discard(empty)
    finally:
        server.remove()
