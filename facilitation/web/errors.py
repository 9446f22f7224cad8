"""Refusals and failures as pages or JSON: same code, same words, no dead ends."""

from __future__ import annotations

import secrets

from flask import Flask, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateNotFound
from werkzeug.exceptions import HTTPException

from facilitation.core.clock import epoch_ms, system_clock
from facilitation.core.errors import Refused
from facilitation.core.events import event
from facilitation.core.i18n import _
from facilitation.core.lost_database import lost_database
from facilitation.dispatch import answer_of
from facilitation.web import access

PAGES = {400, 401, 403, 404, 410, 413, 429, 500}
BY_STATUS = {400: "invalid", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "invalid", 410: "gone",
             413: "too_long", 415: "invalid", 429: "rate"}  # fmt: skip


def register(app: Flask) -> None:
    app.register_error_handler(Refused, refused)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, failed)


def refused(refusal: Refused) -> ResponseReturnValue:
    if refusal.code == "unauthenticated" and not wants_json() and request.method == "GET":
        return redirect(url_for("accounts.sign_in", next=request.script_root + request.full_path.rstrip("?")))
    return shown(refusal)


def shown(refusal: Refused, error_id: str = "") -> ResponseReturnValue:
    """The refusal as JSON for scripts, else as a page in the person's language."""
    if wants_json():
        return jsonify(answer_of(refusal, None, epoch_ms(system_clock()))), refusal.status
    status = refusal.status if refusal.status in PAGES else 400 if refusal.status < 500 else 500
    try:
        page = render_template(f"errors/{status}.html", refusal=refusal, message=refusal.message, error_id=error_id)
    except TemplateNotFound:
        page = refusal.message
    return page, refusal.status


def wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.blueprint == "api" or request.is_json or best == "application/json"


def stale_form(error: CSRFError) -> ResponseReturnValue:
    return shown(Refused("invalid", _("This page is too old to send its form. Please load it again.")))


def http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and 300 <= error.code < 400:
        return error
    if error.code == 413 and request.mimetype == "multipart/form-data":
        largest = access.extension("settings").UPLOAD_BYTES // 1_000_000
        return shown(Refused("too_long", _("This file is too large (%(max)s MB at most).", max=largest)))
    return shown(Refused(BY_STATUS.get(error.code or 500, "unknown" if (error.code or 500) >= 500 else "invalid")))


def failed(error: Exception) -> ResponseReturnValue:
    if lost_database(error):
        access.without_database()
        return shown(Refused("busy", after_ms=2000))
    error_id = secrets.token_hex(4)
    event("failed", part="request", id=error_id, error=error)
    message = _("Something went wrong on our side (%(id)s).", id=error_id)
    return shown(Refused("unknown", message, after_ms=3000), error_id)
