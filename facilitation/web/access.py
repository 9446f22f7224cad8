"""Who is asking: from cookies to an identity, and from an identity to the streams it may read. Both doors use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NoReturn

from flask import Flask, current_app, g, request
from flask_login import UserMixin, current_user
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from facilitation.core import ids
from facilitation.core.actor import NOBODY, Actor, Identity, Staff
from facilitation.core.errors import Refused
from facilitation.core.i18n import known
from facilitation.core.waits import give_back_with
from facilitation.extensions import db, login
from facilitation.labs.models import Lab
from facilitation.labs.planning import wall_token
from facilitation.people.mine import held_by
from facilitation.people.models import User
from facilitation.people.place import Place, place_of, sitting
from facilitation.people.recognise import recognise
from facilitation.people.seats import seat_token
from facilitation.permissions import COMMANDS, standing_of
from facilitation.stream.kept import CatchUp, Kept, Snapshots, ending
from facilitation.stream.read import Looking, epoch_and_head
from facilitation.stream.record import ROOM, STAFF

LAB_STAFF = frozenset({"coordinator", "organiser", "facilitator", "rapporteur", "case_owner"})


class SignedIn(UserMixin):
    """What the login library keeps: an account and the serial of its sessions."""

    def __init__(self, user: str, serial: int, language: str, name: str) -> None:
        self.id = f"{user}.{serial}"
        self.user, self.language, self.name = user, language, name


def register(app: Flask) -> None:
    @login.user_loader
    def load(token: str) -> SignedIn | None:
        user_id, _, serial = token.rpartition(".")
        if "without_database" in g:
            return None
        user = session().get(User, user_id)
        if user is None or user.disabled_at is not None or str(user.session_serial) != serial:
            return None
        return SignedIn(user.id, user.session_serial, user.language, user.name)

    @login.unauthorized_handler
    def to_login() -> NoReturn:
        raise Refused("unauthenticated")


def extension(name: str) -> Any:
    """A part of this application: settings, dispatcher, writer, limits, announcer."""
    return current_app.extensions["facilitation"][name]


def session() -> Session:
    """One read session per request. Its connection is given back at the end, and whenever the request waits (core/waits.py)."""
    if "read_session" not in g:
        g.read_session = Session(db.engine, autoflush=False)
        give_back_with(partial(_give_back, g.read_session))
    found: Session = g.read_session
    return found


def _give_back(read: Session) -> None:
    """Its connection goes back to the pool, or is dropped when the database ended it; the next query finds out."""
    try:
        read.rollback()
    except DBAPIError:
        read.invalidate()


def done_reading() -> None:
    """The end of a request."""
    if (found := g.pop("read_session", None)) is not None:
        give_back_with(None)
        found.close()


@contextmanager
def reading_with(asked: Connection) -> Iterator[Session]:
    """What this request reads meanwhile, it reads with this connection: it must not ask for a second one."""
    before, g.read_session = g.get("read_session"), Session(asked, autoflush=False)
    try:
        yield g.read_session
    finally:
        g.read_session = before
        if before is None:
            del g.read_session


def without_database() -> None:
    """The database does not answer: the page that says so asks it nothing more, not even who reads it."""
    g.without_database = True


def proven(kind: str) -> None:
    """Who asks, for the log: the first identity this request proved."""
    g.setdefault("asker", kind)


def staff_identity() -> Identity:
    """The signed-in account, or nobody."""
    if "without_database" not in g and isinstance(current_user._get_current_object(), SignedIn):
        proven("staff")
        return Identity("staff", current_user.user, current_user.language)
    return Identity("nobody", language=asked_language())


def asked_language() -> str:
    """Cookie, then the browser's wish."""
    best = request.accept_languages.best_match(["en", "de"], default="en")
    return known(request.cookies.get("language") or best)


def seat_cookie(lab: str, settings: Any = None) -> str:
    return f"{(settings or extension('settings')).cookie_prefix}seat_{lab}"


def seat_identity(session: Session, lab: str) -> Identity | None:
    """The seat whose cookie this browser carries for `lab`, when the proof holds."""
    place = place_at(session.connection(), lab, request.cookies, extension("settings"))
    if place is None:
        return None
    proven("seat")
    return Identity("seat", place.id, place.language)


def place_at(asked: Connection, lab: str, cookies: Mapping[str, str], settings: Any) -> Place | None:
    """The place in `lab` that one of these cookies proves."""
    token = cookies.get(seat_cookie(lab, settings), "")
    seat, _, proof = token.partition(".")
    place = place_of(asked, seat) if proof else None
    if place is None or place.lab_id != lab or seat_token(settings.SECRET_KEY, place.id, place.serial) != token:
        return None
    return place


