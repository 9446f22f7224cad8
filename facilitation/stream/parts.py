"""A snapshot in parts of about 8 kB, so that a change encodes and packs the parts it touches and not the whole board.

The parts of one gzip member are packed one by one, each with what stands before it as its history: a part is packed again
when it or the part before it changed. Parts never change themselves: a newer snapshot has others in their place, and shares
the rest, packed as they are.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple

PART = 8192  # characters: a smaller one packs worse, a larger one takes longer to pack for one contribution
HISTORY = 8192  # bytes
_MARKS = count()


def encoded(value: object) -> str:
    """Compact JSON. Half a surrogate pair cannot occur: texts are cleaned before they are stored."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def deflated(content: bytes, history: bytes) -> bytes:
    """`content` packed so that it ends with a whole byte and other packed content can follow. `history`: what comes before."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, -15, zlib.DEF_MEM_LEVEL, zlib.Z_DEFAULT_STRATEGY, history)
    return compressor.compress(content) + compressor.flush(zlib.Z_SYNC_FLUSH)


class Packed(NamedTuple):
    """`content`: packed. `checksum`, `length`: of everything up to its end, unpacked."""

    content: bytes
    checksum: int
    length: int


NOTHING = Packed(b"", 0, 0)


class Part:
    """Some entities of one type, each as a member of a JSON object: {id: '"id":value'}."""

    def __init__(self, members: Mapping[str, str]) -> None:
        self.members = members
        self.length = sum(map(len, members.values()))
        self.weight = sum(sys.getsizeof(id_) + sys.getsizeof(member) for id_, member in members.items())  # bytes of memory
        self._mark = next(_MARKS)
        self._known: tuple[tuple[str, int], Packed, Packed] | None = None  # (lead and part before, its end, this one)

    @cached_property
    def text(self) -> str:
        """The members in one piece: a snapshot is joined from few long texts."""
        return ",".join(self.members.values())

    def packed(self, lead: str, before: Part | None, so_far: Packed) -> Packed:
        """This part behind `before`. `lead`: the signs between them. `so_far`: where the part before ends."""
        place, known = (lead, before._mark if before else -1), self._known
        same = known is not None and known[0] == place
        if known is not None and same and known[1][1:] == so_far[1:]:
            return known[2]
        content = (lead + self.text).encode()
        packed = known[2].content if known is not None and same else deflated(content, before.end() if before else b"")
        found = Packed(packed, zlib.crc32(content, so_far.checksum), so_far.length + len(content))
        self._known = (place, so_far._replace(content=b""), found)
        return found

    def end(self) -> bytes:
        """Its last bytes."""
        return self.text[-HISTORY:].encode()[-HISTORY:]


class Parts:
    """All entities of a snapshot, type by type. `head`: what stands before them in the JSON."""

    def __init__(self, head: str, types: Mapping[str, tuple[Part, ...]]) -> None:
        self._head, self._types = head, types

    @classmethod
    def of(cls, head: str, entities: Mapping[str, Mapping[str, Any]]) -> Parts:
        return cls(head, {type_: _cut({id_: _member(id_, one) for id_, one in values.items()}) or (Part({}),)
                          for type_, values in entities.items()})  # fmt: skip

    def after(self, changes: Iterable[Mapping[str, Any]]) -> Parts:
        """With the changes of a delta; what they do not touch is shared."""
        wanted: dict[str, dict[str, str | None]] = {}
        for item in changes:
            value = item["value"]
            wanted.setdefault(item["type"], {})[item["id"]] = None if value is None else _member(item["id"], value)
        types = dict(self._types)
        for type_, members in wanted.items():
            types[type_] = _changed(types.get(type_, ()), members)
        return Parts(self._head, types)

    def __iter__(self) -> Iterator[tuple[str, Part]]:
        """(what stands before a part, the part)"""
        start = self._head
        for type_, parts in self._types.items():
            lead = f"{start}{encoded(type_)}:{{"
            for part in parts:
                yield lead, part
                lead = ","
            start = "},"

    @property
    def weight(self) -> int:
        """Bytes of memory that all its texts take."""
        return sum(part.weight for _lead, part in self)

    def text(self, end: str) -> str:
        """The JSON, with what comes behind the last entity, whose braces are still open."""
        pieces = [piece for lead, part in self for piece in (lead, part.text)]
        return "".join((*pieces, end))

    def packed(self) -> Packed:
        """The JSON up to the last entity, packed."""
        pieces, before, so_far = [], None, NOTHING
        for lead, part in self:
            so_far, before = part.packed(lead, before, so_far), part
            pieces.append(so_far.content)
        return so_far._replace(content=b"".join(pieces))


def _member(id_: str, value: object) -> str:
    return f"{encoded(id_)}:{encoded(value)}"


def _cut(members: Mapping[str, str]) -> tuple[Part, ...]:
    """So many parts as these members need; none without any."""
    parts, found, length = [], {}, 0
    for id_, member in members.items():
        found[id_] = member
        length += len(member)
        if length >= PART:
            parts.append(Part(found))
            found, length = {}, 0
    return (*parts, Part(found)) if found else tuple(parts)


def _changed(parts: Iterable[Part], wanted: Mapping[str, str | None]) -> tuple[Part, ...]:
    """Each entity stays in its place; new ones come last, in the last part while it has room. At least one part."""
    made: list[Part] = []
    new = dict(wanted)
    for part in parts:
        here = part.members.keys() & wanted.keys()
        if here:
            members = {id_: new.pop(id_) if id_ in here else member for id_, member in part.members.items()}
            made += _cut({id_: member for id_, member in members.items() if member is not None})
        else:
            made.append(part)
    added = {id_: member for id_, member in new.items() if member is not None}
    if added:
        last = made.pop().members if made and made[-1].length < PART else {}
        made += _cut({**last, **added})
    return tuple(made) or (Part({}),)
