"""D1, D2: nothing acknowledged is lost by kill -9, nothing is doubled, numbers have no gaps (F1 in small)."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select, text

from facilitation import create_app
from facilitation.boards.models import Contribution
from facilitation.core import ids
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.people.seats import seat_token
from tests.cast import Cast
from tests.faults.ready import Ready
from tests.running import Server

pytestmark = pytest.mark.both_databases

PEOPLE, POSTS_EACH, KILLS = 10, 100, 20
LOOSE = {"COMMANDS_PER_10S": "1000000", "POSTS_BURST": "1000000", "POSTS_SECONDS": "1"}


@dataclass
class Bot:
    """A phone that follows the phone rules: one in flight, in order, the same key until there is a final answer."""

    url: str
    lab: str
    board: str
    cookie: dict[str, str]
    name: str
    acknowledged: dict[str, str] = field(default_factory=dict)  # key → id
    order: list[str] = field(default_factory=list)
    failures: list[Any] = field(default_factory=list)
    resent: int = 0

    def run(self) -> None:
        session = requests.Session()
        session.cookies.update(self.cookie)
        for n in range(POSTS_EACH):
            key = ids.new_key()
            args = {"board": self.board, "text": f"{self.name} says {n}"}
            self._send(session, {"v": 1, "key": key, "name": "contribution.post", "args": args})

    def _send(self, session: requests.Session, envelope: dict[str, Any]) -> None:
        until = time.monotonic() + 100
        while time.monotonic() < until:
            try:
                answer = session.post(
                    f"{self.url}/labs/{self.lab}/commands", json=envelope, headers={"Origin": self.url}, timeout=8
                ).json()
            except (requests.RequestException, ValueError):
                self.resent += 1
                time.sleep(random.uniform(0.02, 0.2))
                continue
            if answer["ok"]:
                self.acknowledged[envelope["key"]] = answer["result"]["id"]
                self.order.append(envelope["args"]["text"])
                return
            if not answer["retry"]:
                self.failures.append(answer)
                return
            time.sleep(answer.get("after_ms", 200) / 1000)
        self.failures.append("gave up")


@pytest.fixture
def prepared(data: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A lab with an open challenge board and ten seats, written before the server starts."""
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    with app.app_context():
        cast = Cast(app)
        cast.start("challenges")
        seats = [cast.join(tier="1").id for _ in range(PEOPLE)]
        cookies = [{f"seat_{cast.lab}": seat_token(cast.settings.SECRET_KEY, seat, 1)} for seat in seats]
        yield data, {"app": app, "lab": cast.lab, "board": cast.board("challenges"), "cookies": cookies, "cast": cast}
        db.engine.dispose()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_twenty_kills_during_a_thousand_posts(prepared: tuple[Path, dict[str, Any]]) -> None:
    data, given = prepared
    server = Server(data, "--no-demo", **LOOSE).start()
    bots = [Bot(server.url, given["lab"], given["board"], cookie, f"Person {n}") for n, cookie in enumerate(given["cookies"])]
    threads = [threading.Thread(target=bot.run) for bot in bots]
    chance, kills = random.Random(20261122), 0
    with Ready(server) as ready:
        for thread in threads:
            thread.start()
        while kills < KILLS and any(thread.is_alive() for thread in threads):
            done, goal = sum(len(bot.acknowledged) for bot in bots), (kills + 1) * PEOPLE * POSTS_EACH // (KILLS + 1)
            if done >= goal:
                time.sleep(chance.uniform(0, 0.02))
                ready.kill()
                ready.start()
                kills += 1
            time.sleep(0.005)
        for thread in threads:
            thread.join(timeout=120)
    assert kills == KILLS
    assert [bot.failures for bot in bots] == [[]] * PEOPLE
    assert sum(bot.resent for bot in bots) > 0  # the kills did interrupt somebody
    _check(given, bots)


def _check(given: dict[str, Any], bots: list[Bot]) -> None:
    acknowledged = {key: id_ for bot in bots for key, id_ in bot.acknowledged.items()}
    with given["app"].app_context(), reading(db.engine) as session:
        rows = session.scalars(
            select(Contribution).where(Contribution.board_id == given["board"]).order_by(Contribution.number)
        ).all()
        stored = {row.key: row.id for row in rows}
        lost = set(acknowledged) - set(stored)
        assert lost == set()
        assert len(rows) == len(stored) == PEOPLE * POSTS_EACH  # nothing doubled
        assert stored == acknowledged  # nothing unexpected, and each key answered with its own id
        for bot in bots:  # each person's own order is kept
            mine = [row.text for row in rows if row.text.startswith(f"{bot.name} says")]
            assert mine == bot.order
        for audience in ("room", "staff"):
            numbers = session.scalars(
                text("SELECT seq FROM stream_change WHERE lab_id = :lab AND audience = :audience ORDER BY seq").columns(
                    Contribution.number
                ),
                {"lab": given["lab"], "audience": audience},
            ).all()
            assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "proxies"), [("eventlet", "0"), ("threading", "0"), ("eventlet", "1")])
def test_a_stopped_server_says_goodbye_and_ends_by_itself(prepared: tuple[Path, dict[str, Any]], mode: str, proxies: str) -> None:
    """With the time that its own start takes: nobody else answers meanwhile, also behind a proxy."""
    import socketio

    data, given = prepared
    server = Server(data, "--no-demo", ASYNC_MODE=mode, PROXIES=proxies).start()
    goodbyes: list[dict[str, Any]] = []
    cookie = "; ".join(f"{name}={value}" for name, value in given["cookies"][0].items())
    client = socketio.Client(reconnection=False)
    client.on("bye", goodbyes.append)
    client.connect(server.url, headers={"Cookie": cookie}, auth={"v": 1, "lab": given["lab"]}, transports=["websocket"])
    assert server.stop() == 0
    client.wait()
    assert goodbyes, server.log.read_text()
    assert goodbyes[0]["reason"] == "drain"
    assert goodbyes[0]["back_in_ms"] > 1000
