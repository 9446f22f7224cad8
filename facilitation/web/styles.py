"""The style sheets of a phone in one answer: sixteen small files are sixteen ways through a slow network.

The address names the files, in their order, and carries the digest of everything static; so it may be kept for a year.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue

from facilitation.core.errors import Refused
from facilitation.paths import STATIC
from facilitation.web.lean import lean

LONGEST = 60  # names


def register(app: Flask) -> None:
    @app.get(f"{app.static_url_path}/css/together-<names>.css")
    def styles(names: str) -> ResponseReturnValue:
        """`names`: paths below static/css without ending, a dot for a slash, joined by commas."""
        answer = Response(mimetype="text/css")
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        answer.headers["Vary"] = "Accept-Encoding"
        text = together(names)
        if request.accept_encodings["gzip"]:
            answer.set_data(_packed(text))
            answer.headers["Content-Encoding"] = "gzip"
        else:
            answer.set_data(text)
        return answer


def together(names: str) -> str:
    """The sheets one after the other, without their comments; `not_found` for a name that is none."""
    folder = STATIC / "css"
    known = {path.relative_to(folder).with_suffix("").as_posix(): path for path in folder.rglob("*.css")}
    wanted = names.replace(".", "/").split(",")
    if len(wanted) > LONGEST or not set(wanted) <= set(known):
        raise Refused("not_found")
    return "".join(lean(known[name], known[name].read_text(encoding="utf-8")) for name in wanted)


@lru_cache(maxsize=16)
def _packed(text: str) -> bytes:
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)
