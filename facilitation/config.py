"""Every setting: name, default, meaning. Bad values are refused at start, with the reason.

A setting is read from the environment variable of its name with the prefix `FACILITATION_`.
"""

from __future__ import annotations

import errno
import importlib.util
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from facilitation import paths
from facilitation.core import failpoints
from facilitation.core.data_place import PREFIX as PREFIX
from facilitation.core.data_place import BadSetting as BadSetting
from facilitation.core.data_place import NoDatabase as NoDatabase
from facilitation.core.data_place import checked_database_url, keep_private, usable
from facilitation.core.urls import authority, is_loopback, origin_of, path_of

ROOT = Path(__file__).resolve().parent.parent
OPEN = frozenset(
    {"DATA", "ASYNC_MODE", "HOST", "PUBLIC_URL", "ORIGINS", "TEMPLATE", "LOG_FORMAT", "LOG_LEVEL", "PROGRAM"}
)  # no secrets
RANGES = {
    "PORT": (0, 65535),
    "DATABASE_CONNECTIONS": (2, 1000),
    "PING_SECONDS": (1, 50),  # balancers and mobile networks cut a silent connection after a minute
}
CHOICES = {
    "ASYNC_MODE": ("eventlet", "threading"), "LOG_LEVEL": ("DEBUG", "INFO", "WARNING", "ERROR"), "LOG_FORMAT": ("text", "json"),
}  # fmt: skip
SAMPLES = (
    "changeme", "change-me", "change_me", "secretkey", "secret-key", "secret_key", "yoursecret", "your-secret", "your_secret",
)  # fmt: skip


def setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass
class Settings:
    DATA: str = setting(
        "", "Folder of database, secret key and exports; default: instance/ beside the code, installed the user's data folder"
    )
    DATABASE_URL: str = setting("", "SQLAlchemy URL; default: SQLite file in DATA; postgresql:// is taken as psycopg2")
    DATABASE_CONNECTIONS: int = setting(20, "Connections to the database of each process; PostgreSQL must allow their sum")
    SECRET_KEY: str = setting("", "At least 32 characters; default: made at first start, kept in DATA/secret_key")
    ASYNC_MODE: str = setting("eventlet", "eventlet (default) or threading")
    PRODUCTION: bool = setting(
        False, "Refuse what is only fit for a trial: no key or a sample one, plain http for others, debugging; never sample data"
    )
    HOST: str = setting("127.0.0.1", "Address to listen on")
    PORT: int = setting(5000, "Port to listen on")
    LAN: bool = setting(False, "Plain http for a local network is accepted, and every page says so")
    PUBLIC_URL: str = setting(
        "", "Address people use, e.g. https://labs.example.org or https://example.org/labs; default: from HOST and PORT"
    )
    ORIGINS: str = setting("", "More origins that may send commands, separated by spaces")
    TEMPLATE: str = setting("", "Another Flagship case template (YAML) in place of the built-in one")
    REDIS_URL: str = setting("", "Redis that carries 'lab L reached n' between workers; none for a single process")
    CATCH_UP_SECONDS: float = setting(2.5, "How often a process looks for changes that other processes made")
    MAX_SOCKETS: int = setting(4000, "Sockets one process accepts")
    MAX_SOCKETS_PER_SEAT: int = setting(4, "Sockets of one seat; one more takes the place of its oldest")
    POSTS_BURST: int = setting(5, "Contributions a seat may send at once")
    POSTS_SECONDS: float = setting(3.0, "Then one per this many seconds")
    COMMANDS_PER_10S: int = setting(20, "Commands of one seat in ten seconds")
    WRONG_CODES: int = setting(20, "Wrong join codes of one network in ten minutes before answers are delayed")
    LOGINS_PER_ACCOUNT: int = setting(5, "Failed sign-ins of one account in 15 minutes before answers are delayed")
    LOGINS_PER_ADDRESS: int = setting(50, "Failed sign-ins of one address in 15 minutes before answers are delayed")
    UPLOAD_BYTES: int = setting(10_000_000, "Largest upload, packed")
    BUSY_TIMEOUT_MS: int = setting(900, "How long a write waits for a locked SQLite file before it answers `busy`")
    PING_SECONDS: int = setting(20, "How often a client is asked whether it is still there; it has as long again to answer")
    TICK_SECONDS: float = setting(15.0, "How often a client hears the current numbers")
    PRESENCE_SECONDS: float = setting(2.0, "At most this often a change of presence is sent")
    SESSION_HOURS: int = setting(12, "How long staff stay signed in")
    SEAT_DAYS: int = setting(7, "How long a seat's cookie lives")
    PROXIES: int = setting(0, "How many proxies of your own stand before this (nginx: 1): their X-Forwarded-For and -Proto count")
    SHARED_PORT: bool = setting(False, "Several processes listen on the same port; sockets only, no long-polling")
    METRICS: bool = setting(False, "Answer /metrics for Prometheus (needs the extra `metrics`); keep it from the public")
    LOG_FORMAT: str = setting("text", "text, or json for one object per line")
    LOG_LEVEL: str = setting("INFO", "DEBUG, INFO, WARNING or ERROR")
    PROGRAM: str = setting("", "What messages call the command line; default: as it was started")
    TESTING: bool = setting(False, "Set by the tests")
    must_exist: InitVar[bool] = False  # for what only reads: refuse, instead of making, data that is not there

    def __post_init__(self, must_exist: bool) -> None:
        self._given = [item.name for item in fields(self) if getattr(self, item.name) != item.default]
        self.data = self._data_folder()
        self.DATABASE_URL = checked_database_url(self.DATABASE_URL or "sqlite:///facilitation.db", self.data)
        self._check_ranges()
        self._check_addresses()
        if self.REDIS_URL and not self.REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
            raise BadSetting("FACILITATION_REDIS_URL must begin with redis://, rediss:// or unix://")
        if self.TEMPLATE and not Path(self.TEMPLATE).is_file():
            raise BadSetting(f"FACILITATION_TEMPLATE: there is no file {self.TEMPLATE!r}")
        if failpoints.armed() and (self.PRODUCTION or failpoints.armed() not in failpoints.POINTS):
            raise BadSetting(f"{failpoints.VARIABLE} is for tests, and one of {', '.join(failpoints.POINTS)}")
        if self.METRICS and importlib.util.find_spec("prometheus_client") is None:
            raise BadSetting(f"{PREFIX}METRICS needs a package that is not installed: pip install prometheus-client")
        if must_exist:
            self._check_there()
        if self.PRODUCTION and (reasons := list(self._unfit(os.environ))):
            raise BadSetting(f"{PREFIX}PRODUCTION: " + "; ".join(reasons))
        self.SECRET_KEY = self.SECRET_KEY or self._kept_key()
        self._check_key()

    def _check_ranges(self) -> None:
        for name, (least, most) in RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise BadSetting(f"{PREFIX}{name} is {getattr(self, name)}; it can be {least} to {most}")
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise BadSetting(f"{PREFIX}{name} is {getattr(self, name)!r}; it can be {', '.join(choices)}")

    def _check_addresses(self) -> None:
        try:
            self.base, _origin = path_of(self.public_url), origin_of(self.public_url)
        except ValueError as error:
            name = "PUBLIC_URL" if self.PUBLIC_URL else "HOST"
            raise BadSetting(f"{PREFIX}{name} is {getattr(self, name)!r}; {error} is needed") from None
        for more in self.ORIGINS.split():
            try:
                if path_of(more):
                    raise ValueError("an address without a path")
                origin_of(more)
            except ValueError as error:
                raise BadSetting(f"{PREFIX}ORIGINS holds {more!r}; {error} is needed") from None

    def _unfit(self, environment: Mapping[str, str]) -> Iterator[str]:
        """Why this must not face the public."""
        kept = self.data / "secret_key"
        if not self.SECRET_KEY and not kept.exists():
            yield f"{PREFIX}SECRET_KEY is missing; give 32 random characters or more, and keep them: codes and links hang on it"
        elif not self.SECRET_KEY and kept.stat().st_mode & 0o077:
            yield f"{kept} can be read by others than its owner"
        local = self.LAN or is_loopback(self.HOST)
        for origin in self.origins:
            if not origin.startswith("https://") and not (local and (self.LAN or is_loopback(urlsplit(origin).hostname))):
                yield f"{origin} is plain http; {PREFIX}PUBLIC_URL and ORIGINS must be https, unless {PREFIX}LAN is set"
        if self.TESTING or environment.get("FLASK_DEBUG", "0").lower() not in {"", "0", "false", "no"}:
            yield "testing and debugging are on"

    def _kept_key(self) -> str:
        """The key made at first start; only its owner can read the file."""
        path = self.data / "secret_key"
        with usable(self.data):
            if path.exists():
                return path.read_text().strip()
            self.make_folder()
            key = secrets.token_hex(32)
            handle, temporary = tempfile.mkstemp(dir=self.data)
            try:
                with os.fdopen(handle, "w") as file:
                    file.write(key)
                os.link(temporary, path)  # two first starts at once: one key wins
            except FileExistsError:
                return path.read_text().strip()
            finally:
                os.unlink(temporary)
            return key

    def _data_folder(self) -> Path:
        try:
            return Path(self.DATA or paths.data_folder()).resolve()
        except RuntimeError:
            raise BadSetting(f"This user has no home folder to keep data in; {PREFIX}DATA must name one.") from None

    def make_folder(self) -> None:
        """The data folder, for its owner only.

        One that was there before and was named by somebody keeps its mode: it may hold more than our data.
        """
        with usable(self.data):
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.DATA:
                keep_private(self.data, 0o700)
            if not os.access(self.data, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def make_database_file(self) -> None:
        """The SQLite file, empty where there is none, and for its owner only; SQLite gives its helper files the same mode."""
        if (file := self.database_file) is None:
            return
        with usable(file):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
            for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
                keep_private(file.with_name(name), 0o600)

    def _check_there(self) -> None:
        file = self.database_file
        with usable(self.data):
            there = self.data.is_dir() and (file is None or file.is_file())
        if not there:
            raise NoDatabase(f"There is no database in {file.parent if file else self.data}. {PREFIX}DATA names its folder.")

    @property
    def database_file(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        scheme, _, rest = self.DATABASE_URL.partition(":///")
        return Path(rest.partition("?")[0]) if scheme.startswith("sqlite") else None

    def _check_key(self) -> None:
        said = self.SECRET_KEY.lower()
        if len(said) < 32 or len(set(said)) < 8 or any(sample in said for sample in SAMPLES):
            raise BadSetting("FACILITATION_SECRET_KEY is missing, too short or a sample; give at least 32 random characters")

    @property
    def public_url(self) -> str:
        """What people type: origin and path, without a slash at the end."""
        if self.PUBLIC_URL:
            return origin_of(self.PUBLIC_URL) + path_of(self.PUBLIC_URL)
        host = "127.0.0.1" if is_any(self.HOST) else self.HOST
        return origin_of(f"http://{authority(host, self.PORT)}")

    @property
    def origin(self) -> str:
        """Scheme, host and port of `public_url`."""
        return origin_of(self.public_url)

    @property
    def origins(self) -> list[str]:
        """The origins that may open sockets and send commands."""
        own = [self.origin]
        if not self.PUBLIC_URL:
            hosts = ("127.0.0.1", "localhost", "::1", *([] if is_any(self.HOST) else [self.HOST]))
            own += [origin_of(f"http://{authority(host, self.PORT)}") for host in hosts]
        return list(dict.fromkeys([*own, *map(origin_of, self.ORIGINS.split())]))

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")

    def shown(self) -> dict[str, object]:
        """What differs from its default, for the log. Of a text only that it is set, unless it is in `OPEN`."""
        changed = {name: getattr(self, name) for name in self._given}
        hidden = {name for name, value in changed.items() if isinstance(value, str) and name not in OPEN}
        return {name: "set" if name in hidden else value for name, value in changed.items()}

    @property
    def cookie_path(self) -> str:
        return self.base or "/"

    @property
    def cookie_prefix(self) -> str:
        """Over https a browser guards these names: `__Host-` demands the path `/`, so below a path it is `__Secure-`."""
        return ("__Secure-" if self.base else "__Host-") if self.secure else ""

    def join_url(self, code: str) -> str:
        return f"{self.public_url}/join/{code}"


def is_any(host: str) -> bool:
    """Does listening on this mean every address of the machine?"""
    return host in {"0.0.0.0", "::", ""}  # noqa: S104 - compared, not bound


def from_variable(name: str) -> str:
    """What the environment says about one setting, as it stands there."""
    return os.environ.get(PREFIX + name, "")


def from_environment(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from the environment; `overrides` win. Raises `BadSetting`."""
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for item in fields(Settings):
        raw = environment.get(PREFIX + item.name)
        if raw is not None and raw != "":
            values[item.name] = read(item.name, str(item.type), raw)
    return Settings(**{**values, **overrides})


def read(name: str, kind: str, raw: str) -> Any:
    try:
        if kind == "int":
            return int(raw)
        if kind == "float":
            return float(raw)
    except ValueError:
        raise BadSetting(f"{PREFIX}{name} is {raw!r}; a number is needed") from None
    if kind == "bool":
        if raw.lower() not in {"1", "0", "true", "false", "yes", "no", "on", "off"}:
            raise BadSetting(f"{PREFIX}{name} is {raw!r}; say yes or no")
        return raw.lower() in {"1", "true", "yes", "on"}
    return raw
