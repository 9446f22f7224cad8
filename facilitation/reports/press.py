"""A process that makes one report file: what is asked comes in as JSON, the file goes out (started by web/exports.py)."""

from __future__ import annotations

import json
import sys

from sqlalchemy import create_engine

from facilitation.core.unit_of_work import reading
from facilitation.reports.assemble import assemble
from facilitation.reports.gather import gather
from facilitation.reports.render import FORMATS


def main() -> None:
    """Read what is asked ({database, lab, kind}), write the file."""
    asked = json.loads(sys.stdin.buffer.read())
    engine = create_engine(asked["database"])
    with reading(engine) as session:
        closed = gather(session, asked["lab"], pictures=True)
    engine.dispose()
    sys.stdout.buffer.write(FORMATS[asked["kind"]].write(assemble(closed)))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
