"""What the log may say: a closed list of events with typed fields, so that no text of people can get into it.

`event("request", method="GET", route=rule, status=200, ms=4, who="seat")` is the only way to log here (a house test looks).
A field that is not in the list, or a value that its check does not take, is written as `withheld`. How a line looks is in
facilitation/logs.py; docs/operations.md has the list for operators, and a test compares the two.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Check = Callable[[Any], bool]
log = logging.getLogger("facilitation.events")
WITHHELD = "withheld"
WHO = ("staff", "seat", "wall", "system", "nobody")
_ID = re.compile(r"[A-Za-z0-9]{12}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,60}")  # what code is called: commands, codes, classes, packages
_FAULT = re.compile(r"[0-9a-f]{8}")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+]{0,30}")
_ADDRESS = re.compile(r"[0-9A-Fa-f.:\[\]]{1,45}:[0-9]{1,5}|[a-z.-]{1,60}:[0-9]{1,5}")


class Sentence(str):
    """Words of our own code: a reason, a hint, or the template of a library's line. Never made of what people wrote."""


class Place(str):
    """A line of code: `hub.py:313 squelch_exception`."""


def number(value: Any) -> bool:
    return isinstance(value, int | float)


def name(value: Any) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def one_of(*words: str) -> Check:
    return lambda value: value in words


def route(value: Any) -> bool:
    """The pattern of a route as the router holds it; an address that was asked for is a plain text, and refused."""
    return hasattr(value, "rule") or value is None


def counts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(name(str(key)) and number(n) for key, n in value.items())


def shown(value: Any) -> bool:
    """Settings as `Settings.shown` gives them: secrets are left out there."""
    return isinstance(value, Mapping)


def some(kind: type) -> Check:
    return lambda value: isinstance(value, kind)


