"""The server with a window: SIGUSR2 makes it write down what it holds, as JSON into the file that SOAK_WINDOW names."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def look(_number: int, _frame: Any) -> None:
    """Memory in kB, open files, threads and green threads, after what is garbage was thrown away."""
    import greenlet  # type: ignore[import-untyped]

    gc.collect()
    lines = Path("/proc/self/status").read_text().splitlines()
    memory, threads = (next(int(line.split()[1]) for line in lines if line.startswith(name)) for name in ("VmRSS", "Threads"))
    green = sum(isinstance(one, greenlet.greenlet) and not one.dead for one in gc.get_objects())
    told = {"memory_kb": memory, "files": len(os.listdir("/proc/self/fd")), "threads": threads, "green_threads": green}
    window = Path(os.environ["SOAK_WINDOW"])
    fresh = window.with_suffix(".new")
    fresh.write_text(json.dumps(told))
    fresh.rename(window)


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    from facilitation.start import patch_for_green_threads

    patch_for_green_threads()
    signal.signal(signal.SIGUSR2, look)
    from facilitation.serve import main

    main(sys.argv[1:])
