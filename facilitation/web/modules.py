"""Which browser modules a page needs, and which words they say: a page asks for both at once, and for no more."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from markupsafe import Markup

from facilitation.paths import STATIC
from facilitation.web.messages import script_messages

SYMBOL = re.compile(r'(<symbol id="i-([\w-]+)".*?</symbol>)', re.DOTALL)
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


@cache
def words_of(folder: str) -> str:
    """The text of every module of a page and of the folder of the same name, which it loads later."""
    paths = {*imports_of(f"js/pages/{folder}.js")}
    for later in sorted((STATIC / "js" / "pages" / folder).glob("*.js")):
        paths.update(imports_of(later.relative_to(STATIC).as_posix()))
    return "\n".join((STATIC / path).read_text(encoding="utf-8") for path in sorted(paths))


@cache
def messages_of(folder: str, locale: str) -> Mapping[str, Any]:
    """The part of the scripts' catalogue that a page can say: msgids that stand in its modules."""
    return {msgid: text for msgid, text in script_messages(locale).items() if msgid in words_of(folder)}


@cache
def sprite_of(folder: str) -> Markup:
    """The icons a page can draw, to stand in the page itself: names that stand in its modules, and the four SWOT signs."""
    symbols = SYMBOL.findall((STATIC / "icons.svg").read_text(encoding="utf-8"))
    words = words_of(folder)
    wanted = [symbol for symbol, name in symbols if name.startswith("q-") or f'"{name}"' in words]
    return Markup('<svg id="sprite" hidden xmlns="http://www.w3.org/2000/svg">{}</svg>').format(
        Markup("").join(map(Markup, wanted))
    )
