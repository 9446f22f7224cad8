"""`serve`: the site it prints is the one in deploy/, nginx takes it, and several workers are refused what they cannot share."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from facilitation.config import ROOT
from facilitation.proxy_site import site
from facilitation.workers import pause_after
from tests.cli.conftest import Shell
from tests.programs import need

WORKERS = ["127.0.0.1:5001", "127.0.0.1:5002"]


@pytest.mark.parametrize(
    ("file", "url"), [("nginx/facilitation.conf", "https://labs.example.org"), ("compose/site.conf", "http://localhost:8080")]
)
def test_the_site_in_deploy_is_the_one_that_is_printed(
    file: str, url: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACILITATION_PUBLIC_URL", url)
    printed = shell("serve", "--workers", "2", "--port", "5000", "--print-site")
    assert printed.code == 0
    assert printed.out.strip() == (ROOT / "deploy" / file).read_text("utf-8").strip() == site(url, WORKERS).strip()


def test_nginx_accepts_the_site_with_a_certificate(tmp_path: Path) -> None:
    need("nginx")
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here to make a certificate: apt-get install openssl")
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=labs.example.org",
         "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True,
    )  # fmt: skip
    text = site("https://labs.example.org:8443", WORKERS).replace("/etc/ssl/facilitation", str(tmp_path))
    (tmp_path / "site.conf").write_text(text)
    user = "user root;" if os.getuid() == 0 else ""
    temporary = "".join(f"{name}_temp_path {tmp_path}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (tmp_path / "nginx.conf").write_text(
        f"{user} pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}} "
        f"http {{ access_log off; {temporary} include {tmp_path}/site.conf; }}"
    )
    told = subprocess.run(
        [str(need("nginx")), "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr


@pytest.mark.sqlite
def test_several_workers_are_refused_a_sqlite_file(shell: Shell) -> None:
    told = shell("serve", "--workers", "2")
    assert told.code == 1
    assert "PostgreSQL" in told.err


def test_a_lost_worker_starts_again_at_once_and_one_that_keeps_ending_waits() -> None:
    assert [pause_after(failures) for failures in range(8)] == [0, 0, 2, 4, 8, 16, 30, 30]
