"""Makes the file of a large report in a process of its own, so that a live lab on the same server notices nothing.

A thread would not do: reading two thousand contributions and building a document hold the interpreter for tenths of a second.
A small report is made at once, in the thread for such work; starting a process would take longer than that. Nothing made is
kept on disk, so words that are taken back are in no old file.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import threading
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from facilitation.boards.models import Contribution
from facilitation.offload import Program, beside, offload
from facilitation.paths import python_path
from facilitation.reports.assemble import assemble
from facilitation.reports.gather import gather
from facilitation.reports.render import FORMATS

LARGE = 400  # contributions; measured: fewer are made in less time than a process takes to start
AT_ONCE = threading.Semaphore(1)  # a report anybody may read could be asked for by many: one core stays with the live labs


@dataclass(frozen=True)
class Step:
    """How far a file is (progress.STEPS). Of figures: which of how many."""

    name: str
    done: int = 0
    of: int = 0


Making = Iterator[Step | bytes]


def pressed(session: Session, engine: Engine, lab: str, kind: str, *, template: str = "") -> bytes:
    """The report of a closed lab as a file, whole. `RuntimeError` when it cannot be made."""
    return _file(pressing(session, engine, lab, kind, template=template))


def in_own_process(engine: Engine, lab: str, kind: str, *, template: str = "") -> bytes:
    """The same, whatever its size."""
    return _file(_process(engine, lab, kind, template=template))


def pressing(session: Session, engine: Engine, lab: str, kind: str, *, template: str = "") -> Making:
    """The steps, then the file. The database is only asked before the first step is given out, or by another process."""
    count = session.scalar(select(func.count()).select_from(Contribution).where(Contribution.lab_id == lab)) or 0
    if count >= LARGE:
        return _process(engine, lab, kind, template=template)
    closed = gather(session, lab, pictures=True)
    return iter((Step("setting"), offload(lambda: FORMATS[kind].write(assemble(closed)))))


def _file(making: Making) -> bytes:
    *_steps, content = making
    if not isinstance(content, bytes):
        raise RuntimeError("no file")
    return content


def _process(engine: Engine, lab: str, kind: str, *, template: str = "") -> Making:
    """`RuntimeError` when the process fails or is ended on its way; what it says goes to the log of the server."""
    asked = {"database": engine.url.render_as_string(hide_password=False), "lab": lab, "kind": kind}
    chosen: Mapping[str, str] = {"FACILITATION_TEMPLATE": template} if template else {}
    if not AT_ONCE.acquire(blocking=False):
        yield Step("waiting")
        AT_ONCE.acquire()
    try:
        yield Step("starting")
        # The folder is ours, so that nothing is left in it when the process is killed.
        with tempfile.TemporaryDirectory(prefix="report-") as scratch:
            environment = {**os.environ, **chosen, "PYTHONPATH": python_path(os.environ), "TMPDIR": scratch}
            command = [sys.executable, "-P", "-m", "facilitation.reports.press"]
            with beside(command, given=json.dumps(asked).encode(), environment=environment) as program:
                content = yield from _heard(program)
    finally:
        AT_ONCE.release()
    yield content


def _heard(program: Program) -> Generator[Step, None, bytes]:
    """Gives out the steps of the process; returns its file when it is whole."""
    told: dict[str, object] = {}
    while "size" not in told:
        line = program.line()
        if not line.endswith(b"\n"):
            raise RuntimeError(f"the press ended with {program.ended()}")
        told = json.loads(line)
        if "step" in told:
            yield Step(str(told["step"]), int(str(told["done"])), int(str(told["of"])))
    content = program.rest()
    if program.ended() != 0 or len(content) != told["size"] or hashlib.sha256(content).hexdigest() != told["sha256"]:
        raise RuntimeError(f"the press ended with {program.ended()} before its file was whole")
    return content
