"""Two facilitators at once: nothing is lost, one wins, the other is told kindly, and undo leads back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from facilitation.core.actor import SYSTEM, Identity
from tests.browser.rooms import DESK, SAID, clusters, contribution, open_console, slip, toast, with_strengths
from tests.browser.stage import Stage, becomes

pytestmark = pytest.mark.browser
MakeStage = Callable[..., Stage]


@pytest.fixture
def lab(stage: MakeStage) -> Stage:
    return with_strengths(stage())


def helper(lab: Stage) -> Identity:
    """Ben, the second facilitator."""
    ben = lab.staff("Ben", "facilitator")
    lab.do("lab.set_staff", SYSTEM, lab=lab.lab, email=lab._emails[ben.id], role="facilitator")
    return ben


@pytest.fixture
def anna(lab: Stage, browser: Browser) -> Page:
    return open_console(lab, browser)


@pytest.fixture
def ben(lab: Stage, browser: Browser) -> Page:
    return open_console(lab, browser, helper(lab))


def make(page: Page, title: str, *texts: str) -> None:
    for text in texts:
        slip(page, text).click()
    page.get_by_label("Name of the cluster").fill(title)
    page.get_by_role("button", name="Make cluster").click()


def test_two_helpers_cluster_at_once_and_nothing_is_lost(lab: Stage, anna: Page, ben: Page) -> None:
    for text in SAID[:2]:
        slip(anna, text).click()
    for text in SAID[2:]:
        slip(ben, text).click()
    anna.get_by_label("Name of the cluster").fill("Known origin")
    ben.get_by_label("Name of the cluster").fill("Leverage")
    anna.get_by_role("button", name="Make cluster").click(no_wait_after=True)
    ben.get_by_role("button", name="Make cluster").click(no_wait_after=True)
    for page in (anna, ben):
        page.mouse.move(5, 5)  # away from the board: nothing is held still
        expect(page.get_by_role("group", name="Cluster “Known origin”")).to_contain_text(SAID[1])
        expect(page.get_by_role("group", name="Cluster “Leverage”")).to_contain_text(SAID[3])
    becomes(lambda: clusters(lab), {"Known origin": list(SAID[:2]), "Leverage": list(SAID[2:])})


def test_the_same_contribution_goes_to_the_one_who_came_last_and_undo_brings_it_back(lab: Stage, anna: Page, ben: Page) -> None:
    make(anna, "Known origin", SAID[0], SAID[1])
    expect(toast(anna, "made")).to_be_visible()
    ben.mouse.move(5, 5)
    expect(ben.get_by_role("group", name="Cluster “Known origin”")).to_be_visible()
    make(ben, "Outside eyes", SAID[1])
    expect(toast(ben, "made")).to_be_visible()
    becomes(lambda: clusters(lab), {"Known origin": [SAID[0]], "Outside eyes": [SAID[1]]})
    anna.mouse.move(5, 5)
    anna.keyboard.press("u")  # her cluster changed since: nothing is undone by surprise
    expect(toast(anna, "This was changed again since")).to_be_visible()
    becomes(lambda: clusters(lab), {"Known origin": [SAID[0]], "Outside eyes": [SAID[1]]})
    ben.keyboard.press("u")
    expect(toast(ben, "Taken back.")).to_be_visible()
    becomes(lambda: clusters(lab), {"Known origin": [SAID[0], SAID[1]]})


def test_two_new_names_at_once_show_both_and_ask(lab: Stage, browser: Browser, ben: Page) -> None:
    ids = [contribution(lab, text)["id"] for text in SAID[:2]]
    lab.act("cluster.create", board=lab.board("swot"), title="Known origin", contributions=ids)
    context, deaf = lab.context(browser, lab.anna, viewport=DESK), Deaf()
    anna = context.new_page()
    anna.route_web_socket("**/socket.io/**", deaf.listen)
    anna.goto(f"/labs/{lab.lab}/console")
    expect(slip(anna, "Known origin").first).to_be_visible()
    deaf.on = True  # what Ben does now reaches Anna only after she pressed
    rename(ben, "Known origin", "Known mine")
    expect(toast(ben, "Renamed to “Known mine”")).to_be_visible()
    rename(anna, "Known origin", "Origin is known")
    asked = anna.get_by_role("dialog")
    expect(asked).to_contain_text("Somebody else renamed it a moment ago")
    expect(asked.locator(".conflict")).to_contain_text("Known mine")
    expect(asked.locator(".conflict")).to_contain_text("Origin is known")
    assert list(clusters(lab)) == ["Known mine"]  # the first one stands until Anna decides
    deaf.on = False
    asked.get_by_role("button", name="Use mine").click()
    expect(toast(anna, "Renamed to “Origin is known”")).to_be_visible()
    assert list(clusters(lab)) == ["Origin is known"]
    ben.mouse.move(5, 5)
    expect(ben.get_by_role("group", name="Cluster “Origin is known”").first).to_be_visible()


def rename(page: Page, old: str, new: str) -> None:
    slip(page, old).first.click()
    page.get_by_label("Name of the cluster").fill(new)
    page.get_by_role("button", name="Rename").click()


class Deaf:
    """While `on`, a page hears nothing of what others change; what it asks for itself is answered."""

    on = False

    def listen(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        page.on_message(server.send)
        server.on_message(
            lambda frame: None if self.on and ('"changes"' in str(frame) or '"tick"' in str(frame)) else page.send(frame)
        )


def test_a_hidden_contribution_is_gone_for_the_other_helper_too(lab: Stage, anna: Page, ben: Page) -> None:
    slip(ben, SAID[0]).click()
    ben.mouse.move(5, 5)
    slip(anna, SAID[0]).click()
    anna.keyboard.press("h")
    anna.get_by_role("button", name="Hide it").click()
    expect(slip(ben, SAID[0])).to_have_count(0)
    expect(ben.locator(".board-action")).to_have_count(0)  # it is no longer chosen
    assert contribution(lab, SAID[0])["status"] == "hidden"
