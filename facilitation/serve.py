"""Our own listener, and what happens before the first request and after SIGTERM.

One of the few modules that know eventlet: it needs a listening socket with TCP_NODELAY (Nagle makes connects ten times
slower), a large backlog and pool (the library's own defaults refuse a full room), and a drain before the end.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
from typing import Any

from flask import Flask

from facilitation import address, config, live
from facilitation.app import create_app
from facilitation.first_run import load_rest, migrate_database, prepare

log = logging.getLogger(__name__)
BACKLOG, POOL = 4096, 20_000
DRAIN_SECONDS = 5.0


def main(arguments: list[str]) -> None:
    """`python3 wsgi.py [--host --port --lan --no-demo]`."""
    options = parse(arguments)
    try:
        settings = config.from_environment(**overrides(options))
    except config.BadSetting as error:
        raise SystemExit(str(error)) from None
    logging.basicConfig(level=settings.LOG_LEVEL, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("alembic", "engineio", "socketio", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    listener = listen(settings.HOST, settings.PORT)
    app = create_app(settings)
    if options.private:
        migrate_database(app)
    else:
        prepare(app, demo=not options.no_demo)
        address.note(settings)
    live.start(app)
    if not (options.no_demo or options.private):
        load_rest(app)
    run(app, listener)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="wsgi.py", description="Serve labs from this machine.")
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default 5000)")
    parser.add_argument("--lan", action="store_true", help="let phones on the local network in, over plain http")
    parser.add_argument("--no-demo", action="store_true", help="start empty: a set-up link instead of sample cases and labs")
    parser.add_argument("--private", action="store_true", help=argparse.SUPPRESS)  # of a rehearsal: nobody is told where it is
    return parser.parse_args(arguments)


def overrides(options: argparse.Namespace) -> dict[str, Any]:
    """Settings that the command line gives; with --lan everybody on the network is let in."""
    given: dict[str, Any] = {}
    if options.port is not None:
        given["PORT"] = options.port
    if options.host:
        given["HOST"] = options.host
    if options.lan:
        port = options.port or int(os.environ.get("FACILITATION_PORT") or 5000)
        given |= {"LAN": True, "HOST": options.host or "0.0.0.0"}  # noqa: S104 - asked for
        if not os.environ.get("FACILITATION_PUBLIC_URL"):
            given["PUBLIC_URL"] = f"http://{own_address()}:{port}"
            given["ORIGINS"] = f"http://127.0.0.1:{port} http://localhost:{port}"
    return given


def own_address() -> str:
    """This machine's address on the local network; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that answers at once and does not refuse a room that joins together."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited by accepted sockets
    try:
        listener.bind((host, port))
    except OSError as error:
        raise SystemExit(f"Cannot listen on {host}:{port}: {error.strerror}. Try another one with --port.") from None
    listener.listen(BACKLOG)
    return listener


def run(app: Flask, listener: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C, then drain."""
    if app.extensions["facilitation"]["settings"].ASYNC_MODE == "eventlet":
        _run_eventlet(app, listener)
    else:
        _run_threading(app, listener)


def _run_eventlet(app: Flask, listener: socket.socket) -> None:
    import eventlet.event
    import eventlet.wsgi

    ended, hub = eventlet.event.Event(), eventlet.hubs.get_hub()

    def end(_thread: Any = None) -> None:
        if not ended.ready():  # asked when it happens: two signals may come before the first is looked at
            ended.send(None)

    def stop(_signal: int, _frame: Any) -> None:
        hub.schedule_call_global(0, end)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    serving = eventlet.spawn(
        eventlet.wsgi.server,
        listener,
        app,
        max_size=POOL,
        socket_timeout=None,
        keepalive=75,
        log_output=False,
        debug=False,
    )
    serving.link(end)
    ended.wait()
    drain(app)  # before the server lets go of its sockets
    os._exit(0)  # every command is answered; green threads of idle phones need no end of their own


def _run_threading(app: Flask, listener: socket.socket) -> None:
    from werkzeug.serving import make_server

    def stop(_signal: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    host, port = listener.getsockname()[:2]
    server = make_server(host, port, app, threaded=True, fd=os.dup(listener.fileno()))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        drain(app)
        os._exit(0)


def drain(app: Flask) -> None:
    """Say goodbye with a time to come back that is spread over the room, so that nobody stampedes."""
    socketio = app.extensions["facilitation"]["socketio"]
    connections = app.extensions["facilitation"]["connections"]
    for place, sid in enumerate(list(connections)):
        spread = 500 + round(3000 * place / max(1, len(connections)))
        socketio.emit("bye", {"reason": "drain", "back_in_ms": spread}, to=sid)
    socketio.sleep(0.3)
