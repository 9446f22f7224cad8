"""Work that would hold the loop up: documents, password digests, big exports. Under eventlet it goes to a real thread."""

from __future__ import annotations

import contextvars
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def offload(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`function(*args, **kwargs)`, in a real thread when the server runs on green threads, else here."""
    patcher = sys.modules.get("eventlet.patcher")
    if patcher is None or not patcher.is_monkey_patched("thread"):
        return function(*args, **kwargs)
    from eventlet import tpool

    context = contextvars.copy_context()
    result: T = tpool.execute(context.run, function, *args, **kwargs)
    return result


def apart(command: Sequence[str], *, given: bytes, environment: Mapping[str, str]) -> bytes:
    """What a program of ours writes when given something to read; its errors go where ours go. `RuntimeError` on failure."""
    patcher = sys.modules.get("eventlet.patcher")
    patched = patcher is not None and patcher.is_monkey_patched("thread")
    # The one whose waiting is a real thread's: the patched one would ask the loop again and again.
    run = patcher.original("subprocess").run if patcher is not None and patched else subprocess.run
    done = offload(run, list(command), input=given, stdout=subprocess.PIPE, env=dict(environment), check=False)
    if done.returncode:
        raise RuntimeError(f"{command[-1]} ended with {done.returncode}")
    return bytes(done.stdout)
