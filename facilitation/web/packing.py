"""Packing a page that carries data: forty phones on one access point. Only for pages without secrets of a form."""

from __future__ import annotations

import gzip

from flask import Response, request


def packed(answer: Response) -> Response:
    """The answer, compressed for whoever takes it."""
    answer.headers["Vary"] = "Accept-Encoding, Cookie"
    if request.accept_encodings["gzip"]:
        answer.set_data(gzip.compress(answer.get_data(), compresslevel=6, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    return answer
