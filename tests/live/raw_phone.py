"""A phone on a bare TCP socket, with an independent WebSocket implementation: what a browser offers, and what it must not see."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Request, TextMessage
from wsproto.extensions import PerMessageDeflate


class RawPhone:
    """Connected and in the room. `heard` holds every event in order."""

    def __init__(self, port: int, lab: str, cookie: str, *, deflate: bool = True, small: bool = False) -> None:
        self.tcp = socket.socket()
        if small:
            self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.tcp.connect(("127.0.0.1", port))
        self.packed = PerMessageDeflate()
        self._websocket = WSConnection(ConnectionType.CLIENT)
        self._parts: list[str] = []
        self.heard: list[tuple[str, Any]] = []
        self.answers: dict[int, Any] = {}
        self.ended = False
        name, _, value = cookie.partition(": ")
        origin = f"http://127.0.0.1:{port}".encode()
        request = Request(
            host=f"127.0.0.1:{port}", target="/socket.io/?EIO=4&transport=websocket",
            extensions=[self.packed] if deflate else [], extra_headers=[(name.encode(), value.encode()), (b"Origin", origin)],
        )  # fmt: skip
        self.tcp.sendall(self._websocket.send(request))
        self._auth = json.dumps({"v": 1, "lab": lab, "as": "seat"})
        self.until(lambda: any(event == "hello" for event, _ in self.heard))

    def say(self, text: str) -> None:
        self.tcp.sendall(self._websocket.send(TextMessage(text)))

    def ask(self, number: int, event: str, value: Any) -> None:
        self.say(f"42{number}{json.dumps([event, value])}")

    def until(self, reached: Any, patience: float = 20) -> None:
        """Read until something is true; the connection may end meanwhile."""
        end = time.monotonic() + patience
        while not reached() and not self.ended:
            assert time.monotonic() < end, "nothing came"
            self._read(0.2)

    def told(self, event: str) -> list[Any]:
        return [value for name, value in self.heard if name == event]

    def _read(self, patience: float) -> None:
        self.tcp.settimeout(patience)
        try:
            data = self.tcp.recv(65536)
        except TimeoutError:
            return
        except OSError:
            data = b""
        self._websocket.receive_data(data or None)
        for event in self._websocket.events():
            if isinstance(event, TextMessage):
                self._parts.append(event.data)
                if event.message_finished:
                    self._take("".join(self._parts))
                    self._parts.clear()
            elif isinstance(event, CloseConnection):
                self.ended = True
            else:
                assert isinstance(event, AcceptConnection)

    def _take(self, message: str) -> None:
        if message.startswith("0"):
            self.say(f"40{self._auth}")
        elif message == "2":
            self.say("3")
        elif message.startswith("42"):
            name, value = json.loads(message[2:])
            self.heard.append((name, value))
        elif message.startswith("43"):
            number, _, rest = message[2:].partition("[")
            self.answers[int(number)] = next(iter(json.loads(f"[{rest}")), None)

    def close(self) -> None:
        self.tcp.close()
