"""The printed site with TLS, alive: HTTP/2, WebSocket and long-polling, IPv6, the redirect from http, a balancer before it."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import websocket

from facilitation import create_app
from facilitation.extensions import db
from facilitation.people.models import Seat
from facilitation.people.seats import seat_token
from tests.cast import Cast
from tests.databases import copied
from tests.programs import need
from tests.running import ROOT, Server, free_port
from tests.workers.secure import SecureNginx
from tests.workers.stack import Process, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
NAME = "labs.example.org"
PUBLIC = f"https://{NAME}"
HOSTS = ("127.0.0.1", "::1")


@dataclass
class Site:
    """A server behind nginx, and a seat in its lab."""

    server: Server
    nginx: SecureNginx
    lab: str
    code: str
    cookie: str

    def curl(self, path: str, *options: str, host: str = HOSTS[0], plain: bool = False) -> tuple[list[str], str]:
        """(status line and headers, body) of a request to the public name."""
        scheme, port, to = ("http", 80, self.nginx.plain) if plain else ("https", 443, self.nginx.port)
        shown = f"[{host}]" if ":" in host else host
        command = [str(need("curl")), "--silent", "--insecure", "--include", "--max-time", "20", *options]
        command += ["--connect-to", f"{NAME}:{port}:{shown}:{to}", f"{scheme}://{NAME}{path}"]
        head, _, body = subprocess.run(command, capture_output=True, text=True, check=False).stdout.partition("\n\n")
        return head.splitlines(), body

    def socket(self, host: str) -> websocket.WebSocket:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        wire = trusting.wrap_socket(socket.create_connection((host, self.nginx.port), timeout=20), server_hostname=NAME)
        address = f"wss://{NAME}/socket.io/?EIO=4&transport=websocket&lab={self.lab}"
        return websocket.create_connection(address, socket=wire, origin=PUBLIC, cookie=self.cookie, timeout=20)


@contextmanager
def opened(migrated: Path, folder: Path, balancer: str = "") -> Iterator[Site]:
    data = folder / "data"
    copied(migrated, data)
    settings = {"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True, "PUBLIC_URL": PUBLIC}
    app = create_app(settings)
    with ExitStack() as ends, app.app_context():
        cast = Cast(app)
        seat = db.session.get_one(Seat, cast.ben.id)
        cookie = f"__Host-seat_{cast.lab}={seat_token(cast.settings.SECRET_KEY, seat.id, seat.serial)}"
        lab, code = cast.lab, cast.code
        db.session.remove()
        db.engine.dispose()
        server = Server(data, "--no-demo", "--no-bootstrap", PUBLIC_URL=PUBLIC, PROXIES="1").start()
        ends.callback(server.stop)
        nginx = SecureNginx(data, PUBLIC, [f"127.0.0.1:{server.port}"], balancer)
        nginx.start()
        ends.callback(nginx.remove)
        site = Site(server, nginx, lab, code, cookie)
        until(lambda: _listens(nginx.plain), 20, "nginx did not start")
        yield site


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def site(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened(migrated, tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.mark.parametrize("host", HOSTS)
def test_a_page_comes_over_http2(site: Site, host: str) -> None:
    head, body = site.curl(f"/join/{site.code}", "--http2", host=host)
    assert head[0].split()[:2] == ["HTTP/2", "200"]
    assert "Lab one" in body
    assert any(line.lower().startswith("strict-transport-security:") for line in head)


@pytest.mark.parametrize("host", HOSTS)
def test_http_leads_to_https_but_for_a_certificate_being_renewed(site: Site, host: str) -> None:
    head, _ = site.curl("/join/ABC234?x=1", plain=True, host=host)
    assert head[0].split()[1] == "301"
    assert f"Location: {PUBLIC}/join/ABC234?x=1" in head
    challenge = site.nginx.folder / "acme" / ".well-known" / "acme-challenge"
    challenge.mkdir(parents=True, exist_ok=True)
    (challenge / "token").write_text("proof")
    assert site.curl("/.well-known/acme-challenge/token", plain=True, host=host)[1] == "proof"


@pytest.mark.parametrize("host", HOSTS)
def test_a_socket_opens_over_tls(site: Site, host: str) -> None:
    wire = site.socket(host)
    assert str(wire.recv()).startswith('0{"sid"')
    wire.send(f"40{json.dumps({'v': 1, 'lab': site.lab, 'as': 'seat'})}")
    assert '"hello"' in f"{wire.recv()}{wire.recv()}"  # before or after the word that the namespace is open
    wire.close()


def test_long_polling_works_over_http2(site: Site) -> None:
    path = f"/socket.io/?EIO=4&transport=polling&lab={site.lab}"
    options = ("--http2", "-H", f"Origin: {PUBLIC}", "-H", f"Cookie: {site.cookie}")
    head, body = site.curl(path, *options)
    assert head[0].split()[:2] == ["HTTP/2", "200"]
    path += f"&sid={json.loads(body[1:])['sid']}"
    knock = f"40{json.dumps({'v': 1, 'lab': site.lab, 'as': 'seat'})}"
    assert site.curl(path, *options, "--data-raw", knock, "-H", "Content-Type: text/plain")[1] == "OK"
    said = ""
    while '"hello"' not in said:
        said = site.curl(path, *options)[1]
        assert said[:1] in "42", said


def test_only_our_own_origin_may_send(site: Site) -> None:
    options = ("--http2", "-H", "Content-Type: application/json", "-H", "Accept: application/json", "--data-raw", "{}")
    assert site.curl(f"/join/{site.code}", *options, "-H", "Origin: https://elsewhere.example.org")[0][0].split()[1] == "403"
    assert site.curl(f"/join/{site.code}", *options, "-H", f"Origin: {PUBLIC}")[0][0].split()[1] == "400"  # no tier


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_long_headers_are_let_through_up_to_a_limit(site: Site, version: str) -> None:
    """Twenty labs' cookies and more get through; what nobody needs is refused before a worker sees it."""
    fits, too_long = f"Cookie: a={'x' * 7000}", f"Cookie: a={'x' * 20_000}"
    assert site.curl("/join", version, "-H", fits)[0][0].split()[1] == "200"
    refused = site.curl("/join", version, "-H", too_long)[0]
    assert not refused or refused[0].split()[1] == "400"  # some hang up instead


