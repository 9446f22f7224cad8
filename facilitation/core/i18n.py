"""The language of the person, without a web framework.

The doors set the locale for the work at hand (`use_locale`); everything below asks `_`. Green threads and
threads each have their own context, so a locale never leaks from one request into another.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel.support import LazyProxy, NullTranslations, Translations

LOCALES: dict[str, str] = {"en": "English", "de": "Deutsch"}
DEFAULT_LOCALE = "en"
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"

_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)


def locale() -> str:
    """The language tag in force, one of `LOCALES`."""
    return _locale.get()


@contextlib.contextmanager
def use_locale(tag: str | None) -> Iterator[None]:
    """Speak `tag` inside the block; an unknown tag means the default."""
    token = _locale.set(known(tag))
    try:
        yield
    finally:
        _locale.reset(token)


def set_locale(tag: str | None) -> None:
    """Speak `tag` for the rest of this context (a request owns its context)."""
    _locale.set(known(tag))


def known(tag: str | None) -> str:
    short = (tag or "").replace("_", "-").split("-")[0].lower()
    return short if short in LOCALES else DEFAULT_LOCALE


@cache
def catalogue(tag: str) -> NullTranslations:
    return Translations.load(str(CATALOGUES), [tag], domain="messages")


def _(message: str, **values: Any) -> str:
    """Translate now. `values` fill %(name)s places after translation."""
    text = catalogue(locale()).ugettext(message)
    return text % values if values else text


def n_(singular: str, plural: str, n: int, **values: Any) -> str:
    """Translate with the language's plural rule; %(n)s is the number."""
    return str(catalogue(locale()).ungettext(singular, plural, n)) % {"n": n, **values}


def _l(message: str, **values: Any) -> Any:
    """Translate when shown: for texts in module-level tables."""
    return LazyProxy(_, message, enable_cache=False, **values)
