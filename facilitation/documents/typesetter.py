"""The program that sets sheets with typst, the only module that loads it. Started by typesetting.py, ended after its sheets.

typst remembers every sheet it has set and lets nothing of it go (9 to 75 MB each): that memory ends with this process. Only
typst is loaded here, so the process starts in a few hundredths of a second.

In comes one JSON object: {"fonts": folder, "sheets": [typesetting.Sheet as a mapping, …]}. Out comes for each sheet a line of
JSON, {"size", "sha256"} with the file behind it, or {"refused": true}. An audit event names each step, for tests that end it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from datetime import datetime
from typing import Any, BinaryIO

import typst

NICENESS = 5  # who waits for a file can wait a little longer, who speaks in a live lab cannot
LONGEST = 300  # seconds of the processor; the largest report takes five


def main() -> None:
    """Read what is wanted, write the files."""
    _bounded()
    given = json.loads(sys.stdin.buffer.read())
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[given["fonts"]])
    for sheet in given["sheets"]:
        _step("setting")
        try:
            content = _set(sheet, fonts)
        except typst.TypstError:  # its message may hold words of people: it goes nowhere
            _line(sys.stdout.buffer, {"refused": True})
        else:
            _hand_over(sys.stdout.buffer, content)
    # Giving back what typst remembers, piece by piece, would take as long as a small file.
    os._exit(0)


def _bounded() -> None:
    """Live labs come first, and nothing runs for ever. Windows has neither bound."""
    with contextlib.suppress(ImportError, AttributeError):
        os.nice(NICENESS)
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))


def _set(sheet: dict[str, Any], fonts: typst.Fonts) -> bytes:
    """One sheet as PDF, or as PNG where it says how finely."""
    wanted: dict[str, Any] = {"font_paths": fonts, "sys_inputs": {"data": sheet["data"]}, "root": sheet["root"] or None}
    if sheet["dots"]:
        return bytes(typst.compile(sheet["source"].encode(), format="png", ppi=sheet["dots"], **wanted))
    moment = datetime.fromisoformat(sheet["moment"])
    return bytes(typst.compile(sheet["source"].encode(), timestamp=moment, pdf_standards=sheet["standards"], **wanted))


def _hand_over(out: BinaryIO, content: bytes) -> None:
    _line(out, {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    half = len(content) // 2
    out.write(content[:half])
    out.flush()
    _step("half")
    out.write(content[half:])
    out.flush()
    _step("done")


def _line(out: BinaryIO, words: dict[str, Any]) -> None:
    out.write(json.dumps(words).encode() + b"\n")
    out.flush()


def _step(name: str) -> None:
    sys.audit("facilitation.typesetter", name)


if __name__ == "__main__":
    main()
