"""Three workers behind nginx, PostgreSQL, Redis: whatever is restarted, nothing is lost, doubled or out of order."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from facilitation import create_app
from facilitation.core.actor import NOBODY, SYSTEM
from facilitation.extensions import db
from facilitation.people.seats import seat_token
from tests import ledger
from tests.cast import Cast
from tests.databases import Postgres
from tests.ledger import FULL, sized
from tests.workers.phones import Listener, Poster
from tests.workers.stack import Stack, until

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1800)]
LOOSE = {"COMMANDS_PER_10S": "1000000", "POSTS_BURST": "1000000", "POSTS_SECONDS": "1"}
POSTERS, BEHIND = 6, 5.0


@pytest.fixture
def database() -> str:
    return "postgresql"


@dataclass
class Room:
    """A lab on three workers: people who post through nginx, and one who listens at each worker and at nginx."""

    stack: Stack
    lab: str
    code: str
    board: str
    cookies: list[dict[str, str]]
    cast: Cast

    def posters(self) -> list[Poster]:
        given = enumerate(self.cookies[:POSTERS])
        return [Poster(self.stack.url, self.lab, self.board, cookie, f"Person {n}") for n, cookie in given]

    def listeners(self) -> list[Listener]:
        return [
            Listener(url, self.lab, cookie)
            for url, cookie in zip([*self.stack.workers, self.stack.url], self.cookies[POSTERS:], strict=True)
        ]

    def post(self, text: str, worker: int) -> str:
        """One text through one worker; its id."""
        poster = Poster(self.stack.workers[worker], self.lab, self.board, self.cookies[0], text)
        with requests.Session() as session:
            session.cookies.update(poster.cookie)
            poster._send(session, text)
        assert len(poster.acknowledged) == 1, poster.refused
        return next(iter(poster.acknowledged))

    def fresh(self) -> dict[str, Any]:
        cookies = self.cookies[0]
        found: dict[str, Any] = requests.get(f"{self.stack.url}/labs/{self.lab}/stream/room", cookies=cookies, timeout=20).json()
        found.pop("mine")
        return found


@pytest.fixture
def room(data: Path) -> Iterator[Room]:
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    with app.app_context():
        cast = Cast(app)
        cast.start("challenges")
        cast.act("activity.reveal", cast.anna)
        seats = [cast.join(tier="1").id for _ in range(POSTERS + 4)]
        cookies = [{f"seat_{cast.lab}": seat_token(cast.settings.SECRET_KEY, seat, 1)} for seat in seats]
        stack = Stack(data, CATCH_UP_SECONDS="4", TICK_SECONDS="5", PRESENCE_SECONDS="0.5", **LOOSE)
        try:
            yield Room(stack.start(), cast.lab, cast.code, cast.board("challenges"), cookies, cast)
        finally:
            stack.stop()
            db.engine.dispose()


@contextmanager
def posting(room: Room) -> Iterator[tuple[list[Poster], Callable[[str], None]]]:
    """People write all the while; `goes_on(part)` waits until they are answered again after something was broken."""
    posters = room.posters()
    for poster in posters:
        poster.start()

    def goes_on(part: str) -> None:
        before = sum(len(poster.acknowledged) for poster in posters)
        until(
            lambda: sum(len(poster.acknowledged) for poster in posters) > before + POSTERS,
            60, f"nothing is answered after {part}: {room.stack.said()}",
        )  # fmt: skip

    try:
        goes_on("the start")
        yield posters, goes_on
    finally:
        for poster in posters:
            poster.stop.set()
    for poster in posters:
        poster.finish()


def test_each_part_is_restarted_in_turn_under_posts(room: Room, postgres: Postgres) -> None:
    """F10, F11, F12 in small: workers killed, Redis killed, frozen and emptied, PostgreSQL crashed, nginx ended, all renewed."""
    listeners, rounds = room.listeners(), sized(1, 5)
    with posting(room) as (posters, goes_on):
        for _ in range(rounds):
            _restart_everything(room.stack, postgres, goes_on)
    fresh = room.fresh()
    figures = _check_set_and_order(fresh, posters, room.board)
    for listener in listeners:
        until(lambda listener=listener: listener.seq >= fresh["seq"], 20, f"{listener.url} is behind")  # type: ignore[misc]
        assert listener.state == fresh
        assert listener.faults == []
        listener.end()
    assert min(listener.came_back for listener in listeners) >= 1
    ledger.note("F10–F12", **figures, rounds=rounds)


@pytest.mark.skipif(not FULL, reason="one crash of PostgreSQL is in the round above; fifty are for the full size")
def test_f11_fifty_crashes_of_the_database(room: Room, postgres: Postgres) -> None:
    crashes = 50
    with posting(room) as (posters, goes_on):
        for crash in range(crashes):
            postgres.stop()
            postgres.start()
            goes_on(f"crash {crash}")
            postgres.hang_up_on_all()
            goes_on(f"ended connections {crash}")
    ledger.note("F11", **_check_set_and_order(room.fresh(), posters, room.board), crashes=crashes)


def _restart_everything(stack: Stack, postgres: Postgres, goes_on: Callable[[str], None]) -> None:
    """One part after the other; after each, texts are answered again."""
    renewed = stack.whole_log().count(" is new")
    for worker in range(3):
        stack.signal_worker(worker, signal.SIGKILL)
        goes_on(f"kill -9 of worker {worker}")
    stack.redis.end(signal.SIGKILL)
    goes_on("the end of Redis")
    stack.redis.start()
    stack.redis.send(signal.SIGSTOP)
    goes_on("a frozen Redis")
    time.sleep(2)
    stack.redis.send(signal.SIGCONT)
    with stack.redis.client() as client:
        client.flushall()
    goes_on("an emptied Redis")
    postgres.stop()
    time.sleep(0.5)
    postgres.start()
    goes_on("a crash of PostgreSQL")
    postgres.hang_up_on_all()
    goes_on("ended connections")
    stack.nginx.end(signal.SIGTERM)
    stack.nginx.start()
    goes_on("a restart of nginx")
    stack.serve.send(signal.SIGHUP)
    until(lambda: stack.whole_log().count(" is new") == renewed + 3, 60, stack.said())
    goes_on("renewing all workers")
    stack.wait_ready()


def _check_set_and_order(fresh: dict[str, Any], posters: list[Poster], board: str) -> dict[str, int]:
    """Nothing lost, nothing unexpected, nothing doubled, each person's own order; the figures of the table."""
    stored = {id_: value for id_, value in fresh["entities"]["contribution"].items() if value["board"] == board}
    said = {id_: text for poster in posters for id_, text in poster.acknowledged.items()}
    texts = [value["text"] for value in stored.values()]
    figures = {
        "attempted": sum(poster.attempted for poster in posters), "answered": len(said), "stored": len(stored),
        "lost": len(set(said) - set(stored)), "doubled": len(texts) - len(set(texts)),
        "resent": sum(poster.resent for poster in posters),
    }  # fmt: skip
    assert [poster.refused for poster in posters] == [[]] * len(posters)
    assert {id_: value["text"] for id_, value in stored.items()} == said, figures
    assert len(said) == len(set(said.values())) == figures["attempted"]
    numbers = [value["n"] for value in fresh["entities"]["contribution"].values()]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    for poster in posters:
        own = [stored[id_]["n"] for id_ in poster.acknowledged]
        assert own == sorted(own)
    assert figures["resent"] > 0  # otherwise nothing was broken
    return figures


