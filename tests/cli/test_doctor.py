"""`doctor`: what is wrong has a line with what to do, nothing is changed, and no secret is printed."""

from __future__ import annotations

import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from facilitation import config
from facilitation.shell import doctor, doctor_network
from tests.cli.conftest import Said, Shell
from tests.databases import Postgres
from tests.running import Server
from tests.workers.stack import Redis


def line(said: Said, what: str) -> dict[str, str]:
    return next(check for check in said.answer["checks"] if check["what"] == what)


def state(said: Said, what: str) -> str:
    return line(said, what)["state"]


@pytest.mark.sqlite
def test_a_fresh_instance_is_fine_and_left_as_it_is(shell: Shell, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    said = shell("doctor", "--json")
    assert (said.code, said.answer["ok"]) == (0, True)
    assert {name: state(said, name) for name in ("database", "migrations", "disk", "redis", "mail", "settings")} == dict.fromkeys(
        ("database", "migrations", "disk", "redis", "mail", "settings"), "ok"
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    plain = shell("doctor")
    assert plain.out.splitlines()[0].startswith("ok ")


def test_where_nothing_is_nothing_is_made(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FACILITATION_DATABASE_URL", raising=False)
    monkeypatch.setenv("FACILITATION_DATA", str(tmp_path / "none"))
    said = shell("doctor", "--json")
    assert (state(said, "database"), state(said, "data")) == ("warn", "warn")
    assert not (tmp_path / "none").exists()


def test_every_problem_says_what_to_do(shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACILITATION_DATABASE_URL", "postgresql://u:s3cret@127.0.0.1:9/x")
    monkeypatch.setenv("FACILITATION_REDIS_URL", "redis://:s3cret@127.0.0.1:9/0")
    monkeypatch.setenv("FACILITATION_PUBLIC_URL", "https://127.0.0.1:9")
    (folder / "secret_key").write_text("0123456789abcdef" * 4)
    (folder / "secret_key").chmod(0o644)
    said = shell("doctor", "--json")
    assert said.code == 1
    found = {check["what"]: check for check in said.answer["checks"]}
    assert {what for what, check in found.items() if check["state"] == "bad"} == {"database", "redis", "secret key"}
    assert all(check["do"] for check in found.values() if check["state"] != "ok")
    assert "s3cret" not in said.out + said.err
    assert "0123456789abcdef" not in said.out


@pytest.mark.sqlite
def test_a_database_of_another_version(shell: Shell, folder: Path) -> None:
    import sqlite3

    file = sqlite3.connect(folder / "facilitation.db")
    file.execute("UPDATE alembic_version SET version_num = '9999_later'")
    file.commit()
    file.close()
    said = shell("doctor", "--json")
    assert (said.code, state(said, "migrations")) == (1, "bad")
    assert "migrate" in line(said, "migrations")["do"]


def test_a_folder_open_to_others(tmp_path: Path) -> None:
    settings = config.from_environment({}, DATA=str(tmp_path), SECRET_KEY=os.urandom(32).hex())
    tmp_path.chmod(0o755)
    (tmp_path / "facilitation.db").touch(0o644)
    assert "chmod 700" in doctor.data_folder(settings).do
    tmp_path.chmod(0o700)
    assert doctor.data_folder(settings).state == "ok"


@pytest.mark.slow
@pytest.mark.sqlite
def test_beside_a_running_server(shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(folder, "--no-bootstrap", "--no-demo").start()
    try:
        said = shell("doctor", "--json")
        assert said.code == 0
        assert line(said, "proxy") == {"what": "proxy", "state": "ok", "found": f"{server.url} answers", "do": ""}
        assert "the public address" in line(said, "clock")["found"]
        assert server.answers()
    finally:
        server.stop()


@pytest.mark.postgres
@pytest.mark.slow
def test_on_postgresql_with_redis(
    shell: Shell, postgres: Postgres, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = postgres.create()
    monkeypatch.setenv("FACILITATION_DATABASE_URL", postgres.url(name))
    redis = Redis(tmp_path)
    redis.start()
    try:
        monkeypatch.setenv("FACILITATION_REDIS_URL", redis.url)
        said = shell("doctor", "--json")
        assert (state(said, "database"), state(said, "migrations"), state(said, "redis")) == ("ok", "bad", "ok")
        assert postgres.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == [(0,)]
        assert shell("migrate").code == 0
        said = shell("doctor", "--json")
        assert (said.code, state(said, "migrations"), state(said, "clock")) == (0, "ok", "ok")
        assert "the database" in line(said, "clock")["found"]
    finally:
        redis.end(9)
        postgres.drop(name)


class Fake(BaseHTTPRequestHandler):
    """Another program at the public address."""

    status, body, extra = 200, b'{"ok": true}', dict[str, str]()

    def do_GET(self) -> None:
        self.send_response_only(self.status)
        for name, value in {"Content-Length": str(len(self.body)), **self.extra}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.body)


@contextmanager
def answering(files: Path | None = None, **how: object) -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), type("Answering", (Fake,), how))
    if files is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files / "cert.pem", files / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings_for(url: str, tmp_path: Path, **more: object) -> config.Settings:
    return config.from_environment({}, DATA=str(tmp_path), SECRET_KEY=os.urandom(32).hex(), PUBLIC_URL=url, **more)


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ({}, "ok"),
        ({"body": b"welcome"}, "bad"),
        ({"status": 502}, "bad"),
        ({"status": 301, "extra": {"Location": "https://labs.example.org/healthz"}}, "bad"),
    ],
)
def test_what_answers_at_the_public_address(how: dict[str, object], wanted: str, tmp_path: Path) -> None:
    with answering(**how) as port:
        found = doctor_network.public_address(settings_for(f"http://127.0.0.1:{port}", tmp_path)).finding
    assert found.state == wanted
    assert bool(found.do) == (wanted != "ok")
    if "extra" in how:
        assert "https://labs.example.org" in found.do


def test_clocks_that_differ(tmp_path: Path) -> None:
    late = format_datetime(datetime.now(UTC) - timedelta(minutes=5), usegmt=True)
    with answering(extra={"Date": late}) as port:
        ahead = doctor_network.public_address(settings_for(f"http://127.0.0.1:{port}", tmp_path)).ahead
    found = doctor_network.clock_beside(0.1, ahead)
    assert found.state == "bad"
    assert "the public address is 30" in found.found or "the public address is 29" in found.found
    assert doctor_network.clock_beside(0.1, None).state == "ok"


@pytest.mark.parametrize(
    ("days", "trusted", "wanted"), [(90, True, "ok"), (7, True, "warn"), (1, True, "bad"), (90, False, "bad")]
)
def test_the_certificate(days: int, trusted: bool, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days), "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "cert.pem"))
    with answering(tmp_path, extra={"Strict-Transport-Security": "max-age=1"}) as port:
        settings = settings_for(f"https://localhost:{port}", tmp_path)
        assert doctor_network.certificate(settings).state == wanted
        proxy = doctor_network.public_address(settings).finding
    assert proxy.state == ("warn" if trusted else "bad")  # PROXIES is 0
    assert not trusted or "FACILITATION_PROXIES" in proxy.found
