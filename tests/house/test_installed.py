"""A newcomer's two commands with a wheel, far from the checkout: `pip install`, `facilitation serve`."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import requests

from facilitation.config import ROOT
from tests.programs import in_ci
from tests.running import Server, free_port

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]
#: What a wheel is built from.
SOURCES = ("facilitation", "migrations", "static", "templates", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")


class Installed:
    """A wheel of this checkout in an environment of its own, which borrows the packages it needs from the one of the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a path with blanks"
        self.home = self.folder / "home"
        self.home.mkdir(parents=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self.folder / "env")], check=True)
        site = next((self.folder / "env").glob("lib/python*/site-packages"))
        (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
        self._pip("install", "--no-index", "--no-deps", str(wheel_of(folder)), python=self.program("python"))

    def program(self, name: str) -> Path:
        return self.folder / "env" / "bin" / name

    @property
    def data(self) -> Path:
        return self.home / ".local" / "share" / "facilitation"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FACILITATION_", "XDG_", "PYTHON"))}
        return {**kept, "HOME": str(self.home), "PYTHONUNBUFFERED": "1"}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.program("facilitation")), *arguments], cwd=self.home, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str]:
        process = self.start(*arguments)
        said, _ = process.communicate(timeout=100)
        return process.returncode, said

    @staticmethod
    def _pip(*arguments: str, python: Path) -> None:
        command = [sys.executable, "-m", "pip", "--python", str(python), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def wheel_of(folder: Path) -> Path:
    """Built from a copy, so that nothing is left in the checkout. pip fetches the builder where the environment has none."""
    copy = folder / "source"
    copy.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--disable-pip-version-check", "-w", str(folder), str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and "No matching distribution found for setuptools" in done.stdout + done.stderr:
        reason = "building a wheel needs setuptools from a package index, and none could be reached"
        pytest.fail(reason, pytrace=False) if in_ci() else pytest.skip(reason)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("facilitation-*.whl"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"))


def test_a_wheel_serves_and_keeps_its_data_with_its_user(installed: Installed) -> None:
    server = Server(installed.home)
    process = installed.start("serve", "--port", str(server.port))
    try:
        server._process = process  # type: ignore[assignment]
        server.wait(100)
        assert server.answers()
        page = requests.get(server.url, timeout=20)
        assert page.ok
        assert all(
            requests.get(server.url + path, timeout=20).ok for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
        )
        code, said = installed.run("create-lab", "--sector", "MS", "--title", "A lab", "--json")
        assert code == 0, said
        assert json.loads(said.splitlines()[-1])["join"].startswith(f"{server.url}/join/")
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        said = process.stdout.read()
        assert process.wait(20) == 0, said
    finally:
        process.kill()
        process.communicate()
    assert f"{server.url}/sign-in/" in said
    assert "  Join " in said
    assert {path.name for path in installed.data.iterdir()} >= {"facilitation.db", "secret_key", "served_at"}
    assert not list(installed.folder.glob("env/lib/python*/site-packages/instance"))
    assert sorted(path.name for path in installed.home.iterdir()) == [".local"]


def test_a_wheel_starts_its_workers_too(installed: Installed) -> None:
    server = Server(installed.home)
    process = installed.start(
        "serve", "--workers", "1", "--no-demo", "--port", str(free_port()), "--first-port", str(server.port)
    )
    try:
        server._process = process  # type: ignore[assignment]
        server.wait(100)
        assert server.answers()
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
        assert process.returncode == 0, said
        assert "starts again" not in said
    finally:
        process.kill()
        process.communicate()


def test_the_commands_are_the_same_and_name_themselves(installed: Installed) -> None:
    code, said = installed.run("--help")
    assert code == 0
    assert said.startswith("Usage: facilitation [OPTIONS] COMMAND")
    assert {"serve", "backup", "import-cases", "report"} <= set(said.split())
    assert installed.run("serve", "--port", "many")[0] == 2
    code, said = installed.run("test")
    assert (code, said.count("\n")) == (1, 1)
    assert "Run it in a checkout" in said


def test_a_rehearsal_starts_its_own_server(installed: Installed) -> None:
    assert installed.run("import-cases", "sample-cases", "--replace")[0] == 0
    code, said = installed.run("rehearse", "sample-lab", "--until", "60", "--json")
    assert code == 0, said
    assert json.loads(said.splitlines()[-1])["lab"]
