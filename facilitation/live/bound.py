"""What may wait for one client, in both async modes: whoever does not read is hung up on, and nobody waits for them.

python-socketio puts what it says to a client into a queue without an end, and closes a connection only when everything in
it was taken. Here a client may let so much wait and no more; then its connection is cut, and it catches up by `sync` when it
comes back (live contract, rule 7). The cut is a `shutdown` of the TCP connection: it never blocks, and it wakes the thread
that is stuck in sending.
"""

from __future__ import annotations

import importlib
import socket as sockets
import sys
import threading
from collections.abc import Callable, Iterable
from functools import partial
from socket import MSG_PEEK, SHUT_RDWR, SO_SNDBUF, SOL_SOCKET
from typing import Any

import engineio
from engineio import socket as engine_socket
from socketio import Manager, Server

from facilitation.core.counters import Counters
from facilitation.core.events import event
from facilitation.live.rooms import Rooms

QUEUE, QUEUE_CHARACTERS = 64, 1_000_000  # what may wait for one client
KERNEL_BYTES = 128 * 1024  # and what the kernel may hold for it (Linux takes twice that for its own books)
LAST_WORDS = 5.0  # seconds a client has to take in what it is told before we hang up
WITHOUT_WAITING = getattr(sockets, "MSG_DONTWAIT", 0)  # 0 where the system has no such word (Windows)
NOT_READING, NO_ANSWER = "not_reading", "no_answer"  # why a connection ended (core/counters.py)
CLOSED_ALREADY = "socket shutdown error: [Errno 9]"


def missing_parts(async_mode: str) -> list[str]:
    """What this module needs of the libraries' insides and does not find."""
    driver = importlib.import_module(f"engineio.async_drivers.{async_mode}")
    wanted: tuple[tuple[Any, str], ...] = (
        (Manager, "set_server"), (engineio.Server, "send_packet"), (engine_socket.Socket, "_websocket_handler"),
        (engine_socket.Socket, "close"), (driver, "_async"),
    )  # fmt: skip
    return [f"{getattr(owner, '__name__', owner)}.{name}" for owner, name in wanted if not hasattr(owner, name)]


def overfull(queue: Any) -> bool:
    """May nothing more wait for this client? Ends of the stream are None."""
    return bool(
        queue.qsize() >= QUEUE
        or (queue.qsize() > 1 and sum(len(packet.data or "") for packet in list(queue.queue) if packet) > QUEUE_CHARACTERS)
    )


def hang_up(engine: Any, engine_id: str, *, abort: bool = False, reason: str | None = None) -> None:
    """Close the connection of one client, without waiting for it to take in what it was told.

    Forgotten at once: the library answers who goes on sending to a closed session with an exception, to one it does not
    know with an error code."""
    if socket := engine.sockets.pop(engine_id, None):
        socket.close(wait=False, abort=abort, reason=reason)


def has_hung_up(server: Server, sid: str) -> bool:
    """Nobody will read what is said to this client. False where it cannot be known: long-polling, the stock manager."""
    line = getattr(server.manager, "lines", {}).get(server.manager.eio_sid_from_sid(sid, "/"))
    return line is not None and line.gone()


class Line:
    """The TCP connection of one WebSocket client."""

    def __init__(self, tcp: Any, counters: Counters) -> None:
        self._tcp, self._counters = tcp, counters
        self.reason: str | None = None  # why we ended it, when the library would only say that it was closed
        self._dropped = threading.Lock()  # taken by the first that drops it, and never given back
        tcp.setsockopt(SOL_SOCKET, SO_SNDBUF, KERNEL_BYTES)

    def drop(self) -> None:
        """Cut off a client that does not read; counted once."""
        if self._dropped.acquire(blocking=False):
            self._counters.drops += 1
            event("slow_reader")
            self.reason = NOT_READING
            self.cut()

    def wait(self, wait: Callable[[], Any]) -> Any:
        """In place of the WebSocket's own: the next message. The reader may find out that nothing comes before a missing pong is
        noticed; the library would say that the client closed the connection."""
        try:
            return wait()
        except TimeoutError:
            self.reason = self.reason or NO_ANSWER
            raise

    def release(self) -> None:
        """The WebSocket has ended; its socket may go on by long-polling."""

    def gone(self) -> bool:
        """Has the client hung up, with nothing left to read of it?"""
        try:
            return bool(WITHOUT_WAITING) and not self._tcp.recv(1, MSG_PEEK | WITHOUT_WAITING)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def cut(self) -> None:
        """End the connection; the threads that wait for it wake up and go."""
        try:
            self._tcp.shutdown(SHUT_RDWR)
        except OSError:
            return


