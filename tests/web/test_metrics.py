"""`/metrics`: what the process counted, and nothing unless asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from facilitation import create_app
from facilitation.core import ids
from facilitation.core.counters import Times
from facilitation.extensions import db
from tests.cast import Cast


def numbers(app: Flask) -> dict[str, float]:
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_it_is_off_unless_the_setting_says_so(app: Flask) -> None:
    assert app.test_client().get("/metrics").status_code == 404


def test_every_command_commit_and_catch_up_is_counted(data: Path) -> None:
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True, "METRICS": True})
    with app.app_context():
        cast = Cast(app)
        cast.start("challenges")
        board, key = cast.board("challenges"), ids.new_key()
        socket = cast.socket(cast.ben)
        before = numbers(app)
        assert before["facilitation_connected"] == 1
        for _ in range(2):
            envelope = {"v": 1, "key": key, "name": "contribution.post", "args": {"board": board, "text": "Once"}}
            assert socket.emit("command", envelope, callback=True)["ok"]
        assert cast.ask("contribution.post", cast.ben, board=board, text="")["code"] == "invalid"
        socket.emit("sync", {"stream": "room", "have": 0, "epoch": cast.look()["epoch"]}, callback=True)
        socket.emit("sync", {"stream": "room"}, callback=True)  # a first look is no catch-up
        after = numbers(app)
        grown = {name: after[name] - before.get(name, 0) for name in after}
        assert [grown[f"facilitation_commands_total[{code}]"] for code in ("ok", "dup", "invalid")] == [1, 1, 1]
        assert grown["facilitation_commit_seconds_count"] == 2
        assert grown["facilitation_resyncs_total"] == 1
        assert after["facilitation_commit_seconds_sum"] > before["facilitation_commit_seconds_sum"]
        socket.disconnect()
        assert numbers(app)["facilitation_connected"] == 0
        db.session.remove()
        db.engine.dispose()


def test_a_device_that_asks_too_often_is_counted_when_it_is_hung_up_on(data: Path) -> None:
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True, "METRICS": True, "COMMANDS_PER_10S": 2})
    with app.app_context():
        cast = Cast(app)
        socket = cast.socket(cast.ben)
        for _ in range(12):
            if socket.is_connected():
                envelope = {"v": 1, "key": ids.new_key(), "name": "hand.set", "args": {"raised": True}}
                socket.emit("command", envelope, callback=True)
        assert not socket.is_connected()
        assert numbers(app)["facilitation_queue_drops_total"] == 1
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(("seconds", "bound"), [(0.0005, "0.001"), (0.001, "0.001"), (0.3, "0.5"), (60.0, "+Inf")])
def test_a_time_falls_into_its_bucket(seconds: float, bound: str) -> None:
    times = Times()
    times.add(seconds)
    assert next(name for name, n in times.buckets() if n) == bound
    assert times.buckets()[-1] == ("+Inf", 1.0)
