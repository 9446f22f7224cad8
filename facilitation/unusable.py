"""Why the database cannot be used, in one sentence, with its place, never with a password."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, OperationalError

from facilitation.config import PREFIX, BadSetting, Settings


class Unusable(BadSetting):
    """The database cannot be used now; the message says which one, and why."""

    code = "busy"


@contextlib.contextmanager
def in_words(settings: Settings) -> Iterator[None]:
    """Turn a failure of the database itself into `Unusable`."""
    try:
        yield
    except DatabaseError as error:
        if type(error) not in (DatabaseError, OperationalError):  # about a statement, not about the database
            raise
        raise Unusable(sentence(str(error.orig), settings)) from None


def sentence(said: str, settings: Settings) -> str:
    """`said`: the driver's own words."""
    file = settings.database_file
    if file is not None:
        return f"The database {file} cannot be used: {said.strip()}."
    url = make_url(settings.DATABASE_URL)
    # "connection to server at … failed: FATAL:  database \"x\" does not exist": what follows the last of these is the reason.
    reason = said.strip().partition("\n")[0].rpartition("failed: ")[2].removeprefix("FATAL:").strip().rstrip(".")
    for secret in filter(None, (url.password, url.query.get("password"))):
        reason = reason.replace(str(secret), "***")
    host = url.host or str(url.query.get("host") or "this machine")
    where = f"{host}, port {url.port or 5432}"
    return f"PostgreSQL at {where} cannot be used: {reason}. Is it running, and is {PREFIX}DATABASE_URL right?"
