"""Phones that follow the phone rules (live contract, section 6): one posts, one listens; both survive a server's troubles."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from typing import Any

import requests
import socketio
import websocket

from facilitation.core import ids
from facilitation.stream.read import apply


class Poster:
    """Sends one text after the other; the same key until there is a final answer."""

    def __init__(
        self, url: str, lab: str, board: str, cookie: dict[str, str], name: str, pause: tuple[float, float] = (0.02, 0.2)
    ) -> None:
        self.url, self.lab, self.board, self.cookie, self.name = url, lab, board, cookie, name
        self._pause = pause
        self.acknowledged: dict[str, str] = {}  # id → text, in the order of the answers
        self.refused: list[Any] = []
        self.attempted = self.resent = 0
        self.stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """No new text; what is under way gets its answer."""
        self.stop.set()
        self._thread.join(240)
        assert not self._thread.is_alive(), f"{self.name} got no answer"

    def _run(self) -> None:
        session = requests.Session()
        session.cookies.update(self.cookie)
        while not self.stop.is_set():
            text = f"{self.name} says {self.attempted}"
            self.attempted += 1
            self._send(session, text)
            time.sleep(random.uniform(*self._pause))

    def _send(self, session: requests.Session, text: str) -> None:
        args = {"board": self.board, "text": text}
        envelope = {"v": 1, "key": ids.new_key(), "name": "contribution.post", "args": args}
        while True:
            answer = self._once(session, envelope)
            if answer.get("ok"):
                self.acknowledged[answer["result"]["id"]] = text
                return
            if not answer.get("retry"):
                self.refused.append(answer)
                return
            self.resent += 1
            time.sleep(random.uniform(0.3, 1.0) * min(2.0, answer.get("after_ms", 300) / 1000))

    def _once(self, session: requests.Session, envelope: dict[str, Any]) -> dict[str, Any]:
        """The answer; what is none (no connection, a proxy's page) is `unknown`."""
        try:
            answer = session.post(
                f"{self.url}/labs/{self.lab}/commands", json=envelope, headers={"Origin": self.url}, timeout=8
            ).json()
        except (requests.RequestException, ValueError):
            return {"ok": False, "retry": True}
        return dict(answer)


class Listener:
    """Keeps the room's state by deltas and catches up where they do not fit; comes back when it is hung up on."""

    def __init__(self, url: str, lab: str, cookie: dict[str, str]) -> None:
        self.url, self.lab = url, lab
        self._cookie = "; ".join(f"{name}={value}" for name, value in cookie.items())
        self.state: dict[str, Any] = {}
        self.came_back = 0
        self.presence: dict[str, Any] = {}
        self.goodbyes: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self._lock = threading.RLock()
        self._behind, self._ended = threading.Event(), threading.Event()
        self._client: socketio.Client | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def seq(self) -> int:
        return int(self.state.get("seq", -1))

    def texts(self) -> set[str]:
        with self._lock:
            return set(self.state.get("entities", {}).get("contribution", {}))

    def _run(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(socketio.exceptions.SocketIOError, OSError):
                self._stay()
            self.came_back += 1
            self._ended.wait(random.uniform(0.1, 0.8))

    def _stay(self) -> None:
        wires: list[websocket.WebSocket] = []  # the library leaves one open that is hung up on in its first moment

        def wire(**options: Any) -> websocket.WebSocket:
            wires.append(websocket.WebSocket(**options))
            return wires[-1]

        client = self._client = socketio.Client(reconnection=False, websocket_extra_options={"class_": wire})
        client.on("changes", self._changes)
        client.on("tick", self._tick)
        client.on("presence", self.presence.update)
        client.on("bye", self.goodbyes.append)
        headers, auth = {"Cookie": self._cookie}, {"v": 1, "lab": self.lab}
        try:
            address = f"{self.url}?lab={self.lab}"
            client.connect(address, headers=headers, auth=auth, transports=["websocket"], wait_timeout=5)
            self._sync(client)
            while client.connected and not self._ended.is_set():
                if self._behind.wait(0.05):
                    self._behind.clear()
                    self._sync(client)
        finally:
            with contextlib.suppress(Exception):
                client.disconnect()
            for one in wires:
                one.shutdown()

    def _sync(self, client: socketio.Client) -> None:
        wanted = {"stream": "room", "epoch": self.state.get("epoch"), "have": self.seq if self.state else None}
        answer = client.call("sync", wanted, timeout=8)
        answer.pop("mine", None)
        with self._lock:
            if "entities" in answer:
                if answer["epoch"] == self.state.get("epoch") and answer["seq"] < self.seq:
                    self.faults.append(f"went back from {self.seq} to {answer['seq']}")
                self.state = answer
            else:
                self._apply(answer)

    def _changes(self, change: dict[str, Any]) -> None:
        with self._lock:
            self._apply(change)

    def _apply(self, change: dict[str, Any]) -> None:
        if not self.state or change["epoch"] != self.state["epoch"] or change["from"] > self.seq:
            self._behind.set()
        elif change["to"] > self.seq:
            self.state = apply({**self.state, "seq": change["from"]}, change)

    def _tick(self, tick: dict[str, Any]) -> None:
        if tick["epoch"] != self.state.get("epoch") or tick["heads"]["room"] > self.seq:
            self._behind.set()

    def end(self) -> None:
        self._ended.set()
        self._thread.join(10)
