"""The merge desk and the report in Chromium: keys, phone, two owners at once, without script (R-94 to R-97)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from facilitation.cases.document import walk
from facilitation.cases.models import Case
from facilitation.core import ids
from facilitation.core.actor import SYSTEM, Identity
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from tests.browser.rooms import DESK, sideways, violations
from tests.browser.stage import PHONE, Server, Stage

pytestmark = pytest.mark.browser
SMALL = {"width": 320, "height": 700}
LINES = {"S": "Buyer knows the mine", "W": "Works only if you are big", "T": "A water conflict can stop it"}


@dataclass
class Play:
    """A closed lab with one case of its own, two people who may decide, and the proposals made from it."""

    stage: Stage
    browser: Browser
    case: str
    omar: Identity
    mara: Identity

    def open(self, path: str, who: Identity | None = None, **options: Any) -> Page:
        page = self.stage.context(self.browser, who or self.omar, **{"viewport": DESK, **options}).new_page()
        page.goto(path)
        return page

    def desk(self, who: Identity | None = None, **options: Any) -> Page:
        return self.open(f"/cases/{self.case}/merge", who, **options)

    def lines(self) -> list[str]:
        """What came from the lab into the case."""
        with self.stage.server.app.app_context(), reading(db.engine) as session:
            document = session.get_one(Case, self.case).document
        return [
            str(found.item.get("title") or found.item.get("text"))
            for found in walk(document)
            if found.item.get("origin") == "lab"
        ]


@pytest.fixture
def play(server: Server, browser: Browser, stage: Callable[..., Stage]) -> Play:
    ref = f"T-{ids.new_id()}"
    scene = stage(cases=[])
    case = scene.do("case.create", SYSTEM, title="Mica from small mines", sector="MS", type="technology", ref=ref)["case"]
    scene.do("case.add_aspect", SYSTEM, case=case, fields={"title": "One check for many buyers"})
    omar, mara = scene.staff("Omar", "case_owner", case=case), scene.staff("Mara", "sector_lead", sector="MS")
    scene = stage(cases=[ref])
    seats = [scene.seat(tier=tier) for tier in ("1", "1", "1", "2", "2", "2")]
    scene.go_to("swot")
    board = scene.board("swot")
    for place, (column, text) in enumerate(LINES.items()):
        posted = scene.act("contribution.post", seats[place + 1], board=board, column=column, text=text)["id"]
        scene.act("cluster.create", board=board, title=f"About {column}", contributions=[posted])
    scene.act("lab.close", grace_s=0)
    scene.act("merge.propose")
    return Play(scene, browser, case, omar, mara)


def opened(page: Page) -> str:
    """The title of the proposal that is lifted."""
    return page.locator(".merge__row--open .proposal__text").inner_text().strip().splitlines()[-1]


def test_deciding_by_keyboard_alone(play: Play) -> None:
    page = play.desk()
    expect(page.locator("[data-proposal]")).to_have_count(3)
    first = opened(page)
    page.keyboard.press("j")
    assert opened(page) != first
    page.keyboard.press("k")
    assert opened(page) == first
    page.keyboard.press("a")
    expect(page.get_by_text("1 of 3")).to_be_visible()
    assert play.lines() == [first]
    page.keyboard.press("e")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("In the owner's own words, j k a d")
    page.locator("[data-fold=edit]:not([hidden]) button[type=submit]").press("Enter")
    expect(page.get_by_text("2 of 3")).to_be_visible()
    assert "In the owner's own words, j k a d" in play.lines()
    page.keyboard.press("d")
    page.keyboard.type("already said")
    page.keyboard.press("Enter")
    expect(page.get_by_text("All decided")).to_be_visible()
    expect(page.get_by_text("already said")).to_be_visible()
    assert len(play.lines()) == 2


def test_undo_brings_the_proposal_back(play: Play) -> None:
    page = play.desk()
    page.keyboard.press("a")
    expect(page.get_by_text("1 of 3")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("0 of 3")).to_be_visible()
    assert play.lines() == []


def test_two_owners_at_once_nothing_typed_is_lost(play: Play) -> None:
    omar, mara = play.desk(), play.desk(play.mara)
    mara.keyboard.press("a")
    expect(mara.get_by_text("1 of 3")).to_be_visible()
    omar.keyboard.press("e")
    box = omar.locator("[data-fold=edit]:not([hidden]) textarea[name=text]")
    box.fill("Omar's careful wording")
    omar.get_by_role("button", name="Accept in my words").click()
    expect(omar.get_by_text("Somebody else decided this at the same time.")).to_be_visible()
    expect(omar.get_by_text("Omar's careful wording")).to_be_visible()
    assert len(play.lines()) == 1
    assert "Omar's careful wording" not in play.lines()


def test_on_a_phone_by_touch(play: Play) -> None:
    page = play.desk(viewport=PHONE, has_touch=True)
    assert sideways(page) == 0
    page.locator(".merge__row--open").get_by_role("link", name="Decline").tap()
    page.locator("[data-fold=reject]:not([hidden]) input[name=reason]").fill("not for us")
    page.get_by_role("button", name="Decline with this reason").tap()
    expect(page.get_by_text("not for us")).to_be_visible()
    page.locator(".merge__row--open").get_by_role("button", name="Accept").tap()
    expect(page.get_by_text("2 of 3")).to_be_visible()


def test_without_script(play: Play) -> None:
    page = play.desk(java_script_enabled=False)
    page.locator(".merge__row--open").get_by_role("link", name="Reword").click()
    page.locator("[data-fold=edit]:not([hidden]) textarea[name=text]").fill("Plain forms do it too")
    page.get_by_role("button", name="Accept in my words").click()
    expect(page.get_by_text("1 of 3")).to_be_visible()
    assert play.lines() == ["Plain forms do it too"]


def test_from_a_merged_line_to_its_contributions_in_two_clicks(play: Play) -> None:
    page = play.desk()
    text = opened(page)
    page.keyboard.press("a")
    expect(page.get_by_text("1 of 3")).to_be_visible()
    page.goto(f"/cases/{play.case}")
    page.get_by_role("link", name="See the contributions").first.click()
    expect(page.locator(".provenance__words")).to_have_text(text)
    expect(page.locator(".sources")).to_contain_text(LINES[text[-1]])


def test_writing_in_the_report(play: Play) -> None:
    page = play.open(f"/labs/{play.stage.lab}/report", play.stage.anna)
    page.get_by_text("Write the key conclusions").click()
    page.locator("#f-conclusions").fill("Small firms are left out.\n\nThey can buy together.")
    page.locator("form[data-writes]").filter(has=page.locator("#f-conclusions")).get_by_role("button", name="Store").click()
    expect(page.locator("#part-conclusions .written__text")).to_have_count(2)
    expect(page.get_by_text("Nothing is filled in by itself.")).to_have_count(0)
    page.get_by_role("button", name="Release").click()
    expect(page.locator(".report__front .facts").first).to_contain_text("Version 3, released")
    expect(page.locator("form[data-writes]")).to_have_count(0)
    stranger = play.stage.context(play.browser, viewport=DESK).new_page()
    stranger.goto(f"/labs/{play.stage.lab}/report")
    expect(stranger.get_by_role("heading", name="Key conclusions")).to_be_visible()


def test_downloads_arrive(play: Play) -> None:
    page = play.open(f"/labs/{play.stage.lab}/report")
    for name, ending in (("Word", ".docx"), ("Web page", ".html"), ("Open data", ".json")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        assert download.value.suggested_filename.endswith(ending)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_rules_of_accessibility_and_no_sideways_scrolling(play: Play, scheme: str) -> None:
    first = play.desk()
    first.keyboard.press("a")
    expect(first.get_by_text("1 of 3")).to_be_visible()
    provenance = first.get_by_role("link", name="Where it comes from").get_attribute("href") or ""
    pages = [f"/cases/{play.case}/merge", f"/labs/{play.stage.lab}/merge", provenance, f"/labs/{play.stage.lab}/report"]
    for who, path in ((play.omar, pages[0]), (play.stage.anna, pages[1]), (play.omar, pages[2]), (play.stage.anna, pages[3])):
        for viewport in (DESK, SMALL):
            page = play.open(path, who, viewport=viewport, color_scheme=scheme)
            if path.endswith("/merge") and path.startswith("/cases"):
                page.keyboard.press("e")
            assert violations(page) == [], (path, viewport)
            assert sideways(page) == 0, (path, viewport)
