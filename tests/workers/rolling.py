"""How a large room fares while the workers behind it are restarted one after the other: `python -m tests.workers.rolling DATA`.

Starts three workers with everything around them on the database that the environment names, connects so many phones through nginx
(the real protocol and back-off, in green threads of this process), lets people write all the while, renews all workers (SIGHUP:
each is ended with SIGTERM and started again) and then kills one after the other (kill -9). Prints one JSON object: seconds from
the end of a phone's connection until it has caught up (median, p95, slowest), how many came back, what was lost or doubled.
"""

from __future__ import annotations

if __name__ == "__main__":
    import warnings

    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()

import argparse
import json
import random
import resource
import signal
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from facilitation import create_app
from facilitation.extensions import db
from facilitation.people.seats import seat_token
from tests.faults.room import House, Room
from tests.ledger import SEED
from tests.workers.conftest import LOOSE
from tests.workers.phones import Poster
from tests.workers.returning import Phone
from tests.workers.stack import Stack, until

POSTERS, PAUSE = 10, (1.0, 3.0)
PATIENCE = 300.0


def prepared(data: Path, people: int) -> Room:
    """A lab with an open, revealed board and so many seats."""
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    app.app_context().push()
    room = House(app, data, {}).room(people, random.Random(SEED))
    room.cast.act("activity.reveal", room.cast.anna)
    return room


def run(data: Path, people: int) -> dict[str, Any]:
    import eventlet

    room = prepared(data, people + POSTERS)
    lab, secret = room.cast.lab, room.cast.settings.SECRET_KEY
    cookies = [{f"seat_{lab}": seat_token(secret, seat, 1)} for seat in room.seats]
    stack = Stack(data, **LOOSE)
    room.server = stack
    try:
        stack.start()
        given = enumerate(cookies[:POSTERS])
        posters = [Poster(stack.url, lab, room.board, cookie, f"Person {n}", PAUSE) for n, cookie in given]
        phones = [Phone(stack.url, lab, f"seat_{lab}={cookie[f'seat_{lab}']}") for cookie in cookies[POSTERS:]]
        for phone in phones:
            eventlet.spawn(phone.live)
        until(lambda: all(phone.caught_up for phone in phones), PATIENCE, "everybody is in", look_every=0.2)
        for poster in posters:
            poster.start()
        figures = {"renewed": _times(phones, lambda: _renew(stack)), "killed": _times(phones, lambda: _kill(stack, phones))}
        for poster in posters:
            poster.stop.set()
        for poster in posters:
            poster.finish()
        behind = _behind(phones, room)
        for phone in phones:
            phone.ended = True
    finally:
        stack.stop()
    return {"phones": people, "behind": behind, **_set(room, posters), **figures}


def _renew(stack: Stack) -> None:
    before = stack.whole_log().count("worker_renewed")
    stack.serve.send(signal.SIGHUP)
    until(lambda: stack.whole_log().count("worker_renewed") == before + 3, PATIENCE, "all workers are new", look_every=0.2)


def _kill(stack: Stack, phones: Sequence[Phone]) -> None:
    for worker in range(3):
        stack.signal_worker(worker, signal.SIGKILL)
        stack.wait_ready(PATIENCE)
        until(lambda: all(_is_back(phone) for phone in phones), PATIENCE, "everybody is back", look_every=0.2)


def _is_back(phone: Phone) -> bool:
    return not phone.hung_up or phone.caught_up[-1] > phone.hung_up[-1]


def _times(phones: Sequence[Phone], broken: Any) -> dict[str, Any]:
    """Break it, wait until everybody is back; for each end of a connection the seconds until that phone had caught up."""
    begun = time.monotonic()
    broken()
    until(lambda: all(_is_back(phone) for phone in phones), PATIENCE, "everybody is back", look_every=0.2)
    took = sorted(
        next(back for back in phone.caught_up if back > end) - end for phone in phones for end in phone.hung_up if end > begun
    )
    return {
        "hang_ups": len(took), "median_s": round(statistics.median(took), 1),
        "p95_s": round(took[int(len(took) * 0.95) - 1], 1), "slowest_s": round(took[-1], 1),
    }  # fmt: skip


def _behind(phones: Sequence[Phone], room: Room) -> int:
    """Phones that have not heard of the last number a minute after the last text."""
    last, begun = room.fresh()["seq"], time.monotonic()
    while any(phone.seq < last for phone in phones) and time.monotonic() - begun < 60:
        time.sleep(0.2)
    return sum(phone.seq < last for phone in phones)


def _set(room: Room, posters: Sequence[Poster]) -> dict[str, int]:
    """Nothing lost, nothing doubled, nothing unexpected, numbers without a gap."""
    rows = {row.id: row.text for row in room.stored()}
    said = {id_: text for poster in posters for id_, text in poster.acknowledged.items()}
    room.check_numbers()
    return {
        "attempted": sum(poster.attempted for poster in posters), "answered": len(said), "stored": len(rows),
        "lost": len(set(said) - set(rows)), "doubled": len(rows) - len(set(rows.values())),
        "unexpected": len(set(rows) - set(said)), "refused": sum(len(poster.refused) for poster in posters),
        "resent": sum(poster.resent for poster in posters),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.workers.rolling")
    parser.add_argument("data", type=Path, help="a data folder with a migrated, empty database on PostgreSQL")
    parser.add_argument("--phones", type=int, default=1000)
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * options.phones + 500)), hard))
    print(json.dumps(run(options.data, options.phones)), flush=True)
    db.engine.dispose()


if __name__ == "__main__":
    import os
    import traceback

    code = 1
    try:
        main()
        code = 0
    except BaseException:
        traceback.print_exc()
    os._exit(code)  # green threads of phones and writers need no end of their own
