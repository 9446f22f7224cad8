"""Snapshots that are kept: built once, carried on by deltas, encoded and packed once for everybody who comes late; and deltas,
built once for everybody who lost the same piece: when a room's network comes back, all its phones ask for the same.

By the law of the stream, the snapshot at h carried on by the delta h→H is the snapshot at H: so a kept one is never older
than the moment it is asked for, and text that was hidden or withdrawn is gone from it (D14). What differs between people,
`mine`, is added behind it.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections import OrderedDict
from functools import cached_property
from typing import Any

from facilitation.stream.read import Looking, Value, delta, epoch_and_head, snapshot

LABS = 64  # the ones looked at last are kept
CATCH_UPS = 1_000_000  # characters of the deltas kept of one stream
HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # gzip without name and time: same content, same bytes


def encoded(value: object) -> str:
    """Compact JSON. Half a surrogate pair cannot occur: texts are cleaned before they are stored."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class Kept:
    """One snapshot as JSON, entity by entity, with the ends left open for `mine`."""

    def __init__(self, epoch: str, stream: str, seq: int, entities: dict[str, dict[str, str]]) -> None:
        self.epoch, self.stream, self.seq, self._entities = epoch, stream, seq, entities

    @classmethod
    def of(cls, found: dict[str, Any]) -> Kept:
        """From a snapshot as `stream.read.snapshot` gives it."""
        entities = {type_: {id_: encoded(value) for id_, value in values.items()} for type_, values in found["entities"].items()}
        return cls(found["epoch"], found["stream"], found["seq"], entities)

    def after(self, change: dict[str, Any]) -> Kept:
        """This snapshot carried on by a delta that begins at its number."""
        entities = dict(self._entities)
        for type_ in {item["type"] for item in change["changes"]}:
            entities[type_] = dict(entities.get(type_, {}))
        for item in change["changes"]:
            value: Value | None = item["value"]
            if value is None:
                entities[item["type"]].pop(item["id"], None)
            else:
                entities[item["type"]][item["id"]] = encoded(value)
        return Kept(self.epoch, self.stream, change["to"], entities)

    @cached_property
    def text(self) -> str:
        """The snapshot without its closing brace."""
        types = (
            f'"{type_}":{{{",".join(f"{encoded(id_)}:{value}" for id_, value in values.items())}}}'
            for type_, values in self._entities.items()
        )
        head = f'{{"epoch":{encoded(self.epoch)},"stream":{encoded(self.stream)},"seq":{self.seq},"entities":'
        return f"{head}{{{','.join(types)}}}"

    def whole(self, end: str = "}") -> str:
        """The snapshot as JSON. `end`: with what is only this person's (`ending`)."""
        return self.text + end

    @cached_property
    def _packed(self) -> tuple[bytes, int, int]:
        """(deflated text up to a full flush, its CRC, its length)"""
        content, compressor = self.text.encode(), zlib.compressobj(6, zlib.DEFLATED, -15)
        deflated = compressor.compress(content) + compressor.flush(zlib.Z_FULL_FLUSH)
        return deflated, zlib.crc32(content), len(content)

    def gzipped(self, end: str = "}") -> bytes:
        """`whole(end)` as one gzip member: the common part is packed once, only the end anew for each person."""
        deflated, checksum, length = self._packed
        own = end.encode()
        compressor = zlib.compressobj(1, zlib.DEFLATED, -12, 5)  # a small and quick one: made for each person
        rest = compressor.compress(own) + compressor.flush()
        return HEADER + deflated + rest + struct.pack("<II", zlib.crc32(own, checksum), (length + len(own)) & 0xFFFFFFFF)

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

    def whole(self, end: str = "}") -> str:
        """The delta as JSON. `end`: with what is only this person's (`ending`)."""
        return self._text + end


class CatchUps:
    """The deltas up to the last number of each stream that somebody asked for lately: what was true before is kept for nobody."""

    def __init__(self, room: int = CATCH_UPS) -> None:
        self._kept: OrderedDict[tuple[str, str, str], tuple[int, dict[int, CatchUp]]] = OrderedDict()
        self._room = room

    def get(self, looking: Looking, epoch: str, have: int, head: int) -> CatchUp | None:
        """What changed from `have` to `head`, the number of the stream in the moment that `looking` holds; None when a
        snapshot is the better answer."""
        where = (epoch, looking.lab_id, looking.audience)
        known_at, known = self._kept.get(where, (head, {}))
        if known_at != head:
            known = {}
        if have not in known:
            change = delta(looking, have)
            if change is None:
                return None
            found = CatchUp(change)
            if sum(map(len, known.values())) + len(found) > self._room:
                known = {}
            known[have] = found
        self._kept.pop(where, None)
        self._kept[where] = (head, known)
        while len(self._kept) > LABS:
            self._kept.popitem(last=False)
        return known[have]


class Snapshots:
    """The newest snapshot of each stream that somebody asked for lately, and beside them what leads to it."""

    def __init__(self) -> None:
        self.catch_ups = CatchUps()
        self._kept: OrderedDict[tuple[str, str, str], Kept] = OrderedDict()

    def at(self, epoch: str, lab: str, audience: str, head: int) -> Kept | None:
        """The snapshot of a stream at exactly this number, when it is kept."""
        kept = self._kept.get((epoch, lab, audience))
        return kept if kept is not None and kept.seq == head else None

    def get(self, looking: Looking) -> Kept:
        """The snapshot as of now, within the read that `looking` holds."""
        epoch, head = epoch_and_head(looking.asked, looking.lab_id, looking.audience)
        where = (epoch, looking.lab_id, looking.audience)
        kept = self._brought_to(looking, self._kept.get(where), head)
        self._kept.pop(where, None)
        self._kept[where] = kept
        while len(self._kept) > LABS:
            self._kept.popitem(last=False)
        return kept

    def _brought_to(self, looking: Looking, kept: Kept | None, head: int) -> Kept:
        if kept is not None and kept.seq == head:
            return kept
        change = delta(looking, kept.seq) if kept is not None and kept.seq < head else None
        return kept.after(change) if kept is not None and change is not None else Kept.of(snapshot(looking))
