"""Which browser modules a page needs, so that it can ask for all of them at once instead of one after the other."""

from __future__ import annotations

import posixpath
import re
from functools import cache

from facilitation.paths import STATIC

IMPORT = re.compile(r"""^\s*(?:import|export)\b[^"';]*?["'](\.[^"']+)["']""", re.MULTILINE)


@cache
def imports_of(page: str) -> tuple[str, ...]:
    """Every module `page` (a path below static/) imports, directly or not, itself first. Each once, in the order met."""
    found: dict[str, None] = {}
    waiting = [page]
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        found[path] = None
        text = (STATIC / path).read_text(encoding="utf-8")
        waiting += [posixpath.normpath(posixpath.join(posixpath.dirname(path), step)) for step in IMPORT.findall(text)]
    return tuple(found)
