"""Every page of the desks by the rules of accessibility, light and dark, and on the narrowest phone (experience, section 6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.rooms import DESK, sideways, violations
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser
NARROW = {"width": 320, "height": 700}
OPEN_TO_ALL = [
    "/", "/library/{case}", "/sign-in", "/join", "/join/{code}", "/read/{code}", "/read/{code}/1", "/goodbye", "/nowhere",
]  # fmt: skip
DESKS = [
    "/labs", "/labs/new", "/labs/{lab}?step=1", "/labs/{lab}?step=2", "/labs/{lab}?step=3", "/labs/{lab}?step=4",
    "/labs/{lab}?step=5", "/labs/{lab}/sheet", "/labs/{lab}/agenda/new?kind=swot",
    "/labs/{lab}/agenda/{swot}", "/labs/{lab}/agenda/{ballot}", "/labs/{lab}/agenda/{present}", "/people", "/people/{anna}",
    "/account",
]  # fmt: skip


def rules_hold(page: Page, paths: list[str]) -> None:
    """Each page once: all rules in light, the contrast in dark, then the narrowest phone."""
    findings: list[str] = []
    for path in paths:
        page.set_viewport_size(DESK)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        findings += [f"{path}: {finding}" for finding in violations(page)]
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        findings += [f"{path}, dark: {finding}" for finding in violations(page, contrast_only=True)]
        page.set_viewport_size(NARROW)
        findings += [f"{path}: {sideways(page)} px too wide"] if sideways(page) > 0 else []
    assert not findings, "\n".join(findings)


def places(lab: Stage) -> dict[str, str]:
    case = lab.entities("case")
    return {
        "lab": lab.lab, "code": lab.code, "case": next(iter(case)), "anna": lab.anna.id, "swot": lab.activity("swot"),
        "ballot": next(value["activity"] for value in lab.entities("ballot").values()), "present": lab.activity("present"),
    }  # fmt: skip


def test_what_anybody_may_read(stage: Callable[..., Stage], browser: Browser) -> None:
    lab = stage(kind="flagship_lab")
    page = lab.context(browser, viewport=DESK).new_page()
    rules_hold(page, [path.format(**places(lab)) for path in OPEN_TO_ALL])


def test_the_desks_of_the_staff(stage: Callable[..., Stage], browser: Browser) -> None:
    lab = stage(kind="flagship_lab")
    page = lab.context(browser, lab.olga, viewport=DESK).new_page()
    rules_hold(page, [path.format(**places(lab)) for path in DESKS])


def test_german_words_fit_as_well(stage: Callable[..., Stage], browser: Browser) -> None:
    """They are longer by a third."""
    lab = stage(kind="flagship_lab")
    page = lab.context(browser, lab.olga, viewport=NARROW).new_page()
    page.goto("/labs")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Labs")
    expect(page.get_by_role("button", name="English")).to_be_visible()
    wide = []
    for path in [*DESKS, "/cases", "/cases/{case}", "/cases/{case}/edit/2.1", "/labs/{lab}/console"]:
        page.goto(path.format(**places(lab)))
        if not path.endswith("/sheet"):  # printed for the room, in the language of the lab
            assert page.locator("html").get_attribute("lang") == "de", path
        wide += [(path, sideways(page))] if sideways(page) > 0 else []
    assert wide == []
