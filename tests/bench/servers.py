"""The four servers of the bench, each started as its own process with its own fresh data, pinned to the first core."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.bench.prepare import Prepared, prepared
from tests.programs import PROGRAMS, find
from tests.running import free_port

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = Path(tempfile.gettempdir()) / f"facilitation-bench-{os.getuid()}"  # what is compiled and fetched; kept between runs
NODE = BUILD / "node_modules" / ".bin" / "node"
SERVER_CORE, CLIENT_CORE = 0, 1


class Missing(RuntimeError):
    """Something the bench needs is not on this machine; the text says how to get it."""


def build() -> None:
    """Compile the generator, the relay and the slow disk; fetch the Node baseline. Costs nothing when done before."""
    BUILD.mkdir(exist_ok=True)
    for tool, hint in (("g++", "apt-get install g++ zlib1g-dev libssl-dev"), ("npm", "apt-get install nodejs npm")):
        if shutil.which(tool) is None:
            raise Missing(f"The bench needs {tool}: {hint}")
    for source, target, flags in (
        ("loadgen.cpp", "loadgen", ["-O2", "-lz"]),
        ("relay.cpp", "relay", ["-O2", "-lcrypto"]),
        ("slowdisk.c", "slowdisk.so", ["-O2", "-x", "c", "-shared", "-fPIC", "-ldl"]),
    ):
        if not (BUILD / target).exists() or (BUILD / target).stat().st_mtime < (HERE / source).stat().st_mtime:
            before, after = (
                [flag for flag in flags if not flag.startswith("-l")],
                [flag for flag in flags if flag.startswith("-l")],
            )
            subprocess.run(["g++", *before, str(HERE / source), "-o", str(BUILD / target), *after], check=True)
    if not NODE.exists():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, BUILD / name)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=BUILD, check=True)


def look_for(*names: str) -> None:
    """Programs of the system that some servers need."""
    for name in names:
        if find(name) is None:
            raise Missing(f"The bench needs {name} (or --database sqlite): {PROGRAMS[name].install}")


@dataclass(frozen=True)
class Load:
    """What the generator needs to speak to a server: its options, without port and sizes."""

    options: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Running:
    """A server that answers: its port and processes, and what a client must say to it."""

    port: int
    pid: int
    load: dict[str, str]
    given: Prepared | None = None
    more_pids: tuple[int, ...] = ()
    pinned: bool = True  # server and generator each to a core of their own


PLAIN = {
    "on-connect": '421["join",{"board":"b{b}"}]',
    "post": '42{ack}["post",{"board":"b{b}","col":"","text":"{m} {pad}"}]',
    "event": "item",
    "ready": "431",
}


@contextlib.contextmanager
def product(seats: int, *, labs: int = 1, contributions: int = 0, slow_us: int = 0, **settings: str) -> Iterator[Running]:
    """wsgi.py as users start it; settings as they are by default unless given."""
    given, port = prepared(seats, labs, contributions), free_port()
    with _folder() as folder:
        given.copy(folder / "data")
        environment = {f"FACILITATION_{name}": value for name, value in settings.items()}
        environment |= {"FACILITATION_DATA": str(folder / "data"), "FACILITATION_LOG_LEVEL": "WARNING"}
        command = [sys.executable, str(ROOT / "wsgi.py"), "--no-bootstrap", "--no-demo", "--port", str(port)]
        with _process(command, environment, port, slow_us) as pid:
            _until_ready(port)
            yield Running(port, pid, load_for(given, port, folder), given)


def load_for(given: Prepared, port: int, folder: Path) -> dict[str, str]:
    """What the generator says to the product; cookies and labs are written into `folder` for it."""
    (folder / "cookies").write_text("\n".join(given.cookies))
    (folder / "labs").write_text("\n".join(" ".join(pair) for pair in given.labs))
    return {
        "auth": '40{"v":1,"lab":"{lab}","as":"seat","sync":{"stream":"room"}}',
        "origin": f"http://127.0.0.1:{port}",
        "headers-file": str(folder / "cookies"),
        "labs-file": str(folder / "labs"),
        "ready": '"news":',
        "post": '42{ack}["command",{"v":1,"key":"{key}","name":"contribution.post",'
        + '"args":{"board":"{board}","text":"{m} {pad}"}}]',
        "event": "changes",
        "ack-ok": '"ok":true',
    }


@contextlib.contextmanager
def stock(_seats: int = 0, *, slow_us: int = 0, **_more: object) -> Iterator[Running]:
    with _folder() as folder:
        port = free_port()
        command = [sys.executable, str(HERE / "stock.py"), str(port), str(folder / "stock.sqlite3")]
        with _process(command, {}, port, slow_us) as pid:
            yield Running(port, pid, dict(PLAIN))


@contextlib.contextmanager
def node(_seats: int = 0, *, slow_us: int = 0, **_more: object) -> Iterator[Running]:
    with _folder() as folder:
        port = free_port()
        command = [str(NODE), "--no-warnings", str(HERE / "node_server.cjs"), str(port), str(folder / "node.sqlite3")]
        with _process(command, {"NODE_PATH": str(BUILD / "node_modules")}, port, slow_us) as pid:
            yield Running(port, pid, dict(PLAIN))


@contextlib.contextmanager
def relay(_seats: int = 0, **_more: object) -> Iterator[Running]:
    """No database, no JSON, one send per item and phone. It answers no join, so a client is ready when it is connected."""
    port = free_port()
    with _process([str(BUILD / "relay"), str(port)], {}, port, 0) as pid:
        yield Running(port, pid, {name: value for name, value in PLAIN.items() if name != "ready"})


Starter = Callable[..., contextlib.AbstractContextManager[Running]]
ALL: dict[str, Starter] = {"product": product, "stock": stock, "node": node, "relay": relay}


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        yield Path(name)


@contextlib.contextmanager
def _process(command: list[str], environment: dict[str, str], port: int, slow_us: int) -> Iterator[int]:
    environment = {**os.environ, **environment}
    if slow_us:
        environment |= {"LD_PRELOAD": str(BUILD / "slowdisk.so"), "FSYNC_US": str(slow_us)}
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            ["taskset", "-c", str(SERVER_CORE), *command], env=environment, stdout=told, stderr=told, cwd=ROOT
        )
        try:
            _wait(process, port, told)
            time.sleep(0.7)
            yield process.pid
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, told: object) -> None:
    until = time.monotonic() + 40
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return
        time.sleep(0.1)
    told.seek(0)  # type: ignore[attr-defined]
    raise RuntimeError(f"a server did not start:\n{told.read().decode(errors='replace')[-2000:]}")  # type: ignore[attr-defined]


def _until_ready(port: int) -> None:
    """The product takes connections before it is loaded, so that nobody is turned away; what it costs counts from here."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"http://127.0.0.1:{port}/readyz", timeout=20).ok:
                return time.sleep(0.5)
        time.sleep(0.1)
    raise RuntimeError("the product did not get ready")


def drive(running: Running, **options: object) -> dict[str, float]:
    """One run of the load generator on the other core; what it measured (see loadgen.cpp for the fields)."""
    given = {"deflate": 1, **running.load, **{name.replace("_", "-"): value for name, value in options.items()}}
    command = ["taskset", "-c", str(CLIENT_CORE)] if running.pinned else []
    command += [str(BUILD / "loadgen"), "--port", str(running.port)]
    for pid in (running.pid, *running.more_pids):
        command += ["--pid", str(pid)]
    for name, value in given.items():
        command += [f"--{name}", str(value)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if not done.stdout.strip():
        raise RuntimeError(f"the load generator said: {done.stderr[-500:]}")
    found: dict[str, float] = json.loads(done.stdout)
    return found