def test_other_workers_hear_at_once_and_without_redis_within_five_seconds(room: Room) -> None:
    listeners = room.listeners()
    for listener in listeners:
        until(lambda listener=listener: listener.seq >= 0, 20, "no state")  # type: ignore[misc]

    def spread(worker: int) -> float:
        """Seconds until a text given to one worker is everywhere."""
        text = room.post(f"Told {time.monotonic()}", worker)
        return max(until(lambda one=one: text in one.texts(), BEHIND + 1, one.url) for one in listeners)  # type: ignore[misc]

    spread(0)
    assert max(spread(worker) for worker in range(3)) < 2.0  # looking takes four
    room.stack.redis.send(signal.SIGSTOP)
    assert spread(0) <= BEHIND
    room.stack.redis.send(signal.SIGCONT)
    room.stack.redis.end(signal.SIGKILL)
    assert spread(1) <= BEHIND
    room.stack.redis.start()
    time.sleep(2.5)  # they come back by themselves
    spread(2)
    assert spread(2) < 2.0
    for listener in listeners:
        listener.end()


def test_presence_is_the_sum_of_all_workers(room: Room) -> None:
    listeners = room.listeners()
    until(lambda: all(one.presence.get("online") == 4 for one in listeners), 25, "not the sum")
    listeners[0].end()
    until(lambda: all(one.presence.get("online") == 3 for one in listeners[1:]), 25, "not the sum")
    for listener in listeners[1:]:
        listener.end()


def test_somebody_who_is_sent_away_is_hung_up_on_wherever_the_socket_is(room: Room) -> None:
    listeners = room.listeners()
    until(lambda: all(listener.seq >= 0 for listener in listeners), 20, "no state")
    cookie = room.cookies[POSTERS]  # listens at worker 0
    poster = Poster(room.stack.workers[2], room.lab, room.board, cookie, "Sent away")
    with requests.Session() as session:
        session.cookies.update(cookie)
        poster._send(session, "Rude")
    with room.cast.app.app_context():
        (contribution,) = poster.acknowledged
        room.cast.act("seat.remove", room.cast.anna, contribution=contribution)  # through a process without any socket
    until(lambda: bool(listeners[0].goodbyes), 30, "still listening")
    assert listeners[0].goodbyes[0]["reason"] == "revoked"
    assert not listeners[1].goodbyes
    for listener in listeners:
        listener.end()


def test_the_clock_of_three_workers_closes_a_lab_once(room: Room) -> None:
    with room.cast.app.app_context():
        room.cast.act("lab.close", room.cast.anna, grace_s=1)
        until(lambda: room.cast.look()["entities"]["lab"][room.lab]["state"] == "closed", 15, "not closed")
        time.sleep(1.5)
        closed = room.cast.look()
        assert closed["entities"]["lab"][room.lab]["final"]
    assert "lab.finish of lab" not in room.stack.said()
    assert room.cast.dispatcher.do("lab.create", SYSTEM, kind="webinar", sector="RES", title="Next")["lab"]
    assert room.cast.ask("seat.join", NOBODY, code=room.code, tier="1")["code"] == "gone"
