"""Which contributions were erased, beside the database: a backup of before brings their words back, and then they go again.

One line of JSON each: {lab, ids, whole_person, keep_words}. Ids say nothing to whoever has no backup; no word is in it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

FILE = "erased.jsonl"


def note(folder: Path, entry: dict[str, Any]) -> None:
    """Write an erasure down, durably, in a file only its owner reads."""
    handle = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, (json.dumps(entry, sort_keys=True) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def noted(folder: Path) -> list[dict[str, Any]]:
    """Every erasure, in order; none twice."""
    if not (folder / FILE).is_file():
        return []
    lines = (folder / FILE).read_text("utf-8").splitlines()
    return [json.loads(line) for line in dict.fromkeys(lines) if line.strip()]
