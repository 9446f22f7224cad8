"""The catalogue of the browser: the strings that scripts show, in one language."""

from __future__ import annotations

import json
from functools import cache

from facilitation.core.i18n import CATALOGUES, DEFAULT_LOCALE


@cache
def script_messages(tag: str) -> dict[str, str | list[str]]:
    """{msgid: translation, or [singular, plural] forms}; empty for English, whose msgids are the texts."""
    path = CATALOGUES / tag / "scripts.json"
    if tag == DEFAULT_LOCALE or not path.is_file():
        return {}
    found: dict[str, str | list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return found
