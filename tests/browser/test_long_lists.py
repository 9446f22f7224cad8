"""Many contributions: what is drawn is bounded, and nothing is out of reach of eye, keyboard or screen reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.rooms import open_console, open_wall, post, slip, violations
from tests.browser.stage import Stage, becomes

MANY, DRAWN = 260, 150
DRAFTS = 2  # strengths the case owner wrote
ROOM = "[aria-labelledby=room] .contribution__text"
LATER = "What came in while somebody read"


@pytest.fixture
def crowded(stage: Callable[..., Stage]) -> Stage:
    """A SWOT, revealed, with 260 strengths of 65 people, posted before any page is open."""
    lab = stage(expected_people=100)
    lab.go_to("swot")
    board = lab.board("swot")
    seats = [lab.seat(tier=str(1 + number % 3)) for number in range(MANY // 4)]
    for number in range(MANY):
        lab.do("contribution.post", seats[number % len(seats)], lab=lab.lab, board=board, column="S", text=f"Strength {number}")
    lab.act("activity.reveal")
    return lab


def entries(page: Page) -> list[str]:
    found: list[str] = page.locator(ROOM).all_inner_texts()
    return found


def newest(first: int, count: int) -> list[str]:
    return [f"Strength {number}" for number in range(first, first - count, -1)]


def test_a_phone_draws_the_newest_and_the_earlier_ones_on_request(crowded: Stage, browser: Browser) -> None:
    page = crowded.phone(browser)
    earlier = page.get_by_role("button", name="Show earlier ones (110)")
    expect(earlier).to_be_visible()
    assert entries(page) == newest(MANY - 1, DRAWN)
    assert violations(page) == []
    earlier.focus()
    page.keyboard.press("Enter")
    expect(page.locator(ROOM)).to_have_count(MANY)
    expect(earlier).to_have_count(0)
    assert entries(page) == newest(MANY - 1, MANY)
    expect(page.locator(":focus .contribution__text")).to_have_text(f"Strength {MANY - 1 - DRAWN}")


def test_nothing_moves_on_a_phone_when_new_ones_come_and_asking_for_them_goes_back_to_the_newest(
    crowded: Stage, browser: Browser
) -> None:
    page = crowded.phone(browser)
    page.get_by_role("button", name="Show earlier ones (110)").click()
    read = page.locator(".contribution", has_text="Strength 40").last
    read.scroll_into_view_if_needed()
    before = read.evaluate("element => element.getBoundingClientRect().top")
    post(crowded, crowded.seat(), crowded.board("swot"), "S", LATER)
    pill = page.get_by_role("button", name="1 new contribution")
    expect(pill).to_be_attached()
    assert abs(read.evaluate("element => element.getBoundingClientRect().top") - before) < 1
    pill.click()
    expect(page.locator(ROOM).first).to_have_text(LATER)
    expect(page.locator(ROOM)).to_have_count(DRAWN)


def test_the_console_shows_the_newest_and_keys_reach_the_earlier_ones(crowded: Stage, browser: Browser) -> None:
    page = open_console(crowded, browser)
    column = page.locator(".board [data-q=S]")
    expect(column.locator(".column__count")).to_have_text(str(MANY + DRAFTS))
    assert column.locator(".slip").count() < 200
    expect(slip(page, f"Strength {MANY - 1}")).to_be_attached()
    post(crowded, crowded.seat(), crowded.board("swot"), "S", LATER)
    expect(slip(page, LATER)).to_be_attached()
    assert violations(page) == []
    more = column.get_by_role("option", name="Show earlier ones")
    first = column.locator(".slip").first
    first.focus()
    page.keyboard.press("ArrowUp")
    expect(more).to_be_focused()
    page.keyboard.press("Enter")
    expect(column.locator(".slip")).to_have_count(MANY + DRAFTS + 1)
    expect(more).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('.board') !== null"), "the focus is lost"
    page.keyboard.press("ArrowUp")
    expect(page.locator(".slip:focus")).to_have_count(1)


def test_what_has_the_focus_on_the_console_stays_however_many_come(crowded: Stage, browser: Browser) -> None:
    page = open_console(crowded, browser)
    column = page.locator(".board [data-q=S]")
    held = column.locator(".slip").first
    held.focus()
    text = held.inner_text().partition("\n")[0]
    board, seats = crowded.board("swot"), [crowded.seat() for _ in range(6)]
    for seat in seats:
        post(crowded, seat, board, "S", *(f"{LATER}, {number}" for number in range(10)))
    expect(column.locator(".column__count")).to_have_text(str(MANY + DRAFTS + 60))
    expect(page.locator(".slip:focus")).to_contain_text(text)


def test_the_wall_counts_what_it_has_no_room_for(crowded: Stage, browser: Browser) -> None:
    page = open_wall(crowded, browser)
    quad = page.locator(".swot-cross__quad[data-q=S]")
    more = quad.locator("[data-more]")

    def shown_and_counted() -> int:
        return quad.locator("[data-size]:visible").count() + int(more.inner_text().split()[1])

    expect(more).to_be_visible()
    becomes(shown_and_counted, MANY + DRAFTS)
    assert quad.locator("[data-size]").count() <= DRAWN
    post(crowded, crowded.seat(), crowded.board("swot"), "S", LATER)
    becomes(shown_and_counted, MANY + DRAFTS + 1)
