"""What people write, cleaned once at the door (safety, section 3). Afterwards it survives verbatim everywhere."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, ClassVar

import regex
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

MAX_BYTES = 8192
MAX_MARKS = 4  # combining marks per base letter

_ZERO_WIDTH = dict.fromkeys([0x200B, 0xFEFF, 0x2060, *range(0xE0000, 0xE0080)])
_FLAG_BASE = "\U0001f3f4"  # tag characters are kept only inside a flag emoji
_OPENERS, _CLOSERS = {"\u202a", "\u202b", "\u202d", "\u202e"}, {"\u202c"}
_ISO_OPENERS, _ISO_CLOSERS = {"\u2066", "\u2067", "\u2068"}, {"\u2069"}
_GRAPHEME = regex.compile(r"\X")
_TOO_MANY_MARKS = regex.compile(rf"(\p{{M}}{{{MAX_MARKS}}})\p{{M}}+")
_FLAG = regex.compile(r"\U0001F3F4[\U000E0020-\U000E007E]{1,16}\U000E007F")


class Unclean(ValueError):
    """A text that cannot be stored; `code` says why: control, surrogate, noncharacter, too_long, too_big, empty."""

    def __init__(self, code: str, **context: Any) -> None:
        super().__init__(code)
        self.code, self.context = code, context


def length(text: str) -> int:
    """Length as a person counts it: grapheme clusters."""
    return len(_GRAPHEME.findall(text))


def clean(text: str, *, max_length: int, multiline: bool = True) -> str:
    """The text as it is stored. Raises `Unclean`; never shortens silently."""
    _refuse_broken(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    if not multiline:
        text = text.replace("\n", " ").replace("\t", " ")
    text = unicodedata.normalize("NFC", _without_invisible(text))
    text = _TOO_MANY_MARKS.sub(r"\1", _balanced(text)).strip()
    if len(text.encode()) > max(MAX_BYTES, max_length * 8):
        raise Unclean("too_big", bytes=MAX_BYTES)
    if len(text) > max_length and length(text) > max_length:
        raise Unclean("too_long", max=max_length, length=length(text))
    return text


def _refuse_broken(text: str) -> None:
    for sign in text:
        if sign >= " " and sign < "\x7f":
            continue
        point = ord(sign)
        if (point < 0x20 and sign not in "\t\n\r") or (0x7F <= point < 0xA0 and point != 0x85):
            raise Unclean("control", point=f"U+{point:04X}")
        if 0xD800 <= point < 0xE000:
            raise Unclean("surrogate", point=f"U+{point:04X}")
        if point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF:
            raise Unclean("noncharacter", point=f"U+{point:04X}")


def _without_invisible(text: str) -> str:
    if text.isascii():
        return text
    text = text.replace("\x85", "\n")
    if _FLAG_BASE not in text:
        return text.translate(_ZERO_WIDTH)
    parts, end = [], 0
    for flag in _FLAG.finditer(text):
        parts += [text[end : flag.start()].translate(_ZERO_WIDTH), flag.group()]
        end = flag.end()
    return "".join([*parts, text[end:].translate(_ZERO_WIDTH)])


def _balanced(text: str) -> str:
    """Without directional marks that are never closed or never opened: they would turn the words of others around."""
    if text.isascii():
        return text
    drop: set[int] = set()
    stacks: dict[bool, list[int]] = {True: [], False: []}
    for place, sign in enumerate(text):
        isolate = sign in _ISO_OPENERS or sign in _ISO_CLOSERS
        if sign in _OPENERS or sign in _ISO_OPENERS:
            stacks[isolate].append(place)
        elif sign in _CLOSERS or sign in _ISO_CLOSERS:
            drop.add(place) if not stacks[isolate] else stacks[isolate].pop()
        elif sign == "\n":
            drop.update(stacks[True], stacks[False])
            stacks = {True: [], False: []}
    drop.update(stacks[True], stacks[False])
    return "".join(sign for place, sign in enumerate(text) if place not in drop) if drop else text


@dataclass(frozen=True)
class Line:
    """In `Annotated[str, Line(200)]`: one line of cleaned text, at most `max_length` graphemes."""

    max_length: int = 200
    required: bool = True

    multiline: ClassVar[bool] = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise PydanticCustomError("string_type", "string_type")
        try:
            text = clean(value, max_length=self.max_length, multiline=self.multiline)
        except Unclean as error:
            raise PydanticCustomError(error.code, "unclean", error.context) from None
        if self.required and not text:
            raise PydanticCustomError("empty", "empty")
        return text


@dataclass(frozen=True)
class Prose(Line):
    """In `Annotated[str, Prose(4000)]`: cleaned text that may have several lines."""

    max_length: int = 4000

    multiline: ClassVar[bool] = True