def test_numbers_for_machines_are_not_for_the_public(site: Site) -> None:
    head, body = site.curl("/metrics", "--http2")
    assert head[0].split()[1] == "404"
    assert "nginx" in body


class Haproxy(Process):
    """The balancer of deploy/ before nginx, on ports of loopback."""

    def __init__(self, site: Site) -> None:
        self.port, self.plain = free_port(), free_port()
        folder = site.nginx.folder
        (folder / "both.pem").write_text((folder / "fullchain.pem").read_text() + (folder / "privkey.pem").read_text())
        text = (ROOT / "deploy" / "haproxy" / "haproxy.cfg").read_text("utf-8")
        for old, new in (
            ("maxconn 20000", "maxconn 500"),  # a test may open fewer files than the service
            ("bind :::80 v4v6", f"bind 127.0.0.1:{self.plain}"),
            ("bind :::443 v4v6", f"bind 127.0.0.1:{self.port}"),
            ("/etc/ssl/facilitation", str(folder)),
            ("10.0.0.2:80", f"127.0.0.1:{site.nginx.plain}"),
        ):
            assert old in text
            text = text.replace(old, new)
        (folder / "haproxy.cfg").write_text(text)
        super().__init__([str(need("haproxy")), "-f", str(folder / "haproxy.cfg")], folder / "haproxy.log")


def test_page_seat_and_socket_pass_a_balancer_before_nginx(migrated: Path, tmp_path: Path) -> None:
    need("haproxy")
    with opened(migrated, tmp_path, balancer="127.0.0.1/32") as site:
        balancer = Haproxy(site)
        balancer.start()
        inner = site.nginx.port, site.nginx.plain
        try:
            until(lambda: _listens(balancer.port), 20, "haproxy did not start")
            site.nginx.port, site.nginx.plain = balancer.port, balancer.plain
            until(lambda: "200" in "".join(site.curl("/readyz")[0][:1]), 20, "nginx is not seen as ready")
            assert site.curl("/join", plain=True)[0][0].split()[1] == "301"
            forged = ("-H", "X-Forwarded-For: 6.6.6.6", "-H", "X-Forwarded-Proto: http")
            head, body = site.curl(f"/join/{site.code}", "--http2", *forged)
            assert head[0].split()[:2] == ["HTTP/2", "200"]
            assert "Lab one" in body
            options = ("-H", f"Origin: {PUBLIC}", "-H", "Content-Type: application/json", "-H", "Accept: application/json")
            head, _ = site.curl(f"/join/{site.code}", *forged, *options, "--data-raw", '{"tier": "1"}')
            assert head[0].split()[1] == "200"
            assert any("__Host-seat_" in line and "Secure" in line for line in head)
            wire = site.socket(HOSTS[0])
            assert str(wire.recv()).startswith('0{"sid"')
            wire.close()
        finally:
            site.nginx.port, site.nginx.plain = inner
            balancer.end()
