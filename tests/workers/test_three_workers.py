"""Three workers behind nginx, PostgreSQL, Redis: whatever is restarted, nothing is lost, doubled or out of order."""

from __future__ import annotations

import asyncio
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
from tests.cast import Cast
from tests.databases import Postgres
from tests.faults.conftest import played
from tests.faults.conftest import until as until_soon
from tests.workers.conftest import LOOSE, MakeFleet
from tests.workers.crowd import PATIENCE, Crowd
from tests.workers.phones import Listener, Poster
from tests.workers.stack import Stack, until

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1800)]
POSTERS, PAUSE = 6, (0.1, 0.4)  # seconds: nobody may write more than 200 texts, and renewing three workers takes its time


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
        return [Poster(self.stack.url, self.lab, self.board, cookie, f"Person {n}", PAUSE) for n, cookie in given]

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
            PATIENCE, f"nothing is answered after {part}: {room.stack.said()}",
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
    """By HTTP and with the stock client: workers killed, Redis killed, frozen, emptied, PostgreSQL crashed, nginx ended."""
    listeners = room.listeners()
    with posting(room) as (posters, goes_on):
        _restart_everything(room.stack, postgres, goes_on)
    fresh = room.fresh()
    _check_set_and_order(fresh, posters, room.board)
    for listener in listeners:
        until(lambda listener=listener: listener.seq >= fresh["seq"], PATIENCE, f"{listener.url} is behind")  # type: ignore[misc]
        assert listener.state == fresh
        assert listener.faults == []
        listener.end()
    assert min(listener.came_back for listener in listeners) >= 1


def _restart_everything(stack: Stack, postgres: Postgres, goes_on: Callable[[str], None]) -> None:
    """One part after the other; after each, texts are answered again."""
    renewed = stack.whole_log().count("worker_renewed")
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
    until(lambda: stack.whole_log().count("worker_renewed") == renewed + 3, PATIENCE, "not all workers are new")
    goes_on("renewing all workers")
    stack.wait_ready()


def _check_set_and_order(fresh: dict[str, Any], posters: list[Poster], board: str) -> None:
    """Nothing lost, nothing unexpected, nothing doubled, each person's own order."""
    stored = {id_: value for id_, value in fresh["entities"]["contribution"].items() if value["board"] == board}
    said = {id_: text for poster in posters for id_, text in poster.acknowledged.items()}
    assert [poster.refused for poster in posters] == [[]] * len(posters)
    assert {id_: value["text"] for id_, value in stored.items()} == said
    assert len(said) == len(set(said.values())) == sum(poster.attempted for poster in posters)
    numbers = [value["n"] for value in fresh["entities"]["contribution"].values()]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    for poster in posters:
        own = [stored[id_]["n"] for id_ in poster.acknowledged]
        assert own == sorted(own)
    assert sum(poster.resent for poster in posters) > 0  # otherwise nothing was broken


def test_other_workers_hear_through_redis_alone(fleet: MakeFleet) -> None:
    """Nobody looks by themselves and nothing ticks, so what arrives elsewhere came through Redis, also after it was restarted."""

    async def play() -> None:
        crowd = Crowd(made, through=1, pause=(0.2, 0.6))
        async with crowd.writing():
            await crowd.goes_on("the start")
            await asyncio.to_thread(made.stack.redis.end, signal.SIGKILL)
            await asyncio.to_thread(made.stack.redis.start)
            await until_soon(lambda: made.stack.redis.listeners() == 3, PATIENCE, "all workers listen to the new Redis")
            await crowd.goes_on("a new Redis")

    made = fleet(4, CATCH_UP_SECONDS="3000", TICK_SECONDS="3000")
    played(play)


def test_presence_is_the_sum_of_all_workers(room: Room) -> None:
    listeners = room.listeners()
    until(lambda: all(one.presence.get("online") == 4 for one in listeners), PATIENCE, "not the sum")
    listeners[0].end()
    until(lambda: all(one.presence.get("online") == 3 for one in listeners[1:]), PATIENCE, "not the sum")
    for listener in listeners[1:]:
        listener.end()


def test_somebody_who_is_sent_away_is_hung_up_on_wherever_the_socket_is(room: Room) -> None:
    listeners = room.listeners()
    until(lambda: all(listener.seq >= 0 for listener in listeners), PATIENCE, "no state")
    cookie = room.cookies[POSTERS]  # listens at worker 0
    poster = Poster(room.stack.workers[2], room.lab, room.board, cookie, "Sent away")
    with requests.Session() as session:
        session.cookies.update(cookie)
        poster._send(session, "Rude")
    with room.cast.app.app_context():
        (contribution,) = poster.acknowledged
        room.cast.act("seat.remove", room.cast.anna, contribution=contribution)  # through a process without any socket
    until(lambda: bool(listeners[0].goodbyes), PATIENCE, "still listening")
    assert listeners[0].goodbyes[0]["reason"] == "revoked"
    assert not listeners[1].goodbyes
    for listener in listeners:
        listener.end()


def test_the_clock_of_three_workers_closes_a_lab_once(room: Room) -> None:
    with room.cast.app.app_context():
        room.cast.act("lab.close", room.cast.anna, grace_s=1)
        until(lambda: room.cast.look()["entities"]["lab"][room.lab]["state"] == "closed", PATIENCE, "not closed")
        time.sleep(1.5)
        closed = room.cast.look()
        assert closed["entities"]["lab"][room.lab]["final"]
    assert "clock_refused" not in room.stack.said()
    assert room.cast.dispatcher.do("lab.create", SYSTEM, kind="webinar", sector="RES", title="Next")["lab"]
    assert room.cast.ask("seat.join", NOBODY, code=room.code, tier="1")["code"] == "gone"
