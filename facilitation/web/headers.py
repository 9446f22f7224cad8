"""Security headers of every answer, and the Origin list for unsafe requests (safety, section 4)."""

from __future__ import annotations

from flask import Flask, Response, request

from facilitation.core.errors import Refused
from facilitation.core.i18n import _

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def register(app: Flask) -> None:
    settings = app.extensions["facilitation"]["settings"]
    # A policy has no word for an IPv6 address; the page's own, which is the usual one, is in 'self'.
    sockets = " ".join(origin.replace("http", "ws", 1) for origin in settings.origins if "[" not in origin)
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self' {sockets}; manifest-src 'self'; worker-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )

    @app.before_request
    def check_origin() -> None:
        if request.method not in UNSAFE or request.path.startswith("/socket.io"):
            return
        origin = request.headers.get("Origin")
        if origin not in settings.origins:
            raise Refused("forbidden", _("This request came from another place than this site."))

    usual = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # no-referrer makes browsers send "Origin: null"
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.secure:
        usual["Strict-Transport-Security"] = "max-age=31536000"

    @app.after_request
    def protect(answer: Response) -> Response:
        headers = answer.headers
        own = {name.title() for name in headers.keys()}  # noqa: SIM118 - not a dict
        for name, value in usual.items():
            if name.title() not in own:
                headers.add(name, value)
        if request.endpoint != "static":
            headers.setdefault("Cache-Control", "no-store")
        return answer
