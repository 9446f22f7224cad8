"""Our own scripts and styles without their comments, as they travel to a phone. The files themselves are not touched.

Only comments that stand on lines of their own go: a line that begins with two slashes, a block that begins and ends a line.
So no string, pattern or template can be mistaken for one; tests/house/test_lean.py holds the modules to it.
"""

from __future__ import annotations

import re
from pathlib import PurePath

BLOCK = re.compile(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^[ \t]*//.*\n", re.MULTILINE)
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def lean(path: PurePath, text: str) -> str:
    """`text` of a script or style sheet below static/js or static/css, without its comments; anything else as it is."""
    if path.suffix == ".js":
        return LINE.sub("", BLOCK.sub("", text))
    if path.suffix == ".css":
        return INDENT.sub("", BLOCK.sub("", text))
    return text
