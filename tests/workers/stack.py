"""The whole installation on loopback: PostgreSQL, Redis, nginx and several workers, each of which can be broken at will."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import redis
import requests

from facilitation.proxy_site import site
from tests.programs import need
from tests.running import ROOT, free_port, free_ports

NGINX = """\
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/site.conf;
}}
"""


def until(what: Callable[[], bool], seconds: float, why: str, *, look_every: float = 0.02) -> float:
    """Wait until `what` holds; the seconds it took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, why
        time.sleep(look_every)
    return time.monotonic() - began


class Process:
    """A program that is started, frozen, killed and started again."""

    def __init__(self, command: list[str], log: Path, environment: dict[str, str] | None = None) -> None:
        self.command, self.log, self.environment = command, log, environment
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(self.command, stdout=log, stderr=log, env=self.environment, cwd=ROOT)

    def send(self, number: int) -> None:
        assert self.running is not None
        self.running.send_signal(number)

    def end(self, number: int = signal.SIGTERM, patience: float = 30) -> int:
        if self.running is None:
            return 0
        self.running.send_signal(number)
        code = self.running.wait(patience)
        self.running = None
        return code


class Redis(Process):
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        command = [str(need("redis")), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        super().__init__([*command, "--dir", str(folder)], folder / "redis.log")
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        super().start()
        until(self._answers, 20, "Redis did not start")

    def client(self, patience: float = 20) -> redis.Redis:
        return redis.Redis(port=self.port, socket_timeout=patience)

    def empty(self) -> None:
        with self.client() as client:
            client.flushall()

    def listeners(self) -> int:
        """How many workers hear what is said."""
        with self.client() as client:
            return len(client.client_list("pubsub"))

    def _answers(self) -> bool:
        try:
            with self.client(2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


class Nginx(Process):
    def __init__(self, folder: Path, public: str, workers: list[str]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="facilitation-nginx-"))
        user = "user root;" if os.getuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder, user=user))
        (self.folder / "site.conf").write_text(site(public, workers))
        command = [str(need("nginx")), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        super().__init__(command, folder / "nginx.log")

    def remove(self) -> None:
        self.end()
        shutil.rmtree(self.folder)


class Stack:
    """`serve --workers N` with everything around it, on the database that the environment names."""

    def __init__(self, data: Path, *, workers: int = 3, **settings: str) -> None:
        self.data, self.port = data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.redis = Redis(data)
        first = free_ports(workers)
        self.ports = [first + n for n in range(workers)]
        self.workers = [f"http://127.0.0.1:{port}" for port in self.ports]
        self.nginx = Nginx(data, self.url, [address.removeprefix("http://") for address in self.workers])
        told = {
            "DATA": str(data), "PORT": str(self.port), "REDIS_URL": self.redis.url, "ORIGINS": " ".join(self.workers), **settings,
        }  # fmt: skip
        command = [sys.executable, "-m", "facilitation", "--no-bootstrap", "serve", "--no-demo"]
        self.serve = Process(
            [*command, "--workers", str(workers), "--first-port", str(first)],
            data / "serve.log",
            {**os.environ, **{f"FACILITATION_{name}": value for name, value in told.items()}},
        )

    def start(self) -> Stack:
        self.launch()
        self.wait_ready()
        return self

    def launch(self) -> None:
        """Start everything, without waiting for the workers."""
        self.serve.start()
        self.redis.start()
        self.nginx.start()

    def wait_ready(self, seconds: float = 180) -> None:
        for address in [*self.workers, self.url]:
            until(lambda address=address: self._ready(address), seconds, f"{address} is not ready", look_every=0.2)  # type: ignore[misc]

    def _ready(self, address: str) -> bool:
        try:
            return requests.get(f"{address}/readyz", timeout=3).ok
        except requests.RequestException:
            return False

    def whole_log(self) -> str:
        return (self.data / "serve.log").read_text()

    def said(self) -> str:
        return self.whole_log()[-3000:]

    def metric(self, worker: int, name: str) -> float:
        """The sum of one of the numbers that a worker tells about itself (with the setting METRICS)."""
        told = requests.get(f"{self.workers[worker]}/metrics", timeout=20).text
        return sum(float(line.rsplit(" ", 1)[1]) for line in told.splitlines() if line.startswith(f"facilitation_{name}"))

    def process_of(self, worker: int) -> int:
        """The process that listens on the worker's port."""
        port = str(self.ports[worker])
        for line in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = line.read_bytes().split(b"\0")
            except OSError:
                continue
            if b"--private" in words and port.encode() in words:
                return int(line.parent.name)
        raise LookupError(f"no process for worker {worker}")

    def signal_worker(self, worker: int, number: int) -> None:
        os.kill(self.process_of(worker), number)

    def stop(self) -> int:
        if self.redis.running is not None:
            self.redis.send(signal.SIGCONT)
        code = self.serve.end()
        self.nginx.remove()
        self.redis.end(signal.SIGKILL)
        return code
