"""Where an instance keeps its data: the database's address, and folders and files that are for their owner only."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "FACILITATION_"


class BadSetting(ValueError):
    """A setting that cannot be used; the message says which and why."""


class NoDatabase(BadSetting):
    """There is none where the settings say, and this command makes none."""


def checked_database_url(url: str, folder: Path) -> str:
    """PostgreSQL always by psycopg2: the driver that gives way to other green threads. A SQLite file without a folder lies in
    `folder`. `BadSetting` for anything else; it never repeats a URL, which may hold a password.
    """
    name = f"{PREFIX}DATABASE_URL"
    scheme, _, rest = url.partition("://")
    if scheme in {"postgres", "postgresql", "postgresql+psycopg2"}:
        if not _is_plain_address(url):
            raise BadSetting(f"{name}: host and port cannot be read; in a password write @ as %40, / as %2F, : as %3A, # as %23")
        return f"postgresql+psycopg2://{rest}"
    if scheme in {"sqlite", "sqlite+pysqlite"}:
        file, mark, more = rest.removeprefix("/").partition("?")
        if not rest.startswith("/") or not file or file.startswith((":memory:", "file:")):
            raise BadSetting(f"{name}: SQLite needs a file, such as sqlite:////srv/facilitation/facilitation.db")
        return f"sqlite:///{folder / file}{mark}{more}"
    said = f" begins with {scheme}://;" if re.fullmatch(r"[a-z][a-z0-9+.-]{0,30}", scheme) and rest else ""
    raise BadSetting(f"{name}{said} must begin with sqlite:/// or postgresql://")


def _is_plain_address(url: str) -> bool:
    """Can user, password, host and port be told apart?"""
    try:
        parts = urlsplit(url)
        return parts.netloc.count("@") <= 1 and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


@contextlib.contextmanager
def usable(place: Path) -> Iterator[None]:
    """`BadSetting` for a data folder, or a file in it, that cannot be read, made or written."""
    try:
        yield
    except OSError as error:
        raise BadSetting(f"{place} cannot be used for data: {error.strerror}. {PREFIX}DATA can name another folder.") from None


def keep_private(path: Path, mode: int) -> None:
    """Take from everybody but its owner what `mode` does not give; somebody else's file or folder stays as it is."""
    with contextlib.suppress(OSError):
        if path.stat().st_mode & 0o777 & ~mode:
            path.chmod(mode)
