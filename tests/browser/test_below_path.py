"""A lab at https://example.org/labs, behind a real nginx with the printed site: join, write, console, wall, report, offline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from facilitation.core.actor import SYSTEM, Identity
from facilitation.extensions import db
from tests.browser.conftest import ARGUMENTS, SAMPLE_CASES
from tests.browser.stage import PHONE, Server, Stage, write
from tests.databases import copied
from tests.programs import need
from tests.workers.secure import SecureNginx
from tests.workers.stack import until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]
PUBLIC = "https://example.org/labs"
DESK = {"width": 1440, "height": 900}


KEPT = """async (path) => {
    for (const name of await caches.keys()) if (await (await caches.open(name)).match(path)) return true;
    return false;
}"""


class Beside(Stage):
    """A stage whose acts are carried out beside the server, which finds them in the database soon after."""

    def ask(self, name: str, who: Identity | None = None, /, *, key: str | None = None, **args: Any) -> dict[str, Any]:
        return {"ok": True, "result": self.do(name, who or self.anna, lab=self.lab, **args)}


@dataclass
class Below:
    """The lab, a browser that finds example.org on this machine, and what it asked outside the path."""

    lab: Beside
    browser: Browser
    nginx: SecureNginx
    strays: list[str] = field(default_factory=list)

    def page(self, **options: Any) -> Page:
        context = self.browser.new_context(**{"viewport": PHONE, "locale": "en-GB", **options})
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("request", lambda request: request.url.startswith(f"{PUBLIC}/") or self.strays.append(request.url))
        return page


@pytest.fixture
def below(browser: Browser, migrated: Path, tmp_path: Path) -> Iterator[Below]:
    data = tmp_path / "data"
    copied(migrated, data)
    server = Server(data, environment={"FACILITATION_PUBLIC_URL": PUBLIC, "FACILITATION_PROXIES": "1"})
    nginx = SecureNginx(data, PUBLIC, [f"127.0.0.1:{server.port}"])
    with server.app.app_context():
        text = SAMPLE_CASES.read_text(encoding="utf-8")
        server.app.extensions["facilitation"]["dispatcher"].do("case.import", SYSTEM, text=text)
    server.start()
    nginx.start()
    rules = f"--host-resolver-rules=MAP example.org:443 127.0.0.1:{nginx.port}"
    try:
        arguments = [*ARGUMENTS, rules, "--ignore-certificate-errors"]
        own = browser.browser_type.launch(executable_path=str(need("chromium")), args=arguments)
        yield Below(Beside(server), own, nginx)
        own.close()
    finally:
        nginx.remove()
        server.stop()
        with server.app.app_context():
            db.engine.dispose()


def signed_in(below: Below) -> Page:
    """Anna, by a one-use link as a coordinator hands it out."""
    email = below.lab._emails[below.lab.anna.id]
    token = below.lab.do("user.link", SYSTEM, email=email)["token"]
    page = below.page(viewport=DESK)
    page.goto(f"{PUBLIC}/sign-in/{token}")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page).to_have_url(f"{PUBLIC}/labs")
    return page


def joined(below: Below) -> Page:
    phone = below.page()
    phone.goto(f"{PUBLIC}/join")
    phone.locator("input[name=code]").fill(below.lab.code)
    phone.keyboard.press("Enter")
    phone.locator("input[name=tier][value='1']").check(force=True)
    phone.get_by_role("button", name="Join the lab").click()
    phone.wait_for_selector("html[data-link=live]")
    return phone


def kept(page: Page, path: str) -> bool:
    return bool(page.evaluate(KEPT, path))


def test_a_lab_day_below_a_path(below: Below) -> None:
    lab = below.lab
    lab.go_to("takeaways")
    console = signed_in(below)
    console.goto(f"{PUBLIC}/labs/{lab.lab}/console")
    expect(console.get_by_role("region", name="Control bar")).to_be_visible()
    console.wait_for_selector("html[data-link=live]")
    phone = joined(below)
    assert phone.url == f"{PUBLIC}/labs/{lab.lab}/phone"
    cookies = {cookie["name"]: cookie["path"] for cookie in phone.context.cookies()}
    assert cookies[f"__Secure-seat_{lab.lab}"] == "/labs"
    write(phone, "Written below a path")
    expect(phone.get_by_role("main").get_by_text("Written below a path")).to_be_visible()
    expect(console.get_by_text("Written below a path").first).to_be_visible()

    wall = below.page(viewport=DESK)
    wall.goto(f"{PUBLIC}/wall/{lab.lab}#{lab.wall}")
    expect(wall.locator("body")).to_contain_text("example.org/labs/join")
    expect(wall.locator(".qr img").first).to_be_visible()
    assert wall.locator(".qr img").first.evaluate("img => img.naturalWidth") > 0

    until(lambda: kept(phone, f"/labs/labs/{lab.lab}/phone"), 30, "the phone page was not kept", look_every=0.5)
    below.nginx.end()
    phone.reload()  # without a server, from what the phone kept
    expect(phone.get_by_role("main")).to_be_visible()
    below.nginx.start()
    phone.wait_for_selector("html[data-link=live]", timeout=60_000)

    lab.act("lab.close", grace_s=0)
    expect(phone.locator("body")).to_contain_text(re.compile("closed|Thank", re.I))
    console.goto(f"{PUBLIC}/labs/{lab.lab}/report")
    expect(console.get_by_role("main")).to_contain_text("Written below a path")
    with console.expect_download() as download:
        console.get_by_role("link", name=re.compile("Word")).first.click()
    assert download.value.path().read_bytes().startswith(b"PK")
    assert below.strays == []


def test_settings_of_a_visitor_and_leaving_stay_below_the_path(below: Below) -> None:
    page = below.page()
    page.goto(f"{PUBLIC}/join")
    page.get_by_role("button", name="Deutsch").click()
    expect(page).to_have_url(f"{PUBLIC}/join")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.goto(f"{PUBLIC}/")
    page.locator(".theme-switch button[value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert {cookie["path"] for cookie in page.context.cookies()} == {"/labs"}
    page.goto(f"{PUBLIC}/people")
    expect(page).to_have_url(re.compile(rf"^{PUBLIC}/sign-in\?next="))
    assert below.strays == []
