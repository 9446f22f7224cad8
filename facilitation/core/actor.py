"""Who acts: frozen plain values, made anew for every command (architecture, section 3)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Grant:
    """One role somebody holds, everywhere or for one sector, lab or case."""

    role: str
    sector: str | None = None
    lab: str | None = None
    case: str | None = None


@dataclass(frozen=True)
class Staff:
    id: str
    name: str
    language: str
    grants: tuple[Grant, ...] = field(default=())


@dataclass(frozen=True)
class Seat:
    """A participant's place in one lab."""

    id: str
    lab: str
    tier: str
    language: str


@dataclass(frozen=True)
class Wall:
    lab: str
    language: str = "en"


@dataclass(frozen=True)
class System:
    """The server itself: timers, retention, first-run set-up, the shell of whoever owns the machine."""

    language: str = "en"


@dataclass(frozen=True)
class Nobody:
    language: str = "en"


Actor = Staff | Seat | Wall | System | Nobody


@dataclass(frozen=True)
class Identity:
    """What a door knows before the database was asked: a kind and an id. `kind`: staff, seat, wall, system, nobody."""

    kind: str
    id: str = ""
    language: str = "en"


NOBODY = Identity("nobody")
SYSTEM = Identity("system")
