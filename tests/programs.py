"""Finds the programs of the system that some tests drive: the browser, the database server, the broker, the proxy,
readers of documents.

A test that needs one of them asks `need("redis")`. Where it is absent the test is skipped with the line that installs it; under
CI=true it fails instead, so that a green run there means that everything ran.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, kw_only=True)
class Program:
    """`names` in the order of preference; `folders` (patterns) are searched after PATH; `variable` overrides everything."""

    variable: str
    names: tuple[str, ...]
    folders: tuple[str, ...] = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin")
    install: str


PROGRAMS = {
    "chromium": Program(
        variable="FACILITATION_TEST_CHROMIUM",
        # The headless shell draws the same pages without the rest of a browser, for less than half the work.
        names=(
            "chromium-headless-shell",
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
            "chrome",
            "Google Chrome",
            "Chromium",
        ),
        folders=(
            "/snap/bin",
            "~/.cache/ms-playwright/chromium-*/chrome-linux*",
            "~/Library/Caches/ms-playwright/chromium-*/chrome-mac*/Chromium.app/Contents/MacOS",
            "/Applications/Google Chrome.app/Contents/MacOS",
        ),
        install="apt-get install chromium-headless-shell (or chromium)",
    ),
    # The server, which Debian keeps out of PATH; see `beside` for initdb and pg_ctl.
    "postgres": Program(
        variable="FACILITATION_TEST_POSTGRES",
        names=("postgres",),
        folders=("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/pgsql/bin"),
        install="apt-get install postgresql",
    ),
    "redis": Program(
        variable="FACILITATION_TEST_REDIS", names=("redis-server", "valkey-server"), install="apt-get install redis-server"
    ),
    "nginx": Program(variable="FACILITATION_TEST_NGINX", names=("nginx",), install="apt-get install nginx"),
    # Reads PDF: pdftotext, and beside it pdfinfo and pdffonts.
    "pdftotext": Program(variable="FACILITATION_TEST_PDFTOTEXT", names=("pdftotext",), install="apt-get install poppler-utils"),
    "soffice": Program(
        variable="FACILITATION_TEST_SOFFICE",
        names=("soffice", "libreoffice"),
        folders=("/usr/lib/libreoffice/program", "/Applications/LibreOffice.app/Contents/MacOS"),
        install="apt-get install libreoffice-writer-nogui",
    ),
    # Compiles the layer that a power cut is tried with.
    "cc": Program(variable="FACILITATION_TEST_CC", names=("cc", "gcc", "clang"), install="apt-get install gcc libc6-dev"),
    "haproxy": Program(variable="FACILITATION_TEST_HAPROXY", names=("haproxy",), install="apt-get install haproxy"),
    "curl": Program(variable="FACILITATION_TEST_CURL", names=("curl",), install="apt-get install curl"),
    "openssl": Program(variable="FACILITATION_TEST_OPENSSL", names=("openssl",), install="apt-get install openssl"),
    # Reads unit files without running anything.
    "systemd-analyze": Program(
        variable="FACILITATION_TEST_SYSTEMD_ANALYZE", names=("systemd-analyze",), install="apt-get install systemd"
    ),
    "node": Program(variable="FACILITATION_TEST_NODE", names=("node", "nodejs"), install="apt-get install nodejs"),
}


def find(name: str) -> Path | None:
    """The program's path, or None. A variable that points nowhere counts as "not there": it was set on purpose."""
    program = PROGRAMS[name]
    if named := os.environ.get(program.variable):
        return _runnable(Path(named).expanduser())
    on_path = (shutil.which(each) for each in program.names)
    beside = (shutil.which(each, path=str(folder)) for each in program.names for folder in _folders(program))
    return next((Path(hit) for hits in (on_path, beside) for hit in hits if hit), None)


def need(name: str) -> Path:
    """The program's path; else this test is skipped with the reason, or fails under CI=true."""
    found = find(name)
    if found is not None:
        return found
    program = PROGRAMS[name]
    reason = f"{name} is not here: {program.install}, or let {program.variable} name it"
    if in_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def beside(name: str, other: str) -> Path:
    """A program that comes with another one, such as initdb with postgres; links are followed to where they really lie."""
    return need(name).resolve().with_name(other)


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true")


def _folders(program: Program) -> list[Path]:
    """Existing folders, the highest version first where a pattern finds several."""
    return [folder for pattern in program.folders for folder in sorted(_matching(pattern), key=_version, reverse=True)]


def _matching(pattern: str) -> list[Path]:
    path = Path(pattern).expanduser()
    return [each for each in Path(path.anchor).glob(str(path.relative_to(path.anchor))) if each.is_dir()]


def _version(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(folder))]


def _runnable(path: Path) -> Path | None:
    return path if path.is_file() and os.access(path, os.X_OK) else None
