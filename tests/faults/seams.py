"""Dies at the seams: `python -m tests.faults.seams DATA [--points after-commit,…] [--seed N]` (F2).

The same story is told twice: once undisturbed, once with a process that is killed in the middle of every command, at a
named point; another one, which has heard nothing of it, is offered the same envelope again. After each command both databases
must hold the same, up to ids and moments, whoever listened must catch up to the fresh state, and numbers have no gaps.
What is killed is a real process, forked from this one, which keeps no connection open meanwhile; it ends by kill -9.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Table, delete, func, select

from facilitation import create_app
from facilitation.core import failpoints, ids
from facilitation.core.actor import SYSTEM, Identity
from facilitation.core.clock import system_clock
from facilitation.core.commands import REGISTRY
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.schema import metadata
from facilitation.stream.models import AnsweredCommand, Change
from facilitation.stream.read import apply
from facilitation.stream.record import AUDIENCES
from tests.cast import Cast
from tests.faults.story import ALL, set_up_link
from tests.live.scenario import Step, Story

BEGIN = system_clock()
DURABLE = failpoints.POINTS[2:]  # killed at one of these, the command was done
#: What differs between two tellings: proposals of the same rank stand in the order of their ids, which are random, and the
#: changes of one command in the order in which the database gives its rows.
OWN = {"instance.epoch", "proposal.position", "stream_change.seq"}
LOGS = {"answered_command", "case_revision", "moderation_act", "stream_change"}
RANDOM = re.compile(r"""[0-9A-Za-z_-]{22,}|\b[0-9A-Za-z]{12}\b|\b1\d{12}\b|\b[0-9a-f]{16}\b|(?<="code": ")[0-9A-Z]{6}""")


class Wrong(AssertionError):
    """A promise does not hold; says at which command and point."""


@dataclass
class Telling:
    """One database and the story that is told in it."""

    app: Flask
    now: datetime = BEGIN
    story: Story = field(init=False)

    def __post_init__(self) -> None:
        self.app.extensions["facilitation"]["writer"].clock = lambda: self.now

    def begin(self) -> None:
        self.story = Story(Cast(self.app))

    def envelope(self, step: Step) -> tuple[dict[str, Any], Identity, str | None]:
        who, name, args, _ = step
        self.now += timedelta(seconds=1)  # both tellings take the same time, so that rests of seconds are the same
        given = args(self.story) if callable(args) else args
        identity = SYSTEM if who == "system" else getattr(self.story.cast, who)
        lab = self.story.cast.lab if REGISTRY[name].scope == "lab" and "lab" not in given else None
        return {"v": 1, "key": ids.new_key(), "name": name, "args": given}, identity, lab

    def offer(self, offered: tuple[dict[str, Any], Identity, str | None]) -> dict[str, Any]:
        """What a door does with an envelope, and what happens behind the answer."""
        envelope, who, lab = offered
        extension = self.app.extensions["facilitation"]
        answer: dict[str, Any] = extension["dispatcher"].handle(envelope, who, lab=lab)
        extension["announcer"].flush(db.engine)
        return answer

    def holds(self, *, logs: bool = True) -> dict[str, list[str]]:
        """Every row of every table, without what differs between two tellings of the same story.

        `logs`: and the rows of the long tables, of which else only the number is told."""
        with reading(db.engine) as session:
            return {
                table.name: [str(session.scalar(select(func.count()).select_from(table)))]
                if table.name in LOGS and not logs
                else sorted(_plain([list(row) for row in session.execute(select(*_told(table)))]))
                for table in metadata.sorted_tables
            }

    def forget(self) -> None:
        self.app.extensions["facilitation"]["writer"].run(lambda work: work.session.execute(delete(AnsweredCommand)) and None)

    def numbers(self) -> None:
        with reading(db.engine) as session:
            for audience in AUDIENCES:
                query = select(Change.seq).where(Change.lab_id == self.story.cast.lab, Change.audience == audience)
                found = sorted(session.scalars(query))
                if found != list(range(1, len(found) + 1)):
                    raise Wrong(f"numbers of {audience} have a gap")


def _told(table: Table) -> list[Any]:
    return [column for column in table.columns if f"{table.name}.{column.name}" not in OWN]


def _plain(rows: list[list[Any]]) -> Iterator[str]:
    for row in rows:
        yield RANDOM.sub("#", json.dumps(row, default=_said, sort_keys=True, ensure_ascii=False))


def _said(value: Any) -> str:
    if isinstance(value, datetime | date):
        return "moment"
    return str(value)


