"""Files that were read and not yet saved: kept beside the database for an hour, for the person who brought them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from facilitation.core import ids

FOLDER = "incoming"
SECONDS, EACH = 3600, 5  # how long a file waits; how many of one person at once


def keep(data: Path, user: str, told: dict[str, Any], *, now: float) -> str:
    """Keep what a file said; the token to ask for it again. Old ones are thrown away."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    _clear(folder, user, now)
    token = ids.new_key()
    path = folder / f"{token}.json"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"user": user, "at": now, **told}, file, ensure_ascii=False)
    return token


def kept(data: Path, user: str, token: str, *, now: float) -> dict[str, Any] | None:
    """What was kept under a token of this person, while it waits."""
    found = _load(data / FOLDER / f"{token}.json") if ids.is_key(token) else None
    return found if found and found["user"] == user and now - found["at"] < SECONDS else None


def drop(data: Path, token: str) -> None:
    if ids.is_key(token):
        (data / FOLDER / f"{token}.json").unlink(missing_ok=True)


def _load(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found


def _clear(folder: Path, user: str, now: float) -> None:
    mine = []
    for path in folder.glob("*.json"):
        found = _load(path)
        if found is None or now - found["at"] >= SECONDS:
            path.unlink(missing_ok=True)
        elif found["user"] == user:
            mine.append((found["at"], path))
    for _at, path in sorted(mine)[: max(0, len(mine) - EACH + 1)]:
        path.unlink(missing_ok=True)
