"""Two doors, one dispatcher: every command gives the same answer through the socket and over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from facilitation import create_app
from facilitation.core import ids
from facilitation.core.actor import SYSTEM
from facilitation.core.commands import REGISTRY
from facilitation.extensions import db
from tests.cast import ORIGIN, Cast
from tests.databases import copied, discard
from tests.live.scenario import walk

pytestmark = pytest.mark.both_databases

Ask = Callable[[str, str, dict[str, Any]], dict[str, Any]]


@pytest.fixture
def second_app(empty: Path, tmp_path: Path) -> Iterator[Flask]:
    folder = tmp_path / "second"
    copied(empty, folder)
    app = create_app({"DATA": str(folder), "ASYNC_MODE": "threading", "TESTING": True, "COMMANDS_PER_10S": 10_000})
    yield app
    with app.app_context():
        db.engine.dispose()
    discard(folder)


def envelope(name: str, args: dict[str, Any]) -> dict[str, Any]:
    return {"v": 1, "key": ids.new_key(), "name": name, "args": args}


def over_http(cast: Cast) -> Ask:
    browsers = {}

    def ask(who: str, name: str, args: dict[str, Any]) -> dict[str, Any]:
        if who == "system":
            return cast.ask(name, SYSTEM, **args)
        if who not in browsers:
            browsers[who] = cast.browser(getattr(cast, who))
        answer = browsers[who].post(f"/labs/{cast.lab}/commands", json=envelope(name, args), headers=ORIGIN)
        assert answer.json is not None
        return dict(answer.json)

    return ask


def over_socket(cast: Cast) -> Ask:
    sockets = {}

    def ask(who: str, name: str, args: dict[str, Any]) -> dict[str, Any]:
        if who == "system":
            return cast.ask(name, SYSTEM, **args)
        if who not in sockets or not sockets[who].is_connected():
            sockets[who] = cast.socket(getattr(cast, who))
        return dict(sockets[who].emit("command", envelope(name, args), callback=True))

    return ask


def shape(answer: dict[str, Any]) -> tuple[Any, ...]:
    """What must be alike: everything but random ids and times."""
    result = answer.get("result") or {}
    states = {name: result[name] for name in ("status", "state", "version", "open", "raised", "verdict") if name in result}
    return answer["ok"], answer.get("code"), answer.get("dup"), sorted(result), states, sorted(answer.get("fields", {}))


def test_every_command_answers_alike_through_both_doors(app: Flask, second_app: Flask) -> None:
    app.extensions["facilitation"]["limits"]._any.amount = 10_000  # the cast is quicker than people
    app.extensions["facilitation"]["limits"]._posts.amount = 10_000
    with app.app_context():
        one = Cast(app)
        first = [(step[:2], shape(answer)) for step, answer in walk(one, over_http(one))]
    with second_app.app_context():
        second_app.extensions["facilitation"]["limits"]._posts.amount = 10_000
        two = Cast(second_app)
        second = [(step[:2], shape(answer)) for step, answer in walk(two, over_socket(two))]
    assert len(first) > 70
    assert first == second


@pytest.mark.parametrize("who", ["ben", "anna", "rita", "omar", "olga"])
def test_empty_and_strange_arguments_get_the_same_refusal(cast: Cast, who: str) -> None:
    limits = cast.app.extensions["facilitation"]["limits"]
    limits._any.amount = limits._posts.amount = 100_000
    http, socket = over_http(cast), over_socket(cast)
    names = sorted(name for name, entry in REGISTRY.items() if entry.scope == "lab" and name not in ("seat.leave", "lab.close"))
    assert len(names) > 40
    for name in names:
        for args in ({"no_such_field": 1}, {"id": "nothing", "activity": "nothing"}):
            one, two = http(who, name, args), socket(who, name, args)
            assert shape(one) == shape(two), name
            assert not one["ok"]
            assert one["code"] in {"invalid", "forbidden"}, (name, one)


def test_the_same_key_has_one_effect_through_whichever_door(cast: Cast) -> None:
    cast.start("challenges")
    wanted = envelope("contribution.post", {"board": cast.board("challenges"), "text": "Once"})
    first = cast.socket(cast.ben).emit("command", wanted, callback=True)
    again = cast.browser(cast.ben).post(f"/labs/{cast.lab}/commands", json=wanted, headers=ORIGIN).json
    assert first["ok"]
    assert again is not None
    assert again["ok"]
    assert (first["dup"], again["dup"]) == (False, True)
    assert first["result"] == again["result"]
    assert [value["text"] for value in cast.look()["entities"]["contribution"].values()].count("Once") == 1


def test_a_key_with_another_content_or_from_somebody_else_is_refused(cast: Cast) -> None:
    cast.start("challenges")
    board, key = cast.board("challenges"), ids.new_key()
    assert cast.ask("contribution.post", cast.ben, key=key, board=board, text="Mine")["ok"]
    assert cast.ask("contribution.post", cast.ben, key=key, board=board, text="Other")["code"] == "key_reused"
    assert cast.ask("contribution.post", cast.chloe, key=key, board=board, text="Mine")["code"] == "key_reused"


def test_the_moment_of_an_answer_is_said_once(cast: Cast) -> None:
    """By the server that sends it: two are none for the phones that set their clock by it."""
    answer = cast.browser(cast.ben).get(f"/labs/{cast.lab}/stream/room")
    assert answer.status_code == 200
    assert "Date" not in answer.headers
    assert answer.headers["ETag"]
