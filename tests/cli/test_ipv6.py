"""IPv6: what is printed, the own origin, sockets, workers and a rehearsal, with addresses in brackets."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
import requests

from facilitation.config import ROOT, BadSetting, Settings
from facilitation.core import ids
from facilitation.core.urls import origin_of
from facilitation.start import worker_environment
from facilitation.workers import Worker, Workers
from tests.cli.conftest import Shell
from tests.running import Server, free_port

pytestmark = pytest.mark.sqlite
SAMPLE_CASES = ROOT / "facilitation" / "cases" / "data" / "sample-cases.yaml"


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not _has_ipv6(), reason="this machine has no ::1")


class ServerOn(Server):
    """A server that listens on `host`."""

    def __init__(self, data: Path, host: str, **settings: str) -> None:
        super().__init__(data, "--no-demo", "--no-bootstrap", "--host", host, **settings)
        self.url = f"http://[::1]:{self.port}"


@needs_ipv6
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_server_on_ipv6_is_a_server(shell: Shell, folder: Path) -> None:
    assert shell("import-cases", SAMPLE_CASES).code == 0
    server = ServerOn(folder, "::1").start()
    try:
        assert server.url in server.log.read_text()
        lab = shell("create-lab", "--sector", "MS", "--title", "A lab", "--json").answer
        assert lab["join"] == f"{server.url}/join/{lab['code']}"
        played = shell("rehearse", "sample-lab", "--url", server.url, "--until", "600", "--json")
        assert played.code == 0, played.err
        assert played.answer["connections"] > 5
        code = shell("create-lab", "--sector", "MS", "--title", "Open", "--json").answer["code"]
        mine = requests.post(f"{server.url}/join/{code}", json={"key": ids.new_key()}, headers={"Origin": server.url}, timeout=9)
        strange = requests.post(f"{server.url}/join/{code}", json={}, headers={"Origin": "http://[::2]:1"}, timeout=9)
        assert (mine.json()["code"], strange.json()["code"]) == ("not_open", "forbidden")
    finally:
        server.stop()


@needs_ipv6
@pytest.mark.slow
def test_listening_everywhere_means_both_kinds_of_address(folder: Path) -> None:
    server = ServerOn(folder, "::").start()
    try:
        for url in (server.url, f"http://127.0.0.1:{server.port}", f"http://localhost:{server.port}"):
            socket_door = f"{url}/socket.io/?EIO=4&transport=polling"
            assert requests.get(socket_door, headers={"Origin": url}, timeout=9).ok
            assert not requests.get(socket_door, headers={"Origin": "http://[::2]:1"}, timeout=9).ok
    finally:
        server.stop()


@needs_ipv6
@pytest.mark.slow
def test_a_worker_on_ipv6_is_asked_whether_it_is_ready(folder: Path) -> None:
    worker = Worker("::1", free_port(), worker_environment(os.environ, DATA=str(folder)))
    worker.start()
    try:
        assert worker.wait_ready()
    finally:
        worker.end()
        worker.ended(1e9)


def test_workers_stand_in_the_site_with_brackets(folder: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACILITATION_HOST", "::1")
    workers = Workers(Settings(DATA=str(folder), HOST="::1"), count=2, first_port=5001)
    assert [worker.address for worker in workers.workers] == ["[::1]:5001", "[::1]:5002"]
    assert "server [::1]:5002 " in shell("serve", "--print-site").out


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("http://[::1]:5000", "http://[::1]:5000"),
        ("http://[0:0:0:0:0:0:0:1]:5000/", "http://[::1]:5000"),
        ("https://[2001:DB8::1]:443", "https://[2001:db8::1]"),
        ("https://Labs.Example.org:443/", "https://labs.example.org"),
        ("http://labs.example.org:80", "http://labs.example.org"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_address_is_compared_as_browsers_write_it(folder: Path, given: str, origin: str) -> None:
    settings = Settings(DATA=str(folder), PUBLIC_URL=given)
    assert settings.public_url == origin
    assert settings.origins == [origin]
    assert settings.join_url("ABC234") == f"{origin}/join/ABC234"
    assert Settings(DATA=str(folder), PUBLIC_URL="http://a.example", ORIGINS=given).origins[1] == origin


@pytest.mark.parametrize("wrong", ["labs.example.org", "ftp://a.example", "http://", "http://[::1", "http://a.example:port",
                                   "http://a:b@a.example", "http://[fe80::1%25eth0]:5000", "http://a b"])  # fmt: skip
def test_what_is_no_address_is_refused_at_start(folder: Path, wrong: str) -> None:
    with pytest.raises(BadSetting, match="FACILITATION_PUBLIC_URL"):
        Settings(DATA=str(folder), PUBLIC_URL=wrong)
    with pytest.raises(BadSetting, match=r"FACILITATION_ORIGINS|FACILITATION_PUBLIC_URL"):
        Settings(DATA=str(folder), ORIGINS=wrong)
    with pytest.raises(ValueError, match=r"."):
        origin_of(wrong)
