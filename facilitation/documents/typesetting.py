"""Sheets for typst, set in a process that ends with them (typesetter.py): neither a server nor a shell ever loads typst.

Waits without the loop only inside `offload`, where all files are made.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from facilitation.offload import Program, beside

PROGRAM = Path(__file__).with_name("typesetter.py")


@dataclass(frozen=True)
class Sheet:
    """What is to be set: a PDF, or a PNG with so many `dots` to the inch.

    `source`: the markup, always a file of ours. `data`: what it reads as `sys.inputs.data`, a JSON text with people's words.
    `root`: the one folder it can see; none as a rule. `standards`, `moment`: of the PDF (the date it holds, in ISO format).
    """

    source: str
    data: str
    root: str = ""
    standards: tuple[str, ...] = ()
    moment: str = ""
    dots: int = 0


class SheetRefused(Exception):
    """typst cannot set the sheet, as a rule because it cannot keep the standard. Its message is not kept: it may quote people."""


def typeset(sheet: Sheet, fonts: Path) -> bytes:
    """The file. `SheetRefused` when it cannot be set, `RuntimeError` when the process is ended before the file is whole."""
    [content] = typeset_all([sheet], fonts)
    return content


def typeset_all(sheets: Sequence[Sheet], fonts: Path) -> Generator[bytes]:
    """The files of several sheets in their order, each as soon as it is there, from one process."""
    given = {"fonts": str(fonts), "sheets": [asdict(sheet) for sheet in sheets]}
    # -P: the folder of the program is not searched for modules, so none of ours can stand in for one of Python's.
    command = [sys.executable, "-P", str(PROGRAM)]
    with beside(command, given=json.dumps(given).encode(), environment=os.environ) as program:
        for _sheet in sheets:
            yield _file(program)


def _file(program: Program) -> bytes:
    line = program.line()
    if not line.endswith(b"\n"):
        raise RuntimeError(f"the typesetter ended with {program.ended()}")
    answer = json.loads(line)
    if "refused" in answer:
        raise SheetRefused
    content = program.take(answer["size"])
    if len(content) != answer["size"] or hashlib.sha256(content).hexdigest() != answer["sha256"]:
        raise RuntimeError(f"the typesetter ended with {program.ended()} before its file was whole")
    return content
