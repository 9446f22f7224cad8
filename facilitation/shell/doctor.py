"""`doctor`: looks at everything an instance needs, changes nothing, and says of each thing what to do. Prints no secret."""

from __future__ import annotations

import os
import platform
import re
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from facilitation import __version__, config, paths
from facilitation.core.data_place import usable
from facilitation.core.outages import HINTS, reason_of
from facilitation.migration import known
from facilitation.shell.answering import Answer, answering
from facilitation.shell.doctor_network import Finding, bad, certificate, clock_beside, ok, public_address, redis_answers, warn
from facilitation.start import to_type

LITTLE, TOO_LITTLE = 1_000_000_000, 100_000_000  # bytes free
LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)\s*(;)?", re.MULTILINE)


def _lines(answer: Answer) -> str:
    found = []
    for check in answer["checks"]:
        found.append(f"{check['state']:5} {check['what']:12} {check['found']}")
        if check["do"]:
            found.append(f"{'':18} -> {check['do']}")
    return "\n".join(found)


@click.command("doctor")
@answering(_lines, failed=lambda answer: not answer["ok"])
def doctor() -> Answer:
    """Look at database, migrations, Redis, proxy, mail, disk, clock, certificate and versions. Ends with 1 when something is bad.

    Changes nothing, and works while the server runs or the database is away.
    """
    checks = list(examined())
    return {"ok": all(check.state != "bad" for check in checks), "checks": [asdict(check) for check in checks]}


def examined() -> Iterator[Finding]:
    """Every finding, in the order in which one would repair."""
    yield from versions()
    try:
        settings = _settings()
    except config.BadSetting as error:
        yield bad("settings", "refused", str(error))
        return
    yield ok("settings", f"changed: {', '.join(settings.shown())}" if settings.shown() else "all as they are by default")
    yield secret_key(settings)
    yield data_folder(settings)
    yield disk(settings)
    engine = looking(settings)
    with_clock = database(settings, engine)
    yield from with_clock.findings
    yield redis_answers(settings)
    answer = public_address(settings)
    yield answer.finding
    yield clock_beside(with_clock.ahead, answer.ahead)
    yield certificate(settings)
    yield ok("mail", f"no mail is set up; sign-in links are made with: {to_type('sign-in-link EMAIL')}")


def _settings() -> config.Settings:
    """Those of the environment. Reading them would make a key where there is none: one for the moment takes its place."""
    with usable(_kept_key().parent):
        kept = _kept_key().is_file()
    key: dict[str, Any] = {} if config.from_variable("SECRET_KEY") or kept else {"SECRET_KEY": secrets.token_hex(32)}
    return config.from_environment(ASYNC_MODE="threading", **key)


def _kept_key() -> Path:
    return Path(config.from_variable("DATA") or paths.data_folder()) / "secret_key"


def versions() -> Iterator[Finding]:
    yield ok("versions", f"facilitation {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    lock = config.ROOT / "requirements.txt"
    if not lock.is_file():
        yield ok("packages", "no lock file here (an installed wheel); pip looked after them")
        return
    differing = [f"{name} {there or 'missing'} (lock: {wanted})" for name, wanted, there in _differing(lock.read_text("utf-8"))]
    if differing:
        do = "start python3 wsgi.py once without FACILITATION_NO_BOOTSTRAP, or pip install --require-hashes -r requirements.txt"
        yield warn("packages", f"{len(differing)} not as in requirements.txt: {', '.join(differing[:5])}", do)
    else:
        yield ok("packages", "as in requirements.txt")


def _differing(lock: str) -> Iterator[tuple[str, str, str | None]]:
    """(name, locked, installed) where they differ. One only for some systems may be missing."""
    locked: dict[str, list[str]] = {}
    everywhere = set()
    for name, wanted, condition in LOCKED.findall(lock):
        locked.setdefault(name, []).append(wanted)
        everywhere |= set() if condition else {name}
    for name, wanted in locked.items():
        try:
            there: str | None = version(name)
        except PackageNotFoundError:
            there = None
        if there not in wanted and (there is not None or name in everywhere):
            yield name, " or ".join(wanted), there


def secret_key(settings: config.Settings) -> Finding:
    if config.from_variable("SECRET_KEY"):
        return ok("secret key", "from FACILITATION_SECRET_KEY")
    if not _kept_key().is_file():
        if settings.PRODUCTION:
            return bad(
                "secret key", "there is none", "set FACILITATION_SECRET_KEY to 32 random characters or more, and keep them"
            )
        return ok("secret key", "made at the first start")
    if _kept_key().stat().st_mode & 0o077:
        return bad("secret key", "others can read it", f"chmod 600 {_kept_key()}")
    return ok("secret key", f"in {_kept_key()}")


def data_folder(settings: config.Settings) -> Finding:
    """There, writable, and only its owner's."""
    folder = settings.data
    if not folder.is_dir():
        return warn("data", f"{folder} is not there", "it is made at the first start; is FACILITATION_DATA right?")
    paths = [folder, *(path for path in folder.iterdir() if path.is_file())]
    locked = [path for path in paths if not _writable(path)]
    if locked:
        return bad("data", f"not writable: {_names(locked)}", f"give them to the user of the server: chown -R USER {folder}")
    if folder.stat().st_mode & 0o077 and (open_to_others := [path for path in paths if path.stat().st_mode & 0o077]):
        return warn("data", f"others can read: {_names(open_to_others)}", f"chmod 700 {folder} && chmod 600 {folder}/*")
    return ok("data", f"{folder}, private and writable")


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK | (os.X_OK if path.is_dir() else 0))


