"""How often somebody may ask (safety, section 2): in front of the dispatcher, the same for both doors.

Keyed by seat or account, never by address: a whole room shares one address. Wrong join codes and failed sign-ins are
counted per network and per account, and only slow down: nobody can lock somebody else out.
"""

from __future__ import annotations

import ipaddress
import time
from collections import deque
from typing import Any

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from facilitation.core.actor import Identity
from facilitation.core.errors import Refused

WRITES_TEXT = {"contribution.post", "contribution.reply"}
TEN_MINUTES, QUARTER = 600, 900


class Window:
    """So many in so many seconds for each key. The library's moving window walks through every key a hundred times a second;
    with a thousand phones that was a tenth of all the work, so what is asked for every command is counted here.
    """

    def __init__(self, amount: int, seconds: float) -> None:
        self.amount, self._seconds = amount, seconds
        self._hits: dict[str, deque[float]] = {}
        self._tidied = time.monotonic()

    def wait(self, key: str) -> float:
        """0 when it may pass, and then it is counted; else the seconds until it may. Refused ones do not count."""
        now = time.monotonic()
        self._tidy(now)
        hits = self._hits.setdefault(key, deque())
        while hits and now - hits[0] >= self._seconds:
            hits.popleft()
        if len(hits) >= self.amount:
            return self._seconds - (now - hits[0])
        hits.append(now)
        return 0.0

    def _tidy(self, now: float) -> None:
        """Forget the keys that were silent for a whole window, once a minute."""
        if now - self._tidied > 60:
            self._tidied = now
            self._hits = {key: hits for key, hits in self._hits.items() if hits and now - hits[-1] < self._seconds}


class Limits:
    """Counters of one process, in memory; they start afresh with it."""

    def __init__(self, settings: Any) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._any = Window(settings.COMMANDS_PER_10S, 10)
        self._posts = Window(settings.POSTS_BURST, settings.POSTS_BURST * settings.POSTS_SECONDS)
        self._codes = RateLimitItemPerSecond(settings.WRONG_CODES, TEN_MINUTES)
        self._account = RateLimitItemPerSecond(settings.LOGINS_PER_ACCOUNT, QUARTER)
        self._address = RateLimitItemPerSecond(settings.LOGINS_PER_ADDRESS, QUARTER)

    def command(self, who: Identity, name: str, *, loose: bool = False) -> None:
        """Let a command of a seat pass, or `Refused('rate')` with the time to wait. `loose`: a rehearsal."""
        if who.kind != "seat" or loose:
            return
        for window in (self._any, self._posts) if name in WRITES_TEXT else (self._any,):
            if wait := window.wait(who.id):
                raise Refused("rate", after_ms=max(250, round(wait * 1000)))

    def wrong_code(self, address: str) -> None:
        """Count a wrong code; beyond the limit the next ones from this network take longer and longer."""
        self._window.hit(self._codes, "code", network(address))

    def code_delay(self, address: str) -> float:
        """Seconds a wrong code of this network is answered later. A right code is never delayed."""
        return 0.0 if self._window.test(self._codes, "code", network(address)) else 2.0

    def failed_login(self, address: str, account: str) -> None:
        self._window.hit(self._account, "account", account)
        self._window.hit(self._address, "address", network(address))

    def login_delay(self, address: str, account: str) -> float:
        """Seconds to wait before a failed sign-in is answered."""
        free = self._window.test(self._account, "account", account) and self._window.test(
            self._address, "address", network(address)
        )
        return 0.0 if free else 2.0


def network(address: str) -> str:
    """The network an address belongs to: /24 for IPv4, /48 for IPv6."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))
