"""What the interpreter and the C library do with the memory of a server that runs for days."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys

COLLECT_AFTER = 50_000, 20, 50  # new objects; collections of the young; of the middle-aged
M_ARENA_MAX = -8  # of malloc.h


def share_between_threads() -> None:
    """glibc gives each thread its own pool of memory: twenty threads for files would each keep what their largest one took."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def spare_the_collector() -> None:
    """What was loaded stays for good: let it not be looked through while a room joins, and look less often.

    With the interpreter's own thresholds a fifth of the time of a thousand joins went into searching for cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
