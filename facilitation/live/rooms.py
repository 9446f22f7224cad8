"""Socket.IO's rooms, and for each client which ones it is in.

The stock manager looks through every room of the process when a client leaves. Every seat has a room of its own, so a hall
of n phones that leaves together (the end of a lab, a lost access point) would cost n² looks.
"""

from __future__ import annotations

from typing import Any

from socketio import Manager


class Rooms(Manager):
    """As the stock manager; leaving costs what the client's own rooms cost. Compared with it in tests/live/test_rooms.py."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[tuple[str, str], dict[str | None, None]] = {}

    def basic_enter_room(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self._places.setdefault((namespace, sid), {})[room] = None

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        super().basic_leave_room(sid, namespace, room)
        places = self._places.get((namespace, sid), {})
        places.pop(room, None)
        if not places:
            self._places.pop((namespace, sid), None)

    def basic_disconnect(self, sid: str, namespace: str, **_more: Any) -> None:
        for room in list(self._places.get((namespace, sid), ())):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for waiting in (self.pending_connect, self.pending_disconnect):
            if sid in waiting.get(namespace, ()):
                waiting[namespace].remove(sid)
                if not waiting[namespace]:
                    del waiting[namespace]
