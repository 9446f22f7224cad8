"""A network that misbehaves on purpose: a TCP proxy between phones and the server.

What a real network does to phones (safety, section 7): it cuts with and without a word, it stalls, it delays, it delivers in
small pieces; and what a broken middle box might do to whole frames: lose, double or swap them.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

CHUNK = 65536
Mangle = Callable[[bytes], list[bytes]]


@dataclass
class Weather:
    """How the network is now. Changing it has effect at once, on connections that are open too."""

    delay: float = 0.0  # seconds, each way
    slices: int = 0  # at most so many bytes at once; 0: as they come
    doubled: float = 0.0  # how often a frame with an event comes twice, each way
    swapped: float = 0.0  # how often a frame with changes comes after the next one
    answers_lost: float = 0.0  # how often an acknowledgement never arrives
    refuse: bool = False  # new connections are reset


@dataclass
class Proxy:
    """Listens on `port` and passes each connection on to the next of the `targets`. `cut` ends every one with a reset."""

    targets: Sequence[int]
    chance: random.Random
    weather: Weather = field(default_factory=Weather)
    port: int = 0
    touched: int = 0  # frames that were doubled, swapped or lost
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None
    _served: int = 0
    _age: int = 0  # connections older than this carry nothing any more
    _up: asyncio.Event = field(default_factory=asyncio.Event)  # does anything reach the server?
    _down: asyncio.Event = field(default_factory=asyncio.Event)  # does anything reach the phones?
    _never: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.holes(up=False, down=False)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=CHUNK, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def swallow(self) -> None:
        """From now on what is connected carries nothing any more and is not told; who connects anew is served."""
        self._age += 1

    def holes(self, *, up: bool, down: bool) -> None:
        """From now on nothing reaches the server, or the phones, and nobody is told; what was sent waits."""
        for hole, carries_ in ((up, self._up), (down, self._down)):
            carries_.clear() if hole else carries_.set()

    def turn(self, **weather: float) -> None:
        """Change the weather: its fields by name."""
        for name, value in weather.items():
            setattr(self.weather, name, value)

    def cut(self, share: float = 1.0) -> None:
        """Reset every connection, or a random share of them."""
        for writer in list(self._open):
            if self.chance.random() < share:
                writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.weather.refuse:
            writer.transport.abort()
            return
        try:
            first = await self._knock(reader)
            self._served += 1
            target = self.targets[self._served % len(self.targets)]
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", target, limit=CHUNK)
        except (OSError, EOFError, asyncio.CancelledError):
            writer.transport.abort()
            return
        pair, age = {writer, server_writer}, self._age
        self._open |= pair
        try:
            await asyncio.gather(
                self._pass(reader, server_writer, Frames(self._mangle_up), self._up, age, first),
                self._pass(server_reader, writer, Frames(self._mangle_down), self._down, age),
            )
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            self._open -= pair
            for end in pair:
                end.transport.abort()

    async def _knock(self, reader: asyncio.StreamReader) -> bytes:
        """What a phone says first, when it gets through; `EOFError` when the phone has given up meanwhile."""
        first = await reader.read(CHUNK)
        if not self._up.is_set():
            await self._up.wait()
            try:
                async with asyncio.timeout(0.01):
                    first += (more := await reader.read(CHUNK))
                    if not more:
                        raise EOFError
            except TimeoutError:
                pass  # it waits for an answer
        return first

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        frames: Frames,
        carries_: asyncio.Event,
        age: int,
        chunk: bytes = b"",
    ) -> None:
        """One direction, until one side ends. In a hole bytes stay where they are, as on a link that carries nothing."""
        try:
            while chunk := chunk or await reader.read(CHUNK):
                if self.weather.delay:
                    await asyncio.sleep(self.weather.delay * self.chance.uniform(0.5, 1.5))
                await carries_.wait()
                if age != self._age:
                    await self._never.wait()
                for piece in self._sliced(frames.take(chunk)):
                    writer.write(piece)
                    await writer.drain()
                chunk = b""
        except (OSError, RuntimeError, asyncio.CancelledError):  # RuntimeError: uvloop's word for a writer that is closed
            pass
        finally:
            writer.transport.abort()

    def _sliced(self, data: bytes) -> Iterator[bytes]:
        at = 0
        while at < len(data):
            size = self.chance.randint(1, self.weather.slices) if self.weather.slices else len(data)
            yield data[at : at + size]
            at += size

    def _mangle_up(self, frame: bytes) -> list[bytes]:
        if carries(frame, b"42") and self.chance.random() < self.weather.doubled:
            self.touched += 1
            return [frame, frame]
        return [frame]

    def _mangle_down(self, frame: bytes) -> list[bytes]:
        if carries(frame, b"43") and self.chance.random() < self.weather.answers_lost:
            self.touched += 1
            return []
        if carries(frame, b"42"):
            if self.chance.random() < self.weather.doubled:
                self.touched += 1
                return [frame, frame]
            if carries(frame, CHANGES) and self.chance.random() < self.weather.swapped:
                self.touched += 1
                return [HOLD, frame]
        return [frame]


@contextlib.contextmanager
def spare_the_collector() -> Iterator[None]:
    """Thousands of connections are many objects, and none of them is garbage: look through them less often."""
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


HOLD = b""  # in a mangled list: the frame after it waits until the next one with changes has passed
CHANGES = b'42["changes"'


class Frames:
    """Cuts one direction of a connection into WebSocket frames and hands each to `mangle`. The handshake passes as it is."""

    def __init__(self, mangle: Mangle) -> None:
        self._mangle = mangle
        self._rest = b""
        self._shaking = True
        self._held: list[bytes] = []

    def take(self, chunk: bytes) -> bytes:
        self._rest += chunk
        out = b""
        if self._shaking:
            end = self._rest.find(b"\r\n\r\n")
            if end < 0:
                return b""
            if b"upgrade" not in self._rest[:end].lower():  # plain HTTP: nothing to take apart
                out, self._rest = self._rest, b""
                return out
            out, self._rest, self._shaking = self._rest[: end + 4], self._rest[end + 4 :], False
        while (size := frame_size(self._rest)) and size <= len(self._rest):
            frame, self._rest = self._rest[:size], self._rest[size:]
            passed = self._mangle(frame)
            if passed[:1] == [HOLD]:
                self._held += passed[1:]
            else:
                out += b"".join(passed)
                if carries(frame, CHANGES):
                    out += b"".join(self._held)
                    self._held = []
        return out


def frame_size(data: bytes) -> int:
    """The whole length of the frame that begins here; 0 when its head is not complete yet."""
    if len(data) < 2:
        return 0
    masked, length, head = data[1] & 0x80, data[1] & 0x7F, 2
    if length >= 126:
        extra = 2 if length == 126 else 8
        if len(data) < head + extra:
            return 0
        length, head = int.from_bytes(data[2 : 2 + extra], "big"), head + extra
    return head + (4 if masked else 0) + length


def carries(frame: bytes, prefix: bytes) -> bool:
    """Is this a text frame whose content begins with `prefix` (an Engine.IO packet)? Compressed frames are never meant."""
    if frame[0] & 0x0F != 1 or frame[0] & 0x40:
        return False
    length, masked = frame[1] & 0x7F, frame[1] & 0x80
    head = 2 + (2 if length == 126 else 8 if length == 127 else 0)
    if not masked:
        return frame[head : head + len(prefix)] == prefix
    mask, content = frame[head : head + 4], frame[head + 4 : head + 4 + len(prefix)]
    return bytes(byte ^ mask[n % 4] for n, byte in enumerate(content)) == prefix
