"""Facts checked in a webinar, at the merge desk in Chromium: note, correct, confirm, postpone, take back (R-22, R-37, R-96)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from facilitation.cases.models import Case
from facilitation.cases.rules import mark
from facilitation.core import ids
from facilitation.core.actor import SYSTEM
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from tests.browser.rooms import DESK, sideways, violations
from tests.browser.stage import PHONE, Server, Stage

pytestmark = pytest.mark.browser
BEFORE = "It began in 2019 with two buyers. A third buyer joined in 2021."
AFTER = "It began in 2019 with two buyers. A third buyer joined in 2022."
Open = Callable[..., Page]


@pytest.fixture
def webinar(server: Server, browser: Browser, stage: Callable[..., Stage]) -> tuple[Stage, str, Open]:
    """A closed webinar with three checks of facts, its case, and a way to open pages as the owner of the case."""
    ref, scene = f"T-{ids.new_id()}", stage(cases=[])
    case = str(scene.do("case.create", SYSTEM, title="Mica from small mines", sector="MS", type="technology", ref=ref)["case"])
    scene.do("case.save_section", SYSTEM, case=case, section="2.1", fields={"development": BEFORE}, base=mark({"topics": []}))
    omar = scene.staff("Omar", "case_owner", case=case)
    scene = stage(cases=[ref], kind="webinar")
    seats = [scene.seat(tier=tier) for tier in ("1", "1", "1", "2", "2", "2")]
    for seat in seats[:4]:
        scene.act("fact.check", seat, case=case, section="2.2", verdict="right")
    scene.act("fact.check", seats[0], case=case, section="2.1", verdict="wrong", text="The third buyer joined in 2022")
    scene.act("fact.check", seats[4], case=case, section="2.1", verdict="more", text="Two villages were consulted first")
    scene.act("lab.close", grace_s=0)
    scene.act("merge.propose")

    def opened(path: str = "/merge", **options: Any) -> Page:
        page = scene.context(browser, omar, **{"viewport": DESK, **options}).new_page()
        page.goto(f"/cases/{case}{path}")
        return page

    return scene, case, opened


def development(scene: Stage, case: str) -> str:
    with scene.server.app.app_context(), reading(db.engine) as session:
        return str(session.get_one(Case, case).document["sections"]["2.1"]["development"])


def test_a_fact_is_corrected_by_keyboard_and_taken_back_from_the_changes(webinar: tuple[Stage, str, Open]) -> None:
    scene, case, opened = webinar
    page = opened()
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="For later")).to_be_visible()
    page.keyboard.press("e")
    box = page.locator("[data-fold=edit]:not([hidden]) textarea[name=text]")
    expect(box).to_have_value(BEFORE)
    box.fill(AFTER)
    page.locator("[data-fold=edit]:not([hidden]) button[type=submit]").press("Enter")
    expect(page.get_by_text("1 of 3")).to_be_visible()
    assert development(scene, case) == AFTER
    page.keyboard.press("a")
    expect(page.get_by_text("2 of 3")).to_be_visible()
    changes = opened("/compare?since=lab")
    expect(changes.get_by_text("Confirmed by 4 people")).to_be_visible()
    changes.locator(".change", has_text=BEFORE).get_by_role("button", name="Take this merge back").click()
    expect(changes.get_by_text("The line is out of the case again.")).to_be_visible()
    assert development(scene, case) == BEFORE


def test_what_somebody_wrote_meanwhile_is_shown_beside_what_was_typed(webinar: tuple[Stage, str, Open]) -> None:
    scene, case, opened = webinar
    page = opened()
    page.locator("[data-proposal]", has_text="The third buyer joined in 2022").get_by_role("link", name="Reword").click()
    box = page.locator("[data-fold=edit]:not([hidden]) textarea[name=text]")
    box.fill(AFTER)
    base = mark({"topics": [], "development": BEFORE})
    scene.do("case.save_section", SYSTEM, case=case, section="2.1", fields={"development": "Another hand was here."}, base=base)
    page.locator("[data-fold=edit]:not([hidden]) button[type=submit]").click()
    trouble = page.locator("#errors")
    expect(trouble).to_contain_text("Another hand was here.")
    expect(trouble).to_contain_text(AFTER)
    assert development(scene, case) == "Another hand was here."


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_rules_of_accessibility_and_no_sideways_scrolling(webinar: tuple[Stage, str, Open], scheme: str) -> None:
    _scene, _case, opened = webinar
    first = opened()
    first.keyboard.press("l")
    expect(first.get_by_role("heading", name="For later")).to_be_visible()
    first.keyboard.press("a")
    expect(first.get_by_text("1 of 3")).to_be_visible()
    for path in ("/merge", "/compare?since=lab", ""):
        for size, viewport in (("desk", DESK), ("phone", PHONE), ("small", {"width": 320, "height": 700})):
            page = opened(path, viewport=viewport, color_scheme=scheme)
            assert violations(page) == [], (path, size)
            assert sideways(page) == 0, (path, size)
            if folder := os.environ.get("LOOK"):
                page.screenshot(path=f"{folder}/kinds{path.split('?')[0].replace('/', '-')}-{size}-{scheme}.png", full_page=True)
            if path == "" and size == "desk" and os.environ.get("LOOK"):
                page.pdf(path=f"{os.environ['LOOK']}/case-{scheme}.pdf")
            page.context.close()
