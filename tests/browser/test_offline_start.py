"""Where the browser allows it (https, or this machine itself): the page starts without a server; the screen stays awake."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from facilitation.core.actor import SYSTEM, Identity
from facilitation.extensions import db
from tests.browser.conftest import SAMPLE_CASES
from tests.browser.stage import Server, Stage, becomes, own, write
from tests.databases import copied

pytestmark = pytest.mark.browser
KEPT = """async (path) => {
    for (const name of await caches.keys()) if (await (await caches.open(name)).match(path)) return true;
    return false;
}"""
WATCHED_LOCK = """
if (navigator.wakeLock) {
    window.locks = [];
    const ask = navigator.wakeLock.request.bind(navigator.wakeLock);
    navigator.wakeLock.request = (kind) => { const asked = ask(kind); window.locks.push(kind); return asked; };
}
"""


@pytest.fixture
def own_server(migrated: Path, tmp_path: Path, browser: Browser) -> Iterator[Server]:
    """A server that may be ended."""
    copied(migrated, tmp_path / "data")
    server = Server(tmp_path / "data")
    with server.app.app_context():
        text = SAMPLE_CASES.read_text(encoding="utf-8")
        server.app.extensions["facilitation"]["dispatcher"].do("case.import", SYSTEM, text=text)
    server.start()
    yield server
    for context in browser.contexts:
        context.close()
    server.stop()
    with server.app.app_context():
        db.engine.dispose()


def opened(lab: Stage, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(f"/labs/{lab.lab}/phone")
    page.wait_for_selector("html[data-link=live]")
    return page


def is_kept(page: Page, lab: Stage) -> bool:
    return bool(page.evaluate(KEPT, f"/labs/{lab.lab}/phone"))


def wait_until_kept(page: Page, lab: Stage, *, kept: bool = True) -> None:
    """The phone keeps its page when it has nothing else to do: after some seconds, not all phones at once."""
    for _ in range(300):
        if is_kept(page, lab) == kept:
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"not {'kept' if kept else 'forgotten'} in a minute")


def test_the_page_starts_without_a_server_and_sends_what_was_written_then(own_server: Server, browser: Browser) -> None:
    lab = Stage(own_server)
    lab.go_to("takeaways")
    seat: Identity = lab.seat()
    context = lab.context(browser, seat, service_workers="allow")
    page = opened(lab, context)
    write(page, "Before the dark")
    expect(page.locator(own(page, "Before the dark"))).to_contain_text("Shown to all")
    wait_until_kept(page, lab)
    own_server.stop()
    page.close()
    page = context.new_page()
    page.goto(f"/labs/{lab.lab}/phone")
    expect(page.get_by_text("No network. What you write is kept on this phone.")).to_be_visible(timeout=40_000)
    write(page, "Started in the dark")
    expect(page.locator(own(page, "Started in the dark"))).to_contain_text("On this phone, sends itself")
    own_server.start()
    expect(page.locator(own(page, "Started in the dark"))).to_contain_text("Shown to all", timeout=60_000)
    becomes(lab.texts, ["Before the dark", "Started in the dark"])
    page.reload()  # the server answers again: its page, not the kept one
    page.wait_for_selector("html[data-link=live]")
    expect(page.get_by_text("Started in the dark").first).to_be_visible()


def test_whoever_leaves_or_is_sent_away_takes_nothing_along(own_server: Server, browser: Browser) -> None:
    lab = Stage(own_server)
    lab.go_to("takeaways")
    leaving = opened(lab, lab.context(browser, lab.seat(), service_workers="allow"))
    rude = opened(lab, lab.context(browser, lab.seat(), service_workers="allow"))
    write(rude, "Rude")
    expect(rude.locator(own(rude, "Rude"))).to_contain_text("Shown to all")
    wait_until_kept(leaving, lab)
    wait_until_kept(rude, lab)
    leaving.evaluate("async (path) => { await fetch(path, {method: 'POST', body: '{}'}) }", f"/labs/{lab.lab}/phone/leave")
    leaving.goto("/goodbye")
    leaving.goto(f"/labs/{lab.lab}/phone")  # the server says 401, and the worker hears it
    wait_until_kept(leaving, lab, kept=False)
    text = next(id_ for id_, value in lab.entities("contribution").items() if value["text"] == "Rude")
    lab.act("seat.remove", contribution=text)
    rude.goto(f"/labs/{lab.lab}/phone")
    wait_until_kept(rude, lab, kept=False)


def test_a_frozen_page_is_in_step_when_it_thaws(stage: Callable[..., Stage], browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    page = opened(lab, lab.context(browser, lab.seat()))
    session = page.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    board = lab.board("takeaways")
    for n in range(5):
        lab.act("contribution.post", lab.seat(tier="2"), board=board, text=f"While it slept, {n}")
    session.send("Page.setWebLifecycleState", {"state": "active"})
    more, texts = (
        page.get_by_role("button", name=re.compile("new contribution")),
        page.locator("article", has_text="While it slept"),
    )
    for _ in range(150):  # texts of others do not push aside what one reads: those that came later wait behind a button
        if texts.count() == 5:
            break
        if more.count():
            more.click()
        page.wait_for_timeout(100)
    expect(texts).to_have_count(5)
    write(page, "Awake again")
    expect(page.locator(own(page, "Awake again"))).to_contain_text("Shown to all")


def test_the_screen_stays_awake_while_the_lab_runs(stage: Callable[..., Stage], browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    context = lab.context(browser, lab.seat())
    context.add_init_script(WATCHED_LOCK)
    page = opened(lab, context)
    if not page.evaluate("'wakeLock' in navigator"):
        pytest.skip("this browser has no wake lock")
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    assert page.evaluate("window.locks") == ["screen"]