class Bounded(Rooms):
    """The stock manager, with a bound on what waits for each client."""

    def __init__(self, counters: Counters | None = None) -> None:
        super().__init__()
        self.counters = counters or Counters()
        self.lines: dict[str, Any] = {}  # by Engine.IO id; `Line`s
        self._ending = threading.Lock()

    def set_server(self, server: Server) -> None:
        """Called by the library when it is set up: everything that is sent, and new WebSockets, come to us."""
        super().set_server(server)
        engine = server.eio
        self._stock_door = engine._async["websocket"]
        engine._async = {**engine._async, "websocket": self._door}
        self._enqueue, engine.send_packet = engine.send_packet, self._send_packet

    def _send_packet(self, engine_id: str, packet: Any) -> None:
        """In place of the engine's own: the same, unless too much waits already."""
        socket = self.server.eio.sockets.get(engine_id)
        if socket is None or not overfull(socket.queue):
            self._enqueue(engine_id, packet)
        elif line := self.lines.get(engine_id):
            line.drop()
        else:
            self.server.start_background_task(self._drop_polling, engine_id)

    def _drop_polling(self, engine_id: str) -> None:
        with self._ending:
            if engine_id in self.server.eio.sockets:
                self.counters.drops += 1
                hang_up(self.server.eio, engine_id, abort=True, reason=NOT_READING)

    # ---- WebSockets

    def websocket(self, handle: Any, engine: Any) -> Any:
        """The library's WebSocket for this async mode."""
        if engine.async_mode == "threading":  # there it takes messages of any size, if not told
            return self._stock_door(handle, engine, max_message_size=engine.max_http_buffer_size)
        return self._stock_door(handle, engine)

    def line(self, websocket: Any, _socket: Any) -> Line:
        """The line of a WebSocket that has just been opened."""
        return Line(websocket.ws.sock if hasattr(websocket, "ws") else websocket.socket.fd, self.counters)

    def _door(self, handler: Any, engine: Any) -> Any:
        """One WebSocket upgrade; its line lives as long as the handler runs."""
        socket = handler.__self__

        def handle(websocket: Any) -> Any:
            line = self.lines[socket.sid] = self.line(websocket, socket)
            socket.close = partial(self._close, socket.close, line)
            websocket.wait = partial(line.wait, websocket.wait)
            try:
                return handler(websocket)
            finally:
                del self.lines[socket.sid], socket.close
                line.release()
                socket.upgrading = False  # an upgrade that broke off: the library would answer long-polling with nothing

        inner = self.websocket(handle, engine)

        def upgrade(environ: dict[str, Any], start_response: Any) -> Any:
            environ["wsgi.errors"] = Errors()
            return inner(environ, start_response)

        return upgrade

    def _close(self, close: Any, line: Line, wait: bool = True, abort: bool = False, reason: Any = None) -> None:
        """In place of the socket's own `close`: nobody waits for a client, and one that takes nothing in is cut off."""
        close(wait=False, abort=abort, reason=line.reason or reason)
        if not abort:
            self.server.start_background_task(self._cut_later, line)

    def _cut_later(self, line: Line) -> None:
        self.server.sleep(LAST_WORDS)
        line.cut()


class Errors:
    """Standard error for one WebSocket, without eventlet's word that what it closes is closed already: it is no error."""

    def write(self, text: str) -> None:
        if CLOSED_ALREADY not in text:
            sys.stderr.write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        sys.stderr.flush()
