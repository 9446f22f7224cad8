"""What a process counts about itself: plain numbers, no names, no texts. `/metrics` shows them (web/metrics.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

#: Why a live connection ended. The first four are the other side's or the network's doing, the others ours.
ENDS = {
    "left": "the client said goodbye",
    "closed": "the client or the network closed the connection: a page left or reloaded, a lost network",
    "no_answer": "a ping was not answered: a sleeping phone, a dead network",
    "error": "something unreadable came",
    "not_reading": "more waited for the client than is kept for one",
    "too_many": "the client asked too often",
    "moved": "the same person opened more pages than one may",
    "revoked": "the seat or the role was taken away, or the account signed out",
    "no_database": "the database did not answer; the client comes back by itself",
    "drain": "the server was stopped or renewed",
    "no_ping": "no ping was sent for too long: a fault of ours",
    "other": "the library gave a reason this version does not know: a fault of ours",
}
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Times:
    """How long something took, in seconds: how many times at most each of `BOUNDS`, and in all."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.counts[next((place for place, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))] += 1
        self.total += seconds

    @contextmanager
    def taken(self) -> Iterator[None]:
        began = perf_counter()
        try:
            yield
        finally:
            self.add(perf_counter() - began)

    def buckets(self) -> list[tuple[str, float]]:
        """[(upper bound, how many took at most that long)], the last one unbounded."""
        so_far, found = 0, []
        for bound, count in zip([*map(str, BOUNDS), "+Inf"], self.counts, strict=True):
            so_far += count
            found.append((bound, float(so_far)))
        return found


class Counters:
    """One process. Increments are single steps of the interpreter; a lost one would be a lost tick of a gauge, no more."""

    def __init__(self) -> None:
        self.commands: Counter[str] = Counter()  # by code; "ok" and "dup" for what was done
        self.commit = Times()  # of a batch, from begin to commit
        self.fan_out = Times()  # of one flush to everybody
        self.resyncs = 0
        self.drops = 0  # sockets hung up on because they did not read, or asked too often
        self.ends: Counter[str] = Counter()  # of live connections, by the reasons in `ENDS`
        self.refused: Counter[str] = Counter()  # connections that were not let in, by code
        self.running = 0  # HTTP requests under way
        self.requests = 0  # HTTP requests answered
        self.opened = 0  # sockets let in
