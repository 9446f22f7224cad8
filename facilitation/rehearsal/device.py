"""One person's device: cookies, and a socket that follows its streams as the live contract says."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import engineio
import requests
import socketio
from socketio.exceptions import SocketIOError

from facilitation.core.urls import origin_of, path_of

PATIENCE = 8.0  # seconds for one answer (live contract, section 4)
UNKNOWN: Mapping[str, Any] = {"ok": False, "code": "unknown", "message": "", "retry": True}


class _OrderedTransport(engineio.Client):
    """Hands messages over one after the other. The library starts a thread for each, which mixes up their order."""

    def _trigger_event(self, event: str, *args: Any, **options: Any) -> Any:
        return super()._trigger_event(event, *args, **{**options, "run_async": False})


class _OrderedClient(socketio.Client):
    def _engineio_client_class(self) -> type[engineio.Client]:
        return _OrderedTransport


@dataclass
class Device:
    """One person's cookies, and their socket while they are there."""

    url: str  # of the server, as people type it
    lab: str = ""
    door: str = "staff"
    http: requests.Session = field(default_factory=requests.Session)
    socket: socketio.Client | None = None
    heads: dict[str, int] = field(default_factory=dict)  # how far each stream was followed
    gaps: int = 0

    def __post_init__(self) -> None:
        self.http.headers.update({"Origin": origin_of(self.url), "Accept": "application/json", "X-As": self.door})

    def connect(self) -> None:
        """Open the socket and remember where the streams stand."""
        self.disconnect()
        client = _OrderedClient(
            reconnection=False, handle_sigint=False, websocket_extra_options={"origin": origin_of(self.url), "timeout": PATIENCE}
        )
        client.on("hello", self._hello)
        client.on("changes", self._changes)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies)
        auth = {"v": 1, "lab": self.lab, "as": self.door}
        client.connect(
            self.url, headers={"Cookie": cookies}, auth=auth, transports=["websocket"], wait_timeout=PATIENCE,
            socketio_path=f"{path_of(self.url)}/socket.io",
        )  # fmt: skip
        self.socket = client

    def disconnect(self) -> None:
        if self.socket is not None:
            with contextlib.suppress(SocketIOError):
                self.socket.disconnect()
            self.socket = None

    def ask(self, event: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one event; `unknown` when none came in time, as a phone sees it."""
        return answer_in(self.ask_later(event, content), PATIENCE)

    def ask_later(self, event: str, content: Mapping[str, Any]) -> Future[dict[str, Any]]:
        """Send now; the answer comes when it comes."""
        found: Future[dict[str, Any]] = Future()
        try:
            if self.socket is None or not self.socket.connected:
                self.connect()
            assert self.socket is not None  # noqa: S101 - just connected
            self.socket.emit(event, dict(content), callback=found.set_result)
        except SocketIOError:
            found.set_result(dict(UNKNOWN))
        return found

    def _hello(self, hello: dict[str, Any]) -> None:
        self.heads = dict(hello["heads"])

    def _changes(self, change: dict[str, Any]) -> None:
        """Follow a stream: what fits is taken, what is old is ignored, a hole is a miss (D5)."""
        mine = self.heads.get(change["stream"], 0)
        if change["to"] > mine:
            self.gaps += change["from"] > mine
            self.heads[change["stream"]] = change["to"]


def answer_in(found: Future[dict[str, Any]], seconds: float) -> dict[str, Any]:
    """The answer when it comes in time, else `unknown`."""
    try:
        return found.result(max(0.0, seconds))
    except TimeoutError:
        return dict(UNKNOWN)
