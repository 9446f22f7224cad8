"""Links that commands print lead to where the server is."""

from __future__ import annotations

from pathlib import Path

import pytest

from facilitation import address
from facilitation.config import from_environment
from tests.cli.conftest import Shell
from tests.running import Server


@pytest.mark.slow
def test_links_lead_to_the_server_that_runs_on_the_data(shell: Shell, folder: Path) -> None:
    shell("create-user", "mara@example.org", "--name", "Mara", "--role", "coordinator")
    assert shell("sign-in-link", "mara@example.org", "--json").answer["url"].startswith("http://127.0.0.1:5000/")
    server = Server(folder, "--no-demo", "--no-bootstrap").start()
    try:
        assert shell("sign-in-link", "mara@example.org", "--json").answer["url"].startswith(f"{server.url}/sign-in/")
        lab = shell("create-lab", "--sector", "MS", "--title", "A lab", "--json").answer
        assert lab["join"] == f"{server.url}/join/{lab['code']}"
    finally:
        server.stop()


def test_a_configured_address_wins(folder: Path) -> None:
    (folder / address.NOTE).write_text("http://127.0.0.1:1", "utf-8")
    assert address.known(from_environment()) == "http://127.0.0.1:1"
    assert address.known(from_environment(PUBLIC_URL="https://labs.example.org")) == "https://labs.example.org"
