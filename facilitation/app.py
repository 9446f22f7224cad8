"""The application factory: settings, extensions, doors. One screen."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from facilitation import config, live, web
from facilitation.cases.marked import FileError
from facilitation.cases.template import template, use_template
from facilitation.core.counters import Counters
from facilitation.core.unit_of_work import Writer, prepare_engine
from facilitation.dispatch import Dispatcher
from facilitation.extensions import csrf, db, login, make_socketio, migrate
from facilitation.limiting import Limits
from facilitation.live.announcer import Announcer
from facilitation.live.between import Between
from facilitation.paths import MIGRATIONS, STATIC, TEMPLATES
from facilitation.stream.kept import Snapshots
from facilitation.stream.record import News
from facilitation.web.below_path import BelowPath
from facilitation.web.static_files import digest

CONNECT_SECONDS = 10  # then a database server that does not answer counts as unreachable; green threads: giving_way.py
POOL_SECONDS = 5  # then whoever waits for a connection is told `busy`: a phone gives up after eight, and comes again later


def create_app(settings: config.Settings | Mapping[str, Any] | None = None) -> Flask:
    """Build the application. `settings`: ready settings, overrides of the environment's, or None."""
    if not isinstance(settings, config.Settings):
        settings = config.from_environment(**(settings or {}))
    app = Flask("facilitation", template_folder=str(TEMPLATES), static_folder=str(STATIC), static_url_path=f"/static/{digest()}")
    app.config.update(flask_settings(settings))
    settings.make_folder()
    use_case_template(settings)

    counters = Counters()
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS))
    with app.app_context():
        prepare_database(db.engine, settings)
        writer = Writer(db.engine, counters=counters)
    login.init_app(app)
    csrf.init_app(app)

    socketio = make_socketio()
    announcer = Announcer(app, socketio, settings)
    app.extensions["facilitation"] = {
        "settings": settings,
        "counters": counters,
        "writer": writer,
        "socketio": socketio,
        "announcer": announcer,
        "limits": Limits(settings),
        "snapshots": Snapshots(),
    }
    between = app.extensions["facilitation"]["between"] = Between(app, socketio, settings)

    def announce(news: News) -> None:
        announcer.notify(news)
        between.tell(news)

    app.extensions["facilitation"]["dispatcher"] = Dispatcher(writer, settings, announce, counters)
    web.register(app)
    live.register(app, socketio)
    if settings.base:
        app.wsgi_app = BelowPath(app.wsgi_app, settings.base)  # type: ignore[method-assign]
    if settings.PROXIES:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.PROXIES, x_proto=settings.PROXIES)  # type: ignore[method-assign]
    return app


def use_case_template(settings: config.Settings) -> None:
    """Take the template of the settings into use; a wrong file ends the start with its line (R-04)."""
    use_template(settings.TEMPLATE or None)
    try:
        template("en")
    except FileError as error:
        raise config.BadSetting(f"FACILITATION_TEMPLATE: {error}") from None


def flask_settings(settings: config.Settings) -> dict[str, Any]:
    """Flask's own settings, from ours."""
    return {
        "SECRET_KEY": settings.SECRET_KEY,
        "SQLALCHEMY_DATABASE_URI": settings.DATABASE_URL,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings),
        "TESTING": settings.TESTING,
        "MAX_CONTENT_LENGTH": settings.UPLOAD_BYTES + 64_000,  # the form around a file has its own size
        "MAX_FORM_MEMORY_SIZE": 1_000_000,
        "APPLICATION_ROOT": settings.base or "/",
        "SESSION_COOKIE_NAME": f"{settings.cookie_prefix}staff",
        "SESSION_COOKIE_PATH": settings.cookie_path,
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": settings.SESSION_HOURS * 3600,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,  # Referrer-Policy is no-referrer; the Origin list does this work
        "TEMPLATES_AUTO_RELOAD": False,
    }


def prepare_database(engine: Engine, settings: config.Settings) -> None:
    """Make the engine keep the promises, among green threads too."""
    prepare_engine(engine, busy_timeout_ms=settings.BUSY_TIMEOUT_MS)
    if engine.dialect.name == "postgresql" and "eventlet" in sys.modules:
        from facilitation.giving_way import give_way

        give_way()


def engine_options(settings: config.Settings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": settings.DATABASE_CONNECTIONS,
        "max_overflow": 0,  # what goes beyond the size would be closed after each use and made again for the next
        "pool_timeout": POOL_SECONDS,
    }
    if settings.database_file is not None:
        settings.make_database_file()
        return {**options, "connect_args": {"check_same_thread": False}}
    patience = {} if "connect_timeout=" in settings.DATABASE_URL else {"connect_timeout": CONNECT_SECONDS}
    # A reading is one moment of the database; the writer asks for another level (core/unit_of_work.py).
    return {**options, "isolation_level": "REPEATABLE READ", "connect_args": patience}
