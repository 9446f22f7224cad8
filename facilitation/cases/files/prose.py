"""Markdown of a case as paragraphs that a word processor can hold, and back.

Going back never guesses: signs that would mean something in Markdown are escaped where the words alone would not come back
the same. What cannot be shown as paragraphs, lists and marks (a table, code, a “>” before a figure) is shown as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

Kind = Literal["text", "bullet", "number", "raw"]
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&!])|^(\s*)([-+=]|\d+(?=[.)]))", re.M)
_MARKS = {"strong": "bold", "em": "italic", "s": "strike"}
_LINK = re.compile(r"https?://|mailto:")


@dataclass(frozen=True)
class Run:
    """Words with the same marks. A line break is a newline."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    href: str = ""


@dataclass(frozen=True)
class Block:
    """A paragraph. `raw`: Markdown as it was written, shown as signs."""

    runs: tuple[Run, ...]
    kind: Kind = "text"

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@lru_cache(maxsize=4096)
def forward(text: str) -> tuple[Block, ...]:
    """The paragraphs of a text."""
    if not text:
        return ()
    return _blocks(_parser().parse(text)) or tuple(Block((Run(part),), "raw") for part in text.split("\n\n"))


def literal(text: str) -> tuple[Block, ...]:
    """Words that are no Markdown, as one paragraph with their line breaks."""
    return (Block((Run(text),)),) if text else ()


def escaped(text: str) -> str:
    """Words that are no Markdown, as Markdown that reads the same."""
    return _SPECIAL.sub(_escaped, text)


def back(blocks: Iterable[Block]) -> str:
    """The Markdown of paragraphs, such that `forward` gives the same paragraphs again."""
    found = tidy(blocks)
    plain = _joined(found, escape=False)
    if any(block.kind == "raw" for block in found) or forward(plain) == found:
        return plain
    signed = _joined(found, escape=True)
    return signed if forward(signed) == found else plain


def tidy(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Runs with the same marks as one, blanks at the edges and empty paragraphs left out (those of `raw` are words)."""
    found = [Block(_merged(block.runs, keep=block.kind == "raw"), block.kind) for block in blocks]
    while found and not found[-1].text.strip():
        found.pop()
    while found and not found[0].text.strip():
        found.pop(0)
    return tuple(block for block in found if block.text or block.kind == "raw")


def _merged(runs: Sequence[Run], *, keep: bool) -> tuple[Run, ...]:
    merged: list[Run] = []
    for run in runs:
        last = merged[-1] if merged else None
        if last and (last.bold, last.italic, last.strike, last.href) == (run.bold, run.italic, run.strike, run.href):
            merged[-1] = Run(last.text + run.text, run.bold, run.italic, run.strike, run.href)
        elif run.text:
            merged.append(run)
    if merged and not keep:
        merged[0] = _with(merged[0], merged[0].text.lstrip())
        merged[-1] = _with(merged[-1], merged[-1].text.rstrip())
    return tuple(run for run in merged if run.text)


def _with(run: Run, text: str) -> Run:
    return Run(text, run.bold, run.italic, run.strike, run.href)


# ---- to paragraphs


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("js-default", {"html": False, "linkify": False, "breaks": True}).disable(["image", "reference"])


def _blocks(tokens: Sequence[Token]) -> tuple[Block, ...] | None:
    """None when there is something in it that paragraphs cannot show."""
    kinds: list[Kind] = []
    blocks: list[Block] = []
    opened: dict[str, Kind] = {"bullet_list_open": "bullet", "ordered_list_open": "number"}
    for token in tokens:
        if token.type in opened:
            if kinds or token.attrGet("start") not in (None, 1):
                return None
            kinds.append(opened[token.type])
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            kinds.pop()
        elif token.type == "inline":
            runs = _runs(token.children or ())
            if runs is None:
                return None
            blocks.append(Block(runs, kinds[-1] if kinds else "text"))
        elif token.type not in {"paragraph_open", "paragraph_close", "list_item_open", "list_item_close"}:
            return None
    found = tidy(blocks)
    items = sum(token.type == "list_item_open" for token in tokens)
    return found if sum(block.kind in {"bullet", "number"} for block in found) == items else None


def _runs(tokens: Iterable[Token]) -> tuple[Run, ...] | None:
    runs: list[Run] = []
    on: dict[str, bool] = {}
    href = ""
    for token in tokens:
        name, _dash, edge = token.type.rpartition("_")
        if token.type in {"softbreak", "hardbreak"}:
            runs.append(Run("\n", **on, href=href))
        elif token.type in {"text", "text_special"}:
            runs.append(Run(token.content, **on, href=href))
        elif name in _MARKS:
            on[_MARKS[name]] = edge == "open"
        elif name == "link":
            href = str(token.attrGet("href") or "") if edge == "open" else ""
            if edge == "open" and not _LINK.match(href):
                return None
        else:
            return None
    return tuple(runs)


# ---- to Markdown


def _joined(blocks: Sequence[Block], *, escape: bool) -> str:
    text, before, number = "", "", 0
    for block in blocks:
        number = number + 1 if block.kind == "number" and before == "number" else 1
        together = block.kind == before and block.kind in {"bullet", "number"}
        text += ("\n" if together else "\n\n") if text or before else ""
        text += _line(block, number, escape)
        before = block.kind
    return text


def _line(block: Block, number: int, escape: bool) -> str:
    words = "".join(_marked(run, escape and block.kind != "raw") for run in block.runs)
    match block.kind:
        case "bullet":
            return "- " + words.replace("\n", "\n  ")
        case "number":
            return f"{number}. " + words.replace("\n", "\n   ")
        case _:
            return words


def _marked(run: Run, escape: bool) -> str:
    words = _SPECIAL.sub(_escaped, run.text) if escape else run.text
    core = words.strip()
    if not core or not (run.bold or run.italic or run.strike or run.href):
        return words
    lead, tail = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
    for on, mark in ((run.italic, "*"), (run.bold, "**"), (run.strike, "~~")):
        core = f"{mark}{core}{mark}" if on else core
    return lead + (f"[{core}](<{run.href}>)" if run.href else core) + tail


def _escaped(match: re.Match[str]) -> str:
    if match[1]:
        return f"\\{match[1]}"
    blanks, sign = match[2], match[3]
    return f"{blanks}{sign}\\" if sign.isdigit() else f"{blanks}\\{sign}"
