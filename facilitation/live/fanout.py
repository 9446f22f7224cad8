"""One frame for everybody: the fast way from one change to a thousand sockets.

Stock python-socketio puts every packet into a queue per client, wakes a green thread per client, which packs and
compresses the same text once more per client. Measured on a room of 300 that is four fifths of all the work. Here a
packet is encoded and framed once, compressed at most once, and written straight to each socket that is idle. Whoever is
not idle (long-polling, upgrading, still taking in the last frame) gets it through the stock queue, in order; whoever lets
that queue grow beyond `QUEUE` packets is cut off and catches up by `sync` when it comes back (live contract, rule 7).

What the stock way does with its queue, and what stands for it here (tests/live/test_holding.py tries each):

* Ping clock: the library's writer ends a connection whose queue stayed empty for a ping interval and a ping time-out,
  for then not even a ping was sent. Pings and news go past the queue here, so silence is counted from the last
  straight write (`Wire.poll`).
* Pong check: `send` of the library looks whether a pong is overdue; so does `Wire.idle`, and leaves an overdue client to it.
* Queue length: bounded for both ways (bound.py); a frame that the kernel has not taken counts as "not idle".
* Write time-outs: `_finish` writes through the library's socket, which gives up after a ping interval and a ping time-out.
* Upgrade: no straight write before it is complete. When it fails, the socket gets its own methods back (`Wire.release`)
  and goes on by long-polling.
* Disconnect events: they come from the reader, which is the library's own. An error in a straight write is left to it.
* Statistics: the library keeps none per packet; ours are in core/counters.py.

It leans on inner parts of the pinned libraries, named in `missing_parts`. Where one of them is not as expected, or green
threads are not in use, `client_manager` gives the stock manager with the same bound (bound.py): slower, same contract. The
parts are tested against the installed versions in tests/live/test_fanout.py.
"""

from __future__ import annotations

import struct
import time
import weakref
import zlib
from functools import cache
from typing import Any

from engineio import packet as engine_packet
from engineio import socket as engine_socket
from engineio.exceptions import QueueEmpty
from socketio import Manager
from socketio import packet as socket_packet

from facilitation.core.counters import Counters
from facilitation.core.events import Sentence, event
from facilitation.live import bound
from facilitation.live.bound import NOT_READING, Bounded, Line, overfull

WORTH_PACKING = 100  # bytes
RENEW_SECONDS = 5.0  # newcomers wait this long for packed frames
WINDOW_BITS, MEMORY_LEVEL = 13, 6  # 8 kB of history, 64 kB of memory per room that speaks
CLOSED = 5 * 60.0  # a room that was silent this long lets its history go


def client_manager(async_mode: str, counters: Counters | None = None) -> Bounded | None:
    """The manager for Socket.IO's `client_manager`; None for the stock one. `counters`: where it counts whom it cuts off."""
    if missing := bound.missing_parts(async_mode):
        event("stock_fan_out", missing=Sentence(", ".join(missing)))  # nothing bounds what waits for a client then
        return None
    if async_mode != "eventlet":
        return Bounded(counters)
    if missing := missing_parts():
        event("stock_fan_out", missing=Sentence(", ".join(missing)))
        return Bounded(counters)
    return Fanout(counters)


def missing_parts() -> list[str]:
    """What this module needs of the libraries' insides and does not find."""
    from engineio.async_drivers import eventlet as driver
    from eventlet.queue import Queue
    from eventlet.semaphore import Semaphore
    from eventlet.websocket import RFC6455WebSocket, WebSocketWSGI

    wanted: tuple[tuple[Any, str], ...] = (
        (driver, "WebSocketWSGI"), (WebSocketWSGI, "_negotiate_permessage_deflate"),
        (RFC6455WebSocket, "_apply_mask"), (RFC6455WebSocket, "_get_permessage_deflate_enc"), (RFC6455WebSocket, "_send"),
        (Semaphore(1), "counter"), (Semaphore(1), "_waiters"), (Queue(), "queue"),
        (engine_socket.Socket, "check_ping_timeout"), (engine_socket.Socket, "poll"),
        (Manager, "get_participants"),
    )  # fmt: skip
    return [f"{getattr(owner, '__name__', type(owner).__name__)}.{name}" for owner, name in wanted if not hasattr(owner, name)]


