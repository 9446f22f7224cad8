"""Logs hold no text of people and no token, whatever the level, and whatever goes wrong (contract, section 5, rule 11)."""

from __future__ import annotations

import json
import logging
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import requests
import socketio

from facilitation import create_app
from facilitation.core import ids
from facilitation.extensions import db
from facilitation.logs import JsonLines, where
from facilitation.people.seats import seat_token
from tests.cast import Cast
from tests.running import Server

PLANTED = "Zweihundertsiebzehn-Nashörner"


def envelope(name: str, **args: Any) -> dict[str, Any]:
    return {"v": 1, "key": ids.new_key(), "name": name, "args": args}


@pytest.mark.sqlite  # the table is taken away under the running server
def test_at_the_loudest_level_nobodys_words_or_tokens_are_logged(data: Path) -> None:
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    with app.app_context():
        cast = Cast(app)
        cast.start("challenges")
        board, proof = cast.board("challenges"), seat_token(cast.settings.SECRET_KEY, cast.ben.id, 1)
        db.session.remove()
        db.engine.dispose()
    server = Server(data, "--private", LOG_LEVEL="DEBUG", LOG_FORMAT="json").start()
    try:
        cookies, headers = {f"seat_{cast.lab}": proof}, {"Origin": server.url}
        client = socketio.Client(reconnection=False)
        auth = {"v": 1, "lab": cast.lab}
        client.connect(server.url, headers={"Cookie": f"seat_{cast.lab}={proof}"}, auth=auth, transports=["websocket"])
        post = envelope("contribution.post", board=board, text=PLANTED)
        assert client.call("command", post, timeout=10)["ok"]
        assert not client.call("command", envelope("contribution.post", board=board, text=PLANTED * 100), timeout=10)["ok"]
        address = f"{server.url}/labs/{cast.lab}/commands"
        refused = requests.post(
            address, json=envelope("contribution.post", bord=PLANTED), cookies=cookies, headers=headers, timeout=10
        )
        assert refused.json()["code"] == "invalid"
        requests.post(f"{server.url}/join/{cast.code}", data={"tier": "1", "name": PLANTED}, headers=headers, timeout=10)
        requests.get(f"{server.url}/labs/{cast.lab}/wall?wall={cast.wall}", timeout=10)
        file = sqlite3.connect(data / "facilitation.db")
        file.execute("ALTER TABLE contribution RENAME TO gone")
        file.commit()
        file.close()
        failed = requests.post(
            address, json=envelope("contribution.post", board=board, text=PLANTED), cookies=cookies, headers=headers, timeout=10
        )
        assert failed.json()["code"] == "unknown"
        client.disconnect()
    finally:
        server.stop()
    lines = [json.loads(line) for line in server.log.read_text("utf-8").splitlines()]
    assert any(line["level"] == "ERROR" and "sqlalchemy.exc.OperationalError" in line["error"] for line in lines)
    whole = server.log.read_text("utf-8")
    for secret in ("Nash", proof, proof.partition(".")[2], cast.code, cast.wall, post["key"]):
        assert secret not in whole


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
    assert told["message"] == "failed a1"
    assert told["error"] == where(found)
    assert [line for line in told["error"] if ":" not in line] == ["builtins.LookupError", "builtins.ValueError"]
    assert PLANTED not in json.dumps(told, ensure_ascii=False)
