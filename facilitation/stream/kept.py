"""Snapshots that are kept: built once, carried on by deltas, encoded and packed once for everybody who comes late; and deltas,
built once for everybody who lost the same piece: when a room's network comes back, all its phones ask for the same.

By the law of the stream, the snapshot at h carried on by the delta h→H is the snapshot at H: so a kept one is never older
than the moment it is asked for, and text that was hidden or withdrawn is gone from it (D14). What differs between people,
`mine`, is added behind it.
"""

from __future__ import annotations

import struct
import sys
import threading
import zlib
from collections import OrderedDict
from functools import cached_property
from typing import Any, Generic, TypeVar

from facilitation.stream.parts import Packed, Parts, encoded
from facilitation.stream.read import Looking, Value, delta, epoch_and_head, snapshot

T = TypeVar("T")
# Both streams of a lab of 5,000 contributions take 10 MB, of a usual one 0.1: what hundreds of labs at once need, and less
# than the program itself takes.
SNAPSHOT_BYTES, CATCH_UP_BYTES = 64_000_000, 16_000_000
CATCH_UPS = 1_000_000  # characters of the deltas kept of one stream
HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # gzip without name and time: same content, same bytes


class Kept:
    """One snapshot as JSON, in parts, with the ends left open for `mine`."""

    def __init__(self, epoch: str, stream: str, seq: int, parts: Parts) -> None:
        self.epoch, self.stream, self.seq, self.parts = epoch, stream, seq, parts

    @classmethod
    def of(cls, found: dict[str, Any]) -> Kept:
        """From a snapshot as `stream.read.snapshot` gives it."""
        head = f'{{"epoch":{encoded(found["epoch"])},"stream":{encoded(found["stream"])},"entities":{{'
        return cls(found["epoch"], found["stream"], found["seq"], Parts.of(head, found["entities"]))

    def after(self, change: dict[str, Any]) -> Kept:
        """This snapshot carried on by a delta that begins at its number."""
        return Kept(self.epoch, self.stream, change["to"], self.parts.after(change["changes"]))

    @cached_property
    def weight(self) -> int:
        """Bytes of memory: each text is there once alone and once in its part."""
        return 2 * self.parts.weight

    @property
    def _close(self) -> str:
        """Behind the last entity. The number stands here: what comes before it stays the same from one to the next."""
        return f'}}}},"seq":{self.seq}'

    def whole(self, end: str = "}") -> str:
        """The snapshot as JSON. `end`: with what is only this person's (`ending`)."""
        return self.parts.text(self._close + end)

    @cached_property
    def _packed(self) -> Packed:
        return self.parts.packed()

    def gzipped(self, end: str = "}") -> bytes:
        """`whole(end)` as one gzip member: the common part is packed once, only the end anew for each person."""
        common, own = self._packed, (self._close + end).encode()
        compressor = zlib.compressobj(1, zlib.DEFLATED, -12, 5)  # a small and quick one: made for each person
        rest = compressor.compress(own) + compressor.flush()
        sums = struct.pack("<II", zlib.crc32(own, common.checksum), (common.length + len(own)) & 0xFFFFFFFF)
        return b"".join((HEADER, common.content, rest, sums))

    def mark(self, end: str = "}") -> str:
        """What an ETag says: the same mark, the same content."""
        return f"{self.epoch}-{self.stream}-{self.seq}-{zlib.crc32(end.encode()):x}"


def ending(mine: Value | None) -> str:
    """How a snapshot or a delta ends: with `mine`, where it is somebody's."""
    return "}" if mine is None else f',"mine":{encoded(mine)}}}'


class CatchUp:
    """One delta as JSON, with its end left open for `mine`."""

    def __init__(self, change: dict[str, Any]) -> None:
        self._text = encoded(change)[:-1]

    def __len__(self) -> int:
        return len(self._text)

    @property
    def weight(self) -> int:
        """Bytes of memory."""
        return sys.getsizeof(self._text)

    def whole(self, end: str = "}") -> str:
        """The delta as JSON. `end`: with what is only this person's (`ending`)."""
        return self._text + end


Where = tuple[str, str, str]  # epoch, lab, audience


class Shelf(Generic[T]):
    """What was asked for lately, within so many bytes: the one that was not asked for longest goes first."""

    def __init__(self, room: int) -> None:
        self._room, self._taken = room, 0
        self._kept: OrderedDict[Where, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, where: Where) -> T | None:
        with self._lock:
            if where not in self._kept:
                return None
            self._kept.move_to_end(where)
            return self._kept[where][0]

    def put(self, where: Where, value: T, weight: int) -> None:
        """`weight`: bytes. What is larger than the whole shelf stays alone, until the next one comes."""
        with self._lock:
            self._taken += weight - self._kept.pop(where, (None, 0))[1]
            self._kept[where] = value, weight
            while self._taken > self._room and len(self._kept) > 1:
                _where, (_value, lighter) = self._kept.popitem(last=False)
                self._taken -= lighter


class CatchUps:
    """The deltas up to the last number of each stream that somebody asked for lately: what was true before is kept for nobody."""

    def __init__(self, room: int = CATCH_UPS) -> None:
        self._kept: Shelf[tuple[int, dict[int, CatchUp]]] = Shelf(CATCH_UP_BYTES)
        self._room = room

    def get(self, looking: Looking, epoch: str, have: int, head: int) -> CatchUp | None:
        """What changed from `have` to `head`, the number of the stream in the moment that `looking` holds; None when a
        snapshot is the better answer."""
        where = (epoch, looking.lab_id, looking.audience)
        known_at, known = self._kept.get(where) or (head, {})
        if known_at == head and have in known:
            return known[have]
        change = delta(looking, have)
        if change is None:
            return None
        found = CatchUp(change)
        if known_at != head or sum(map(len, known.values())) + len(found) > self._room:
            known = {}
        known = {**known, have: found}
        self._kept.put(where, (head, known), sum(one.weight for one in known.values()))
        return found


class Snapshots:
    """The newest snapshot of each stream that somebody asked for lately, and beside them what leads to it."""

    def __init__(self, room: int = SNAPSHOT_BYTES) -> None:
        self.catch_ups = CatchUps()
        self._kept: Shelf[Kept] = Shelf(room)

    def at(self, epoch: str, lab: str, audience: str, head: int) -> Kept | None:
        """The snapshot of a stream at exactly this number, when it is kept."""
        kept = self._kept.get((epoch, lab, audience))
        return kept if kept is not None and kept.seq == head else None

    def get(self, looking: Looking) -> Kept:
        """The snapshot as of now, within the read that `looking` holds."""
        epoch, head = epoch_and_head(looking.asked, looking.lab_id, looking.audience)
        where = (epoch, looking.lab_id, looking.audience)
        found = self._kept.get(where)
        kept = self._brought_to(looking, found, head)
        if kept is not found:
            self._kept.put(where, kept, kept.weight)
        return kept

    def _brought_to(self, looking: Looking, kept: Kept | None, head: int) -> Kept:
        if kept is not None and kept.seq == head:
            return kept
        change = delta(looking, kept.seq) if kept is not None and kept.seq < head else None
        return kept.after(change) if kept is not None and change is not None else Kept.of(snapshot(looking))