def _names(paths: list[Path]) -> str:
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(path.name or str(path) for path in paths[:3]) + more


def disk(settings: config.Settings) -> Finding:
    folder = next(path for path in (settings.data, *settings.data.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free at {folder}"
    if free < LITTLE:
        return (bad if free < TOO_LITTLE else warn)("disk", found, "free space: a full disk answers every contribution with busy")
    return ok("disk", found)


# ---- the database


@dataclass
class Examined:
    """What the database says. `ahead`: its clock against ours, in seconds; None when it has none of its own."""

    findings: list[Finding]
    ahead: float | None = None


def looking(settings: config.Settings) -> Engine | None:
    """An engine that only reads and makes no file. None: there is no SQLite file yet."""
    if not settings.DATABASE_URL.startswith("sqlite"):
        options: dict[str, Any] = {"connect_timeout": 5, "options": "-c default_transaction_read_only=on"}
        return create_engine(settings.DATABASE_URL, poolclass=NullPool, hide_parameters=True, connect_args=options)
    file = Path(settings.DATABASE_URL.removeprefix("sqlite:///"))
    if not file.is_file():
        return None
    how = "mode=ro" if file.with_name(f"{file.name}-wal").exists() else "immutable=1"  # nobody has it open: no file beside it
    return create_engine("sqlite://", poolclass=NullPool, creator=lambda: sqlite3.connect(f"{file.as_uri()}?{how}", uri=True))


def database(settings: config.Settings, engine: Engine | None) -> Examined:
    if engine is None:
        file = settings.DATABASE_URL.removeprefix("sqlite:///")
        return Examined([warn("database", f"{file} is not there", "it is made at the first start; is FACILITATION_DATA right?")])
    try:
        with engine.connect() as connection:
            current = set(MigrationContext.configure(connection).get_current_heads())
            if engine.dialect.name == "sqlite":
                return Examined([ok("database", f"SQLite, {_size(settings)}"), migrations(current)])
            number = connection.scalar(text("SHOW server_version"))
            found = f"PostgreSQL {number}, database {connection.scalar(text('SELECT current_database()'))}"
            standby = connection.scalar(text("SELECT pg_is_in_recovery()"))
            ahead = float(connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0) - time.time()
    except (SQLAlchemyError, sqlite3.Error) as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        return Examined([bad("database", f"does not answer ({kind})", HINTS[reason_of(error)])])
    state = bad("database", f"{found}, read-only", HINTS["read_only"]) if standby else ok("database", found)
    return Examined([state, migrations(current)], ahead)


def _size(settings: config.Settings) -> str:
    return f"{Path(settings.DATABASE_URL.removeprefix('sqlite:///')).stat().st_size / 1e6:.1f} MB"


def migrations(current: set[str]) -> Finding:
    if current == {known()[-1]}:
        return ok("migrations", "the database is of this version")
    if not current:
        return bad("migrations", "the database is empty", to_type("migrate"))
    return bad("migrations", f"the database is of another version ({', '.join(sorted(current))})",
               f"{to_type('migrate')}; if it is newer, install the newer program")  # fmt: skip
