"""`serve`: the site it prints is the one in deploy/, nginx takes it, and several workers are refused what they cannot share."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from facilitation.config import ROOT
from facilitation.proxy_site import site
from facilitation.workers import pause_after
from tests.cli.conftest import Shell
from tests.programs import need
from tests.workers.secure import certificate

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


@pytest.mark.parametrize(
    ("public", "balancer"),
    [
        ("https://labs.example.org", ""), ("https://labs.example.org:8443", ""), ("https://example.org/labs", ""),
        ("https://example.org/peer-learning/labs", "10.0.0.0/24"), ("https://[2001:db8::1]", ""), ("http://[::1]:8080", ""),
    ],
)  # fmt: skip
def test_nginx_accepts_the_site_with_a_certificate(tmp_path: Path, public: str, balancer: str) -> None:
    need("nginx")
    certificate(tmp_path, "labs.example.org")
    text = site(public, WORKERS, balancer).replace("/etc/ssl/facilitation", str(tmp_path))
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
