"""Socket.IO over one WebSocket, as a browser speaks it, small enough to run a thousand of them in one process.

Framing is wsproto's. Only what the live contract uses: one namespace, text packets, an acknowledgement for every event sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Event, Ping, Pong, RejectConnection, Request, TextMessage
from wsproto.utilities import RemoteProtocolError

PACKET = re.compile(r"(\d)(\d*)(.*)", re.DOTALL)  # type, acknowledgement number, content
CHUNK = 65536


class Gone(Exception):
    """The connection ended, or never was."""


class Wire:
    """One open socket. `heard` gets every event as (name, payload); every frame's text also goes to `overheard`."""

    def __init__(self, heard: Callable[[str, Any], None], overheard: Callable[[str], None] = lambda _text: None) -> None:
        self._heard, self._overheard = heard, overheard
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._text = ""
        self._task: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.connected = False
        self.ended = asyncio.Event()

    async def connect(self, port: int, *, origin: str, cookie: str, auth: dict[str, Any], patience: float = 8) -> None:
        """Through the handshakes of WebSocket, Engine.IO and Socket.IO; `Gone` when any of them fails."""
        self._auth = auth
        headers = [(b"Origin", origin.encode()), (b"Cookie", cookie.encode())]
        target = f"/socket.io/?EIO=4&transport=websocket&lab={auth['lab']}"  # as the browser's: a proxy sorts by it
        try:
            async with asyncio.timeout(patience):
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port, limit=CHUNK * 4)
                self._put(self._protocol.send(Request(host=f"127.0.0.1:{port}", target=target, extra_headers=headers)))
                self._task = asyncio.create_task(self._listen())
                await self._open
        except (OSError, TimeoutError) as error:
            self.abandon()
            raise Gone(str(error)) from None
        self.connected = True

    async def ask(self, event: str, payload: Any, patience: float) -> Any:
        """The acknowledgement of an event; `Gone` when the socket ends or nobody answers in time."""
        if not self.connected:
            raise Gone("not connected")
        self._number += 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[self._number] = answer
        self._say(f"42{self._number}{_json([event, payload])}")
        try:
            async with asyncio.timeout(patience):
                return await answer
        except TimeoutError:
            raise Gone("no answer") from None

    def abandon(self) -> None:
        """Drop the socket without a word, as a phone that lost its network does."""
        self._end("abandoned")

    async def _listen(self) -> None:
        try:
            while chunk := await self._reader.read(CHUNK):
                self._protocol.receive_data(chunk)
                for event in self._protocol.events():
                    self._take(event)
        except (OSError, RemoteProtocolError, Gone) as error:
            self._end(str(error))
        else:
            self._end("closed")

    def _take(self, event: Event) -> None:
        if isinstance(event, TextMessage):
            self._text += event.data
            if event.message_finished:
                text, self._text = self._text, ""
                self._overheard(text)
                self._packet(text)
        elif isinstance(event, Ping):
            self._put(self._protocol.send(event.response()))
        elif isinstance(event, RejectConnection | CloseConnection):
            raise Gone("refused or closed")
        elif not isinstance(event, AcceptConnection | Pong):
            raise Gone(f"unexpected {event!r}")

    def _packet(self, text: str) -> None:
        if text.startswith("0"):
            self._say(f"40{json.dumps(self._auth)}")
        elif text == "2":
            self._say("3")
        elif text.startswith("4"):
            kind, number, content = PACKET.fullmatch(text[1:]).groups()  # type: ignore[union-attr]
            payload = understood(content) if content else None
            if kind == "0" and not self._open.done():
                self._open.set_result(None)
            elif kind == "2" and payload:
                self._heard(payload[0], payload[1] if len(payload) > 1 else None)
            elif kind == "3" and int(number) in self._waiting:
                answer = self._waiting.pop(int(number))
                if not answer.done():
                    answer.set_result(payload[0] if payload else None)
            elif kind in "14":
                raise Gone(payload.get("message", "refused") if payload else "disconnected")

    def _say(self, text: str) -> None:
        self._put(self._protocol.send(TextMessage(data=text)))

    def _put(self, data: bytes) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(data)

    def _end(self, why: str) -> None:
        self.connected = False
        self.ended.set()
        for future in [self._open, *self._waiting.values()]:
            if not future.done():
                future.set_exception(Gone(why))
                with contextlib.suppress(BaseException):
                    future.exception()  # nobody may be waiting for it
        self._waiting.clear()
        if self._writer is not None:
            self._writer.transport.abort()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()


@lru_cache(maxsize=256)
def understood(content: str) -> Any:
    """What a frame says. A thousand phones hear the same: they share one value, which nobody may change."""
    return json.loads(content)


def _json(value: Any) -> str:
    """As browsers write it: half of a surrogate pair is escaped, everything else stands there."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text
