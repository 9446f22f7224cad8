"""One server at a time on a SQLite file.

Two would each think they were alone: limits and who is online would be counted apart, the other's news come seconds late, and
writes would meet and be refused. Commands beside a running server are welcome: they write a moment, and it hears of them.
"""

from __future__ import annotations

import os
from io import FileIO

from facilitation.config import Settings
from facilitation.core.data_place import BadSetting, usable
from facilitation.core.events import event
from facilitation.core.file_lock import locked

_held: list[FileIO] = []  # open, and so locked, until this process ends


def hold(settings: Settings) -> tuple[int, ...]:
    """Be the server of this SQLite file until the process ends. `BadSetting` when there is one.

    Returns the open files that hold it, for processes that go on serving when this one is killed.
    """
    file = settings.database_file
    if file is None:
        return ()
    settings.make_database_file()
    path = file.with_name(f"{file.name}.server")
    with usable(path):
        handle = FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    try:
        free = locked(handle)
    except OSError as error:
        event("no_file_lock", error=error)
        free = True
    if not free:
        other = _who(handle)
        raise BadSetting(
            f"A server is already running on {file} ({other}). Stop that one first, or give this one other data with "
            "FACILITATION_DATA. Several processes on the same data need PostgreSQL: serve --workers."
        )
    handle.truncate(0)
    handle.write(f"process {os.getpid()}, {settings.public_url}\n".encode())
    _held.append(handle)
    return (handle.fileno(),)


def _who(handle: FileIO) -> str:
    try:
        return (handle.read(300) or b"").decode(errors="replace").strip() or "just starting"
    except OSError:  # Windows does not show what another process has locked
        return "another process"
