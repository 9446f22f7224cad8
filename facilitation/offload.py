"""Work that would hold the loop up: documents, password digests, big exports. Under eventlet it goes to a real thread."""

from __future__ import annotations

import contextvars
import sys
from collections.abc import Callable
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
