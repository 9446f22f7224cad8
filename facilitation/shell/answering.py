"""How a shell command answers: lines for people, or with `--json` one object as the last line; errors alike."""

from __future__ import annotations

import contextlib
import functools
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

import click
from flask import Flask

from facilitation import config
from facilitation.app import create_app
from facilitation.cases.marked import FileError
from facilitation.core.errors import Refused, default_message
from facilitation.core.i18n import _
from facilitation.extensions import db
from facilitation.first_run import migrate_database
from facilitation.migration import SchemaError, is_current, revision_of
from facilitation.rehearsal.player import PlayError
from facilitation.start import to_type
from facilitation.unusable import in_words

Answer = Mapping[str, Any]


class ShellError(Exception):
    """A command cannot do what it was asked for; the message says why, and what to do."""

    def __init__(self, message: str, code: str = "invalid") -> None:
        super().__init__(message)
        self.code = code


#: What a code means at a prompt. Nothing was changed in any of these cases.
SHELL_WORDS = {
    "busy": "The database is busy. Try again in a moment; if it stays so, run: {doctor}",
    "rate": "Too many at once. Try again in a moment.",
    "draining": "The server is stopping. Try again when it is back.",
    "unknown": "Something went wrong in the program. Look at the log, then try again.",
    "invalid": "This was not accepted; look at the arguments.",
    "too_long": "This is too long.",
    "unauthenticated": "This needs somebody who is signed in.",
    "forbidden": "This role does not include that.",
    "not_found": "There is nothing with this name or id.",
    "closed": "This lab is closed.",
    "not_open": "This is not open at the moment. Look at its state: {list-labs}",
    "bad_state": "This is not possible in the present state. Look at it: {list-labs}",
    "conflict": "Somebody else changed this at the same time. Look at it, then try again.",
    "key_reused": "This key was used for another command already.",
    "full": "No more can be added here.",
    "gone": "This has ended.",
}


def shell_words(code: str) -> str:
    """What a code means at a prompt, with the commands as one types them here."""
    return re.sub(r"\{([a-z-]+)\}", lambda name: to_type(name[1]), SHELL_WORDS[code])


def answering(
    lines: Callable[[Answer], str | bytes] | None = None, *, failed: Callable[[Answer], bool] = lambda _answer: False
) -> Callable[[Callable[..., Answer]], Callable[..., None]]:
    """Give a command `--json` and one way to answer. `lines` puts the answer into words; without it nothing is said.

    `failed`: the answer that makes the command end with 1.
    """

    def decorate(function: Callable[..., Answer]) -> Callable[..., None]:
        @click.option("--json", "as_json", is_flag=True, help="Answer one JSON object, as the last line.")
        @functools.wraps(function)
        def answered(*args: Any, as_json: bool, **kwargs: Any) -> None:
            try:
                answer = function(*args, **kwargs)
            except (ShellError, SchemaError, Refused, FileError, PlayError, config.BadSetting) as error:
                fail(error, as_json)
            if as_json:
                click.echo(as_line(answer))
            elif lines is not None:
                click.echo(lines(answer))
            if failed(answer):
                sys.exit(1)

        return answered

    return decorate


def fail(error: Exception, as_json: bool) -> NoReturn:
    """Say what went wrong and end with 1."""
    message = _for_a_shell(error)
    click.echo(message, err=True)
    if as_json:
        told: dict[str, Any] = {"code": getattr(error, "code", "") or "invalid", "message": message}
        if getattr(error, "line", 0):
            told["line"] = getattr(error, "line", 0)
        click.echo(as_line({"error": told}))
    sys.exit(1)


def as_line(answer: Answer) -> str:
    """As JSON; where the output cannot hold every character (latin-1), in escapes, which say the same."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    return json.dumps(answer, ensure_ascii=encoding != "utf8")


def words_of(refusal: Refused) -> str:
    """The refusal's own sentence; a general one speaks to a phone, so here that of a shell, with the inputs it means."""
    if refusal.message != default_message(refusal.code):
        return refusal.message
    fields = f" ({', '.join(f'{name}: {told}' for name, told in refusal.fields.items())})" if refusal.fields else ""
    return f"{shell_words(refusal.code)}{fields}"


def _for_a_shell(error: Exception) -> str:
    """What went wrong. A rehearsal repeats what the server told its phones."""
    code = getattr(error, "code", "")
    if isinstance(error, Refused):
        return words_of(error)
    return str(error).replace(default_message(code), shell_words(code)) if code in SHELL_WORDS else str(error)


def tell(line: str) -> None:
    """Progress: never on standard output, which belongs to the answer."""
    click.echo(line, err=True)


def settings(**overrides: Any) -> config.Settings:
    """The settings of the environment, for a process that serves nothing. `must_exist`: never make what is not there."""
    return config.from_environment(**{"ASYNC_MODE": "threading", **overrides})


@contextlib.contextmanager
def opened(*, create: bool = True) -> Iterator[Flask]:
    """The application on its data. A database that is not there yet is made; one of another version is left alone, and named."""
    own = settings(must_exist=not create)
    app = create_app(own)
    with app.app_context(), in_words(own):
        try:
            if revision_of(db.engine) is None:
                if not create:
                    raise ShellError(_("There is no database in %(folder)s.", folder=own.data))
                migrate_database(app)
            elif not is_current(db.engine):
                raise ShellError(f"The database is of an older version of this program. Run: {to_type('migrate')}")
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
