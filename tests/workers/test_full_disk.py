"""The disk of PostgreSQL is full (F9): three workers, a database on a small disk of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from facilitation import create_app
from facilitation.extensions import db
from tests.conftest import migrated_in
from tests.databases import Postgres, discard, settle
from tests.faults.conftest import everybody_in, played, until
from tests.faults.phone import Phone
from tests.faults.room import House, Room
from tests.ledger import SEED, note, place, sized

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(3600)]
MEGABYTES = 160
PEOPLE, TEXTS = 16, 8  # at once: more than what is left of the pages that PostgreSQL has already


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own, in memory; only root can make one."""
    folder = Path(tempfile.mkdtemp(prefix="facilitation-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        folder.rmdir()
        pytest.skip("this user cannot mount a small disk")
    folder.chmod(0o755)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
    folder.rmdir()


@pytest.fixture
def lab(small_disk: Path, tmp_path: Path) -> Iterator[Room]:
    server = Postgres(on=small_disk).start()
    data = migrated_in(settle(tmp_path / "data", server))
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    try:
        with app.app_context():
            house = House(app, data, {}, workers=3)
            made = house.room(PEOPLE, random.Random(SEED))
            house.server.start()
            yield made
            house.server.remove()
            db.session.remove()
            db.engine.dispose()
    finally:
        discard(data)
        server.remove()


@contextlib.contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Not a byte is left on this disk; afterwards there is room again."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16 if os.statvfs(disk).f_bavail > 32 else 4096))
    try:
        yield
    finally:
        ballast.unlink()


def all_are_told(phones: list[Phone]) -> bool:
    """Has everybody whose text does not fit heard so?"""
    waiting = [phone for phone in phones if phone.waiting]
    return bool(waiting) and all(phone.answers.get("busy") for phone in waiting)


def stand(lab: Room, phones: list[Phone]) -> str:
    answers, refused = [phone.answers for phone in phones], [phone.refused[:1] for phone in phones]
    return f"everybody is told it is busy; answers {answers}, refused {refused}, {lab.server.said()}"


def test_f9_a_full_disk_of_postgresql_loses_nothing(lab: Room, small_disk: Path) -> None:
    """What still fits is answered; of the rest nobody hears `ok` until there is room again. Reading goes on."""
    often = sized(1, 20)

    async def play() -> None:
        phones = await everybody_in(lab, PEOPLE)
        sent: set[str] = set()
        for n in range(often):
            with filled(small_disk):
                sent |= {
                    phone.write(lab.board, f"{phone.name} at {n}, {m}".ljust(139, "x")) for m in range(TEXTS) for phone in phones
                }
                await until(lambda: all_are_told(phones), 60, partial(stand, lab, phones))
                assert sum(len(phone.acknowledged) for phone in phones) < len(sent)
                lab.check_set(phones, sent=sent)  # what was answered is there
                assert (await asyncio.to_thread(lab.fresh))["seq"] > 0
            await until(lambda: not any(phone.waiting for phone in phones), 120, "what waited is stored")
            for phone in phones:
                phone.answers.clear()
        await until(lambda: lab.in_step(phones), 60, "every device is in step")
        await asyncio.gather(*(phone.stop() for phone in phones))
        count = lab.check_set(phones, sent=sent)
        assert count["answered"] == count["stored"] == count["attempted"]
        lab.check_order(phones)
        lab.check_numbers()
        lab.check_state(phones)
        note("F9", on=place(3, "postgresql"), times=often, **count)

    played(play)
