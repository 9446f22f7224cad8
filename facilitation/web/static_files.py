"""Files that never change under their address: the address carries a digest of all of them.

A phone fetches each file once and keeps it for a year; after an upgrade the page names new addresses, and modules that import
each other by relative paths stay together. Texts travel packed: a room full of phones shares one access point.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request

from facilitation.paths import STATIC
from facilitation.web.lean import lean

PACKED = frozenset({".js", ".css", ".svg", ".json", ".txt", ".webmanifest"})
YEAR = 31_536_000


@lru_cache(maxsize=1)
def digest() -> str:
    """Twelve hex digits over every static file's name and content."""
    total = hashlib.sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        total.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:12]


@lru_cache(maxsize=512)
def _packed(path: Path) -> bytes:
    content = path.read_bytes()
    if path.parts[len(STATIC.parts)] in {"js", "css"}:  # our own; what others wrote keeps its notices
        content = lean(path, content.decode()).encode()
    return gzip.compress(content, compresslevel=9, mtime=0)


def register(app: Flask) -> None:
    @app.after_request
    def pack(answer: Response) -> Response:
        """Serve a text packed to whoever takes it; everything with the year it may be kept."""
        if request.endpoint != "static" or answer.status_code != 200:
            return answer
        answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        path = STATIC / (request.view_args or {}).get("filename", "")
        if path.suffix in PACKED:
            answer.headers["Vary"] = "Accept-Encoding"
            if request.accept_encodings["gzip"] and path.is_file():
                answer.direct_passthrough = False
                answer.response.close()  # type: ignore[union-attr]  # the opened file is not needed
                answer.set_data(_packed(path))
                answer.headers["Content-Encoding"] = "gzip"
                answer.headers.pop("ETag", None)
        return answer
