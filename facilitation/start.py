"""How the server starts, from a checkout and from an installed package: green threads first, then everything else.

Imported before anything heavy. `serve` is one process of the server, whatever started it: `wsgi.py`, `facilitation serve`, the
parent of several workers (`worker_command`), or a rehearsal.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from facilitation import bootstrap, paths

if TYPE_CHECKING:
    from flask import Flask

#: Options of `serve` that are about several processes, or only about words: the command line answers these.
NOT_ONE_PROCESS = ("--workers", "--first-port", "--shared-port", "--print-site", "--help", "-h")


def create_app(settings: Any = None) -> Flask:
    """Build the application. `settings`: a `config.Settings`, a mapping of overrides, or None for the environment."""
    from facilitation.app import create_app as build

    return build(settings)


def application(name: str) -> Flask:
    """For `wsgi.py`: the application (made once) when a server asks for it by its name, so that importing it has no effect."""
    if name not in ("app", "application"):
        raise AttributeError(f"module 'wsgi' has no attribute {name!r}")
    return _application()


@functools.cache
def _application() -> Flask:
    return create_app()


def from_checkout() -> None:
    """`python3 wsgi.py`."""
    with quiet_interrupt():
        bootstrap.ensure("run")
        serve(sys.argv[1:])


def is_one_process(arguments: Sequence[str]) -> bool:
    """Do these arguments of `serve` ask for a server in this very process?"""
    return not any(argument.partition("=")[0] in NOT_ONE_PROCESS for argument in arguments)


def serve(arguments: list[str]) -> None:
    """Serve in this process until SIGTERM or Ctrl-C."""
    any_terminal()
    patch_for_green_threads()

    from facilitation.serve import main

    main(arguments)


def patch_for_green_threads() -> None:
    """In eventlet mode, make the standard library cooperative. Only correct before Flask and SQLAlchemy are imported."""
    if os.environ.get("FACILITATION_ASYNC_MODE", "eventlet") != "eventlet":
        return
    import warnings

    # A server chosen with open eyes and kept in four modules; its notice begins with a newline.
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()


def program(command: str = "") -> str:
    """What a person types to get here, for usage lines: `wsgi.py`, `facilitation` or `python3 -m facilitation`."""
    name = os.path.basename(sys.argv[0])
    return name if name == "wsgi.py" else to_type(command)


def to_type(command: str) -> str:
    """How a person gives this command here, for messages that tell them to. FACILITATION_PROGRAM: where a script of the
    administrator's sets user and settings first, its name; another way in would reach another database."""
    name = os.path.basename(sys.argv[0])
    usual = "facilitation" if name.startswith("facilitation") else "python3 -m facilitation"
    return f"{os.environ.get('FACILITATION_PROGRAM') or usual} {command}".strip()


def any_terminal() -> None:
    """A terminal that lacks a character (latin-1, a Windows code page) shows a question mark instead of ending the program."""
    with contextlib.suppress(AttributeError):  # something else than a file stands there; standard error writes escapes by itself
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]


@contextlib.contextmanager
def quiet_interrupt() -> Iterator[None]:
    """Ctrl-C ends with 130, as shells do, and without a traceback."""
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def worker_command(host: str, port: int) -> list[str]:
    """The command line of one process among several, or beside another server. See `worker_environment`."""
    # -P: a folder of the same name where the command is given is not taken for the program.
    command = [sys.executable, "-P", "-m", "facilitation", bootstrap.OPTION, "serve", "--private"]
    return [*command, "--host", host, "--port", str(port)]


def worker_environment(environment: Mapping[str, str], **settings: str) -> dict[str, str]:
    """`environment` with these settings, in which Python finds this very program from whatever folder it is started."""
    own = {f"FACILITATION_{name}": value for name, value in settings.items()}
    return {**environment, **own, "PYTHONPATH": paths.python_path(environment)}
