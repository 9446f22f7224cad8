"""Work that would hold the loop up: documents, password digests, big exports. Under eventlet it goes to a real thread."""

from __future__ import annotations

import contextlib
import contextvars
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, ParamSpec, TypeVar

from facilitation.core.waits import before_waiting

P = ParamSpec("P")
T = TypeVar("T")


def offload(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`function(*args, **kwargs)`, in a real thread when the server runs on green threads, else here.

    The request gives its connection back first: hand over plain values, not objects that would read on.
    """
    before_waiting()
    patcher = sys.modules.get("eventlet.patcher")
    if patcher is None or not patcher.is_monkey_patched("thread"):
        return function(*args, **kwargs)
    from eventlet import tpool

    context = contextvars.copy_context()
    result: T = tpool.execute(context.run, function, *args, **kwargs)
    return result


class Program:
    """A program of ours at work. Waiting for it is a real thread's affair: the loop goes on."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def line(self) -> bytes:
        """The next line it writes; without its end when the program ended."""
        return offload(self._out.readline)

    def take(self, size: int) -> bytes:
        """The next so many bytes; fewer when the program ended."""
        return offload(self._out.read, size)

    def rest(self) -> bytes:
        """All it writes until it ends."""
        return offload(self._out.read)

    def ended(self) -> int:
        """Waits for its end and returns what it ended with."""
        return offload(self._process.wait)

    @property
    def _out(self) -> IO[bytes]:
        if self._process.stdout is None:
            raise RuntimeError("started without its output")
        return self._process.stdout


@contextlib.contextmanager
def beside(command: Sequence[str], *, given: bytes, environment: Mapping[str, str]) -> Iterator[Program]:
    """A program of ours that reads all it is `given` before it writes; its errors go where ours go. Left early, it is ended."""
    patcher = sys.modules.get("eventlet.patcher")
    patched = patcher is not None and patcher.is_monkey_patched("thread")
    # The one whose waiting is a real thread's: the patched one would ask the loop again and again.
    real = patcher.original("subprocess") if patcher is not None and patched else subprocess
    process = offload(real.Popen, list(command), stdin=real.PIPE, stdout=real.PIPE, env=dict(environment))
    try:
        with contextlib.suppress(BrokenPipeError):  # it ended before it read: its end says why
            offload(process.stdin.write, given)  # more than a pipe holds waits until the program reads
            process.stdin.close()
        yield Program(process)
    finally:
        process.kill()
        offload(process.wait)
        process.stdout.close()
