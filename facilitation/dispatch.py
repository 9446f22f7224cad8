"""The one way in: socket, HTTP and shell hand their command here (architecture, section 1).

Order of work (live contract, section 5): parse → begin the write → key seen? answer as before → lock → who is it, may
they → change → number the changes → COMMIT → answer. Everything between begin and commit runs without waiting.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

import facilitation.registry  # noqa: F401 - declares every command
from facilitation import permissions
from facilitation.core import failpoints, ids
from facilitation.core.actor import Actor, Identity, Nobody
from facilitation.core.clock import epoch_ms
from facilitation.core.commands import REGISTRY, Command, Context, Entry, parse
from facilitation.core.counters import Counters
from facilitation.core.errors import Refused
from facilitation.core.events import event
from facilitation.core.i18n import _, use_locale
from facilitation.core.prepared import Prepared
from facilitation.core.unit_of_work import Work, Writer
from facilitation.people.recognise import recognise
from facilitation.stream.models import AnsweredCommand
from facilitation.stream.record import News, number

Announce = Callable[[News], None]
Answer = dict[str, Any]
# Part of every command, so built once.
_SEEN = Prepared(
    select(AnsweredCommand.actor, AnsweredCommand.digest, AnsweredCommand.result).where(AnsweredCommand.key == bindparam("key"))
)
_ANSWERED = cast(Table, AnsweredCommand.__table__)
_REMEMBER = Prepared(insert(_ANSWERED), columns=[column.name for column in _ANSWERED.c])
TOLD_ONCE = frozenset({"token"})  # secrets of which only a digest is kept: an answer given again is without them


@dataclass(frozen=True)
class Dispatcher:
    """Carries commands out. `announce` is told, after the commit, which labs and audiences have news."""

    writer: Writer
    settings: Any
    announce: Announce
    counters: Counters = field(default_factory=Counters)

    def handle(self, envelope: object, who: Identity, *, lab: str | None = None) -> Answer:
        """The answer to one command, in the shape of live contract section 4. Never raises.

        `lab` is the lab of the door it came through; a command about another lab is refused as not found.
        """
        key = envelope.get("key") if isinstance(envelope, Mapping) else None
        with use_locale(who.language):
            try:
                answer = self._counted(envelope, who, lab)
                failpoints.reach("before-answer")
                return answer
            except Refused as refusal:
                return answer_of(refusal, key, epoch_ms(self.writer.clock()))
            except Exception as fault:
                error = secrets.token_hex(4)
                event("failed", part="command", id=error, error=fault)
                unknown = Refused("unknown", _("Something went wrong on our side (%(id)s).", id=error), after_ms=3000)
                return answer_of(unknown, key, epoch_ms(self.writer.clock()))

    def do(self, name: str, who: Identity, /, *, lab: str | None = None, key: str | None = None, **args: Any) -> Any:
        """Carry a command out from inside the server; the result, or `Refused`."""
        return self._counted({"v": 1, "key": key or ids.new_key(), "name": name, "args": args}, who, lab)["result"]

    def _counted(self, envelope: object, who: Identity, lab: str | None) -> Answer:
        code, result = "unknown", {}
        try:
            answer = self._carried_out(envelope, who, lab)
            code, result = "dup" if answer["dup"] else "ok", answer["result"]
            return answer
        except Refused as refusal:
            code = refusal.code
            raise
        finally:
            self.counters.commands[code] += 1
            if code != "dup":
                note(envelope, who, lab or result.get("lab"), code)

    def _carried_out(self, envelope: object, who: Identity, lab: str | None) -> Answer:
        key, name, args = read_envelope(envelope)
        command = parse(name, args)
        digest = hashlib.sha256(json.dumps([name, lab, args], sort_keys=True, default=str).encode()).hexdigest()[:32]
        entry, asker = REGISTRY[name], f"{who.kind}:{who.id}"

        def job(work: Work) -> Answer:
            seen = _answered(work, key, asker, digest)
            if seen is not None:
                return seen
            result = self._execute(entry, command, work, who, lab, key)
            work.flush()
            news = number(work)
            kept = {name: value for name, value in result.items() if name not in TOLD_ONCE}
            answered = {"key": key, "actor": asker, "digest": digest, "result": kept, "at": work.now}
            _REMEMBER.do(work.connection, answered)
            work.after_commit.append(lambda: self.announce(news))
            return {"ok": True, "key": key, "result": result, "dup": False, "now": epoch_ms(work.now)}

        place = (permissions.scope_of(entry, command, lab) or None) if entry.scope == "lab" else None
        try:
            return self.writer.run(job, place=place)
        except IntegrityError:  # another worker stored the same key a moment ago
            return self.writer.run(job, place=place)

    def _execute(self, entry: Entry, command: Command, work: Work, who: Identity, lab: str | None, key: str) -> dict[str, Any]:
        actor: Actor = recognise(work.connection, who)
        if who.kind == "seat" and isinstance(actor, Nobody):
            raise Refused("gone", _("Your place in this lab has ended."))
        scope = permissions.scope_of(entry, command, lab)
        permissions.check(work.connection, entry.name, actor, entry.scope, scope)
        if entry.handler is None:
            raise LookupError(f"command {entry.name} has no handler")
        context = Context(work=work, actor=actor, scope=scope, key=key, settings=self.settings)
        return dict(entry.handler(command, context) or {})


def read_envelope(envelope: object) -> tuple[str, str, object]:
    """(key, name, args) of what came through a door, or `Refused('invalid')`."""
    if not isinstance(envelope, Mapping):
        raise Refused("invalid", _("This is not a command."))
    key, name = envelope.get("key"), envelope.get("name")
    if not ids.is_key(key):
        raise Refused("invalid", _("This is not a command."), fields={"key": _("22 characters of base64url")})
    if envelope.get("v", 1) != 1 or not isinstance(name, str):
        raise Refused("invalid", _("This is not a command."), fields={"name": _("unknown")})
    return str(key), name, envelope.get("args") or {}


def _answered(work: Work, key: str, asker: str, digest: str) -> Answer | None:
    seen = _SEEN.first(work.connection, {"key": key})
    if seen is None:
        return None
    if seen.actor != asker or seen.digest != digest:
        raise Refused("key_reused")
    return {"ok": True, "key": key, "result": seen.result, "dup": True, "now": epoch_ms(work.now)}


def note(envelope: object, who: Identity, lab: object, outcome: str) -> None:
    """A line in the log for what changes who may come in, or where a lab stands; after the commit."""
    name = envelope.get("name") if isinstance(envelope, Mapping) else None
    if name in permissions.SIGN_INS:
        event("sign_in", how=permissions.SIGN_INS[name], outcome="ok" if outcome == "ok" else "refused")
    elif name in permissions.LOGGED:
        args = envelope.get("args") if isinstance(envelope, Mapping) else None
        place = lab or (args.get("lab") if isinstance(args, Mapping) else None)
        fields: dict[str, Any] = {"lab": place} if place else {}
        event("command", command=name, outcome=outcome, who=who.kind, **fields)


def answer_of(refusal: Refused, key: object, now: int | None) -> Answer:
    """A refusal as an answer."""
    answer: Answer = {
        "ok": False,
        "key": key if isinstance(key, str) else None,
        "code": refusal.code,
        "message": refusal.message,
        "retry": refusal.retry,
        "now": now,
    }
    if refusal.after_ms is not None:
        answer["after_ms"] = refusal.after_ms
    if refusal.fields:
        answer["fields"] = refusal.fields
    if refusal.data:
        answer["data"] = refusal.data
    return answer
