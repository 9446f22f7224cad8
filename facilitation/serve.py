"""Our own listener, and what happens before the first request and after SIGTERM.

One of the few modules that know eventlet: it needs a listening socket with TCP_NODELAY (Nagle makes connects ten times
slower), a large backlog and pool (the library's own defaults refuse a full room), and a drain before the end.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING, Any, NoReturn

from facilitation import __version__, config, logs, memory, the_only_server
from facilitation.core.events import event
from facilitation.core.urls import authority
from facilitation.start import program

if TYPE_CHECKING:
    from flask import Flask

BACKLOG, POOL = 4096, 20_000
TOGETHER = 8  # are met before whoever is in goes on: one by one costs a fifth more, all of them keep everybody waiting
DRAIN_SECONDS = 5.0
ANSWERS_SECONDS = 0.1  # for the answers of the last commands to leave
SPREAD_MS, PACE_MS = 3000, 5  # phones return spread over at least the first, and no faster than one in the second
AWAY_SECONDS = 0.5, 8.0  # not before the first, and not kept away longer than the second


def main(arguments: list[str]) -> None:
    """Serve in this process. Ends with 1 and one sentence when it cannot start, with 2 for a wrong option."""
    logs.set_up_early()
    options = parse(arguments)
    try:
        app, listener = _started(options)
    except config.BadSetting as error:
        _tell_parent(options, str(error))
        give_up(str(error))
    run(app, listener)


def _started(options: argparse.Namespace) -> tuple[Flask, socket.socket]:
    """The application with everything that runs beside it, and where it listens."""
    settings = config.from_environment(**overrides(options))
    logs.set_up(settings.LOG_LEVEL, settings.LOG_FORMAT)
    if not options.private:
        the_only_server.hold(settings)
    memory.share_between_threads()
    alone = not (options.private or settings.SHARED_PORT)  # a proxy before a single process changes nothing
    # Alone, listen before the slow part of the start: who knocks meanwhile waits for it instead of being turned away.
    # Among several, not before one can answer: the others do.
    early = listen(settings.HOST, settings.PORT) if alone else None
    from facilitation import address, live
    from facilitation.app import create_app
    from facilitation.first_run import load_rest, migrate_database, prepare
    from facilitation.unusable import in_words

    app = create_app(settings)
    with in_words(settings):
        if options.private:
            migrate_database(app)
        else:
            prepare(app, demo=not options.no_demo)
            address.note(settings)
    live.start(app)
    app.extensions["facilitation"] |= {"start_took": time.process_time(), "alone": alone}
    if not (options.no_demo or options.private):
        load_rest(app)
    memory.spare_the_collector()
    listener = early or listen(settings.HOST, settings.PORT, shared=settings.SHARED_PORT)
    event(
        "started", version=__version__, python=platform.python_version(), mode=settings.ASYNC_MODE,
        database=settings.DATABASE_URL.partition(":")[0].partition("+")[0], address=authority(settings.HOST, settings.PORT),
        settings=settings.shown(),
    )  # fmt: skip
    return app, listener


def _tell_parent(options: argparse.Namespace, reason: str) -> None:
    """The parent of several workers hears too why one did not start."""
    if options.last_words is not None:
        os.write(options.last_words, reason.encode())


def give_up(reason: str, code: int = 1) -> NoReturn:
    """End a start with its reason."""
    logs.refuse_start(reason)
    sys.exit(code)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = _Parser(prog=program("serve"), description="Serve labs from this machine.")
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=port_number, metavar="PORT", help="port to listen on (default 5000)")
    parser.add_argument("--lan", action="store_true", help="let phones on the local network in, over plain http")
    parser.add_argument("--no-demo", action="store_true", help="start empty: a set-up link instead of sample cases and labs")
    parser.add_argument("--private", action="store_true", help=argparse.SUPPRESS)  # one of several, or of a rehearsal
    parser.add_argument("--last-words", type=int, help=argparse.SUPPRESS)  # an open file, for the reason of a failed start
    return parser.parse_args(arguments)


def port_number(text: str) -> int:
    """A port as it is typed."""
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; it can be 0 to 65535")
    return int(text)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        give_up(f"{self.prog}: {message}", 2)


def overrides(options: argparse.Namespace) -> dict[str, Any]:
    """Settings that the command line gives; with --lan everybody on the network is let in."""
    given: dict[str, Any] = {}
    if options.port is not None:
        given["PORT"] = options.port
    if options.host:
        given["HOST"] = options.host
    if options.lan:
        port = options.port or config.read("PORT", "int", os.environ.get("FACILITATION_PORT") or "5000")
        given |= {"LAN": True, "HOST": options.host or "0.0.0.0"}  # noqa: S104 - asked for
        if not os.environ.get("FACILITATION_PUBLIC_URL"):
            shown = options.host if options.host and not config.is_any(options.host) else own_address()
            given["PUBLIC_URL"] = f"http://{authority(shown, port)}"
            given["ORIGINS"] = " ".join(f"http://{authority(host, port)}" for host in ("127.0.0.1", "localhost", "::1"))
    return given


def own_address() -> str:
    """This machine's address on the local network; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A listening socket that answers at once and does not refuse a room that joins together."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited by accepted sockets
    if family == socket.AF_INET6 and config.is_any(host):
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)  # `::` means IPv4 too, whatever the system's default
    try:
        listener.bind((host, port))
    except OSError as error:
        said = f"Cannot listen on {authority(host, port)}: {error.strerror}. Try another one with --port."
        raise config.BadSetting(said) from None
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
    entrance = _Entrance(listener)
    serving = eventlet.spawn(
        eventlet.wsgi.server,
        entrance,
        app,
        max_size=POOL,
        socket_timeout=None,
        keepalive=75,
        log=sys.stderr,
        log_output=False,
        debug=False,
    )
    serving.link(end)
    ended.wait()
    finish_commands(app)
    entrance.close()
    say_goodbye(app)
    os._exit(0)  # every command is answered; green threads of idle phones need no end of their own


