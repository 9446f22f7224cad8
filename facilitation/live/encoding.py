"""The JSON of the socket door: compact, in UTF-8, and with room for parts that are JSON already."""

from __future__ import annotations

import json
from typing import Any

from engineio import json as engine_json

loads = engine_json.loads  # with its bound on the length of numbers


class Encoded(str):
    """A text that is JSON already: what many get is encoded once."""

    __slots__ = ()


def encode(value: Any) -> Encoded:
    """`value` as compact JSON. What has no UTF-8 (half of a surrogate pair, echoed from a client) is escaped."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = json.dumps(value, separators=(",", ":"))
    return Encoded(text)


def dumps(value: Any, **_options: Any) -> str:
    """Called by the library with a packet's data: a list for an event or an answer, or a plain value."""
    if isinstance(value, list) and any(isinstance(item, Encoded) for item in value):
        return f"[{','.join(item if isinstance(item, Encoded) else encode(item) for item in value)}]"
    return str(encode(value))