def _matches(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


lab, version, address, fault = _matches(_ID), _matches(_VERSION), _matches(_ADDRESS), _matches(_FAULT)
who, sentence, place = one_of(*WHO), some(Sentence), some(Place)


@dataclass(frozen=True)
class Kind:
    """One event: how loud, what it means to a reader of the log, and its fields."""

    level: int
    meaning: str
    fields: Mapping[str, Check] = field(default_factory=dict)


_D, _I, _W, _E = logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR
EVENTS: Mapping[str, Kind] = {
    # the life of a process
    "started": Kind(_I, "the server takes requests; `settings` are those that differ from their defaults, without secrets",
                    {"version": version, "python": version, "mode": name, "database": name, "address": address,
                     "settings": shown}),
    "not_started": Kind(_E, "the start was given up; `reason` says why and what to do", {"reason": sentence}),
    "preparing": Kind(_I, "the environment is made, or sample data loaded", {"step": sentence}),
    "no_account": Kind(_I, "nobody can sign in yet; `hint` says how to make the first account", {"hint": sentence}),
    "stopping": Kind(_I, "SIGTERM or Ctrl-C; commands that were begun are answered", {"connections": number}),
    "stopped": Kind(_I, "the end of the process", {"seconds": number}),
    "crashed": Kind(_E, "an error nobody caught, in `part`", {"part": one_of("process", "thread", "green_thread", "clean_up")}),
    "no_file_lock": Kind(_W, "this file system takes no locks: nothing keeps a second server from the same data"),
    "migrating": Kind(_I, "the database is brought from revision `before` to `after`; of PostgreSQL no backup is made",
                      {"before": version, "after": version}),
    "migrated": Kind(_I, "it is of this version now; `backup` is the file from before, beside a SQLite database",
                     {"after": version, "backup": sentence}),
    "workers_started": Kind(_I, "`serve` looks after so many workers", {"workers": number, "version": version}),
    "no_redis": Kind(_I, "without FACILITATION_REDIS_URL workers hear of each other within so many seconds", {"seconds": number}),
    "worker_started": Kind(_I, "a worker process was started", {"worker": address}),
    "worker_ended": Kind(_W, "a worker ended by itself; it is started again after `pause_seconds`",
                         {"worker": address, "code": number, "pause_seconds": number}),
    "worker_renewed": Kind(_I, "after SIGHUP: the worker was replaced and answers", {"worker": address}),
    "worker_silent": Kind(_E, "after SIGHUP: the new worker does not answer; the others stay as they are", {"worker": address}),
    "workers_stopped": Kind(_I, "`serve` and all workers ended", {"seconds": number}),
    # what people do
    "request": Kind(_I, "one HTTP request; `route` is its pattern (static files and health checks only at DEBUG)",
                    {"method": name, "route": route, "status": number, "ms": number, "who": who}),
    "sign_in": Kind(_I, "somebody signed in, or failed to", {"how": one_of("password", "link", "set_up"),
                                                            "outcome": one_of("ok", "refused", "slowed")}),
    "sign_out": Kind(_I, "somebody signed out"),
    "command": Kind(_I, "administration or a lab's life cycle, after the commit; live commands are in `minute`",
                    {"command": name, "outcome": name, "who": who, "lab": lab}),
    "export": Kind(_I, "a file was made for somebody", {"of": one_of("report", "cases"), "form": name,
                                                        "bytes": number, "ms": number}),
    "minute": Kind(_I, "one minute of the live door; nothing is written for a minute without any of it",
                   {"connections": number, "opened": number, "requests": number, "commands": counts, "ends": counts,
                    "refused": counts, "catch_ups": number, "drops": number}),
    # what goes wrong
    "outage": Kind(_W, "`what` does not work; `hint` says what to look at",
                   {"what": name, "reason": name, "hint": sentence}),
    "outage_goes_on": Kind(_W, "the same, at most once a minute; `failures` since the last line",
                           {"what": name, "reason": name, "hint": sentence, "failures": number, "seconds": number}),
    "outage_over": Kind(_W, "it works again", {"what": name, "failures": number, "seconds": number}),
    "failed": Kind(_E, "a fault of the program; `id` is what the person was shown", {"part": name, "id": fault}),
    "clock_refused": Kind(_W, "the server's clock could not close or cut a lab",
                          {"command": name, "outcome": name, "lab": lab}),
    "slow_reader": Kind(_D, "a phone that does not read was cut off (in `minute` as `drops`)"),
    "stock_fan_out": Kind(_W, "the libraries are not those of the lock file; a slower way is taken", {"missing": sentence}),
    "pdf_fallback": Kind(_W, "a PDF was made by a simpler profile", {"step": number, "of": number}),
    "python_warning": Kind(_W, "a warning of Python or a library", {"category": name, "place": place}),
    "library": Kind(_W, "a line of a library, without its values", {"logger": name, "says": sentence, "place": place}),
    "stray": Kind(_W, "something wrote past the log; its words are withheld", {"place": place, "characters": number}),
}  # fmt: skip


def event(what: str, /, *, error: BaseException | None = None, **fields: Any) -> None:
    """Write one event. `error` adds its class and the lines it came through, never its message."""
    kind = EVENTS[what]
    if log.isEnabledFor(kind.level):
        write(kind.level, what, fields, error)


def write(level: int, what: str, fields: Mapping[str, Any], error: BaseException | None = None) -> None:
    """The same at a level of its own: a request that only DEBUG wants, a library's line as loud as the library meant it."""
    checks = EVENTS[what].fields
    taken = {key: _plain(value) if _fits(checks.get(key), value) else WITHHELD for key, value in fields.items()}
    trouble = (type(error), error, error.__traceback__) if error is not None else None
    # Not `log.log`: it looks for the line that called, which an event does not need, and that is half of its cost.
    log.handle(log.makeRecord(log.name, level, "", 0, what, (), trouble, extra={"event": what, "fields": taken}))


def _fits(check: Check | None, value: Any) -> bool:
    return check is not None and check(value)


def _plain(value: Any) -> Any:
    """As JSON takes it."""
    if hasattr(value, "rule"):
        return str(value.rule)
    if isinstance(value, float):
        return round(value, 3)
    return dict(value) if isinstance(value, Mapping) else value
