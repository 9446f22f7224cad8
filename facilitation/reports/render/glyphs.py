"""Which signs the typefaces of the PDF can draw, and what to do with the others (fonts/manifest.json, made by tools/fonts.py).

The PDF is set from files of our own and nothing else. A sign none of them has would come out as an empty box, which the
standard for accessible files refuses. It is replaced by the sign made for that, and counted, so that the file says so.
"""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "fonts"
REPLACEMENT = "\ufffd"
BREAK = "\u200b"  # no stored text holds one (core/text.py): here it says where a long word may be parted, and is never drawn
LONG, LETTERS = 18, 36  # signs without a blank that need parting: mixed ones, and words that hyphens can part


@cache
def families() -> tuple[str, ...]:
    """The typefaces in the order in which they are asked for a sign."""
    found: list[str] = _manifest()["families"]
    return tuple(found)


@cache
def _manifest() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads((FONTS / "manifest.json").read_text("utf-8"))
    return found


@cache
def _ranges() -> tuple[list[int], list[int]]:
    pairs = [span.partition("-") for span in _manifest()["covers"]]
    return [int(first, 16) for first, _dash, _last in pairs], [int(last or first, 16) for first, _dash, last in pairs]


def can_draw(sign: str) -> bool:
    """Is there a picture for the sign, or does it need none (joiners, marks of direction, line breaks)?"""
    code = ord(sign)
    if code < 0x7F or unicodedata.category(sign) == "Cf":
        return code >= 0x20 or sign in "\n\t"
    first, last = _ranges()
    place = bisect_right(first, code) - 1
    return place >= 0 and code <= last[place]


class Setter:
    """Makes texts ready for the PDF and counts the signs that had to be replaced. `plain`: keep only the commonest scripts."""

    def __init__(self, *, plain: bool = False) -> None:
        self.plain, self.replaced = plain, 0
        self._known: dict[str, bool] = {}

    def text(self, words: str) -> str:
        """The words with signs nobody can draw replaced, and places where very long ones may be parted."""
        if words.isascii() and words.isprintable():
            return parted(words)
        return parted("".join(map(self._sign, words)))

    def _sign(self, sign: str) -> str:
        known = self._known.get(sign)
        if known is None:
            known = self._known[sign] = can_draw(sign) and (not self.plain or ord(sign) < 0x250)
        if known:
            return sign
        self.replaced += 1
        return REPLACEMENT


def parted(words: str) -> str:
    """Places to part are put into what is longer than a column: addresses, runs of digits, very long words."""
    if len(words) < LONG:
        return words
    pieces = words.split(" ")
    return " ".join(_part(piece) if len(piece) >= LONG else piece for piece in pieces)


def _part(word: str) -> str:
    if len(word) < LETTERS and word.isalpha():
        return word
    if not word.isascii() and not word.isalpha():
        return word  # signs that belong together must not be parted
    return BREAK.join(word)
