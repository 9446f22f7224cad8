"""The lost phone: a tunnel, a reload in the dark, blocked sockets, a server that restarts. Each text once, in order."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from facilitation.core.actor import SYSTEM
from facilitation.extensions import db
from tests.browser.conftest import SAMPLE_CASES
from tests.browser.stage import Server, Stage, becomes, own, write
from tests.databases import copied

pytestmark = pytest.mark.browser
MakeStage = Callable[..., Stage]


TUNNEL = """
    const all = [];
    const Native = window.WebSocket;
    window.WebSocket = class {
        constructor(...given) {
            if (localStorage.getItem("tunnel")) {
                return { close() {}, send() {}, set onerror(hear) { setTimeout(hear, 20, new Event("error")); } };
            }
            const socket = new Native(...given);
            all.push(socket);
            return socket;
        }
    };
    window.cutSockets = () => all.splice(0).forEach((socket) => socket.close());
"""
LIVE = re.compile(r"/socket\.io/|/commands|/stream/")


def phone(lab: Stage, browser: Browser) -> Page:
    """A phone whose network can be taken away: offline emulation alone keeps open sockets alive."""
    context = lab.context(browser, lab.seat())
    context.add_init_script(TUNNEL)
    page = context.new_page()
    page.goto(f"/labs/{lab.lab}/phone")
    page.wait_for_selector("html[data-link=live]")
    return page


def lose(page: Page) -> None:
    """The tunnel begins."""
    page.context.set_offline(True)
    page.context.route(LIVE, lambda route: route.abort())
    page.evaluate("localStorage.setItem('tunnel', 'on'); window.cutSockets()")


def find(page: Page) -> None:
    """The tunnel ends."""
    page.evaluate("localStorage.removeItem('tunnel')")
    page.context.unroute(LIVE)
    page.context.set_offline(False)


def kept(page: Page) -> int:
    """How many commands lie in the phone's own storage."""
    count = page.evaluate("""() => new Promise((done) => {
        const open = indexedDB.open("facilitation");
        open.onsuccess = () => {
            const all = open.result.transaction("outbox").objectStore("outbox").count();
            all.onsuccess = () => { open.result.close(); done(all.result); };
        };
    })""")
    return int(count)


