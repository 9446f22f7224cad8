"""Journeys: the lab day, with one console, one wall and three phones, from join to merged case; and the closing minute."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.rooms import tap_twice
from tests.browser.stage import Stage, becomes

pytestmark = pytest.mark.browser

DESK, WALL = {"width": 1440, "height": 900}, {"width": 1920, "height": 1080}
SAID = ("The buyer knows the mine", "An outside check at the mine", "Several years of volume")


def join(stage: Stage, browser: Browser, tier: int) -> Page:
    """A phone that scans the code, says its tier and is in: by the form, as a participant does it."""
    page = stage.context(browser).new_page()
    page.goto(f"/join/{stage.code}")
    page.locator(f"input[name=tier][value='{tier}']").check(force=True)
    page.get_by_role("button", name="Join the lab").click()
    page.wait_for_selector("html[data-link=live]")
    return page


def say(phone: Page, text: str) -> None:
    box = phone.get_by_role("form", name="Write a contribution").get_by_role("textbox").first
    box.fill(text)
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.get_by_role("main").get_by_text(text)).to_be_visible()
    expect(box).to_have_value("")


def open_console(stage: Stage, browser: Browser) -> Page:
    console = stage.context(browser, stage.anna, viewport=DESK).new_page()
    console.goto(f"/labs/{stage.lab}/console")
    expect(console.get_by_role("region", name="Control bar")).to_be_visible()
    return console


def open_wall(stage: Stage, browser: Browser) -> Page:
    wall = stage.context(browser, viewport=WALL).new_page()
    wall.goto(f"/wall/{stage.lab}#{stage.wall}")
    return wall


def press_next(console: Page, title: str) -> None:
    """The next step of the agenda; when the clock still runs it wants a second press."""
    head = console.get_by_role("region", name="Control bar")
    tap_twice(head.get_by_role("button", name=re.compile(re.escape(title))))
    expect(head.get_by_role("paragraph").first).to_contain_text(title)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_lab_day(stage: Callable[..., Stage], browser: Browser) -> None:
    day = stage()
    console, wall = open_console(day, browser), open_wall(day, browser)
    phones = [join(day, browser, tier) for tier in (1, 2, 3)]
    expect(wall.locator("body")).to_contain_text(day.code)

    day.go_to("swot")
    for phone, text in zip(phones, SAID, strict=True):
        say(phone, text)
    expect(wall.get_by_role("region", name=re.compile("Strengths: 3 contributions"))).to_be_visible()
    for text in SAID[1:]:  # before the reveal nobody reads the others
        assert text not in phones[0].content()
        assert text not in wall.content()
    console.get_by_role("button", name=re.compile("^Reveal")).click()
    expect(wall.get_by_role("main")).to_contain_text(SAID[2])
    expect(phones[0].get_by_role("main")).to_contain_text(SAID[1])

    board = day.board("swot")
    ids = {value["text"]: id_ for id_, value in day.entities("contribution").items()}
    cluster = day.act("cluster.create", board=board, title="Known origin", contributions=[ids[SAID[0]], ids[SAID[2]]])["id"]
    expect(console.get_by_text("Known origin").first).to_be_visible()
    expect(wall.get_by_role("main")).to_contain_text("Known origin")

    day.go_to("transferability")
    idea = phones[1]
    expect(idea.get_by_role("main")).to_contain_text("Transferability ideas")
    idea.get_by_role("textbox", name="Your idea").fill("A buying group signs the clause together")
    idea.get_by_role("radio", name="With adaptation").check(force=True)
    idea.get_by_role("button", name="Send", exact=True).click()
    idea.get_by_role("button", name="Ideas so far").click()
    expect(idea.get_by_role("main")).to_contain_text("A buying group signs the clause together")
    _until(lambda: "A buying group signs the clause together" in day.texts(), idea)
    transfer = day.board("transferability")
    idea_id = next(id_ for id_, value in day.entities("contribution").items() if value["text"].startswith("A buying group"))
    together = day.act("cluster.create", board=transfer, title="Buy together", contributions=[idea_id])["id"]
    day.go_to("ballot")
    ballot = next(id_ for id_, value in day.entities("ballot").items() if value["scope"] == "transferability")
    day.act("ballot.open", ballot=ballot)
    for phone in phones:
        add = phone.get_by_role("main").get_by_role("button", name=re.compile("Buy together")).last
        expect(add).to_be_visible()
        add.click()
    _until(lambda: bool(day.entities("tally")[ballot]["count"] == 3), console)
    day.act("ballot.close", ballot=ballot)
    day.act("ballot.reveal", ballot=ballot)
    expect(wall.get_by_role("main")).to_contain_text("Buy together")
    assert day.entities("ballot")[ballot]["result"][together]["dots"] == 3

    day.act("lab.close", grace_s=0)
    for phone in phones:
        expect(phone.locator("body")).to_contain_text(re.compile("closed|Thank", re.I))
    assert day.entities("lab")[day.lab]["state"] == "closed"
    _merge(day, browser, cluster)


def _merge(day: Stage, browser: Browser, cluster: str) -> None:
    """The report stands; the owner takes one proposal; the case holds it and the way back to the room is two clicks away."""
    desk = day.context(browser, day.olga, viewport=DESK).new_page()
    desk.goto(f"/labs/{day.lab}/report")
    expect(desk.get_by_role("main")).to_contain_text("Known origin")
    desk.goto(f"/labs/{day.lab}/merge")
    desk.get_by_role("button", name="Make proposals").click()
    desk.get_by_role("link", name=re.compile("Buying lithium")).first.click()
    expect(desk.get_by_role("main")).to_contain_text("Known origin")
    desk.get_by_role("button", name=re.compile("^Accept")).first.click()
    expect(desk.get_by_role("main")).to_contain_text(re.compile("accepted", re.I))


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_closing_minute(stage: Callable[..., Stage], browser: Browser) -> None:
    """Everybody sees the countdown; what got its tick before the end is in the report, what came later stays with its author."""
    day = stage()
    day.go_to("challenges")
    day.act("activity.reveal")
    writer, late = join(day, browser, 1), join(day, browser, 2)
    say(writer, "Written in good time")
    day.act("lab.close", grace_s=8)
    expect(late.locator("body")).to_contain_text(re.compile("clos", re.I))
    say(writer, "Written in the last seconds")
    box = late.get_by_role("form", name="Write a contribution").get_by_role("textbox").first
    box.fill("Written too late")

    def closed() -> bool:
        return bool(day.entities("lab")[day.lab]["state"] == "closed")

    _until(closed, writer)
    final = day.entities("lab")[day.lab]
    assert final["final"] == _head(day)
    answer = day.ask("contribution.post", day.seat_of(late), board=day.board("challenges"), text="Written too late")
    assert (answer["code"], answer["retry"]) == ("closed", False)
    becomes(day.texts, ["Written in good time", "Written in the last seconds"])
    expect(writer.locator("body")).to_contain_text("Written in the last seconds")  # own words can still be seen


def _until(done: Callable[[], bool], page: Page) -> None:
    for _ in range(60):
        if done():
            return
        page.wait_for_timeout(500)
    raise AssertionError("it did not happen within 30 seconds")


def _head(day: Stage) -> Any:
    status, body = day.server.request(f"/labs/{day.lab}/stream/staff", cookies=day.cookies(day.anna))
    assert status == 200
    return body["seq"]
