"""How a shell command answers: lines for people, or with `--json` one object as the last line; errors alike."""

from __future__ import annotations

import contextlib
import functools
import json
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
from facilitation.first_run import is_current, is_there, migrate_database
from facilitation.rehearsal.player import PlayError
from facilitation.unusable import in_words

Answer = Mapping[str, Any]


class ShellError(Exception):
    """A command cannot do what it was asked for; the message says why, and what to do."""


def answering(lines: Callable[[Answer], str | bytes] | None = None) -> Callable[[Callable[..., Answer]], Callable[..., None]]:
    """Give a command `--json` and one way to answer. `lines` puts the answer into words; without it nothing is said."""

    def decorate(function: Callable[..., Answer]) -> Callable[..., None]:
        @click.option("--json", "as_json", is_flag=True, help="Answer one JSON object, as the last line.")
        @functools.wraps(function)
        def answered(*args: Any, as_json: bool, **kwargs: Any) -> None:
            try:
                answer = function(*args, **kwargs)
            except (ShellError, Refused, FileError, PlayError, config.BadSetting) as error:
                fail(error, as_json)
            if as_json:
                click.echo(as_line(answer))
            elif lines is not None:
                click.echo(lines(answer))

        return answered

    return decorate


def fail(error: Exception, as_json: bool) -> NoReturn:
    """Say what went wrong and end with 1."""
    message = words_of(error) if isinstance(error, Refused) else str(error)
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
    """The refusal's own sentence; a general one says which inputs it means."""
    if not refusal.fields or refusal.message != default_message(refusal.code):
        return refusal.message
    return f"{refusal.message} ({', '.join(f'{name}: {told}' for name, told in refusal.fields.items())})"


def tell(line: str) -> None:
    """Progress: never on standard output, which belongs to the answer."""
    click.echo(line, err=True)


def settings(**overrides: Any) -> config.Settings:
    """The settings of the environment, for a process that serves nothing. `must_exist`: never make what is not there."""
    return config.from_environment(**{"ASYNC_MODE": "threading", **overrides})


@contextlib.contextmanager
def opened(*, create: bool = True) -> Iterator[Flask]:
    """The application on its data. A database that is not there yet is made; one of another version is left alone."""
    own = settings(must_exist=not create)
    app = create_app(own)
    with app.app_context(), in_words(own):
        try:
            if not is_there(app):
                if not create:
                    raise ShellError(_("There is no database in %(folder)s.", folder=own.data))
                migrate_database(app)
            elif not is_current(app):
                raise ShellError(_("The database is of another version of this program. Run: python3 -m facilitation migrate"))
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
