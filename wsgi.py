"""Starts the tool: `python3 wsgi.py [--host --port --lan --no-demo]`.

As a program it makes the environment if need be, patches in green threads before anything else is imported, and serves.
Imported (`wsgi:app` for another server, in threading mode) it patches nothing and builds the application when asked for it.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _patch_for_green_threads() -> None:
    """In eventlet mode, make the standard library cooperative. Only correct before Flask and SQLAlchemy are imported."""
    if os.environ.get("FACILITATION_ASYNC_MODE", "eventlet") != "eventlet":
        return
    import warnings

    # A server chosen with open eyes and kept in four modules; its notice begins with a newline.
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()


def __getattr__(name: str) -> Any:
    """Build `app` (once) when a server asks for it, so that importing this module has no effect."""
    if name not in ("app", "application"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from facilitation import create_app

    globals()["app"] = globals()["application"] = create_app()
    return globals()[name]


if __name__ == "__main__":
    from facilitation import bootstrap

    bootstrap.ensure("run")
    _patch_for_green_threads()

    from facilitation.serve import main

    main(sys.argv[1:])
