"""How a command is declared and read: a frozen pydantic model, registered under its public wire name.

@command("contribution.post", scope="lab")
class PostContribution(Command):
    board: Id
    text: Annotated[str, Prose(8000)]

@handles(PostContribution)
def post(cmd: PostContribution, ctx: Context) -> dict[str, object]: ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from sqlalchemy.orm import Session

from facilitation.core.actor import Actor
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.unit_of_work import Work

Id = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.:\-]+$")]
LARGEST = 2**53
SCOPES = ("lab", "case", "site")
Result = Mapping[str, object]


class Command(BaseModel):
    """Base of every command: frozen, and a name it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True)
class Context:
    """What a handler gets beside its command. `scope` is the id of the lab or case, locked for this transaction."""

    work: Work
    actor: Actor
    scope: str
    key: str
    settings: Any

    @property
    def session(self) -> Session:
        return self.work.session

    @property
    def now(self) -> datetime:
        return self.work.now


C = TypeVar("C", bound=Command)
Handler = Callable[[Any, Context], Result | None]


@dataclass
class Entry:
    name: str
    model: type[Command]
    scope: str
    handler: Handler | None = None


REGISTRY: dict[str, Entry] = {}
_BY_MODEL: dict[type[Command], Entry] = {}


def command(name: str, *, scope: str) -> Callable[[type[C]], type[C]]:
    """Register a command model. `scope`: what it is about and where rights are looked up (lab, case or site)."""
    if scope not in SCOPES:
        raise ValueError(f"unknown scope {scope!r}")

    def register(model: type[C]) -> type[C]:
        if name in REGISTRY:
            raise ValueError(f"command {name!r} is declared twice")
        REGISTRY[name] = _BY_MODEL[model] = Entry(name, model, scope)
        return model

    return register


def handles(model: type[C]) -> Callable[[Callable[[C, Context], Result | None]], Callable[[C, Context], Result | None]]:
    """Bind the one function that carries the command out, inside the transaction."""

    def bind(function: Callable[[C, Context], Result | None]) -> Callable[[C, Context], Result | None]:
        _BY_MODEL[model].handler = function
        return function

    return bind


def parse(name: str, args: object) -> Command:
    """The command called `name` with `args`, or `Refused('invalid' | 'too_long')` naming every field at fault."""
    entry = REGISTRY.get(name)
    if entry is None:
        raise Refused("invalid", _("There is no such command."), fields={"name": _("unknown")})
    if not isinstance(args, Mapping):
        raise Refused("invalid", fields={"args": _("This is not filled in as expected.")})
    try:
        command = entry.model.model_validate(dict(args))
    except ValidationError as error:
        raise _refusal(error) from None
    if _too_big(command):
        raise Refused("invalid", _("There is a number in this that nobody can mean."))
    return command


def _too_big(value: object) -> bool:
    """A whole number beyond what JSON readers agree on: no column holds it, no person means it."""
    if isinstance(value, BaseModel):
        value = value.__dict__
    if isinstance(value, Mapping):
        return any(_too_big(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_too_big(item) for item in value)
    return isinstance(value, int) and abs(value) > LARGEST


def _refusal(error: ValidationError) -> Refused:
    fields: dict[str, str] = {}
    only_length = True
    for item in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in item["loc"]) or "args"
        fields.setdefault(name, _sentence(item["type"], item.get("ctx", {})))
        only_length = only_length and item["type"] in {"too_long", "too_big", "string_too_long"}
    return Refused("too_long" if only_length else "invalid", " ".join(dict.fromkeys(fields.values())), fields=fields)


def _sentence(kind: str, context: Mapping[str, Any]) -> str:
    match kind:
        case "missing" | "empty" | "string_too_short":
            return _("Please fill this in.")
        case "too_long":
            if "length" in context:
                return _("This is %(length)s characters long; %(max)s are possible.", **context)
            return _("There are too many entries here.")
        case "string_too_long" | "too_big":
            return _("This text is too long.")
        case "control" | "surrogate" | "noncharacter":
            return _("This text holds a sign that cannot be stored (%(point)s).", **context)
        case "extra_forbidden":
            return _("This does not belong here.")
        case _:
            return _("This is not filled in as expected.")
