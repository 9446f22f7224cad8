"""The console: moderating, clustering by tap, key and drag, parking, the log; every act with its undo."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.rooms import SAID, clusters, contribution, open_console, post, slip, toast, with_strengths
from tests.browser.stage import Stage, becomes

pytestmark = pytest.mark.browser
MakeStage = Callable[..., Stage]


@pytest.fixture
def lab(stage: MakeStage) -> Stage:
    return with_strengths(stage())


def test_what_waits_is_looked_at_and_the_author_is_told(lab: Stage, browser: Browser) -> None:
    page = open_console(lab, browser)
    page.get_by_role("button", name="Look first", exact=True).click()
    expect(toast(page, "This board waits for a look")).to_be_visible()
    phone = lab.phone(browser, tier="3")
    phone.locator("#composer-text").fill("Names Smith & Sons of Perth")
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.locator(".contribution--own")).to_contain_text("With the facilitators for a look")
    queue = page.locator("#queue-title")
    expect(queue).to_contain_text("1 waits for a look")
    page.get_by_role("button", name="Hide with a reason").click()
    page.get_by_role("button", name="Names a person or company").click()
    page.get_by_role("button", name="Hide it").click()
    expect(queue).to_contain_text("0 wait for a look")
    expect(phone.locator(".contribution--own")).to_contain_text("Names a person or company")
    toast(page, "1 hidden").get_by_role("button", name="Undo").click()
    expect(queue).to_contain_text("1 waits for a look")  # it waits again, as before
    page.get_by_role("button", name="Ask to reword").first.click()
    page.get_by_label("What should be different?").fill("Please leave out the name.")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(phone.locator(".contribution--own")).to_contain_text("Please leave out the name.")
    mine = contribution(lab, "Names Smith & Sons of Perth")
    lab.act("contribution.reword", lab.seat_of(phone), id=mine["id"], text="Names one supplier", version=mine["version"])
    expect(page.locator(".queued")).to_contain_text("Names one supplier")
    page.keyboard.press("1")  # the key of the first one in the queue
    expect(phone.locator(".contribution--own")).to_contain_text("Shown to all")
    assert contribution(lab, "Names one supplier")["status"] == "shown"


def test_clustering_by_tap_with_same_as_rename_and_dissolve(lab: Stage, browser: Browser) -> None:
    page = open_console(lab, browser)
    for text in SAID[:2]:
        slip(page, text).click()
    expect(page.locator(".board-action")).to_contain_text("2 chosen")
    page.get_by_label("Name of the cluster").fill("Known origin")
    page.get_by_role("button", name="Make cluster").click()
    expect(page.get_by_role("group", name="Cluster “Known origin”")).to_be_visible()
    becomes(lambda: clusters(lab), {"Known origin": list(SAID[:2])})
    slip(page, SAID[2]).click()
    page.get_by_role("button", name="Same as…").click()
    slip(page, "Known origin").click()  # the head of the cluster
    expect(toast(page, "1 put into “Known origin”")).to_be_visible()
    becomes(lambda: clusters(lab), {"Known origin": list(SAID[:3])})
    slip(page, "Known origin").click()
    page.get_by_label("Name of the cluster").fill("Known origin and leverage")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("group", name="Cluster “Known origin and leverage”").first).to_be_visible()
    page.get_by_role("button", name="Dissolve").click()
    expect(page.get_by_role("group", name=re.compile("^Cluster"))).to_have_count(0)
    page.keyboard.press("u")
    expect(toast(page, "Taken back.")).to_be_visible()
    becomes(lambda: clusters(lab), {"Known origin and leverage": list(SAID[:3])})


def test_clustering_with_the_keyboard_alone(lab: Stage, browser: Browser) -> None:
    page = open_console(lab, browser)
    page.keyboard.press("d")  # to the board
    drafts = 2  # the owner's draft stands first
    for _ in range(drafts):
        page.keyboard.press("ArrowDown")
    expect(slip(page, SAID[0])).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(slip(page, SAID[1])).to_have_attribute("aria-selected", "true")
    page.keyboard.press("c")
    expect(page.get_by_label("Name of the cluster")).to_be_focused()
    page.keyboard.type("Outside eyes")  # its letters are no keys now
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Cluster “Outside eyes”")).to_be_visible()
    page.keyboard.press("d")
    while SAID[2] not in page.evaluate("document.activeElement.textContent"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    for _ in range(10):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")  # the head of the cluster stands on top
    expect(toast(page, "1 put into “Outside eyes”")).to_be_visible()
    becomes(lambda: clusters(lab), {"Outside eyes": list(SAID[:3])})
    page.keyboard.press("u")
    expect(toast(page, "Taken back.")).to_be_visible()
    page.keyboard.press("d")
    while SAID[3] not in page.evaluate("document.activeElement.textContent"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("w")
    expect(toast(page, "Off the wall")).to_be_visible()
    page.keyboard.press("m")
    page.get_by_role("button", name="Threats").focus()
    page.keyboard.press("Enter")
    expect(toast(page, "1 moved to “Threats”")).to_be_visible()
    moved = contribution(lab, SAID[3])
    assert (moved["column"], moved["wall"], clusters(lab)) == ("T", False, {"Outside eyes": list(SAID[:2])})


def test_single_keys_rest_while_one_writes_and_can_be_switched_off(lab: Stage, browser: Browser) -> None:
    page = open_console(lab, browser)
    field = page.get_by_placeholder("Spoken words, then tier")
    field.click()
    page.keyboard.type("nbruj")
    expect(field).to_have_value("nbruj")
    assert lab.entities("lab")[lab.lab]["wall"]["join"] is False
    page.locator("body").click(position={"x": 5, "y": 5})
    page.keyboard.press("?")
    page.get_by_role("checkbox", name=re.compile("Single keys")).uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.reload()
    page.wait_for_selector("html[data-link=live] .control-bar")
    page.keyboard.press("j")
    page.wait_for_timeout(500)
    assert lab.entities("lab")[lab.lab]["wall"]["join"] is False


def test_dragging_a_slip_into_a_cluster_and_to_another_column(lab: Stage, browser: Browser) -> None:
    board, ids = lab.board("swot"), {value["text"]: id_ for id_, value in lab.entities("contribution").items()}
    lab.act("cluster.create", board=board, title="Known origin", contributions=[ids[SAID[0]]])
    page = open_console(lab, browser)
    drag(page, slip(page, SAID[1]), page.locator("[data-drop^='pile:']"))
    expect(toast(page, "1 put into “Known origin”")).to_be_visible()
    becomes(lambda: clusters(lab), {"Known origin": list(SAID[:2])})
    drag(page, slip(page, SAID[2]), page.locator("[data-drop='column:T']"))
    expect(toast(page, "1 moved to “Threats”")).to_be_visible()
    expect(page.locator("[data-drop='column:T']")).to_contain_text(SAID[2])
    assert contribution(lab, SAID[2])["column"] == "T"


def drag(page: Page, what: Locator, where: Locator) -> None:
    """Slowly enough for the library to be fetched and to see the way."""
    what.hover()
    expect(page.locator("#console[data-drag=ready]")).to_have_count(1)
    page.mouse.down()
    box = where.bounding_box()
    assert box is not None
    start = what.bounding_box()
    assert start is not None
    page.mouse.move(start["x"] + 20, start["y"] + 20, steps=4)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=12)
    expect(page.locator("body.is-dragging")).to_have_count(1)
    page.mouse.move(box["x"] + box["width"] / 2 + 1, box["y"] + box["height"] / 2)
    expect(page.locator(".is-over")).to_have_attribute("data-drop", str(where.get_attribute("data-drop")))  # it would fall here
    page.mouse.up()


def test_words_said_for_somebody_in_two_taps(lab: Stage, browser: Browser) -> None:
    page = open_console(lab, browser)
    page.get_by_placeholder("Spoken words, then tier").fill("Banks could give better terms")
    page.get_by_role("button", name="O", exact=True).click()
    page.locator(".on-behalf").get_by_role("button", name="Tier 2").click()
    expect(slip(page, "Banks could give better terms")).to_be_visible()
    noted = contribution(lab, "Banks could give better terms")
    assert (noted["origin"], noted["tier"], noted["label"], noted["column"]) == ("on_behalf", "2", "Tier 2", "O")
    toast(page, "Written down").get_by_role("button", name="Undo").click()
    expect(slip(page, "Banks could give better terms")).to_have_count(0)


def test_parking_has_an_owner_a_step_and_a_day(lab: Stage, browser: Browser) -> None:
    page = open_console(lab, browser)
    slip(page, SAID[3]).click()
    page.keyboard.press("k")
    page.get_by_label("Who takes care of it?").fill("Anna")
    page.get_by_label("Next step").fill("ask the policy desk")
    page.get_by_label("Until").fill("2027-03-12")
    page.get_by_role("dialog").get_by_role("button", name="Park").click()
    expect(page.locator(".parked")).to_contain_text("Anna: ask the policy desk, by")
    assert contribution(lab, SAID[3])["parked"] == {"owner": "Anna", "next_step": "ask the policy desk", "date": "2027-03-12"}


def test_the_log_tells_who_did_what_and_takes_any_act_back(lab: Stage, browser: Browser) -> None:
    page = open_console(lab, browser)
    hidden = contribution(lab, SAID[1])["id"]
    lab.act("contribution.hide", id=hidden, reason="said already")
    expect(page.locator(".hidden-ones")).to_contain_text("1 hidden")
    page.get_by_role("button", name="Log").click()
    entry = page.locator(".log li", has_text=SAID[1])
    expect(entry).to_contain_text("Hidden")
    expect(entry).to_contain_text("Anna")
    entry.get_by_role("button", name="Undo").click()
    expect(page.locator(".log .log--undone", has_text=SAID[1])).to_contain_text("taken back")
    assert contribution(lab, SAID[1])["status"] == "shown"


def test_one_device_is_hidden_and_comes_back_with_one_undo(lab: Stage, browser: Browser) -> None:
    page = open_console(lab, browser)
    slip(page, SAID[0]).click()
    page.get_by_role("button", name="This device…").click()
    page.get_by_role("button", name="Hide everything from it").click()
    expect(slip(page, SAID[1])).to_have_count(0)
    assert [contribution(lab, text)["status"] for text in SAID] == ["hidden", "hidden", "shown", "shown"]
    page.keyboard.press("u")
    expect(slip(page, SAID[1])).to_be_visible()
    assert [contribution(lab, text)["status"] for text in SAID] == ["shown"] * 4


def test_the_queue_does_not_jump_under_the_pointer(lab: Stage, browser: Browser) -> None:
    page = open_console(lab, browser)
    lab.act("board.set", board=lab.board("swot"), moderated=True)
    ids = post(lab, lab.seat(tier="2"), lab.board("swot"), "W", "First in the queue", "Second in the queue")
    second = page.locator(".queued", has_text="Second in the queue")
    second.hover()
    before = second.bounding_box()
    lab.act("contribution.publish", id=ids[0])
    expect(page.locator(".queued").first).to_contain_text("Shown by somebody else")
    after = second.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < before["height"]
    assert second.locator("button").first.is_visible()
    page.mouse.move(700, 300)
    expect(page.locator(".queued")).to_have_count(1)
