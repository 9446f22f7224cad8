"""What `doctor` finds out by asking others: Redis, the public address, its certificate, and their clocks."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import redis
import requests

from facilitation import address, config
from facilitation.core.outages import HINTS
from facilitation.core.urls import is_loopback

PATIENCE = 3.0  # seconds for each that is asked
OFF = 5.0  # seconds a clock may differ; a Date header is only exact to the second
SOON, VERY_SOON = 14, 3  # days a certificate is still good for


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, its state (ok, warn, bad), what was found, and what to do."""

    what: str
    state: str
    found: str
    do: str = ""


def ok(what: str, found: str) -> Finding:
    return Finding(what, "ok", found)


def warn(what: str, found: str, do: str) -> Finding:
    return Finding(what, "warn", found, do)


def bad(what: str, found: str, do: str) -> Finding:
    return Finding(what, "bad", found, do)


def redis_answers(settings: config.Settings) -> Finding:
    if not settings.REDIS_URL:
        if settings.DATABASE_URL.startswith("sqlite"):
            return ok("redis", "not set, and not needed by a single process")
        return warn("redis", "not set", "fine for one process; for several workers set FACILITATION_REDIS_URL, else they hear "
                    f"of each other only every {settings.CATCH_UP_SECONDS} s")  # fmt: skip
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE) as client:
            client.ping()
            return ok("redis", f"version {client.info('server').get('redis_version', 'unknown')}")
    except (redis.RedisError, OSError, ValueError) as error:
        return bad("redis", f"does not answer ({type(error).__name__})", HINTS["redis"].partition(";")[0])


@dataclass(frozen=True)
class Public:
    """What is said at the public address. `ahead`: its clock against ours, in seconds."""

    finding: Finding
    ahead: float | None = None


def public_address(settings: config.Settings) -> Public:
    """Ask `/healthz` at the address people use, and compare what answers with the settings about proxies."""
    public = address.known(settings)
    try:
        answer = requests.get(f"{public}/healthz", timeout=PATIENCE, allow_redirects=False)
    except requests.exceptions.SSLError:
        return Public(bad("proxy", f"{public} has no valid certificate", "see the line about the certificate"))
    except requests.RequestException as error:
        do = "start the server; if it runs, look at FACILITATION_PUBLIC_URL, the name's address, the proxy and the firewall"
        return Public(warn("proxy", f"nothing answers at {public} ({type(error).__name__})", do))
    return Public(_judged(settings, answer), _ahead(answer))


def _judged(settings: config.Settings, answer: requests.Response) -> Finding:
    if answer.is_redirect:
        there = urlsplit(answer.headers["Location"])
        do = f"set FACILITATION_PUBLIC_URL to the address people end at, perhaps {there.scheme}://{there.netloc}"
        return bad("proxy", f"{settings.public_url} sends people on", do)
    if answer.status_code != 200 or not _is_ours(answer):
        do = "look whether the proxy passes requests on to the port of the server, and whether that is this program"
        return bad("proxy", f"{settings.public_url} answers {answer.status_code}, but not as this program does", do)
    if settings.secure and "Strict-Transport-Security" not in answer.headers:
        return bad("proxy", "the running server does not know that it is reached by https",
                   "give FACILITATION_PUBLIC_URL to the server too, and start it again")  # fmt: skip
    if settings.secure and not settings.PROXIES:
        return warn("proxy", f"{settings.public_url} answers, but FACILITATION_PROXIES is 0",
                    "set it to the number of your proxies (nginx: 1) and let them send X-Forwarded-For and X-Forwarded-Proto; "
                    "`serve` does so by itself")  # fmt: skip
    if settings.PROXIES and not settings.secure and not is_loopback(urlsplit(settings.public_url).hostname):
        return warn("proxy", f"{settings.public_url} is plain http behind a proxy", "let the proxy speak https")
    return ok("proxy", f"{address.known(settings)} answers")


def _is_ours(answer: requests.Response) -> bool:
    try:
        return bool(answer.json() == {"ok": True})
    except ValueError:
        return False


def _ahead(answer: requests.Response) -> float | None:
    try:
        return parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()
    except (KeyError, ValueError):
        return None


def clock_beside(database: float | None, proxy: float | None) -> Finding:
    """This machine's clock against those of others, as far as there are any."""
    known = {name: ahead for name, ahead in (("the database", database), ("the public address", proxy)) if ahead is not None}
    if not known:
        return ok("clock", "nothing to compare it with")
    name, ahead = max(known.items(), key=lambda item: abs(item[1]))
    if abs(ahead) > OFF:
        return bad("clock", f"{name} is {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'}", "let NTP set both clocks")
    return ok("clock", f"within {OFF:.0f} s of {' and '.join(known)}")


def certificate(settings: config.Settings) -> Finding:
    """How long it is good for."""
    place = urlsplit(settings.public_url)
    if place.scheme != "https":
        return ok("certificate", "none: the public address is plain http")
    host, port = place.hostname or "", place.port or 443
    try:
        trust = ssl.create_default_context()
        with socket.create_connection((host, port), PATIENCE) as line, trust.wrap_socket(line, server_hostname=host) as secured:
            until = ssl.cert_time_to_seconds(str((secured.getpeercert() or {})["notAfter"]))
    except ssl.SSLCertVerificationError as error:
        return bad("certificate", f"not valid: {error.verify_message}", "renew it, with the whole chain, for this very name")
    except (OSError, KeyError, ValueError) as error:
        return warn("certificate", f"could not be read ({type(error).__name__})", "see the line about the proxy")
    days = int((until - time.time()) / 86400)
    if days < SOON:
        return (bad if days < VERY_SOON else warn)(
            "certificate", f"good for {days} days", "renew it, and see why it was not renewed"
        )
    return ok("certificate", f"good for {days} days")