def test_offline_writing_reload_and_back_gives_each_text_once_in_order(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    page = phone(lab, browser)
    write(page, "Zero, before the tunnel")
    expect(page.locator(own(page, "Zero, before"))).to_contain_text("Shown to all")
    lose(page)
    expect(page.get_by_text("No network. What you write is kept on this phone.")).to_be_visible()
    for text in ("One, in the dark", "Two, in the dark"):
        write(page, text)
        expect(page.locator(own(page, text))).to_contain_text("On this phone, sends itself")
    assert kept(page) == 2
    becomes(lab.texts, ["Zero, before the tunnel"])
    # A page cannot load without network on plain http: here pages load again, but nothing that is live gets through.
    page.context.set_offline(False)
    page.reload()
    expect(page.locator(own(page, "One, in the dark"))).to_contain_text("On this phone, sends itself")
    write(page, "Three, after the reload")
    assert kept(page) == 3
    becomes(lab.texts, ["Zero, before the tunnel"])
    find(page)
    expect(page.locator(own(page, "Three, after the reload"))).to_contain_text("Shown to all", timeout=20_000)
    becomes(lab.texts, ["Zero, before the tunnel", "One, in the dark", "Two, in the dark", "Three, after the reload"])
    assert kept(page) == 0
    numbers = [
        value["n"] for value in lab.entities("contribution").values() if value["text"].startswith(("Zero", "One", "Two", "Three"))
    ]
    assert numbers == sorted(numbers)


def test_a_cut_socket_comes_back_and_misses_nothing(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    page = phone(lab, browser)
    board = lab.board("takeaways")
    lose(page)
    for text in ("Said in the dark, first", "Said in the dark, second"):
        lab.act("contribution.post", lab.seat(tier="3"), board=board, text=text)
    lab.act("lab.announce", text="Please look up")
    expect(page.get_by_text("Please look up")).to_have_count(0)
    find(page)
    expect(page.locator(".phone__notice", has_text="Please look up")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("Said in the dark, second")).to_be_visible()


def test_an_answer_that_got_lost_does_not_double_the_text(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    context = lab.context(browser, lab.seat())
    context.route_web_socket(re.compile("socket.io"), lambda socket: socket.close())
    context.route("**/socket.io/**", lambda route: route.abort())
    lost: list[str] = []

    def swallow(route: Route, request: Request) -> None:
        """The command arrives, its answer does not: twice."""
        if len(lost) < 2:
            lost.append(str(request.post_data_json["key"]))
            route.fetch()
            route.abort()
        else:
            route.continue_()

    context.route("**/labs/*/commands", swallow)
    page = context.new_page()
    page.goto(f"/labs/{lab.lab}/phone")
    page.wait_for_selector("html[data-link=polling]", timeout=30_000)
    write(page, "Once and only once")
    expect(page.locator(own(page, "Once and only once"))).to_contain_text("Shown to all", timeout=20_000)
    expect(page.locator(".delivery[data-state=waiting]")).to_have_count(0)
    while kept(page):
        page.wait_for_timeout(200)
    becomes(lab.texts, ["Once and only once"])
    assert len(lost) == 2
    assert len(set(lost)) == 1  # the same key each time


def test_a_network_without_sockets_works_over_http(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    context = lab.context(browser, lab.seat())
    context.route_web_socket(re.compile("socket.io"), lambda socket: socket.close())
    context.route("**/socket.io/**", lambda route: route.abort())
    page = context.new_page()
    page.goto(f"/labs/{lab.lab}/phone")
    page.wait_for_selector("html[data-link=polling]", timeout=30_000)
    write(page, "By plain request")
    expect(page.locator(own(page, "By plain request"))).to_contain_text("Shown to all")
    lab.act("contribution.post", lab.seat(tier="2"), board=lab.board("takeaways"), text="And back the same way")
    expect(page.get_by_text("And back the same way")).to_be_visible(timeout=8000)
    lab.go_to("evaluation")
    expect(page.get_by_role("heading", level=1)).to_have_text("Five questions about today")


def test_a_network_that_blocks_websockets_only_uses_long_polling(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    context = lab.context(browser, lab.seat())
    context.add_init_script(TUNNEL)
    context.add_init_script("localStorage.setItem('tunnel', 'on')")
    page = context.new_page()
    page.goto(f"/labs/{lab.lab}/phone")
    page.wait_for_selector("html[data-link=live]", timeout=30_000)
    write(page, "Through long polling")
    expect(page.locator(own(page, "Through long polling"))).to_contain_text("Shown to all")


def test_without_storage_the_page_asks_to_be_kept_open(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    context = lab.context(browser, lab.seat())
    context.add_init_script(
        "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError') } });"
    )
    context.route_web_socket(re.compile("socket.io"), lambda socket: socket.close())
    context.route("**/socket.io/**", lambda route: route.abort())
    blocked = {"on": True}
    context.route("**/labs/*/commands", lambda route: route.abort() if blocked["on"] else route.continue_())
    page = context.new_page()
    page.goto(f"/labs/{lab.lab}/phone")
    write(page, "Held in memory only")
    expect(page.get_by_text("Keep this page open until they are sent.")).to_be_visible()
    blocked["on"] = False
    expect(page.locator(own(page, "Held in memory only"))).to_contain_text("Shown to all", timeout=30_000)
    expect(page.get_by_text("Keep this page open until they are sent.")).to_have_count(0)


def test_a_server_that_restarts_costs_nothing(migrated: Path, tmp_path: Path, browser: Browser) -> None:
    data = tmp_path / "data"
    copied(migrated, data)
    server = Server(data)
    with server.app.app_context():
        server.app.extensions["facilitation"]["dispatcher"].do(
            "case.import", SYSTEM, text=SAMPLE_CASES.read_text(encoding="utf-8")
        )
    server.start()
    try:
        lab = Stage(server)
        lab.go_to("takeaways")
        page = lab.phone(browser)
        write(page, "Before the restart")
        expect(page.locator(own(page, "Before the restart"))).to_contain_text("Shown to all")
        server.stop()
        write(page, "While it was away")
        expect(page.locator(own(page, "While it was away"))).to_contain_text("On this phone, sends itself")
        time.sleep(1)  # the phone tries and fails
        server.start()
        expect(page.locator(own(page, "While it was away"))).to_contain_text("Shown to all", timeout=40_000)
        becomes(lab.texts, ["Before the restart", "While it was away"])
    finally:
        server.stop()
        for context in browser.contexts:
            context.close()
        with server.app.app_context():
            db.engine.dispose()
