"""How fast a room comes back after its server was restarted: `python -m tests.workers.returning [--phones 1000] [--kill]`.

Starts the product, connects so many phones (the real protocol and back-off, in green threads of this process), ends the server
with SIGTERM (or kill -9), starts it again at once and measures for each phone the time until it has caught up. Prints one JSON
object: seconds from the signal (median, p95, slowest), the busiest second, and how many lost something.
"""

from __future__ import annotations

if __name__ == "__main__":
    import warnings

    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()

import argparse
import json
import random
import resource
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import websocket

from facilitation import create_app
from facilitation.core.actor import NOBODY, SYSTEM, Identity
from facilitation.extensions import db
from facilitation.first_run import migrate_database
from facilitation.people.seats import seat_token
from tests.running import Server

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
PATIENCE = 120.0
SETTINGS = {"POSTS_BURST": "100000", "COMMANDS_PER_10S": "100000"}


class Phone:
    """One WebSocket that speaks Socket.IO as browsers do: hello, sync, and the way back when it is hung up on."""

    def __init__(self, url: str, lab: str, cookie: str) -> None:
        self.url = url.replace("http", "ws", 1) + f"/socket.io/?EIO=4&transport=websocket&lab={lab}"
        self.origin, self.lab, self.cookie = url, lab, cookie
        self.seq, self.epoch = -1, ""
        self.caught_up: list[float] = []
        self.hung_up: list[float] = []
        self.tries: list[float] = []
        self.told_to_wait = 0.0
        self.ended = False

    def live(self) -> None:
        failures = 0
        while not self.ended:
            self.tries.append(time.monotonic())
            try:
                self._stay()
                failures = 0
            except (OSError, websocket.WebSocketException, ValueError):
                failures = 0 if self.told_to_wait else failures + 1
            pause = random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** max(0, failures - 1)))
            time.sleep(max(pause, self.told_to_wait))
            self.told_to_wait = 0.0

    def _stay(self) -> None:
        wire = websocket.create_connection(self.url, timeout=60, origin=self.origin, cookie=self.cookie)
        try:
            while not self.ended:
                self._hear(wire, wire.recv())
        finally:
            if self.caught_up and not self.ended:
                self.hung_up.append(time.monotonic())
            wire.close()

    def _hear(self, wire: Any, packet: str) -> None:
        if not packet:
            raise OSError("hung up")
        if packet.startswith("0"):
            wire.send("40" + json.dumps({"v": 1, "lab": self.lab, "as": "seat", "sync": self._wanted()}))
        elif packet == "2":
            wire.send("3")
        elif packet.startswith("42"):
            name, content = json.loads(packet[2:])
            if name == "hello":
                self._accept(content["news"])
            elif name == "bye":
                self.told_to_wait = content.get("back_in_ms", 0) / 1000
            elif (name == "changes" and content["from"] > self.seq) or (name == "tick" and content["heads"]["room"] > self.seq):
                self._ask(wire)
            elif name == "changes":
                self.seq = max(self.seq, content["to"])
        elif packet.startswith("431"):
            self._accept(json.loads(packet[3:])[0])
        elif packet.startswith(("41", "44", "1")):
            raise OSError("refused or sent away")

    def _accept(self, news: dict[str, Any]) -> None:
        self.seq, self.epoch = news.get("to", news.get("seq")), news["epoch"]
        self.caught_up.append(time.monotonic())

    def _wanted(self) -> dict[str, Any]:
        return {"stream": "room", **({"epoch": self.epoch, "have": self.seq} if self.epoch else {})}

    def _ask(self, wire: Any) -> None:
        wire.send("421" + json.dumps(["sync", self._wanted()]))


def prepared(folder: Path, phones: int) -> tuple[str, str, list[str], Any]:
    """A data folder with an open lab and its seats: (lab, board, cookies, application)."""
    app = create_app({"DATA": str(folder), "ASYNC_MODE": "threading", "TESTING": True})
    migrate_database(app)
    with app.app_context():
        extension = app.extensions["facilitation"]
        do, secret = extension["dispatcher"].do, extension["settings"].SECRET_KEY
        made = do("lab.create", SYSTEM, kind="webinar", sector="MS", title="A large room", expected_people=phones)
        do("lab.open", SYSTEM, lab=made["lab"])
        seats = [do("seat.join", NOBODY, code=made["code"], tier="1")["seat"] for _ in range(phones)]
        cookies = [f"seat_{made['lab']}={seat_token(secret, seat, 1)}" for seat in seats]
        db.session.remove()
        db.engine.dispose()
    return made["lab"], seats[0], cookies, app


def run(phones: int, *, kill: bool) -> dict[str, Any]:
    import eventlet

    with tempfile.TemporaryDirectory() as name:
        lab, seat, cookies, app = prepared(Path(name), phones)
        server = Server(Path(name), "--no-demo", **SETTINGS).start()
        room = [Phone(server.url, lab, cookie) for cookie in cookies]
        began = time.monotonic()
        for phone in room:
            eventlet.spawn(phone.live)
        connected = _wait(lambda: sum(bool(phone.caught_up) for phone in room), phones, began)
        before = [len(phone.tries) for phone in room]
        ended = time.monotonic()
        if kill:
            server.kill()
        else:
            server.stop()
        server.start()
        up = time.monotonic() - ended
        with app.app_context():  # a word written meanwhile reaches everybody
            app.extensions["facilitation"]["dispatcher"].do("hand.set", Identity("seat", seat), lab=lab, raised=True)
            app.extensions["facilitation"]["dispatcher"].do("lab.announce", SYSTEM, lab=lab, text="We are back")
            db.engine.dispose()
        _wait(lambda: sum(phone.caught_up[-1] > ended for phone in room), phones, ended)
        eventlet.sleep(5)
        back = sorted(phone.caught_up[-1] - ended for phone in room if phone.caught_up[-1] > ended)
        tries = Counter(int(at - ended) for phone, n in zip(room, before, strict=True) for at in phone.tries[n:])
        heads = {phone.seq for phone in room}
        for phone in room:
            phone.ended = True
        server.kill()
    return {
        "phones": phones, "way": "kill -9" if kill else "SIGTERM",
        "connected_s": round(connected, 1), "server_up_s": round(up, 1),
        "back": len(back), "median_s": round(statistics.median(back), 1), "p95_s": round(back[int(len(back) * 0.95) - 1], 1),
        "slowest_s": round(back[-1], 1), "tries_in_busiest_second": max(tries.values(), default=0),
        "tries_per_phone": round(sum(tries.values()) / phones, 2), "behind": len(heads) - 1,
    }  # fmt: skip


def _wait(count: Any, wanted: int, began: float) -> float:
    import eventlet

    while count() < wanted and time.monotonic() - began < PATIENCE:
        eventlet.sleep(0.1)
    return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.workers.returning")
    parser.add_argument("--phones", type=int, default=1000)
    parser.add_argument("--kill", action="store_true", help="kill -9 instead of SIGTERM")
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 3 * options.phones + 500)), hard))
    print(json.dumps(run(options.phones, kill=options.kill)), flush=True)


if __name__ == "__main__":
    main()
    import os

    os._exit(0)  # green threads of idle phones need no end of their own
