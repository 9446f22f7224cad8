"""What the player needs of a way into the tool. Sockets or the dispatcher itself: the script is the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

Answer = dict[str, Any]
COORDINATOR = "coordinator"


class Door(Protocol):
    """People are called by their names in the transcript; the coordinator of the tool by `COORDINATOR`."""

    def at(self, t: int) -> None:
        """It is now second `t` of the lab."""

    def moment(self, t: int) -> datetime:
        """When second `t` was, as the devices of the lab tell the time."""

    def sign_in(self, who: str, email: str) -> None:
        """The account with this address acts as `who` from now on."""

    def join(self, who: str, code: str, fields: Mapping[str, Any], key: str) -> Answer:
        """Take a seat: {ok, result: {lab, seat}} or a refusal."""

    def connect(self, who: str, lab: str) -> None:
        """Be there: staff and participants hear what happens from now on."""

    def disconnect(self, who: str) -> None:
        """Be gone, as when a phone loses its network."""

    def send(self, who: str, envelope: Mapping[str, Any], lab: str | None) -> Answer:
        """One command, and its answer in the shape of live contract section 4."""

    def send_all(self, crowd: Sequence[tuple[str, Mapping[str, Any]]], lab: str) -> list[Answer]:
        """Commands of different people about the lab, in no order; their first answers, in the order given."""

    def look(self, who: str, lab: str) -> dict[str, Any]:
        """What `who` sees now: a snapshot, for a seat with `mine`."""

    def fetch(self, who: str, path: str) -> int:
        """The status of a page or download."""

    def close(self) -> None:
        """Everybody leaves."""