class _Entrance:
    """A listening socket that can be closed behind the server's back: it would hang up on everybody before our goodbye.

    It lets in a few at a time: who is in the hall already goes on before the next are met. A room that comes all at once
    would else be greeted when the last of it has knocked, and whoever is in waits as long for an answer."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener, self._closed, self._met = listener, False, 0

    def accept(self) -> Any:
        self._met += 1
        if self._met % TOGETHER == 0:
            import eventlet

            eventlet.sleep(0)
        try:
            return self._listener.accept()
        except OSError:
            if not self._closed:
                raise
        import eventlet.event

        return eventlet.event.Event().wait()  # for the moment that is left

    def close(self) -> None:
        self._closed = True
        self._listener.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listener, name)


def _run_threading(app: Flask, listener: socket.socket) -> None:
    from werkzeug.serving import make_server

    def stop(_signal: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    host, port = listener.getsockname()[:2]
    server = make_server(host, port, app, threaded=True, fd=os.dup(listener.fileno()))
    server.serve_forever()  # it takes the interrupt for itself, and closes the door
    finish_commands(app)
    listener.close()
    say_goodbye(app)
    os._exit(0)


def finish_commands(app: Flask) -> None:
    """Answer what was begun, for five seconds at most; what comes now is told to come again (`draining`)."""
    extension = app.extensions["facilitation"]
    extension["stopping_since"] = time.monotonic()
    event("stopping", connections=len(extension["connections"]))
    until = time.monotonic() + DRAIN_SECONDS
    extension["writer"].close(DRAIN_SECONDS)
    while extension["counters"].running and time.monotonic() < until:
        extension["socketio"].sleep(0.02)
    extension["socketio"].sleep(ANSWERS_SECONDS)


def say_goodbye(app: Flask) -> None:
    """With a time to come back that is spread over the room, so that nobody stampedes."""
    socketio = app.extensions["facilitation"]["socketio"]
    extension = app.extensions["facilitation"]
    shortest, longest = AWAY_SECONDS
    # alone, it is back when a start's work is done: as much as this start took of the processor, and a little more
    away = shortest if not extension.get("alone", True) else min(longest, max(shortest, 1.2 * extension.get("start_took", 0.0)))
    everybody = list(extension["connections"])
    spread = max(SPREAD_MS, PACE_MS * len(everybody))
    for place, sid in enumerate(everybody):
        back = round(1000 * away + spread * place / len(everybody))
        extension["connections"][sid].ending = "drain"
        socketio.emit("bye", {"reason": "drain", "back_in_ms": back}, to=sid)
    socketio.sleep(0.3)
    event("stopped", seconds=time.monotonic() - extension["stopping_since"])
