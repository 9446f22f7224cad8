"""Many at once, through threads and through real sockets: no lost update, no gap, everybody ends at the same state."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
import socketio

from facilitation.core import ids
from facilitation.extensions import db
from facilitation.people.seats import seat_token
from facilitation.stream.read import apply
from tests.cast import Cast
from tests.running import Server

pytestmark = pytest.mark.both_databases

LOOSE = {"COMMANDS_PER_10S": "100000", "POSTS_BURST": "100000", "POSTS_SECONDS": "1"}
PHONES, EACH = 12, 10
ROOM = 40


def test_threads_post_move_and_vote_at_once(cast: Cast) -> None:
    cast.start("challenges")
    cast.act("activity.reveal", cast.anna)
    board = cast.board("challenges")
    people = [cast.join(tier="1") for _ in range(8)]
    before = cast.look("staff")
    answers: list[dict[str, Any]] = []

    def work(who: Any) -> None:
        with cast.app.app_context():
            for n in range(15):
                answers.append(cast.ask("contribution.post", who, board=board, text=f"{who.id} {n}"))

    threads = [threading.Thread(target=work, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer for answer in answers if not answer["ok"]] == []
    after = cast.look("staff")
    contributions = [value for value in after["entities"]["contribution"].values() if value["board"] == board]
    assert len(contributions) == 8 * 15
    numbers = sorted(value["n"] for value in after["entities"]["contribution"].values())
    assert numbers == list(range(1, len(numbers) + 1))
    assert apply(before, cast.delta("staff", before["seq"])) == after


def test_helpers_who_cluster_the_same_texts_at_once_lose_nothing(cast: Cast) -> None:
    cast.start("challenges")
    cast.act("activity.reveal", cast.anna)
    board = cast.board("challenges")
    texts = [cast.act("contribution.post", cast.join(), board=board, text=f"Text {n}")["id"] for n in range(12)]
    made = [cast.act("cluster.create", cast.anna, board=board, title=f"C{n}", contributions=[texts[n]])["id"] for n in range(2)]

    def work(who: Any, cluster: str) -> None:
        with cast.app.app_context():
            for text in texts:
                cast.ask("cluster.add", who, cluster=cluster, contributions=[text])

    threads = [threading.Thread(target=work, args=pair) for pair in ((cast.anna, made[0]), (cast.rita, made[1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entities = cast.look("staff")["entities"]
    inside = [text for cluster in made for text in entities["cluster"][cluster]["contributions"]]
    assert sorted(inside) == sorted(texts)  # each in exactly one of the two
    for cluster in made:
        for text in entities["cluster"][cluster]["contributions"]:
            assert entities["contribution"][text]["cluster"] == cluster


class Phone:
    """A client as the contract describes it: hello, sync, changes; applies a delta when it fits, else syncs again."""

    def __init__(self, url: str, lab: str, cookie: str) -> None:
        self.client = socketio.Client(reconnection=False)
        self.state: dict[str, Any] = {}
        self.acknowledged: list[str] = []
        self._lock = threading.Lock()
        self.client.on("changes", self._changes)
        self.client.connect(url, headers={"Cookie": cookie}, auth={"v": 1, "lab": lab}, transports=["websocket"])
        self.sync()

    def sync(self) -> None:
        answer = self.client.call("sync", {"stream": "room"})
        with self._lock:
            answer.pop("mine", None)
            self.state = answer

    def _changes(self, change: dict[str, Any]) -> None:
        with self._lock:
            if self.state and change["from"] <= self.state["seq"] < change["to"]:
                self.state = apply({**self.state, "seq": change["from"]}, change)

    def post(self, board: str, text: str) -> None:
        envelope = {"v": 1, "key": ids.new_key(), "name": "contribution.post", "args": {"board": board, "text": text}}
        answer = self.client.call("command", envelope, timeout=20)
        assert answer["ok"], answer
        self.acknowledged.append(answer["result"]["id"])


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["eventlet", pytest.param("threading", marks=pytest.mark.long)])
def test_a_room_that_joins_together_is_let_in(data: Path, cast: Cast, mode: str) -> None:
    """Many more than there are connections to the database, each asking for the form and sending it in the same moment."""
    db.engine.dispose()
    server = Server(data, "--no-demo", ASYNC_MODE=mode).start()
    address, ready = f"{server.url}/join/{cast.code}", threading.Barrier(ROOM)

    def join(_number: int) -> tuple[int, int]:
        with requests.Session() as phone:
            ready.wait(60)
            form = phone.get(address, timeout=60)
            taken = phone.post(
                address, json={"tier": "1"}, headers={"Origin": server.url, "Accept": "application/json"}, timeout=60
            )
            return form.status_code, taken.status_code

    try:
        with ThreadPoolExecutor(ROOM) as threads:
            assert set(threads.map(join, range(ROOM))) == {(200, 200)}
    finally:
        server.kill()


@pytest.mark.parametrize("mode", ["eventlet", pytest.param("threading", marks=pytest.mark.long)])
def test_real_sockets_end_at_the_same_state(data: Path, cast: Cast, mode: str) -> None:
    cast.start("challenges")
    cast.act("activity.reveal", cast.anna)
    board = cast.board("challenges")
    people = [cast.join(tier="1").id for _ in range(PHONES)]
    cookies = [f"seat_{cast.lab}={seat_token(cast.settings.SECRET_KEY, seat, 1)}" for seat in people]
    db.engine.dispose()
    server = Server(data, "--no-demo", ASYNC_MODE=mode, **LOOSE).start()
    try:
        phones = [Phone(server.url, cast.lab, cookie) for cookie in cookies]
        threads = [
            threading.Thread(target=lambda phone=phone, n=n: [phone.post(board, f"Phone {n} text {i}") for i in range(EACH)])
            for n, phone in enumerate(phones)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        name, value = cookies[0].split("=")
        fresh = requests.get(f"{server.url}/labs/{cast.lab}/stream/room", cookies={name: value}, timeout=10).json()
        until = time.monotonic() + 10
        while time.monotonic() < until and any(phone.state["seq"] < fresh["seq"] for phone in phones):
            time.sleep(0.05)
        fresh.pop("mine")
        assert len([v for v in fresh["entities"]["contribution"].values() if v["board"] == board]) == PHONES * EACH
        assert set(fresh["entities"]["contribution"]) >= {id_ for phone in phones for id_ in phone.acknowledged}
        for phone in phones:
            assert phone.state == fresh
            phone.client.disconnect()
        numbers = [fresh["entities"]["contribution"][id_]["n"] for phone in phones for id_ in phone.acknowledged]
        assert len(set(numbers)) == PHONES * EACH
        for phone in phones:  # each person's own order
            own = [fresh["entities"]["contribution"][id_]["n"] for id_ in phone.acknowledged]
            assert own == sorted(own)
    finally:
        server.kill()
