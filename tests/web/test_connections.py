"""Nobody holds a connection of the database while they ask for a second one, wait for the writer, sleep or work out a digest.

With a pool of two, every request of the kind shows itself: it gets no connection and is answered 503, or others are.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from facilitation import create_app
from facilitation.core import ids
from facilitation.core.commands import REGISTRY
from facilitation.core.unit_of_work import Work
from facilitation.extensions import db
from tests.cast import ORIGIN, Cast
from tests.databases import copied
from tests.web.doors import House, rules
from tests.web.test_access import FORMS, ROUTES, address_of

pytestmark = pytest.mark.sqlite  # the house puts its file back; the pool is the same on both databases
POOL = 2


@pytest.fixture
def house(migrated: Path, tmp_path: Path) -> Iterator[House]:
    """The house of the access matrix, with a pool of two connections and penalties from the first mistake on."""
    folder = tmp_path / "data"
    copied(migrated, folder)
    settings = {"DATABASE_CONNECTIONS": POOL, "WRONG_CODES": 1, "LOGINS_PER_ACCOUNT": 1, "LOGINS_PER_ADDRESS": 1}
    app = create_app({"DATA": str(folder), "ASYNC_MODE": "threading", "TESTING": True, **settings})
    with app.app_context():
        yield House(Cast(app), folder / "facilitation.db")
        db.session.remove()
        db.engine.dispose()


def until(true: Callable[[], bool], what: str) -> None:
    patience = time.monotonic() + 60
    while not true():
        assert time.monotonic() < patience, what
        time.sleep(0.01)


def everything(house: House) -> list[partial[int]]:
    """One call for every route that is written to, as the coordinator, and one for every command, as somebody who may."""
    calls = [partial(posted, house, "nobody", f"/join/{house.cast.code}", json={"tier": "1"})]
    for method, endpoint, rule in rules(house.cast.app):
        row = f"{method} {endpoint}"
        if method == "POST" and row in ROUTES and endpoint != "accounts.sign_out":
            path = house.address(rule, **address_of(house, row))
            calls.append(partial(posted, house, "coordinator", path, data=FORMS.get(row, {})))
    for name, entry in REGISTRY.items():
        path = f"/labs/{house.cast.lab}/commands" if entry.scope == "lab" else "/commands"
        args = {"case": house.cast.case} if entry.scope == "case" else {}
        envelope = {"v": 1, "key": ids.new_key(), "name": name, "args": args}
        calls.append(partial(posted, house, "coordinator", path, json=envelope))
    return calls


def posted(house: House, person: str, path: str, **body: Any) -> int:
    """The status of one request. Each has its own browser; the page's token is not asked for here."""
    return house.client(person).post(path, headers=ORIGIN, **body).status_code


def test_all_that_write_wait_without_a_connection(house: House) -> None:
    """The writer is held up; then everything that writes is asked for, one after the other. One connection is the writer's, and
    the other is free again as soon as the request waits."""
    house.cast.app.config["WTF_CSRF_ENABLED"] = False
    writer, held, go_on = house.cast.writer, threading.Event(), threading.Event()
    calls = everything(house)
    assert len(calls) > 150

    def hold(_work: Work) -> None:
        held.set()
        assert go_on.wait(120)

    with ThreadPoolExecutor(len(calls) + 1) as threads:
        holding, asked = threads.submit(writer.run, hold), list[Future[int]]()
        try:
            assert held.wait(20)
            for call in calls:
                waiting = writer.waiting
                asked.append(threads.submit(call))
                until(lambda: asked[-1].done() or writer.waiting > waiting, "it waits or is answered")  # noqa: B023
                assert db.engine.pool.checkedout() == 1, call.args  # type: ignore[attr-defined]
            assert writer.waiting > 50
            assert house.client("nobody").get("/").status_code == 200
        finally:
            go_on.set()
        holding.result()
        assert [call.args for call, one in zip(calls, asked, strict=True) if one.result() >= 500] == []


@pytest.mark.parametrize("person", ["coordinator", "seat", "nobody"])
def test_no_request_asks_for_a_second_connection(house: House, person: str) -> None:
    """One connection is taken away; the other must do for every page."""
    paths = []
    for method, endpoint, rule in rules(house.cast.app):
        row = f"{method} {endpoint}"
        if method == "GET" and row in ROUTES:
            paths.append(house.address(rule, **address_of(house, row)))
    client = house.client(person)
    with db.engine.connect():
        found = {path: client.get(path, buffered=True).status_code for path in paths}
    assert len(found) >= 60
    assert {path: status for path, status in found.items() if status >= 500} == {}


def test_no_socket_asks_for_a_second_connection(house: House) -> None:
    """One connection is taken away; the other must do to greet the staff, a seat and a wall, and for what they ask."""
    cast = house.cast
    with db.engine.connect():
        for who, auth in ((cast.anna, {"as": "staff"}), (cast.ben, {"as": "seat"}), (cast.eve, {"wall": cast.wall})):
            socket = cast.socket(who, sync={"stream": "room"}, **auth)
            greeted = next(event["args"][0] for event in socket.get_received() if event["name"] == "hello")
            assert greeted["news"]["entities"], who
            assert "entities" in socket.emit("sync", {"stream": "room"}, callback=True)
            socket.disconnect()


def test_nobody_sleeps_or_works_out_a_digest_with_a_connection(house: House) -> None:
    """Wrong codes, wrong passwords and new passwords: seen where the interpreter calls what takes its time."""
    seen: dict[str, list[int]] = {"sleep": [], "scrypt": []}

    def watch(_frame: Any, event: str, called: Any) -> None:
        name = getattr(called, "__name__", "")
        if event == "c_call" and name in seen:
            seen[name].append(db.engine.pool.checkedout())  # type: ignore[attr-defined]

    house.cast.app.config["WTF_CSRF_ENABLED"] = False
    nobody, somebody = house.client("nobody"), house.client("facilitator")
    wrong = {"email": "anna@example.org", "password": "not this one"}
    sys.setprofile(watch)
    try:
        for _ in range(3):
            assert nobody.get("/join/WRONGCODE").status_code == 404
            assert nobody.get("/read/WRONGCODE").status_code == 404
            assert nobody.post("/sign-in", data=wrong, headers=ORIGIN).status_code == 400
        assert somebody.post("/account/password", data={"password": "quite a long one"}, headers=ORIGIN).status_code == 303
    finally:
        sys.setprofile(None)
    assert len(seen["sleep"]) >= 3
    assert len(seen["scrypt"]) >= 4
    assert {name: max(held) for name, held in seen.items()} == {"sleep": 0, "scrypt": 0}
