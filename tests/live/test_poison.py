"""Bad input: every field of every command gets a final answer in one round, or what was written is stored verbatim (F22)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from facilitation.core import ids
from facilitation.core.actor import SYSTEM, Identity
from facilitation.core.commands import REGISTRY
from facilitation.core.errors import CODES, Refused
from facilitation.core.unit_of_work import Work
from tests.cast import ORIGIN, Cast
from tests.live.scenario import STEPS, Story

POISON = json.loads((Path(__file__).parents[1] / "data" / "poison.json").read_text(encoding="utf-8"))
VALUES: list[Any] = [
    *POISON["kept"].values(), *(pair[0] for pair in POISON["changed"].values()), *POISON["refused"].values(),
    "x" * 9000, None, True, -1, 10**30, 1.5, float("nan"), [], ["x"] * 1000, {}, {"__proto__": {"a": 1}},
]  # fmt: skip


class Undone(Exception):
    """Thrown after a command worked, so that the next poison meets the same state."""


def outcome(cast: Cast, name: str, who: Identity, args: dict[str, Any]) -> str:
    """ok or the code of the answer; nothing stays stored."""
    from facilitation.core.commands import parse

    dispatcher, entry = cast.dispatcher, REGISTRY[name]

    def job(work: Work) -> None:
        dispatcher._execute(entry, parse(name, args), work, who, cast.lab if entry.scope == "lab" else None, ids.new_key())
        work.session.flush()
        raise Undone

    try:
        cast.writer.run(job)
    except Undone:
        return "ok"
    except Refused as refusal:
        return refusal.code
    return "nothing"


def poisoned(args: Any) -> Iterator[Any]:
    """`args` with each leaf replaced by each poison, one at a time."""
    if isinstance(args, dict):
        for name, value in args.items():
            for worse in poisoned(value):
                yield {**args, name: worse}
    elif isinstance(args, list) and args:
        for worse in poisoned(args[0]):
            yield [worse, *args[1:]]
    else:
        yield from VALUES


@pytest.mark.timeout(600)
def test_every_field_of_every_lab_command_gets_a_final_answer(cast: Cast) -> None:
    story, tried = Story(cast), 0
    for who, name, args, remembered in STEPS:
        identity = SYSTEM if who == "system" else getattr(cast, who)
        wanted = args(story) if callable(args) else args
        for worse in poisoned(wanted):
            code = outcome(cast, name, identity, worse)
            assert code == "ok" or not CODES[code].retry, (name, worse, code)
            tried += 1
        answer = cast.ask(name, identity, **wanted)
        assert answer["ok"], (name, answer)
        if remembered:
            story.said[remembered] = answer["result"]
    assert tried > 3000


@pytest.mark.timeout(600)
@pytest.mark.parametrize("scope", ["case", "site"])
def test_every_field_of_the_other_commands_gets_a_final_answer(cast: Cast, scope: str) -> None:
    names = [name for name, entry in REGISTRY.items() if entry.scope == scope]
    assert len(names) > 5
    for name in names:
        fields = REGISTRY[name].model.model_fields
        usual = {field: cast.case if field == "case" else "x" for field, info in fields.items() if info.is_required()}
        for field in fields:
            for value in VALUES:
                code = outcome(cast, name, cast.olga, {**usual, field: value})
                assert code == "ok" or not CODES[code].retry, (name, field, value, code)


@pytest.mark.parametrize("name", POISON["kept"])
def test_what_people_write_comes_back_verbatim(cast: Cast, name: str) -> None:
    text = POISON["kept"][name]
    cast.start("challenges")
    cast.act("activity.reveal", cast.anna)
    posted = cast.act("contribution.post", cast.ben, board=cast.board("challenges"), text=text)
    assert cast.look("room")["entities"]["contribution"][posted["id"]]["text"] == text
    over_http = cast.browser(cast.chloe).get(f"/labs/{cast.lab}/stream/room").json
    assert over_http is not None
    assert over_http["entities"]["contribution"][posted["id"]]["text"] == text


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"7", b'"x"', b"{", b"\xff\xfe", b'{"v":1}', b'{"v":1,"key":"short","name":"hand.set","args":{}}',
     b'{"v":2,"key":"AAAAAAAAAAAAAAAAAAAAAA","name":"hand.set","args":{"raised":true}}', b"[" * 5000,
     b'{"v":1,"key":"AAAAAAAAAAAAAAAAAAAAAA","name":"hand.set","args":{"raised":NaN}}',
     b'{"v":1,"key":"AAAAAAAAAAAAAAAAAAAAAA","name":"contribution.post","args":{"board":"x","text":"\\ud800"}}',
     b'{"v":1,"key":"AAAAAAAAAAAAAAAAAAAAAA","name":"hand.set","args":[1]}', b"x" * 70_000],
)  # fmt: skip
def test_a_strange_body_is_refused_for_good(cast: Cast, body: bytes) -> None:
    answer = cast.browser(cast.ben).post(
        f"/labs/{cast.lab}/commands", data=body, headers={**ORIGIN, "Content-Type": "application/json"}
    )
    assert answer.json is not None
    assert answer.status_code in (400, 413)
    assert answer.json["ok"] is False
    assert answer.json["retry"] is False


@pytest.mark.parametrize("envelope", [None, [], 7, "x", {}, {"key": 5}, {"v": 1, "key": "A" * 22, "name": 3}])
def test_a_strange_packet_is_refused_for_good(cast: Cast, envelope: Any) -> None:
    answer = cast.socket(cast.ben).emit("command", envelope, callback=True)
    assert (answer["ok"], answer["code"], answer["retry"]) == (False, "invalid", False)


def test_wrong_codes_foreign_labs_and_weak_roles(cast: Cast) -> None:
    browser = cast.app.test_client()
    assert browser.post("/join/WRONG2", json={"tier": "1"}, headers=ORIGIN).status_code == 404
    assert browser.post(f"/join/{cast.code}", json={"tier": "9"}, headers=ORIGIN).status_code == 400
    assert browser.get(f"/labs/{cast.lab}/stream/room").status_code == 401
    assert cast.browser(cast.ben).get(f"/labs/{cast.other_lab['lab']}/stream/room").status_code in (401, 404)
    assert cast.browser(cast.ben).get(f"/labs/{cast.lab}/stream/staff").status_code == 404
    assert cast.browser(cast.anna).get(f"/labs/{cast.other_lab['lab']}/stream/staff").status_code == 404
    assert cast.ask("lab.close", cast.ben)["code"] == "forbidden"
    assert cast.ask("lab.close", cast.dario)["code"] == "not_found"
    assert cast.ask("contribution.post", cast.eve, board="x", text="x")["code"] == "unauthenticated"
    assert cast.ask("lab.reopen", cast.anna)["code"] == "forbidden"
