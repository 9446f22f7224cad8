"""The HTTP door: one module per audience. Reads go to queries and views, every change goes through the dispatcher."""

from __future__ import annotations

from flask import Flask, g

from facilitation.web import (
    access,
    accounts,
    agenda,
    api,
    cases,
    console,
    erasing,
    errors,
    headers,
    join,
    labs,
    library,
    metrics,
    page,
    people,
    phone,
    plan,
    reports,
    static_files,
    styles,
    wall,
)

MODULES = (accounts, agenda, api, cases, console, erasing, join, labs, library, metrics, people, phone, plan, reports, wall)


def register(app: Flask) -> None:
    """Bind pages, JSON routes, headers, languages and error pages to the application."""
    access.register(app)
    page.register(app)
    headers.register(app)
    errors.register(app)
    static_files.register(app)
    styles.register(app)
    _count_requests(app)
    for module in MODULES:
        app.register_blueprint(module.blueprint)


def _count_requests(app: Flask) -> None:
    """Before the process ends, requests under way are finished (serve.drain)."""
    counters = app.extensions["facilitation"]["counters"]

    @app.before_request
    def _begun() -> None:
        g.counted = True
        counters.running += 1

    @app.teardown_request
    def _ended(_error: BaseException | None) -> None:
        counters.running -= bool(g.pop("counted", False))
