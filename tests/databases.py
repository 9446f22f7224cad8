"""The two databases the tests run on: a SQLite file in the data folder, or a database of a private PostgreSQL server.

A data folder made by `copied` belongs to one database; the environment names it for everything that starts afterwards.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psycopg2

from tests.programs import beside, need
from tests.running import free_port

URL = "FACILITATION_DATABASE_URL"
#: Quick, because what is tried is our program ending badly, not the machine; the durability of commits stays asked for.
OPTIONS = {
    "fsync": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0", "shared_buffers": "64MB",
    "max_connections": "300", "unix_socket_directories": "", "listen_addresses": "127.0.0.1", "max_wal_size": "256MB",
}  # fmt: skip
OWNERS = ("postgres", "nobody")  # the server refuses to run as root


class Postgres:
    """A PostgreSQL server of the tests' own: a new cluster in a temporary folder (`on` a disk), on a free port of loopback."""

    def __init__(self, *, durable: bool = False, on: Path | None = None) -> None:
        need("postgres")
        self._options = {**OPTIONS, "fsync": "on", "full_page_writes": "on"} if durable else OPTIONS
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="facilitation-postgres-", dir=on))
        self._user: int | None = None
        if os.getuid() == 0:
            self._user = next(pwd.getpwnam(name).pw_uid for name in OWNERS if _is_user(name))
            os.chown(self.folder, self._user, -1)
        self._run("initdb", "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N", *self._collation())
        self._process: subprocess.Popen[bytes] | None = None

    def _collation(self) -> tuple[str, ...]:
        """Sort as people do, where the server can: what we sort by must not depend on it."""
        told = subprocess.run([str(beside("postgres", "initdb")), "--help"], capture_output=True, text=True, check=True).stdout
        return ("--locale-provider=icu", "--icu-locale=en") if "--icu-locale" in told else ()

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(beside("postgres", program)), "-D", str(self.folder / "data"), *arguments]
        done = subprocess.run(command, user=self._user, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout[-1000:]}{done.stderr[-1000:]}")

    def start(self) -> Postgres:
        options = [f"-c{name}={value}" for name, value in self._options.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(need("postgres")), "-D", str(self.folder / "data"), "-p", str(self.port), *options],
                user=self._user, cwd=self.folder, stdout=log, stderr=log,
            )  # fmt: skip
        until = time.monotonic() + 60
        while True:
            try:
                self.execute("SELECT 1")
                return self
            except psycopg2.OperationalError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((self.folder / "log").read_text()[-3000:]) from None
                time.sleep(0.05)

    def stop(self) -> None:
        """At once: whoever is connected is thrown out, as in a crash."""
        if self._process is not None:
            self._run("pg_ctl", "stop", "-m", "immediate", "-w")
            self._process.wait(timeout=20)
            self._process = None

    def hang_up_on_all(self) -> None:
        """End every connection, as an administrator or a failing network does."""
        self.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def url(self, name: str) -> str:
        return f"postgresql://tests@127.0.0.1:{self.port}/{name}"

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """One statement outside any transaction; its rows."""
        connection = psycopg2.connect(self.url(database), connect_timeout=5)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def create(self, template: str = "template0") -> str:
        """A new database, a copy of `template`; its name."""
        name = f"t{uuid.uuid4().hex[:16]}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


_AT_HOME: dict[Path, tuple[Postgres, str]] = {}  # data folder → its database, when that is PostgreSQL


def use(folder: Path) -> Path:
    """Programs and applications that start from now on use the database of this data folder."""
    os.environ.pop(URL, None)
    if folder in _AT_HOME:
        server, name = _AT_HOME[folder]
        os.environ[URL] = server.url(name)
    return folder


def settle(folder: Path, server: Postgres) -> Path:
    """Give an empty data folder an empty database of this server."""
    _AT_HOME[folder] = server, server.create()
    return use(folder)


def copied(source: Path, target: Path) -> Path:
    """A data folder with its database, copied; nobody may be connected to the original. The copy is in use."""
    shutil.copytree(source, target)
    if source in _AT_HOME:
        server, name = _AT_HOME[source]
        _AT_HOME[target] = server, server.create(name)
    return use(target)


def discard(folder: Path) -> None:
    """Its database is no longer needed."""
    os.environ.pop(URL, None)
    if folder in _AT_HOME:
        server, name = _AT_HOME.pop(folder)
        server.drop(name)
