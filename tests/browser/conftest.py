"""The real program under eventlet, and Chromium. One server per test process; each test gets a lab of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from facilitation.config import ROOT
from facilitation.core.actor import SYSTEM
from facilitation.extensions import db
from tests.browser.stage import Server, Stage
from tests.databases import copied
from tests.programs import need

SAMPLE_CASES = ROOT / "facilitation" / "cases" / "data" / "sample-cases.yaml"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
expect.set_options(timeout=15_000)  # a state is waited for; how long a busy machine takes for it says nothing


@pytest.fixture(scope="session")
def server(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The running program with the sample cases and nobody in it."""
    data = tmp_path_factory.mktemp("browser") / "data"
    copied(migrated, data)
    # Many people of a test share one moment; the regular ticks come more often, so that nobody waits for them.
    server = Server(data, environment={"FACILITATION_TICK_SECONDS": "3", "FACILITATION_POSTS_BURST": "50"})
    with server.app.app_context():
        text = SAMPLE_CASES.read_text(encoding="utf-8")
        server.app.extensions["facilitation"]["dispatcher"].do("case.import", SYSTEM, text=text)
    server.start()
    yield server
    server.stop()
    with server.app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(program), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def stage(server: Server, browser: Browser) -> Iterator[Callable[..., Stage]]:
    """Makes a fresh, open lab: `stage()`, or `stage(kind="webinar", cases=[…])`. Browsers opened meanwhile are closed."""

    def make(kind: str = "single_case_lab", cases: list[str] | None = None, **options: Any) -> Stage:
        return Stage(server, kind=kind, cases=cases if cases is not None else ["FC-MS-01"], options=options)

    yield make
    for context in browser.contexts:
        context.close()
