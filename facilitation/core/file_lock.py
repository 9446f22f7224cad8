"""A lock on an open file, which the system releases when its last holder ends, however it ends."""

from __future__ import annotations

import sys
from io import FileIO
from typing import IO


def locked(handle: IO[bytes] | FileIO) -> bool:
    """Lock the file for this handle, without waiting; False when somebody else holds it. `OSError` where files have no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # the second is how Windows says it
        return False
    return True
