"""The socket door: connections, commands, announcer, presence. Its public contract is CONTRACT.md beside this file."""

from __future__ import annotations

from flask import Flask
from flask_socketio import SocketIO

from facilitation.live import door, encoding
from facilitation.live.fanout import client_manager
from facilitation.live.minutes import Minutes
from facilitation.live.timekeeper import Timekeeper


def register(app: Flask, socketio: SocketIO) -> None:
    """Bind the socket door to the application; background work starts with the server (`start`)."""
    settings = app.extensions["facilitation"]["settings"]
    socketio.init_app(
        app,
        async_mode=settings.ASYNC_MODE,
        async_handlers=False,  # one client's commands are handled in order
        cors_allowed_origins=settings.origins,
        max_http_buffer_size=64 * 1024,
        ping_interval=settings.PING_SECONDS,
        ping_timeout=settings.PING_SECONDS,
        manage_session=False,
        http_compression=False,
        transports=["websocket"] if settings.SHARED_PORT else ["polling", "websocket"],
        json=encoding,
        client_manager=client_manager(settings.ASYNC_MODE, app.extensions["facilitation"]["counters"]),
    )
    door.register(app, socketio)


def start(app: Flask) -> None:
    """Start what runs beside the requests: announcer, ticks and presence, the clock that closes labs, the log's minutes."""
    extension = app.extensions["facilitation"]
    extension["announcer"].start()
    extension["presence"].start()
    extension["between"].start()
    Timekeeper(app).start()
    Minutes(app).start()
