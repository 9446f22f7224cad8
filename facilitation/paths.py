"""Where things are: in a checkout beside the package; installed, inside the package, and the data where the system keeps such."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
INSTALLED = (PACKAGE / "_templates").is_dir()


def _folder(name: str) -> Path:
    return PACKAGE / f"_{name}" if INSTALLED else PACKAGE.parent / name


TEMPLATES = _folder("templates")
STATIC = _folder("static")
MIGRATIONS = _folder("migrations")


def data_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where an instance keeps its data when nobody says: `instance/` beside a checkout, else the user's folder for data."""
    if not INSTALLED:
        return PACKAGE.parent / "instance"
    return _users_data(environment, platform) / "facilitation"


def _users_data(environment: Mapping[str, str], platform: str) -> Path:
    home = Path.home()
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if platform == "darwin":
        return home / "Library" / "Application Support"
    named = Path(environment.get("XDG_DATA_HOME") or "")
    return named if named.is_absolute() else home / ".local" / "share"  # the standard: a relative one does not count


def python_path(environment: Mapping[str, str]) -> str:
    """PYTHONPATH for a process of ours: a checkout is found from every folder; what is installed is found anyway."""
    given = environment.get("PYTHONPATH", "")
    return given if INSTALLED else os.pathsep.join(filter(None, (str(PACKAGE.parent), given)))
