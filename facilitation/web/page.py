"""What every template can use, and the language and theme of a page."""

from __future__ import annotations

from typing import Any

from flask import Flask, redirect, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from facilitation.core import i18n, ids
from facilitation.core.actor import Staff
from facilitation.web import access
from facilitation.web.messages import script_messages

THEMES = ("auto", "light", "dark")


def register(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(i18n._, _plural, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _requests(app)
    _choices(app)
    app.context_processor(_common)


def _requests(app: Flask) -> None:
    @app.before_request
    def speak() -> None:
        i18n.set_locale(access.asked_language())  # also of the page that tells that the account could not be read
        who = access.staff_identity()
        if who.kind == "staff":
            i18n.set_locale(who.language)

    @app.teardown_appcontext
    def give_back(_error: BaseException | None) -> None:
        access.done_reading()


def _choices(app: Flask) -> None:
    @app.post("/language")
    def language() -> Response:
        """Remember the wished language: with the account of somebody signed in, else in a cookie. Go back where they were."""
        wished = i18n.known(request.form.get("language"))
        if access.staff_identity().kind == "staff":
            access.do("user.set_language", language=wished)
        answer = redirect(_back())
        return _remembering(answer, "language", wished)

    @app.post("/theme")
    def set_theme() -> Response:
        answer = redirect(_back())
        wished = request.form.get("theme", "auto")
        return _remembering(answer, "theme", wished if wished in THEMES else "auto")


def _remembering(answer: Response, name: str, value: str) -> Response:
    """The choice of somebody without an account stays in the browser for a year."""
    answer.set_cookie(name, value, max_age=31536000, path=access.extension("settings").cookie_path, samesite="Lax")
    return answer


def _common() -> dict[str, Any]:
    settings = access.extension("settings")
    who = access.actor()
    return {
        "current_actor": {
            "name": getattr(who, "name", ""),
            "is_staff": isinstance(who, Staff),
            "is_coordinator": any(grant.role == "coordinator" for grant in getattr(who, "grants", ())),
            "actor": who,
        },
        "locale": i18n.locale(),
        "locales": i18n.LOCALES,
        "theme": theme(),
        "csrf_token": generate_csrf,
        "new_key": ids.new_key,
        "js_messages": script_messages(i18n.locale()),
        "product_name": "Facilitation",
        "lan_http_warning": settings.LAN and not settings.secure,
    }


def _plural(singular: str, plural: str, n: int) -> str:
    return str(i18n.catalogue(i18n.locale()).ungettext(singular, plural, n))


def theme() -> str:
    wished = request.cookies.get("theme", "auto")
    return wished if wished in THEMES else "auto"


def _back() -> str:
    """Only to a path of our own."""
    wished = request.form.get("next", "")
    return wished if wished.startswith("/") and not wished.startswith(("//", "/\\")) else url_for("library.home")
