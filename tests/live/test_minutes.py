"""One line a minute about what is too frequent for a line each."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from facilitation.core import ids
from facilitation.live.minutes import Minutes
from tests.cast import Cast


def said(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [record.fields for record in caplog.records if getattr(record, "event", "") == "minute"]  # type: ignore[attr-defined]


def test_a_minute_holds_what_happened_in_it(app: Flask, cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    cast.start("challenges")
    board, minutes = cast.board("challenges"), Minutes(app)
    minutes.tell()
    assert said(caplog) == []  # nobody is there and nothing happened
    socket = cast.socket(cast.ben)
    for text in ("Zweihundertsiebzehn-Nashörner", ""):
        args = {"board": board, "text": text}
        socket.emit("command", {"v": 1, "key": ids.new_key(), "name": "contribution.post", "args": args}, callback=True)
    app.extensions["facilitation"]["counters"].ends["no_answer"] += 1
    minutes.tell()
    line = said(caplog)[0]
    assert (line["connections"], line["opened"], line["commands"]) == (1, 1, {"ok": 1, "invalid": 1})
    assert line["ends"] == {"no_answer": 1}
    minutes.tell()
    assert said(caplog)[1]["commands"] == {}
    socket.disconnect()
    assert "Nash" not in caplog.text
