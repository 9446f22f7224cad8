"""The HTTP door: one module per audience. Reads go to queries and views, every change goes through the dispatcher."""

from __future__ import annotations

from flask import Flask

from facilitation.web import (
    access,
    accounts,
    agenda,
    api,
    cases,
    console,
    errors,
    headers,
    join,
    labs,
    library,
    page,
    people,
    phone,
    plan,
    reports,
    static_files,
    styles,
    wall,
)

MODULES = (accounts, agenda, api, cases, console, join, labs, library, people, phone, plan, reports, wall)


def register(app: Flask) -> None:
    """Bind pages, JSON routes, headers, languages and error pages to the application."""
    access.register(app)
    page.register(app)
    headers.register(app)
    errors.register(app)
    static_files.register(app)
    styles.register(app)
    for module in MODULES:
        app.register_blueprint(module.blueprint)
