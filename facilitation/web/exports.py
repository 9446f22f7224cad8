"""Makes files for those who download them, each in its turn: a live lab on the same server notices nothing.

The file of a large report is made in a process of its own. A thread would not do: reading two thousand contributions and
building a document hold the interpreter for tenths of a second. A small file is made at once, in the thread for such work;
starting such a process would take longer than that. Pages for print are set by another program in either case (documents/).
Nothing made is kept on disk, so words that are taken back are in no old file.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import ParamSpec

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from facilitation.boards.models import Contribution
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.waits import before_waiting
from facilitation.offload import Program, beside, offload
from facilitation.paths import python_path
from facilitation.reports.assemble import assemble
from facilitation.reports.gather import gather
from facilitation.reports.render import FORMATS

LARGE = 400  # contributions; measured: fewer are made in less time than a process takes to start
P = ParamSpec("P")


class Turns:
    """So many at once, so many may wait for their turn: a report anybody may read could be asked for by many."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free, self._room = threading.Semaphore(at_once), threading.Semaphore(waiting)

    def at_once(self) -> bool:
        """Takes a turn when one is free."""
        return self._free.acquire(blocking=False)

    def wait(self) -> None:
        """Takes the next turn; `Refused` when so many wait already that one more would wait in vain."""
        if not self._room.acquire(blocking=False):
            raise _crowded()
        before_waiting()
        try:
            self._free.acquire()
        finally:
            self._room.release()

    def end(self) -> None:
        """Gives the turn back."""
        self._free.release()

    def check(self) -> None:
        """`Refused` when nobody more may wait, for an answer that has not begun yet."""
        if not self._room.acquire(blocking=False):
            raise _crowded()
        self._room.release()


def _crowded() -> Refused:
    return Refused("busy", _("Many files are being made at the moment. Please try again in a minute."), after_ms=60_000)


LARGE_ONES = Turns(1, waiting=10)  # one core stays with the live labs
SMALL_ONES = Turns(2, waiting=50)


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
        LARGE_ONES.check()
        return _process(engine, lab, kind, template=template)
    closed = gather(session, lab, pictures=True)
    return iter((Step("setting"), small(lambda: FORMATS[kind].write(assemble(closed)))))


def small(write: Callable[P, bytes], *args: P.args, **kwargs: P.kwargs) -> bytes:
    """A file that takes a moment: `write(*args, **kwargs)`, in its turn and without holding the loop."""
    if not SMALL_ONES.at_once():
        SMALL_ONES.wait()
    try:
        return offload(_swept, lambda: write(*args, **kwargs))
    finally:
        SMALL_ONES.end()


def _swept(write: Callable[[], bytes]) -> bytes:
    """What Word files and spreadsheets are built of hangs together in circles, and the server looks for those very seldom
    (serve.py): left to it, every few files would take a megabyte more."""
    try:
        return write()
    finally:
        gc.collect(1)


def _file(making: Making) -> bytes:
    *_steps, content = making
    if not isinstance(content, bytes):
        raise RuntimeError("no file")
    return content


def _process(engine: Engine, lab: str, kind: str, *, template: str = "") -> Making:
    """`RuntimeError` when the process fails or is ended on its way; what it says goes to the log of the server."""
    asked = {"database": engine.url.render_as_string(hide_password=False), "lab": lab, "kind": kind}
    chosen: Mapping[str, str] = {"FACILITATION_TEMPLATE": template} if template else {}
    if not LARGE_ONES.at_once():
        yield Step("waiting")
        LARGE_ONES.wait()
    try:
        yield Step("starting")
        # The folder is ours, so that nothing is left in it when the process is killed.
        with tempfile.TemporaryDirectory(prefix="report-") as scratch:
            environment = {**os.environ, **chosen, "PYTHONPATH": python_path(os.environ), "TMPDIR": scratch}
            command = [sys.executable, "-P", "-m", "facilitation.reports.press"]
            with beside(command, given=json.dumps(asked).encode(), environment=environment) as program:
                content = yield from _heard(program)
    finally:
        LARGE_ONES.end()
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
