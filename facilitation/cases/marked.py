"""YAML that people hand in: read within limits, without types being guessed, and with the line of everything.

Every plain value is the text as it stands in the file (`yes` stays "yes", `1.50` stays "1.50"), or None. Only lists,
mappings and plain values exist: no tags, no merge keys, no objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import yaml

from facilitation.core.i18n import _

MAX_BYTES = 5_000_000
MAX_NODES = 200_000  # counted after aliases are followed, so a "billion laughs" ends here
MAX_DEPTH = 40
_NULLS = {"", "~", "null", "Null", "NULL"}
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,15})")
_FRACTION = re.compile(r"-?\d{1,17}\.\d{1,17}(e[+-]?\d{1,3})?")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class FileError(ValueError):
    """A file that cannot be taken over: what is wrong, in which line (0: the file has none), at which place."""

    def __init__(self, message: str, *, line: int, path: str = "") -> None:
        self.message, self.line, self.path = message, line, path
        where = ", ".join(filter(None, [_("line %(line)s", line=line) if line else "", path]))
        super().__init__(f"{where}: {message}" if where else message)


@dataclass(frozen=True)
class Marked:
    """One node of the file: a text, None, a list or a mapping of nodes, with its line and its path."""

    value: str | list[Marked] | dict[str, Marked] | None
    line: int
    path: str = ""
    size: int = 1
    bare: bool = False  # written without quotes

    def fail(self, message: str) -> NoReturn:
        raise FileError(message, line=self.line, path=self.path)

    def mapping(self) -> dict[str, Marked]:
        """The entries; an absent value counts as an empty mapping."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            self.fail(_("Names with values are expected here."))
        return {key: child.at(f"{self.path}.{key}" if self.path else key) for key, child in self.value.items()}

    def items(self) -> list[Marked]:
        """The entries of a list; an absent value counts as an empty list."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            self.fail(_("A list is expected here."))
        return [child.at(f"{self.path}[{index}]") for index, child in enumerate(self.value)]

    def text(self) -> str:
        if isinstance(self.value, (list, dict)):
            self.fail(_("A text is expected here."))
        return self.value or ""

    def need(self, key: str) -> Marked:
        found = self.mapping().get(key)
        if found is None or found.value is None:
            self.fail(_("“%(key)s” is missing here.", key=key))
        return found

    def get(self, key: str) -> Marked:
        """The entry called `key`, or an empty one."""
        return self.mapping().get(key) or Marked(None, self.line, f"{self.path}.{key}" if self.path else key)

    def flag(self) -> bool:
        return self.text().lower() in {"true", "yes", "on"}

    def number(self) -> int:
        try:
            return int(self.text())
        except ValueError:
            self.fail(_("A whole number is expected here."))

    def plain(self) -> Any:
        """The same without marks."""
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        return self.value

    def typed(self) -> Any:
        """The same without marks, unquoted numbers and truth values as such (for what machines wrote)."""
        if isinstance(self.value, list):
            return [child.typed() for child in self.value]
        if isinstance(self.value, dict):
            return {key: child.typed() for key, child in self.value.items()}
        if not self.bare or self.value is None:
            return self.value
        if self.value in {"true", "false"}:
            return self.value == "true"
        if _INTEGER.fullmatch(self.value):
            return int(self.value)
        return float(self.value) if _FRACTION.fullmatch(self.value) else self.value

    def inside(self, path: str) -> Marked:
        """The node at `path` ([2].role) under this one; as deep as it can be followed."""
        node = self
        for key, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
            if index and isinstance(node.value, list) and int(index) < len(node.value):
                node = node.items()[int(index)]
            elif key and isinstance(node.value, dict) and key in node.value:
                node = node.mapping()[key]
        return node

    def at(self, path: str) -> Marked:
        return replace(self, path=path)


def read(text: str) -> Marked:
    """The whole file as one node, or `FileError`."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise FileError(_("This file is too large (%(max)s MB at most).", max=MAX_BYTES // 1_000_000), line=1)
    try:
        return _Builder().build(yaml.parse(text.removeprefix("\ufeff"), Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise FileError(_("This cannot be read: %(problem)s.", problem=error.problem or error.context), line=line) from None
    except (yaml.YAMLError, UnicodeError):
        raise FileError(_("This is not a text file that can be read."), line=1) from None


@dataclass
class _Open:
    """A list or mapping that is still being read."""

    kind: str
    line: int
    anchor: str | None
    items: list[Marked]
    size: int = 1


class _Builder:
    """Nodes from parser events, without recursion: a deeply nested file cannot overflow anything."""

    def __init__(self) -> None:
        self.open: list[_Open] = []
        self.anchors: dict[str, Marked] = {}
        self.root: Marked | None = None
        self.count = 0

    def build(self, events: Iterator[Any]) -> Marked:
        for event in events:
            self._take(event)
        return self.root or Marked(None, 1)

    def _take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if getattr(event, "tag", None) is not None:
            raise FileError(_("Tags (%(tag)s) are not taken.", tag=event.tag), line=line)
        match event:
            case yaml.ScalarEvent():
                plain_null = not event.style and event.value in _NULLS
                self._add(Marked(None if plain_null else event.value, line, bare=not event.style), event.anchor)
            case yaml.AliasEvent():
                known = self.anchors.get(str(event.anchor))
                if known is None:
                    raise FileError(_("“*%(name)s” points to nothing.", name=event.anchor), line=line)
                self._add(known, None)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                if len(self.open) >= MAX_DEPTH:
                    raise FileError(_("This is nested too deeply."), line=line)
                kind = "list" if isinstance(event, yaml.SequenceStartEvent) else "mapping"
                self.open.append(_Open(kind, line, event.anchor, []))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._close()
            case yaml.DocumentStartEvent() if self.root is not None:
                raise FileError(_("One document per file, please."), line=line)

    def _add(self, node: Marked, anchor: str | None) -> None:
        self.count += node.size
        if self.count > MAX_NODES:
            raise FileError(_("This file holds too many entries."), line=node.line)
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        self.open[-1].items.append(node)
        self.open[-1].size += node.size

    def _close(self) -> None:
        done = self.open.pop()
        self.count -= done.size - 1  # its entries were counted when they came; now it counts as a whole
        value = done.items if done.kind == "list" else _pairs(done.items)
        self._add(Marked(value, done.line, size=done.size), done.anchor)


def _pairs(items: list[Marked]) -> dict[str, Marked]:
    found: dict[str, Marked] = {}
    for key, value in zip(items[::2], items[1::2], strict=True):
        if not isinstance(key.value, str):
            raise FileError(_("A name is expected here."), line=key.line)
        if key.value == "<<":
            raise FileError(_("Merging with “<<” is not taken."), line=key.line)
        if key.value in found:
            raise FileError(_("“%(key)s” stands here twice.", key=key.value), line=key.line)
        found[key.value] = value
    return found
