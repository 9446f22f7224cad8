"""Plain values out of marked nodes: a value that does not fit is told with its line."""

from __future__ import annotations

from collections.abc import Collection

from facilitation.cases.marked import Marked
from facilitation.core.i18n import _
from facilitation.core.text import Unclean, clean


def text(node: Marked, limit: int) -> str:
    """A cleaned text, as a door would store it; empty when absent."""
    try:
        return clean(node.text(), max_length=limit)
    except Unclean as error:
        if error.code == "too_long":
            node.fail(_("This is %(length)s characters long; %(max)s are possible.", **error.context))
        node.fail(_("This text holds a sign that cannot be stored (%(point)s).", point=error.context.get("point", error.code)))


def number(node: Marked) -> int:
    if node.value is None:
        node.fail(_("A whole number is expected here."))
    return node.number()


def optional_number(node: Marked) -> int | None:
    return None if node.value is None else node.number()


def listed(node: Marked) -> list[Marked]:
    if not isinstance(node.value, list):
        node.fail(_("A list is expected here."))
    return node.items()


def lines(node: Marked) -> list[str]:
    return [text(child, 300) for child in listed(node)]


def one_of(node: Marked, options: Collection[str]) -> str:
    value = node.text()
    if value not in options:
        node.fail(_("“%(value)s” is not one of: %(options)s.", value=value[:60], options=", ".join(filter(None, options))))
    return value


def reference(node: Marked, names: Collection[str]) -> str:
    """The name of something that stands elsewhere in the file."""
    return known(node.text(), node, names)


def known(name: str, node: Marked, names: Collection[str]) -> str:
    if name not in names:
        node.fail(_("Nothing in this file is called “%(name)s” at the place this points to.", name=name[:60]))
    return name
