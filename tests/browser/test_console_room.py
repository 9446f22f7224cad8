"""The console: who gets in, running the room, ballots by tier, people heard, doors and the close; on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.rooms import (
    SAID,
    clusters,
    contribution,
    open_console,
    post,
    sideways,
    slip,
    tap_twice,
    toast,
    value_of,
    violations,
    with_strengths,
)
from tests.browser.stage import Stage, becomes

pytestmark = pytest.mark.browser
MakeStage = Callable[..., Stage]


@pytest.fixture
def lab(stage: MakeStage) -> Stage:
    return with_strengths(stage())


def test_only_the_staff_of_the_lab_get_in(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    stranger = lab.staff("Eve", "reviewer")
    context = lab.context(browser, stranger)
    assert context.request.get(f"/labs/{lab.lab}/console").status == 403  # standing in the sector, but no role here
    lead = lab.staff("Lea", "sector_lead", sector="RES")
    assert lab.context(browser, lead).request.get(f"/labs/{lab.lab}/console").status == 403
    assert lab.context(browser, lab.staff("Otto", "case_owner")).request.get(f"/labs/{lab.lab}/console").status == 404
    assert "/sign-in" in lab.context(browser).request.get(f"/labs/{lab.lab}/console").url
    assert "/sign-in" in lab.context(browser, lab.seat()).request.get(f"/labs/{lab.lab}/console").url


def test_going_on_early_wants_a_second_tap(lab: Stage, browser: Browser) -> None:
    page = open_console(lab, browser)
    bar = page.get_by_role("region", name="Control bar")
    before = lab.entities("lab")[lab.lab]["activity"]
    step = bar.locator(".control-bar__next")
    expect(step).to_contain_text("Next: Unresolved challenges")
    step.click()
    expect(step).to_contain_text(re.compile(r"Open “Unresolved challenges”, 1\d minutes left\?"))
    assert lab.entities("lab")[lab.lab]["activity"] == before
    expect(step).to_contain_text("Next:")  # after three seconds it means nothing any more
    tap_twice(step)
    expect(bar).to_contain_text("Unresolved challenges is written unseen")
    page.keyboard.press("b")
    expect(bar).to_contain_text("SWOT of the case is open to all")
    seconds = value_of(lab, "activity", lambda value: value["state"] == "running")["ends_at"]
    page.keyboard.press("+")
    expect(toast(page, "One minute more")).to_be_visible()
    assert value_of(lab, "activity", lambda value: value["state"] == "running")["ends_at"] == seconds + 60_000


def test_reveal_shows_everything_at_once(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("challenges")
    post(lab, lab.seat(), lab.board("challenges"), "", "Audits are too expensive for small mines")
    page, phone = open_console(lab, browser), lab.phone(browser, tier="2")
    assert "too expensive" not in phone.content()
    page.keyboard.press("r")
    expect(toast(page, "Revealed")).to_be_visible()
    expect(phone.get_by_role("main")).to_contain_text("Audits are too expensive for small mines")
    expect(page.get_by_role("button", name=re.compile("^Reveal"))).to_have_count(0)


def test_a_ballot_is_opened_counted_and_shown_by_tier(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("transferability")
    seats = [lab.seat(tier=tier) for tier in ("1", "1", "1", "3", "3", "3")]
    ids = post(lab, seats[0], lab.board("transferability"), "", "Model clauses", "One audit for six buyers")
    lab.go_to("ballot")
    page = open_console(lab, browser)
    step = page.locator(".control-bar__next")
    step.click()
    panel = page.locator(".ballot-panel")
    expect(panel).to_contain_text("0 of 0 have voted")
    ballot = lab.entities("ballot")
    open_one = next(id_ for id_, value in ballot.items() if value["state"] == "open")
    for index, seat in enumerate(seats):
        lab.act("ballot.vote", seat, ballot=open_one, dots={ids[0 if index < 3 else 1]: 2, ids[0]: 1 if index >= 3 else 2})
    expect(panel).to_contain_text("6 of 6 have voted")
    expect(panel.locator(".ranking")).to_have_count(0)  # while it is open nobody sees counts
    step.click()
    expect(panel.locator(".tier-split").first).to_have_attribute("aria-label", "9 dots: Tier 1 6, Tier 3 3")
    assert "result" not in lab.entities("ballot", seats[0], "room")[open_one]
    step.click()
    expect(panel).to_contain_text("shown to all")
    assert lab.entities("ballot", seats[0], "room")[open_one]["result"][ids[1]]["by_tier"] == {"3": 6}


def test_private_notes_are_seen_by_their_author_alone(lab: Stage, browser: Browser) -> None:
    ben = lab.staff("Ben", "coordinator")
    page = open_console(lab, browser)
    page.get_by_label("New private note").fill("Funding and off-take belong together")
    page.get_by_label("New private note").blur()
    expect(page.get_by_label("Private note", exact=True)).to_have_value("Funding and off-take belong together")
    page.reload()
    expect(page.get_by_label("Private note", exact=True)).to_have_value("Funding and off-take belong together")
    other = open_console(lab, browser, ben)
    expect(other.get_by_label("New private note")).to_be_visible()
    assert "off-take" not in other.content()
    page.get_by_label("Private note", exact=True).fill("")
    page.get_by_label("Private note", exact=True).blur()
    expect(page.get_by_label("Private note", exact=True)).to_have_count(0)


def test_tiers_heard_and_silent_hands_and_a_nudge(lab: Stage, browser: Browser) -> None:
    page = open_console(lab, browser)
    phone = lab.phone(browser, tier="3")
    expect(page.locator(".heard")).to_contain_text("0 of 1")
    expect(page.locator(".nudge")).to_contain_text("1 in Tier 3 has not taken part yet.")
    silent = lab.phone(browser, tier="2")
    expect(page.locator(".heard")).to_contain_text("1 of 2")  # Chloé has written, the other one of her tier has not
    post(lab, lab.seat_of(silent), lab.board("swot"), "W", "Needs a large buyer")
    expect(page.locator(".heard")).to_contain_text("2 of 2")
    lab.act("hand.set", lab.seat_of(phone), raised=True)
    page.get_by_role("button", name="Give Tier 3 the floor").click()
    expect(toast(page, "Tier 3 has the floor")).to_be_visible()
    page.get_by_role("button", name="Nudge Tier 3").click()
    page.get_by_role("button", name="Send to all").click()
    expect(phone.locator("body")).to_contain_text("We would like to hear from Tier 3")
    cells = page.locator(".coverage tbody tr").first.locator("td")
    assert [cell.inner_text() for cell in cells.all()] == ["4", "1", "none", "none"]


def test_doors_and_code_and_the_close_with_its_countdown(lab: Stage, browser: Browser) -> None:
    page = open_console(lab, browser, lab.olga)
    page.keyboard.press("l")
    page.get_by_role("button", name="Close the door").click()
    expect(page.get_by_role("button", name="Open the door")).to_be_visible()
    assert lab.entities("lab")[lab.lab]["locked"] is True
    old = page.get_by_role("link", name="Wall").first.get_attribute("href")
    page.get_by_role("button", name="New code").click()
    expect(page.get_by_role("link", name="Wall").first).not_to_have_attribute("href", str(old))
    page.get_by_role("button", name="Close the lab…").click()
    page.get_by_label("2 minutes").check()
    page.get_by_role("button", name="Close the lab", exact=True).click()
    bar = page.get_by_role("region", name="Control bar")
    expect(bar).to_contain_text(re.compile(r"The lab is closing, 1:5\d left"))
    bar.get_by_role("button", name="Keep it open").click()
    expect(bar).to_contain_text("paused")
    assert lab.entities("lab")[lab.lab]["state"] == "paused"


def test_phones_follow_the_case_and_section(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("present")
    page, phone = open_console(lab, browser), lab.phone(browser)
    page.get_by_label("Section").select_option("2.1")
    expect(toast(page, "Phones and wall follow")).to_be_visible()
    expect(phone.get_by_role("main")).to_contain_text("A first contract on hard-rock lithium")
    assert lab.entities("lab")[lab.lab]["section"] == "2.1"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_rules_of_accessibility_find_nothing(lab: Stage, browser: Browser, scheme: str) -> None:
    page = open_console(lab, browser, color_scheme=scheme)
    slip(page, SAID[0]).click()
    assert violations(page) == []
    for key in ("h", "l", "?", "g"):
        page.keyboard.press(key)
        page.wait_for_selector("dialog[open]")
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)


def test_what_has_nothing_yet_fits_the_narrowest_phone(stage: MakeStage, browser: Browser) -> None:
    page = open_console(stage(kind="flagship_lab"), browser, viewport={"width": 320, "height": 700})
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Covered").click()
    expect(page.locator(".coverage").get_by_text("none", exact=True)).to_have_count(4)
    assert sideways(page) <= 0


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_everything_is_behind_tabs_without_sideways_scrolling(lab: Stage, browser: Browser, width: int) -> None:
    page = open_console(lab, browser, viewport={"width": width, "height": 844}, has_touch=True)
    for name in ("Queue", "Board", "Heard", "Covered", "Wall"):
        page.get_by_role("navigation", name="Views").get_by_role("button", name=name).click()
        expect(page.locator(".console__tab h2").first).to_be_visible()
        assert sideways(page) <= 0, name
        page.evaluate("scrollTo(0, document.body.scrollHeight)")  # what lies under the foot is not half covered
        assert violations(page) == []
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Board").click()
    for text in SAID[:2]:
        slip(page, text).tap()
    page.get_by_label("Name of the cluster").fill("Known origin")
    page.get_by_role("button", name="Make cluster").tap()
    expect(toast(page, "Cluster “Known origin” made")).to_be_visible()
    becomes(lambda: clusters(lab), {"Known origin": list(SAID[:2])})
    page.get_by_role("button", name="Say it for someone").tap()
    page.get_by_placeholder("Spoken words, then tier").fill("Said aloud")
    page.get_by_role("dialog").get_by_role("button", name="Tier 1").tap()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert contribution(lab, "Said aloud")["tier"] == "1"
    assert sideways(page) <= 0
