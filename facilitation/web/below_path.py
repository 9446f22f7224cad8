"""The tool below a path of a host with other pages: /tool/join is our /join, and every address we write begins with /tool.

The whole path arrives here: a proxy passes it on as it came. Nothing else is ours, but for what machines ask each process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
ASKED_BY_MACHINES = frozenset({"/healthz", "/readyz", "/metrics"})


class BelowPath:
    """Moves `base` from the path to SCRIPT_NAME, where Flask and the socket server expect it."""

    def __init__(self, app: WSGIApp, base: str) -> None:
        self._app, self._base = app, base

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == self._base or path.startswith(f"{self._base}/"):
            environ |= {"SCRIPT_NAME": self._base, "PATH_INFO": path.removeprefix(self._base) or "/"}
        elif path == "/":
            start_response("302 Found", [("Location", f"{self._base}/"), ("Content-Length", "0")])
            return []
        elif path not in ASKED_BY_MACHINES:
            start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return []
        return self._app(environ, start_response)
