"""JSON that people hand in, as the same nodes as YAML. It has no lines to tell once it is read: the path says the place."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from facilitation.cases.marked import MAX_BYTES, MAX_DEPTH, MAX_NODES, FileError, Marked
from facilitation.core.i18n import _


def read_json(text: str) -> Marked:
    """The whole file as one node, or `FileError`: with its line where the JSON itself is wrong."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise FileError(_("This file is too large (%(max)s MB at most).", max=MAX_BYTES // 1_000_000), line=1)
    try:
        tree = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_pairs, parse_int=_Bare, parse_float=_Bare,
                          parse_constant=_constant)  # fmt: skip
    except json.JSONDecodeError as error:
        raise FileError(_("This cannot be read: %(problem)s.", problem=error.msg), line=error.lineno) from None
    except RecursionError:
        raise FileError(_("This is nested too deeply."), line=1) from None
    return _Nodes().node(tree, 0)


class _Bare(str):
    """A number as it is written."""


class _Pairs(list[tuple[str, Any]]):
    """The entries of an object, before it is known that none stands twice."""


def _pairs(entries: list[tuple[str, Any]]) -> _Pairs:
    return _Pairs(entries)


def _constant(name: str) -> NoReturn:
    raise FileError(_("This cannot be read: %(problem)s.", problem=name), line=0)


class _Nodes:
    def __init__(self) -> None:
        self.count = 0

    def node(self, value: Any, depth: int) -> Marked:
        self.count += 1
        if self.count > MAX_NODES:
            raise FileError(_("This file holds too many entries."), line=0)
        if depth > MAX_DEPTH:
            raise FileError(_("This is nested too deeply."), line=0)
        if isinstance(value, _Pairs):
            return Marked(self._mapping(value, depth), 0)
        if isinstance(value, list):
            return Marked([self.node(child, depth + 1) for child in value], 0)
        if isinstance(value, bool):
            return Marked("true" if value else "false", 0, bare=True)
        return Marked(None if value is None else str(value), 0, bare=isinstance(value, _Bare))

    def _mapping(self, entries: _Pairs, depth: int) -> dict[str, Marked]:
        found: dict[str, Marked] = {}
        for key, value in entries:
            if key in found:
                raise FileError(_("“%(key)s” stands here twice.", key=key[:60]), line=0)
            found[key] = self.node(value, depth + 1)
        return found
