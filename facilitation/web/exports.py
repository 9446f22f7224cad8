"""Makes the file of a large report in a process of its own, so that a live lab on the same server notices nothing.

A thread would not do: reading two thousand contributions and building a document hold the interpreter for tenths of a second.
A small report is made at once, in the thread for such work; starting a process would take longer than that.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from facilitation.boards.models import Contribution
from facilitation.offload import apart, offload
from facilitation.reports.assemble import assemble
from facilitation.reports.gather import gather
from facilitation.reports.render import FORMATS

LARGE = 400  # contributions; measured: fewer are made in less time than a process takes to start
AT_ONCE = threading.Semaphore(1)  # a report anybody may read could be asked for by many: one core stays with the live labs
HOME = Path(__file__).resolve().parents[2]


def pressed(session: Session, engine: Engine, lab: str, kind: str, *, template: str = "") -> bytes:
    """The report of a closed lab as a file, made beside the main loop."""
    count = session.scalar(select(func.count()).select_from(Contribution).where(Contribution.lab_id == lab)) or 0
    if count < LARGE:
        closed = gather(session, lab, pictures=True)
        return offload(lambda: FORMATS[kind].write(assemble(closed)))
    return in_own_process(engine, lab, kind, template=template)


def in_own_process(engine: Engine, lab: str, kind: str, *, template: str = "") -> bytes:
    """The same, whatever its size. `RuntimeError` when the process fails; what it says goes to the log of the server."""
    asked = {"database": engine.url.render_as_string(hide_password=False), "lab": lab, "kind": kind}
    chosen: Mapping[str, str] = {"FACILITATION_TEMPLATE": template} if template else {}
    path = os.pathsep.join(filter(None, (str(HOME), os.environ.get("PYTHONPATH", ""))))
    with AT_ONCE:
        return apart(
            [sys.executable, "-m", "facilitation.reports.press"],
            given=json.dumps(asked).encode(),
            environment={**os.environ, **chosen, "PYTHONPATH": path},
        )
