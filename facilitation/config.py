"""Every setting: name, default, meaning. Bad values are refused at start, with the reason.

A setting is read from the environment variable of its name with the prefix `FACILITATION_`.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from facilitation.core import failpoints
from facilitation.core.urls import authority, origin_of, path_of

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "FACILITATION_"
OPEN = frozenset({"DATA", "ASYNC_MODE", "HOST", "PUBLIC_URL", "ORIGINS", "TEMPLATE", "LOG_FORMAT", "LOG_LEVEL"})  # no secrets
SAMPLES = (
    "changeme",
    "change-me",
    "change_me",
    "secretkey",
    "secret-key",
    "secret_key",
    "yoursecret",
    "your-secret",
    "your_secret",
)


class BadSetting(ValueError):
    """A setting that cannot be used; the message says which and why."""


def setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass
class Settings:
    DATA: str = setting("", "Folder of database, secret key and exports; default: instance/ beside the code")
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
    TESTING: bool = setting(False, "Set by the tests")

    def __post_init__(self) -> None:
        self.data = Path(self.DATA or ROOT / "instance").resolve()
        self.DATABASE_URL = normal_database_url(self.DATABASE_URL or f"sqlite:///{self.data / 'facilitation.db'}")
        if self.ASYNC_MODE not in {"eventlet", "threading"}:
            raise BadSetting(f"FACILITATION_ASYNC_MODE is {self.ASYNC_MODE!r}; it can be eventlet or threading")
        if not 0 <= self.PORT < 65536:
            raise BadSetting(f"FACILITATION_PORT is {self.PORT}; it must be below 65536")
        if not 2 <= self.DATABASE_CONNECTIONS <= 1000:
            raise BadSetting(f"FACILITATION_DATABASE_CONNECTIONS is {self.DATABASE_CONNECTIONS}; it can be 2 to 1000")
        if not 1 <= self.PING_SECONDS <= 50:  # balancers and mobile networks cut a silent connection after a minute
            raise BadSetting(f"FACILITATION_PING_SECONDS is {self.PING_SECONDS}; it can be 1 to 50")
        self._check_addresses()
        if self.LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise BadSetting(f"FACILITATION_LOG_LEVEL is {self.LOG_LEVEL!r}; it can be DEBUG, INFO, WARNING or ERROR")
        if self.LOG_FORMAT not in {"text", "json"}:
            raise BadSetting(f"FACILITATION_LOG_FORMAT is {self.LOG_FORMAT!r}; it can be text or json")
        if self.REDIS_URL and not self.REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
            raise BadSetting("FACILITATION_REDIS_URL must begin with redis://, rediss:// or unix://")
        if self.TEMPLATE and not Path(self.TEMPLATE).is_file():
            raise BadSetting(f"FACILITATION_TEMPLATE: there is no file {self.TEMPLATE!r}")
        if failpoints.armed() and (self.PRODUCTION or failpoints.armed() not in failpoints.POINTS):
            raise BadSetting(f"{failpoints.VARIABLE} is for tests, and one of {', '.join(failpoints.POINTS)}")
        if self.PRODUCTION and (reasons := list(self._unfit(os.environ))):
            raise BadSetting(f"{PREFIX}PRODUCTION: " + "; ".join(reasons))
        self.SECRET_KEY = self.SECRET_KEY or self._kept_key()
        self._check_key()

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
        if path.exists():
            return path.read_text().strip()
        self.data.mkdir(parents=True, exist_ok=True)
        key = secrets.token_hex(32)
        handle, temporary = tempfile.mkstemp(dir=self.data)
        with os.fdopen(handle, "w") as file:
            file.write(key)
        try:
            os.link(temporary, path)  # two first starts at once: one key wins
        except FileExistsError:
            return path.read_text().strip()
        finally:
            os.unlink(temporary)
        return key

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
        changed = {item.name: getattr(self, item.name) for item in fields(self) if getattr(self, item.name) != item.default}
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


def is_loopback(host: str | None) -> bool:
    """Does this name lead to this machine only?"""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def normal_database_url(url: str) -> str:
    """PostgreSQL always by psycopg2: the driver that gives way to other green threads."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg2://" + url[len(short) :]
    return url


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
            values[item.name] = _read(item.name, str(item.type), raw)
    return Settings(**{**values, **overrides})


def _read(name: str, kind: str, raw: str) -> Any:
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