def frame(payload: bytes, *, packed: bool = False) -> bytes:
    """One unmasked WebSocket text frame (RFC 6455, 5.2); `packed`: the bit of permessage-deflate is set."""
    first, size = 0xC1 if packed else 0x81, len(payload)
    if size < 126:
        return struct.pack("!BB", first, size) + payload
    if size < 65536:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload


def unmasked(data: bytes, mask: Any, length: int | None = None, offset: int = 0) -> bytes:
    """`data` xor the four bytes of `mask`. The library does it byte by byte; one wide number takes a hundredth of it."""
    size, turn = len(data), offset % 4
    wide = (bytes(mask[turn:] + mask[:turn]) * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "big") ^ int.from_bytes(wide, "big")).to_bytes(size, "big")


class History:
    """What the phones of one room have in common: everything packed so far (permessage-deflate with context takeover).

    Every phone of the room gets the same packed bytes, so one compressor serves them all. A phone that comes later lacks the
    history and gets plain frames until the history is begun anew; a phone that missed a packed frame likewise.
    """

    def __init__(self) -> None:
        self.looked = time.monotonic()  # when it was seen last who shares it
        self.renew()

    def renew(self) -> None:
        """Begin without history: the next packed frame can be read by everybody."""
        self._compressor = zlib.compressobj(6, zlib.DEFLATED, -WINDOW_BITS, MEMORY_LEVEL)
        self.used = time.monotonic()
        self.mark = object()  # who carries this mark has read everything since the beginning

    def pack(self, payload: bytes) -> bytes:
        self.used = time.monotonic()
        packed = self._compressor.compress(payload) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
        return frame(packed[:-4], packed=True)


class Wire(Line):
    """The straight way to one WebSocket client."""

    def __init__(self, websocket: Any, socket: Any, counters: Counters) -> None:
        self._out = websocket.socket.fd  # the plain, non-blocking socket
        super().__init__(self._out, counters)
        self._websocket, self._socket = websocket, socket
        self._lock, self._through_queue = websocket._sendlock, socket.send
        self.unpacks = "permessage-deflate" in websocket.extensions
        self.home: weakref.ref[History] | None = None  # the one room whose packed frames it gets
        self.mark: object | None = None
        websocket._apply_mask = unmasked
        websocket._get_permessage_deflate_enc = lambda: None  # single answers travel plain: no compressor per phone
        socket.send = self.send
        self._poll_queue, socket.poll = socket.poll, self.poll
        self._wrote = time.monotonic()

    def release(self) -> None:
        """Give the socket its own methods back: this WebSocket has ended, or was never taken into use."""
        del self._socket.send, self._socket.poll

    def poll(self) -> list[Any]:
        """In place of the socket's own: the next packets in the queue. The library ends the connection when there were none for
        the time given, so a straight write counts as one."""
        engine = self._socket.server
        while True:
            try:
                packets: list[Any] = self._poll_queue()
            except QueueEmpty:
                if time.monotonic() - self._wrote < engine.ping_interval + engine.ping_timeout:
                    continue
                self.reason = "no_ping"
                raise
            return packets

    def at_home(self, history: History) -> bool:
        """A client has one memory, so it can share the history of one room only: the first that asks."""
        if self.unpacks and (self.home is None or self.home() is None):
            self.home = weakref.ref(history)
        return self.home is not None and self.home() is history

    def idle(self) -> bool:
        """Nothing waits, nobody writes, no ping is overdue: a frame written now is the next one the client reads."""
        socket, lock = self._socket, self._lock
        return bool(
            lock.counter == 1 and not lock._waiters and not socket.queue.qsize()
            and socket.upgraded and not socket.upgrading and not socket.closing and not socket.closed
            and (not socket.last_ping or time.time() - socket.last_ping < socket.server.ping_timeout)
        )  # fmt: skip

    def send(self, packet: Any) -> None:
        """In place of the socket's own `send`: one packet, straight when idle."""
        if packet.binary or not self.idle():
            self.queue(packet)
        else:
            self.write(frame(packet.encode().encode()))

    def queue(self, packet: Any) -> None:
        """The stock way, bounded. The packet is shared by all who wait for it."""
        self.mark = None  # what goes this way is not packed, so the room's history is lost to this client
        if self._socket.closed:
            return
        if overfull(self._socket.queue):
            self.drop()
        else:
            self._through_queue(packet)

    def write(self, data: bytes) -> None:
        """Write without waiting; what the kernel does not take is finished by a green thread that holds the lock."""
        self._wrote = time.monotonic()
        try:
            taken = self._out.send(data)
        except BlockingIOError:
            taken = 0
        except OSError:
            return  # the reader finds out by itself
        if taken < len(data):
            self._lock.acquire()
            self._socket.server.start_background_task(self._finish, data[taken:])

    def _finish(self, rest: bytes) -> None:
        try:
            self._websocket.socket.sendall(rest)
        except (OSError, TimeoutError):
            self.reason = NOT_READING
            self.cut()
        finally:
            self._lock.release()


