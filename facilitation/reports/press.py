"""A process that makes one report file (started by web/exports.py), so that live labs on the same server notice nothing.

What is asked comes in as JSON: {database, lab, kind}. Out come lines of JSON, {step, done, of} for each step, then {size,
sha256}, then the file. Whoever reads takes only a file of that size and hash: one that was killed on the way is none (F17).
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from typing import Any, BinaryIO

from sqlalchemy import create_engine

from facilitation import logs
from facilitation.core.unit_of_work import reading
from facilitation.reports import progress
from facilitation.reports.assemble import assemble
from facilitation.reports.gather import gather
from facilitation.reports.render import FORMATS

KINDNESS = 10  # of os.nice: whoever waits for a file can wait a little longer, whoever speaks in a room cannot


def main() -> None:
    """Read what is asked, write the file."""
    if hasattr(os, "nice"):  # not on Windows
        os.nice(KINDNESS)
    asked, out = json.loads(sys.stdin.buffer.read()), sys.stdout.buffer
    logs.set_up_early()
    with progress.told_to(lambda step, done, of: say(out, step, {"step": step, "done": done, "of": of})):
        progress.tell("reading")
        engine = create_engine(asked["database"])
        with reading(engine) as session:
            closed = gather(session, asked["lab"], pictures=True)
        engine.dispose()
        progress.tell("sorting")
        report = assemble(closed)
        progress.tell("setting")
        content = FORMATS[asked["kind"]].write(report)
    say(out, "made", {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    half = len(content) // 2
    out.write(content[:half])
    out.flush()
    sys.audit("facilitation.press", "half")
    out.write(content[half:])
    out.flush()
    sys.audit("facilitation.press", "done")


def say(out: BinaryIO, point: str, words: dict[str, Any]) -> None:
    """One line, at once. The audit event is for whoever looks on from outside, as the tests that kill the process here."""
    out.write(json.dumps(words).encode() + b"\n")
    out.flush()
    sys.audit("facilitation.press", point)


if __name__ == "__main__":
    main()
