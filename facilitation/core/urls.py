"""Addresses as a browser writes them: the origin, the path below which we live, IPv6 hosts in brackets."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?")
PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")


def authority(host: str, port: int) -> str:
    """`host:port`, with the brackets that an IPv6 address needs."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@lru_cache(maxsize=64)
def origin_of(address: str) -> str:
    """Scheme, host and port of an address, as browsers write them in `Origin`. ValueError when it has none."""
    parts = _parts(address)
    port = parts.port
    host = _host(parts.hostname or "")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" if port in {None, DEFAULT_PORTS[parts.scheme]} else f"{parts.scheme}://{shown}:{port}"


@lru_cache(maxsize=64)
def path_of(address: str) -> str:
    """The path of an address without the slash at its end: `` or `/labs`. ValueError for one we could not serve below."""
    path = _parts(address).path.rstrip("/")
    if PATH.fullmatch(path) is None:
        raise ValueError("a path of letters, digits, '-', '.', '_' and '~'")
    return path


def _parts(address: str) -> SplitResult:
    parts = urlsplit(address.strip())
    if parts.scheme not in DEFAULT_PORTS or parts.username is not None or parts.query or parts.fragment:
        raise ValueError("http:// or https://, a host and perhaps a port and a path")
    return parts


def _host(name: str) -> str:
    if ":" in name:
        if "%" in name:
            raise ValueError("an IPv6 address without a zone")
        return ipaddress.IPv6Address(name).compressed
    host = name.encode("idna").decode() if not name.isascii() else name
    if HOST.fullmatch(host) is None:
        raise ValueError("a host name")
    return host


def is_loopback(host: str | None) -> bool:
    """Does this name lead to this machine only?"""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