def identity_for(session: Session, lab: Lab, *, wall: str | None = None, door: str | None = None) -> Identity:
    """Who looks at this lab. A wall's token wins; `door` chooses when a browser holds a seat and an account."""
    if wall is not None:
        if wall != wall_token(extension("settings"), lab):
            raise Refused("not_found")
        proven("wall")
        return Identity("wall", lab.id, lab.language)
    seat = seat_identity(session, lab.id) if door != "staff" else None
    if seat is not None:
        return seat
    return staff_identity() if door != "seat" else NOBODY


def streams_of(who: Identity, standing: frozenset[str]) -> tuple[str, ...]:
    """The streams this identity may read. Nobody else names them."""
    if who.kind == "staff":
        return (STAFF, ROOM) if standing & LAB_STAFF else (ROOM,)
    return (ROOM,)


@dataclass(frozen=True)
class Synced:
    """The answer to `sync`: a snapshot or a delta of one stream, and what is the seat's own."""

    news: Kept | CatchUp
    mine: dict[str, Any] | None

    @cached_property
    def end(self) -> str:
        """How it ends, as JSON."""
        return ending(self.mine)

    def text(self) -> str:
        """As JSON."""
        return self.news.whole(self.end)


def synced(asked: Connection, who: Identity, lab_id: str, wanted: Mapping[str, Any], settings: Any) -> Synced:
    """The answer to `sync`, through either door; `Refused` for whoever may not look."""
    if who.kind == "seat":
        return synced_seat(asked, place_of(asked, who.id), lab_id, wanted, settings)
    standing = standing_of(asked, recognise(asked, who), "lab", lab_id)
    if not standing:
        raise Refused("unauthenticated" if who.kind == "nobody" else "not_found")
    streams = streams_of(who, standing)
    stream = wanted.get("stream") or streams[0]
    if stream not in streams:
        raise Refused("not_found")
    return Synced(_news(asked, lab_id, stream, epoch_and_head(asked, lab_id, stream), wanted, settings), None)


def synced_seat(asked: Connection, place: Place | None, lab_id: str, wanted: Mapping[str, Any], settings: Any) -> Synced:
    """The room's stream and what is the seat's own; everything but news is known with its place."""
    if place is None or sitting(place) is None or place.lab_id != lab_id:
        raise Refused("gone")
    if (wanted.get("stream") or ROOM) != ROOM:
        raise Refused("not_found")
    news = _news(asked, lab_id, ROOM, (place.epoch or "0", place.head), wanted, settings)
    return Synced(news, held_by(asked, place))


def _news(
    asked: Connection, lab_id: str, stream: str, now: tuple[str, int], wanted: Mapping[str, Any], settings: Any
) -> Kept | CatchUp:
    """A delta when the client's epoch and number can be built on, else a snapshot. Most who come need nothing new read."""
    snapshots: Snapshots = extension("snapshots")
    epoch, head = now
    have = wanted.get("have")
    known = have if isinstance(have, int) and not isinstance(have, bool) else None
    builds_on = known if wanted.get("epoch") == epoch else None
    if builds_on == head:
        return CatchUp({"epoch": epoch, "stream": stream, "from": head, "to": head, "changes": []})
    if builds_on is None and (kept := snapshots.at(epoch, lab_id, stream, head)) is not None:
        return kept
    looking = Looking(asked, lab_id, stream, settings)
    short = snapshots.catch_ups.get(looking, epoch, builds_on, head) if builds_on is not None else None
    return snapshots.get(looking) if short is None else short


def actor() -> Actor:
    """Who asks, as an actor for reads of pages that are about no lab."""
    return recognise(session(), staff_identity())


def signed_in() -> Actor:
    """The account that asks, or `unauthenticated`."""
    who = staff_identity()
    if who.kind != "staff":
        raise Refused("unauthenticated")
    return recognise(session(), who)


def staff() -> Staff:
    """The signed-in account with its roles, or `unauthenticated`."""
    asking = signed_in()
    if not isinstance(asking, Staff):
        raise Refused("unauthenticated")
    return asking


def need(kind: str, scope: str, *roles: str) -> tuple[Actor, frozenset[str]]:
    """The asking account and its standing toward a lab or case. No standing is `not_found`, a weak role `forbidden`.

    Without `roles` any standing will do.
    """
    asking = signed_in()
    standing = standing_of(session(), asking, kind, scope)
    if not standing:
        raise Refused("not_found")
    if roles and not standing & set(roles):
        raise Refused("forbidden")
    return asking, standing


def allowed(name: str, lab: str) -> frozenset[str]:
    """What the asking account is to the lab, when it may do `name` there. Asked before a form is read and answered."""
    return need("lab", lab, *COMMANDS[name])[1]


def do(name: str, /, *, lab: str | None = None, key: str | None = None, **args: Any) -> dict[str, Any]:
    """Carry out a command for the signed-in account; the result, or `Refused`."""
    result: dict[str, Any] = extension("dispatcher").do(name, staff_identity(), lab=lab, key=key, **args)
    return result


def csrf_key(form_key: str | None) -> str:
    """A form's own command key, so that a double click has one effect."""
    return form_key if ids.is_key(form_key) and form_key else ids.new_key()