@cache
def _websocket_class() -> Any:
    from engineio.async_drivers import eventlet as driver

    class WebSocket(driver.WebSocketWSGI):
        def _negotiate_permessage_deflate(self, extensions: Any) -> Any:
            """Accept what browsers offer, without keeping anything of what the client sends."""
            agreed = super()._negotiate_permessage_deflate(extensions)
            if agreed is None or agreed.get("server_no_context_takeover"):
                return None  # nothing offered, or no history: then plain is cheaper
            if agreed.get("server_max_window_bits", WINDOW_BITS) < WINDOW_BITS:
                return None
            return {**agreed, "client_no_context_takeover": True}

    return WebSocket


class Fanout(Bounded):
    """Rooms as in the stock manager; what is sent to a room is framed once."""

    def __init__(self, counters: Counters | None = None) -> None:
        super().__init__(counters)
        self._histories: dict[str, History] = {}  # by room

    def line(self, websocket: Any, socket: Any) -> Wire:
        return Wire(websocket, socket, self.counters)

    def websocket(self, handle: Any, engine: Any) -> Any:
        """The library's, with the compression that phones share."""
        return _websocket_class()(handle, engine)

    def emit(self, event: str, data: Any, namespace: str, room: Any = None, **more: Any) -> None:
        """As the stock manager's, for one room and without callbacks; anything else is left to it."""
        room = more.get("to") or room
        if more.get("callback") or more.get("skip_sid") or not isinstance(room, str) or namespace not in self.rooms:
            super().emit(event, data, namespace, room=room, **{name: value for name, value in more.items() if name != "to"})
            return
        said = [event] if data is None else [event, *(data if isinstance(data, tuple) else (data,))]
        encoded = self.server.packet_class(socket_packet.EVENT, namespace=namespace, data=said).encode()
        if isinstance(encoded, list):
            super().emit(event, data, namespace, room=room)
            return
        members = list(self.get_participants(namespace, room))
        self._spread(engine_packet.Packet(engine_packet.MESSAGE, encoded), members, room)

    def _spread(self, packet: Any, members: list[tuple[str, str]], room: str) -> None:
        payload = packet.encode().encode()
        plain = packed = frame(payload)
        mark: object | None = None
        if len(members) > 1 and len(payload) > WORTH_PACKING:
            history = self._history(room, members)
            packed, mark = history.pack(payload), history.mark
        wires = self.lines
        for _sid, engine_id in members:
            wire = wires.get(engine_id)
            if wire is None:
                self.server._send_eio_packet(engine_id, packet)  # long-polling, or not there yet
            elif wire.idle():
                wire.write(packed if wire.mark is mark else plain)
            else:
                wire.queue(packet)

    def _history(self, room: str, members: list[tuple[str, str]]) -> History:
        """The history of a room; now and then begun anew, so that newcomers share it."""
        now = time.monotonic()
        history = self._histories.get(room)
        if history is None:
            self._forget_silent_rooms(now)
            history = self._histories[room] = History()
        elif now - history.looked < RENEW_SECONDS:
            return history
        history.looked = now
        wires = [wire for _sid, id_ in members if (wire := self.lines.get(id_)) and wire.at_home(history)]
        if any(wire.mark is not history.mark for wire in wires):
            history.renew()
            for wire in wires:
                if wire.idle():
                    wire.mark = history.mark
        return history

    def _forget_silent_rooms(self, now: float) -> None:
        for room in [room for room, history in self._histories.items() if now - history.used > CLOSED]:
            del self._histories[room]
