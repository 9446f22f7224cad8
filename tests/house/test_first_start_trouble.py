"""A first start in the wrong place or at the wrong moment: an old Python, no network, killed half-way, blanks in the path."""

from __future__ import annotations

import ast
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from facilitation import bootstrap
from tests.house.checkout import HOME, Checkout, until

#: What every Python reads before it can say that it is too old.
READ_BY_ALL = ("wsgi.py", "facilitation/__init__.py")
OLD = ("2.7", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "3.10")
NOT_IN_OLD = (
    ast.AnnAssign,
    ast.JoinedStr,
    ast.NamedExpr,
    ast.Nonlocal,
    ast.AsyncFunctionDef,
    ast.Await,
    ast.YieldFrom,
    ast.Starred,
)


def old_python(version: str) -> Path | None:
    """An old interpreter of this machine that runs, in PATH or among those of pyenv."""
    kept = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [shutil.which(f"python{version}"), *(str(path / "bin" / "python") for path in kept.glob(f"{version}.*"))]
    runs = (each for each in found if each and subprocess.run([each, "-c", ""], capture_output=True, check=False).returncode == 0)
    return next((Path(each) for each in runs), None)


@pytest.mark.parametrize("name", READ_BY_ALL)
def test_what_every_python_reads_has_no_newer_grammar(name: str) -> None:
    text = (HOME / name).read_text("utf-8")
    assert text.isascii(), "Python 2 needs a note about the encoding otherwise"
    for node in ast.walk(ast.parse(text)):
        assert not isinstance(node, NOT_IN_OLD), f"{name}:{node.lineno}"  # type: ignore[attr-defined]
        assert not isinstance(node, ast.FunctionDef), "a function would need annotations here, which Python 2 cannot read"
        assert not (isinstance(node, ast.ImportFrom) and node.module == "__future__"), name


@pytest.mark.parametrize("version", OLD)
@pytest.mark.parametrize("command", [["wsgi.py"], ["-m", "facilitation", "serve"]], ids=["wsgi", "module"])
def test_an_old_python_is_named_in_one_sentence(version: str, command: list[str]) -> None:
    python = old_python(version)
    if python is None:
        pytest.skip(f"Python {version} is not here: pyenv install {version}")
    done = subprocess.run([str(python), *command], cwd=HOME, capture_output=True, check=False)
    said = done.stderr.decode()
    assert done.returncode == 1
    assert f"needs Python 3.11 or newer; this is {version}" in said
    assert said.count("\n") == 1
    assert "Traceback" not in said


class SlowIndex(BaseHTTPRequestHandler):
    """Serves the wheels of a folder, and holds back the file until `go`."""

    folder: Path
    asked, go = threading.Event(), threading.Event()

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        if name.endswith(".whl"):
            self.asked.set()
            self.go.wait(60)
            content = (self.folder / name).read_bytes()
        else:
            content = "".join(f'<a href="/{path.name}">{path.name}</a>' for path in self.folder.glob("*.whl")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if name == "" else "application/octet-stream")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def slow_index(folder: Path) -> Iterator[dict[str, str]]:
    """An index on loopback; what pip must be told to use it and nothing else."""
    SlowIndex.folder = folder
    server = ThreadingHTTPServer(("127.0.0.1", 0), SlowIndex)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}/simple"
        yield {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": address, "PIP_NO_CACHE_DIR": "1"}
    finally:
        SlowIndex.go.set()
        server.shutdown()
        server.server_close()


def pips_in(folder: Path) -> list[int]:
    """The processes of the environment's pip."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].startswith(os.fsencode(folder)) and b"install" in words:
            found.append(int(path.parent.name))
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for pip in /proc")
def test_the_next_start_waits_for_the_pip_of_one_that_was_killed(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "check out")
    with slow_index(checkout.index) as surroundings:
        killed = checkout.start(**surroundings)
        until(SlowIndex.asked.is_set)
        killed.send_signal(signal.SIGKILL)  # the installer alone, as the kernel does when memory is short
        killed.communicate()
        assert pips_in(checkout.environment), "pip goes on"
        next_one = checkout.start()  # from the index on disk
        assert next_one.stderr is not None
        assert "waiting for it" in next_one.stderr.readline()
        assert pips_in(checkout.environment)
        SlowIndex.go.set()
        out, said = next_one.communicate(timeout=90)
    assert next_one.returncode == 0, said
    assert '"crumb": "1.0"' in out, "started again in a path with a blank"
    assert pips_in(checkout.environment) == []


@pytest.fixture
def dead_port() -> Iterator[int]:
    """A port of loopback where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.slow
def test_no_network_is_named_as_such(tmp_path: Path, dead_port: int) -> None:
    checkout = Checkout(tmp_path / "checkout")
    away = {
        "PIP_NO_INDEX": "0",
        "PIP_FIND_LINKS": "",
        "PIP_INDEX_URL": f"http://127.0.0.1:{dead_port}/simple",
        "PIP_RETRIES": "1",
    }
    code, told, said = checkout.run(**away)
    assert (code, told) == (1, {})
    assert "the network could not be reached: the connection to the package index was refused" in said
    assert "HTTPS_PROXY" in said
    assert "NewConnectionError" not in said, "pip's own words are for other failures"
    assert checkout.run()[0] == 0, "the next start repairs"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("NewConnectionError(': Failed to establish: [Errno -3] Temporary failure in name resolution')", "cannot be resolved"),
        ("NameResolutionError(\"Failed to resolve 'index' ([Errno 8] nodename nor servname provided)\")", "cannot be resolved"),
        ("[Errno 11001] getaddrinfo failed", "cannot be resolved"),
        ("'ProxyError('Cannot connect to proxy.', NewConnectionError('[Errno 111] Connection refused'))'", "proxy"),
        ("NewConnectionError('[Errno 101] Network is unreachable')", "no route"),
        ("ReadTimeoutError(\"HTTPSConnectionPool(host='x', port=443): Read timed out. (read timeout=15)\")", "in time"),
        ("ConnectTimeoutError(<...>, 'Connection to x timed out. (connect timeout=15)')", "in time"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES … WARNING: Retrying … Read timed out.", None),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", None),
    ],
)
def test_what_pip_says_without_a_network(said: str, reason: str | None) -> None:
    found = bootstrap._no_network(said)
    assert found is None if reason is None else reason in (found or "")


def test_an_environment_that_is_looked_after_starts_in_a_path_with_blanks(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "a path with blanks, ü")
    (checkout.folder / "crumb.py").write_text("VERSION = 'theirs'\n")
    code, told, said = checkout.run(sys.executable, "wsgi.py", "--no-bootstrap", "--lan")
    assert (code, said, told["arguments"]) == (0, "", ["--lan"])


def test_ctrl_c_during_a_start_ends_without_a_traceback(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    (checkout.folder / "facilitation" / "serve.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), 2)\ntime.sleep(9)\n"
    )
    code, _, said = checkout.run(sys.executable, "wsgi.py", "--no-bootstrap")
    assert (code, said) == (130, "")
