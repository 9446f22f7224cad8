"""Between workers: who commits tells the others "lab L has reached number n"; each reads the stream itself.

Redis carries ids and numbers, never text. It may be absent, slow, frozen or empty: nothing is asked of it on the way of an
answer, and every worker looks at the database's own numbers every few seconds (`CATCH_UP_SECONDS`), so that a lost message,
another process that wrote (a shell command) and a lost Redis cost a moment and never a contribution (D12, F10).
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

import redis
from flask import Flask
from flask_socketio import SocketIO
from redis.backoff import NoBackoff
from redis.retry import Retry

from facilitation.core import ids, outages
from facilitation.core.lost_database import task_failed
from facilitation.core.unit_of_work import moment
from facilitation.extensions import db
from facilitation.live import gaps
from facilitation.stream.record import AUDIENCES, NO_LAB

PATIENCE = 1.0  # seconds for one word with Redis
PAUSE = 1.0  # before it is asked again after a failure
HERE_SECONDS = 4.0  # how often a worker says who is connected to it
RECHECK = 6  # every so many looks, the rights of those who listen are read anew

News = Mapping[str, Mapping[str, int]]


class Between:
    """One worker's ear and mouth. Without a Redis it only looks at the numbers."""

    def __init__(self, app: Flask, socketio: SocketIO, settings: Any) -> None:
        self._app, self._socketio, self._settings = app, socketio, settings
        self._extension = app.extensions["facilitation"]
        self._name = secrets.token_hex(6)
        self._channel = f"facilitation:{ids.fingerprint(settings.SECRET_KEY)[:12]}"
        self._unsaid: deque[News] = deque()  # threads add to one end and take from the other
        self._wake = threading.Event()
        self.connected = False

    def tell(self, news: News) -> None:
        """Called after every commit; never waits. {lab: {audience: number reached}}; seats and accounts have number 0."""
        if not self._settings.REDIS_URL:
            return
        if news:
            self._unsaid.append(news)
            self._wake.set()

    def start(self) -> None:
        self._socketio.start_background_task(self._look_again)
        if self._settings.REDIS_URL:
            for work in (self._speak, self._hear, self._say_who_is_here):
                self._socketio.start_background_task(work)

    def _client(self, timeout: float) -> redis.Redis:
        return redis.Redis.from_url(
            self._settings.REDIS_URL, socket_timeout=timeout, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )

    # ---- telling

    def _speak(self) -> None:
        client = self._client(PATIENCE)
        while True:
            self._wake.wait()
            self._wake.clear()
            self._publish(client, {"news": self._to_say()})

    def _to_say(self) -> dict[str, dict[str, int]]:
        """All news so far: {lab: {audience: number reached}}."""
        found: dict[str, dict[str, int]] = {}
        while self._unsaid:
            for lab, audiences in self._unsaid.popleft().items():
                found.setdefault(lab, {}).update(audiences)
        return found

    def _publish(self, client: redis.Redis, message: dict[str, Any]) -> None:
        """Said or forgotten: what is forgotten the others find in the database."""
        try:
            client.publish(self._channel, json.dumps({"from": self._name, **message}))
            outages.worked("redis", side="saying")
        except (redis.RedisError, OSError) as error:
            outages.failed("redis", "redis", error, side="saying")
            self._socketio.sleep(PAUSE)

    def _say_who_is_here(self) -> None:
        client = self._client(PATIENCE)
        while True:
            self._socketio.sleep(HERE_SECONDS)
            self._publish(client, {"here": self._extension["presence"].here()})

    # ---- hearing

    def _hear(self) -> None:
        while True:
            try:
                self._listen()
            except (redis.RedisError, OSError) as error:
                outages.failed("redis", "redis", error, side="hearing")
            except Exception as error:  # what another worker said was not understood
                task_failed("hearing", error)
            self.connected = False
            self._socketio.sleep(PAUSE)

    def _listen(self) -> None:
        client = self._client(3 * HERE_SECONDS)
        ear = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        try:
            ear.subscribe(self._channel)
            heard = time.monotonic()
            while time.monotonic() - heard < 3 * HERE_SECONDS:  # one's own word comes back every few seconds
                message = ear.get_message(timeout=HERE_SECONDS)
                if message is not None:
                    self.connected, heard = True, time.monotonic()
                    self._take(json.loads(message["data"]))
                    outages.worked("redis", side="hearing")
                    outages.worked("hearing")
            raise redis.ConnectionError("silence: lost or frozen")
        finally:
            ear.close()

    def _take(self, message: dict[str, Any]) -> None:
        if message["from"] == self._name:
            return
        if "here" in message:
            self._extension["presence"].elsewhere(message["from"], message["here"])
        told = self._extension["announcer"].told()
        self._extension["announcer"].notify(
            {lab: wanted for lab, said in message.get("news", {}).items() if (wanted := _unheard(told, lab, said))}
        )

    # ---- looking

    def _look_again(self) -> None:
        rounds = 0
        while True:
            self._socketio.sleep(self._settings.CATCH_UP_SECONDS)
            rounds += 1
            try:
                with self._app.app_context():
                    self.look(rights=rounds % RECHECK == 0)
                outages.worked("catch_up")
            except Exception as error:
                task_failed("catch_up", error)

    def look(self, *, rights: bool = False) -> None:
        """Find what nobody told this worker. `rights`: and who listens without still being allowed to."""
        announcer, connections = self._extension["announcer"], self._extension["connections"]
        told = announcer.told()
        if not told:
            return
        with moment(db.engine) as asked:
            news = gaps.unheard(asked, told, {one.seat for one in list(connections.values()) if one.seat})
            gone = gaps.no_longer_allowed(asked, list(connections.values())) if rights else set()
        announcer.notify(news)
        for room in gone:
            announcer.hang_up(room)


def _unheard(told: Mapping[tuple[str, str], int], lab: str, said: Mapping[str, int]) -> set[str]:
    """The audiences of `said` that this worker has sockets for and has not told about these numbers."""
    if lab == NO_LAB:
        return set(said)
    if not any(lab == listened for listened, _ in told):
        return set()
    return {audience for audience, n in said.items() if audience not in AUDIENCES or told.get((lab, audience), n) < n}
