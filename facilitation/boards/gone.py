"""What has to happen elsewhere when a contribution is taken back: later packages put their part on the list (D14)."""

from __future__ import annotations

from collections.abc import Callable

from facilitation.core.commands import Context

#: Called in the same transaction with the ids of what was just taken back, replies that hang under it included.
ON_GONE: list[Callable[[Context, frozenset[str]], None]] = []

#: Called with the ids of contributions whose words stay while nothing may say any more whose they are.
ON_UNNAMED: list[Callable[[Context, frozenset[str]], None]] = []

#: Called when words were erased, with those words, the longest first: takes them out of what was copied from them, and answers
#: how many passages that were.
ON_ERASED: list[Callable[[Context, tuple[str, ...]], int]] = []


def tell_gone(ctx: Context, ids: frozenset[str]) -> None:
    ctx.session.flush()
    for follow in ON_GONE:
        follow(ctx, ids)


def tell_unnamed(ctx: Context, ids: frozenset[str]) -> None:
    ctx.session.flush()
    for follow in ON_UNNAMED:
        follow(ctx, ids)
