"""Live peer-learning workshops around good-practice cases.

Import-light on purpose: `wsgi.py` imports this package before the server's green threads are patched in,
so nothing here may pull in Flask or SQLAlchemy. Use `facilitation.app.create_app`, reachable as `create_app` below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

__version__ = "0.1.0"


def create_app(settings: Any = None) -> Flask:
    """Build the application. `settings`: a `config.Settings`, a mapping of overrides, or None for the environment."""
    from facilitation.app import create_app as build

    return build(settings)
