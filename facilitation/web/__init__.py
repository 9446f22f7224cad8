"""The HTTP door: one module per audience. Reads go to queries and views, every change goes through the dispatcher."""

from __future__ import annotations

import logging
from time import perf_counter

from flask import Flask, Response, g, request

from facilitation.core import events
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

#: Asked by browsers and machines by themselves: in the log only at DEBUG.
QUIET = frozenset({"static", "api.alive", "api.ready", "metrics.metrics"})
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
    """Before the process ends, requests under way are finished (serve.drain). Each has a line in the log, by its route."""
    counters = app.extensions["facilitation"]["counters"]

    @app.before_request
    def _begun() -> None:
        g.counted, g.began = True, perf_counter()
        counters.running += 1

    @app.after_request
    def _answered(answer: Response) -> Response:
        counters.requests += 1
        level = logging.DEBUG if request.endpoint in QUIET else logging.INFO
        if events.log.isEnabledFor(level):
            took = round(1000 * (perf_counter() - g.began)) if "began" in g else 0
            rule, who = request.url_rule, g.get("asker", "nobody")
            events.write(
                level, "request", {"method": request.method, "route": rule, "status": answer.status_code, "ms": took, "who": who}
            )
        return answer

    @app.teardown_request
    def _ended(_error: BaseException | None) -> None:
        counters.running -= bool(g.pop("counted", False))
