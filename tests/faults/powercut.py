"""What a disk would hold after a power cut: only what was synced before it, and of the rest whatever the disk got to (F3)."""

from __future__ import annotations

import random
import re
import sqlite3
import struct
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.programs import need

SOURCE = Path(__file__).with_name("forgetful.c")
HEAD = struct.Struct("<cBIQ")
ENDINGS = ("", "-wal", "-journal")
SECTOR = 512  # what a disk writes whole or not at all
KEY = re.compile(rb'"ok":true,"key":"([\w-]{22})"')


def preloaded(folder: Path, database: Path, log: Path) -> dict[str, str]:
    """The environment in which a program writes down what it does to its database; the layer is compiled for it."""
    library = folder / "forgetful.so"
    command = [str(need("cc")), "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl", "-lpthread"]
    subprocess.run(command, check=True, capture_output=True)
    return {"LD_PRELOAD": str(library), "FORGETFUL_FILE": str(database), "FORGETFUL_LOG": str(log)}


@dataclass(frozen=True)
class Op:
    """W write, T truncate, S sync, U unlink, A answer."""

    kind: str
    file: int
    offset: int
    data: bytes


def read(log: Path) -> list[Op]:
    """Everything that was written down, in its order; a last record that was cut off by the kill is left out."""
    raw, at, found = log.read_bytes(), 0, []
    while at + HEAD.size <= len(raw):
        kind, file, length, offset = HEAD.unpack_from(raw, at)
        at += HEAD.size
        if at + length > len(raw):
            break
        found.append(Op(kind.decode(), file, offset, raw[at : at + length]))
        at += length
    return found


@dataclass
class Disk:
    """The files of a database as a disk holds them. `forgetful`: files whose syncs it only pretends to do."""

    durable: dict[int, bytearray]
    forgetful: frozenset[int] = frozenset()
    pending: dict[int, list[Op]] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)

    def do(self, op: Op) -> None:
        if op.kind == "A":
            self.answered |= {key.decode() for key in KEY.findall(op.data)}
        elif op.kind == "U":
            self.durable.pop(op.file, None)
            self.pending.pop(op.file, None)
        elif op.kind == "S":
            if op.file not in self.forgetful:
                for one in self.pending.pop(op.file, ()):
                    self.durable[op.file] = _applied(self.durable.get(op.file, bytearray()), one)
        else:
            self.pending.setdefault(op.file, []).append(op)

    def cut(self, chance: random.Random | None) -> dict[int, bytes]:
        """The files after a power cut now; with `chance` half of the sectors that were not synced got there all the same."""
        files = {number: bytearray(content) for number, content in self.durable.items()}
        if chance is not None:
            for number, ops in self.pending.items():
                for part in (part for op in ops for part in _sectors(op)):
                    if chance.random() < 0.5:
                        files[number] = _applied(files.get(number, bytearray()), part)
        return {number: bytes(content) for number, content in files.items()}


def _applied(content: bytearray, op: Op) -> bytearray:
    if op.kind == "T":
        del content[op.offset :]
        content.extend(bytes(op.offset - len(content)))
        return content
    content.extend(bytes(max(0, op.offset - len(content))))
    content[op.offset : op.offset + len(op.data)] = op.data
    return content


def _sectors(op: Op) -> Iterator[Op]:
    if op.kind == "T":
        yield op
        return
    at = 0
    while at < len(op.data):
        size = SECTOR - (op.offset + at) % SECTOR
        yield Op("W", op.file, op.offset + at, op.data[at : at + size])
        at += size


def as_found(database: Path) -> dict[int, bytearray]:
    """The files as they are before the program starts; they have been there for long."""
    files = {n: Path(f"{database}{ending}") for n, ending in enumerate(ENDINGS)}
    return {n: bytearray(path.read_bytes()) for n, path in files.items() if path.exists()}


def put(files: dict[int, bytes], database: Path) -> None:
    """Lay the files down, and no others of this database."""
    for n, ending in enumerate((*ENDINGS, "-shm")):
        path = Path(f"{database}{ending}")
        path.unlink(missing_ok=True)
        if n in files:
            path.write_bytes(files[n])


@dataclass
class Found:
    """What a database tells after the cut."""

    intact: bool
    lost: int = 0
    doubled: int = 0
    ghosts: int = 0
    gaps: int = 0


def look(database: Path, lab: str, board: str, *, answered: set[str], sent: set[str]) -> Found:
    """Open it as the next start would, and compare it with what was answered before the cut."""
    with sqlite3.connect(database) as file:
        try:
            intact = [row[0] for row in file.execute("PRAGMA integrity_check")] == ["ok"]
            intact = intact and not file.execute("PRAGMA foreign_key_check").fetchall()
            keys = [key for (key,) in file.execute("SELECT key FROM contribution WHERE board_id = ?", (board,))]
            numbers = file.execute("SELECT audience, seq FROM stream_change WHERE lab_id = ?", (lab,)).fetchall()
        except sqlite3.DatabaseError:
            return Found(intact=False, lost=len(answered))
    file.close()
    return Found(
        intact, lost=len(answered - set(keys)), doubled=len(keys) - len(set(keys)), ghosts=len(set(keys) - sent),
        gaps=sum(_gaps(seq for found, seq in numbers if found == audience) for audience in ("room", "staff")),
    )  # fmt: skip


def _gaps(numbers: Iterable[int]) -> int:
    found = set(numbers)
    return max(found, default=0) - len(found)
