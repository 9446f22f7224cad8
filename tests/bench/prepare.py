"""Labs for the bench: open, with a revealed challenge board each, their seats, and contributions if wanted."""

from __future__ import annotations

import atexit
import contextlib
import io
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask

from facilitation import create_app
from facilitation.core import ids
from facilitation.core.actor import SYSTEM, Identity
from facilitation.core.clock import system_clock
from facilitation.core.unit_of_work import Work, reading
from facilitation.extensions import db
from facilitation.first_run import migrate_database
from facilitation.people.models import Seat
from facilitation.people.seats import seat_token
from facilitation.stream.read import Looking, snapshot

SYLLABLES = ("ka", "lo", "mi", "tra", "ven", "sol", "re", "ti", "du", "pan", "or", "est", "ing", "al", "un", "ber", "cor", "dis")


@dataclass(frozen=True)
class Prepared:
    """A data folder, one (lab, board) and one code each, and one cookie per seat; seat n sits in lab n % labs."""

    folder: Path
    labs: tuple[tuple[str, str], ...]
    cookies: tuple[str, ...]
    codes: tuple[str, ...]

    def copy(self, to: Path) -> None:
        shutil.copytree(self.folder, to)


@cache
def prepared(seats: int, labs: int = 1, contributions: int = 0) -> Prepared:
    """The same for every run of a size; servers get a copy."""
    folder = Path(tempfile.mkdtemp(prefix="bench-data-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return filled(folder, seats, labs, contributions)


def filled(folder: Path, seats: int, labs: int = 1, contributions: int = 0) -> Prepared:
    """An empty data folder with all of it, in the database that the environment names."""
    app = create_app({"DATA": str(folder), "ASYNC_MODE": "threading", "TESTING": True, "POSTS_BURST": 1_000_000})
    with contextlib.redirect_stdout(io.StringIO()):
        migrate_database(app)
    with app.app_context():
        opened = [_lab(app, number) for number in range(labs)]
        made = tuple((lab, board) for lab, board, _code in opened)
        cookies = _seats(app, made, seats)
        _contribute(app, made[0], cookies, contributions)
        db.engine.dispose()
    return Prepared(folder, made, tuple(cookies.values()), tuple(code for _lab_, _board, code in opened))


def another(app: Flask, seats: int, contributions: int) -> str:
    """One more lab with its own seats."""
    made = _lab(app, 1)[:2]
    _contribute(app, made, _seats(app, (made,), seats), contributions)
    return made[0]


def _lab(app: Flask, number: int) -> tuple[str, str, str]:
    """(lab, board, code): opened, its challenge activity started, the board revealed to all."""
    extension = app.extensions["facilitation"]
    do = extension["dispatcher"].do
    new = do("lab.create", SYSTEM, kind="flagship_lab", sector="MS", title=f"Lab {number}", expected_people=1000)
    lab = new["lab"]
    do("lab.open", SYSTEM, lab=lab)
    with reading(db.engine) as session:
        entities = snapshot(Looking(session, lab, "staff", extension["settings"]))["entities"]
    activity = next(id_ for id_, value in entities["activity"].items() if value["kind"] == "challenges")
    do("activity.start", SYSTEM, lab=lab, activity=activity)
    do("activity.reveal", SYSTEM, lab=lab, activity=activity)
    return lab, next(id_ for id_, value in entities["board"].items() if value["kind"] == "challenges"), new["code"]


def _seats(app: Flask, labs: tuple[tuple[str, str], ...], count: int) -> dict[str, str]:
    """{seat: Cookie header}. Written directly: that people can join is not what is measured here."""
    extension = app.extensions["facilitation"]
    found: dict[str, str] = {}

    def job(work: Work) -> None:
        for number in range(count):
            lab, _board = labs[number % len(labs)]
            seat = Seat(
                id=ids.new_id(), lab_id=lab, tier=("1", "2", "3", "other")[number % 4], attribution=1, language="en",
                joined_at=system_clock(), serial=1,
            )  # fmt: skip
            work.session.add(seat)
            found[seat.id] = f"Cookie: seat_{lab}={seat_token(extension['settings'].SECRET_KEY, seat.id, 1)}"

    extension["writer"].run(job)
    return found


def _contribute(app: Flask, where: tuple[str, str], seats: dict[str, str], count: int) -> None:
    """Varied texts of about 80 characters, posted by the seats in turn through the dispatcher."""
    chance, dispatcher = Random(20261122), app.extensions["facilitation"]["dispatcher"]
    names = list(seats)
    lab, board = where
    for number in range(count):
        words: list[str] = []
        while len(" ".join(words)) < 72:
            words.append("".join(chance.choices(SYLLABLES, k=chance.randint(1, 3))))
        who: Any = Identity("seat", names[number % len(names)])
        dispatcher.do("contribution.post", who, lab=lab, board=board, text=" ".join(words))
