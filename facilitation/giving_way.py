"""PostgreSQL among green threads: whoever waits for the database lets the others run. Imported only where both are in use."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from eventlet import hubs
from eventlet.patcher import is_monkey_patched
from psycopg2 import OperationalError, extensions

CONNECTING = extensions.STATUS_SETUP, 20  # the second has no name in the driver
CONNECT_SECONDS = 10  # for each step: whoever waits in our way is not heard by the driver's own connect_timeout


def give_way() -> None:
    """Wait as `GiveWay` does, when green threads wait for the driver at all."""
    if is_monkey_patched("psycopg"):
        extensions.set_wait_callback(GiveWay())


class GiveWay:
    """In place of eventlet's own, which forgets one thing.

    When a socket is closed while a green thread still reads from it, eventlet keeps that reader under the number of the file
    until it hears that somebody opened the same number again. It does not hear of what the driver opens: a worker whose phones
    had just been cut off then could not connect to its database ("Second simultaneous read").
    """

    def __init__(self) -> None:
        self._files: WeakKeyDictionary[Any, int] = WeakKeyDictionary()  # connection → number of its file

    def __call__(self, connection: Any, _timeout: int = -1) -> None:
        while (state := connection.poll()) != extensions.POLL_OK:
            file = connection.fileno()
            if self._files.get(connection) != file:
                self._files[connection] = file
                hubs.notify_opened(file)
            if state not in (extensions.POLL_READ, extensions.POLL_WRITE):
                raise OperationalError(f"the driver waits for something unknown ({state})")
            patience = CONNECT_SECONDS if connection.status in CONNECTING else None
            hubs.trampoline(
                file, read=state == extensions.POLL_READ, write=state == extensions.POLL_WRITE,
                timeout=patience, timeout_exc=OperationalError("timeout expired"),
            )  # fmt: skip