def killed(
    telling: Telling, offered: tuple[dict[str, Any], Identity, str | None], point: str, *, forget: bool = False
) -> dict[str, Any]:
    """A process dies at `point`; the answer to the same envelope from this one, which has heard nothing of it.

    `forget`: lose what was answered in between, to see that this is noticed."""
    db.engine.dispose()  # nothing of the database is shared with the child
    child = os.fork()
    if child == 0:
        try:
            failpoints.arm(point)
            telling.offer(offered)
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
        raise Wrong("the point was not reached")
    if forget:
        telling.forget()
    answer = telling.offer(offered)
    if not answer["ok"]:
        raise Wrong(f"offered again: {answer}")
    if not forget and answer["dup"] != (point in DURABLE):
        raise Wrong("done twice" if point in DURABLE else "taken for done")
    return answer


@dataclass
class Run:
    """Both tellings, and what was tried."""

    calm: Telling
    broken: Telling
    chance: random.Random
    points: tuple[str, ...]
    forget: bool = False
    once: bool = False
    tried: int = 0
    named: set[str] = field(default_factory=set)
    seen: dict[str, Any] = field(default_factory=dict)  # what a listener of the broken telling knew before the command

    def set_up(self) -> None:
        """The very first account, which is made by a command of its own; then the cast."""
        for telling in (self.calm, self.broken):
            with telling.app.app_context():
                token = set_up_link(telling.app.extensions["facilitation"]["writer"])
                args = {"token": token, "name": "Una", "email": "una@example.org", "password_hash": "x" * 40}
                offered = {"v": 1, "key": ids.new_key(), "name": "user.set_up", "args": args}, SYSTEM, None
                if telling is self.calm:
                    assert telling.offer(offered)["ok"]
                else:
                    killed(telling, offered, self._a_point("user.set_up"))
                telling.begin()

    def _a_point(self, command: str) -> str:
        self.tried += 1
        self.named.add(command)
        return self.chance.choice(self.points)

    def step(self, step: Step) -> None:
        if self.once and step[1] in self.named and step is not ALL[-1]:
            self._undisturbed(step)
        else:
            self._broken(step)

    def _broken(self, step: Step) -> None:
        name, remembered = step[1], step[3]
        with self.calm.app.app_context():
            calm = self.calm.offer(self.calm.envelope(step))
            if not calm["ok"]:
                raise Wrong(f"undisturbed: {calm}")
            wanted = self.calm.holds(logs=step is ALL[-1])
        with self.broken.app.app_context():
            point = self._a_point(name)
            offered = self.broken.envelope(step)
            try:
                answer = killed(self.broken, offered, point, forget=self.forget)
                self._compare(wanted, logs=step is ALL[-1])
                if REGISTRY[name].scope == "lab":
                    self._catch_up()
            except Wrong as wrong:
                raise Wrong(f"{name} killed at {point}: {wrong}") from None
        if remembered:
            self.calm.story.said[remembered] = calm["result"]
            self.broken.story.said[remembered] = answer["result"]

    def _undisturbed(self, step: Step) -> None:
        for telling in (self.calm, self.broken):
            with telling.app.app_context():
                answer = telling.offer(telling.envelope(step))
                if not answer["ok"]:
                    raise Wrong(f"{step[1]}, undisturbed: {answer}")
                if step[3]:
                    telling.story.said[step[3]] = answer["result"]

    def _compare(self, wanted: dict[str, list[str]], *, logs: bool) -> None:
        found = self.broken.holds(logs=logs)
        for table, rows in wanted.items():
            if found[table] != rows:
                raise Wrong(f"{table}: {sorted(set(found[table]) ^ set(rows))[:4]}, {len(found[table])} rows for {len(rows)}")

    def _catch_up(self) -> None:
        cast = self.broken.story.cast
        for audience in AUDIENCES:
            fresh, before = cast.look(audience), self.seen.get(audience)
            if before and apply(before, cast.delta(audience, before["seq"])) != fresh:
                raise Wrong(f"{audience} does not catch up")
            self.seen[audience] = fresh
        self.broken.numbers()


def telling(data: Path, **settings: Any) -> Telling:
    return Telling(create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True, **settings}))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.seams")
    parser.add_argument("calm", type=Path, help="a migrated, empty data folder with a SQLite file")
    parser.add_argument("broken", type=Path, help="another one; its database may be named by the environment")
    parser.add_argument("--points", default=",".join(failpoints.POINTS), help="one of these at each command")
    parser.add_argument("--forget", action="store_true", help="break the promise on purpose")
    parser.add_argument("--once", action="store_true", help="each command once, and undisturbed where it comes again")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    points = tuple(options.points.split(","))
    calm = telling(options.calm, DATABASE_URL=f"sqlite:///{options.calm / 'facilitation.db'}")
    run = Run(calm, telling(options.broken), random.Random(options.seed), points, options.forget, options.once)
    gc.freeze()  # what is there stays shared with the processes forked from this one
    run.set_up()
    for step in ALL:
        run.step(step)
    missing = sorted(set(REGISTRY) - run.named)
    print(json.dumps({"tried": run.tried, "commands": len(run.named), "missing": missing}))


if __name__ == "__main__":
    main()
