"""The phone of a participant: in, written, seen, voted, moderated; in a real browser against the real server."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, WebSocket, expect

from tests.browser.stage import Stage, becomes, own, write

pytestmark = pytest.mark.browser
MakeStage = Callable[..., Stage]


def frames_of(page: Page) -> list[str]:
    """Collects every frame that reaches this page from now on, as text."""
    seen: list[str] = []

    def hear(payload: str | bytes) -> None:
        seen.append(payload if isinstance(payload, str) else payload.decode("utf-8", "replace"))

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", hear)

    page.on("websocket", listen)
    return seen


def test_joining_without_an_account_leads_to_the_first_contribution(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    page = lab.context(browser).new_page()
    page.goto("/join")
    page.get_by_label("Code").fill(f" {lab.code[:3].lower()} {lab.code[3:].lower()}")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lab on the mobility sector")
    page.get_by_text("What is stored, and who sees it").click()
    words = page.locator(".join__notice").inner_text().split()
    assert 60 < len(words) <= 120
    page.get_by_role("radio", name="Tier 2 International").check()
    page.get_by_role("button", name="Join the lab").click()
    page.wait_for_url(re.compile(f"/labs/{lab.lab}/phone$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Lab on the mobility sector")
    lab.go_to("swot")
    expect(page.locator("#composer-text")).to_be_visible()  # the phone followed the room by itself
    write(page, "It works only if you are big")
    expect(page.locator(own(page, "It works only if you are big"))).to_contain_text("Stored. Others see it at the reveal")
    becomes(lab.texts, ["It works only if you are big"])


def test_joining_works_without_scripts(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    page = lab.context(browser, java_script_enabled=False).new_page()
    page.goto(f"/join/{lab.code}")
    page.get_by_role("button", name="Join the lab").click()
    assert "/join/" in page.url  # the tier is required
    page.get_by_role("radio", name="Tier 3").check()
    page.get_by_role("button", name="Join the lab").click()
    page.wait_for_url(re.compile("/phone$"))
    assert "needs JavaScript" in page.content()


def test_a_reload_keeps_the_same_person_and_the_draft(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    page = lab.phone(browser)
    lab.go_to("challenges")
    write(page, "Small mines cannot pay the audit")
    expect(page.locator(own(page, "Small mines"))).to_contain_text("Stored")
    page.locator("#composer-text").fill("half of a thou")
    page.reload()
    page.wait_for_selector("html[data-link=live]")
    expect(page.locator(own(page, "Small mines"))).to_contain_text("Stored")
    expect(page.locator("#composer-text")).to_have_value("half of a thou")
    becomes(lab.texts, ["Small mines cannot pay the audit"])


def test_a_contribution_appears_on_the_other_phone(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")  # open to all from the start
    ben, chloe = lab.phone(browser, tier="1"), lab.phone(browser, tier="2")
    hard = "Ask three suppliers for their data <b>&amp; {{ 7*7 }}"
    write(ben, hard)
    expect(chloe.get_by_text(hard, exact=True)).to_be_visible()
    # The second one waits behind the pill: the list of Chloé does not move while she reads.
    write(ben, "Second, behind the pill")
    pill = chloe.get_by_role("button", name="1 new contribution")
    expect(pill).to_be_visible()
    expect(chloe.get_by_text("Second, behind the pill")).to_have_count(0)
    pill.click()
    expect(chloe.get_by_text("Second, behind the pill")).to_be_visible()


def test_before_the_reveal_no_foreign_word_reaches_the_phone(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("swot")
    board = lab.board("swot")
    context = lab.context(browser, lab.seat(tier="2"))
    page = context.new_page()
    frames = frames_of(page)
    bodies: list[str] = []
    page.on(
        "response", lambda answer: bodies.append(answer.text()) if "/stream/" in answer.url or "/phone" in answer.url else None
    )
    planted = lab.seat(tier="1")
    first = lab.act("contribution.post", planted, board=board, column="S", text="quetzal before the page was there")
    page.goto(f"/labs/{lab.lab}/phone")
    page.wait_for_selector("html[data-link=live]")
    lab.act("contribution.post", planted, board=board, column="S", text="okapi while it was live")
    lab.act("contribution.reword", planted, id=first["id"], text="quetzal reworded", version=1)
    expect(page.get_by_text("2 contributions here so far")).to_be_visible()
    page.reload()
    page.wait_for_selector("html[data-link=live]")
    everything = "".join(frames) + "".join(bodies) + page.content()
    assert "contributions here so far" in everything
    assert "quetzal" not in everything
    assert "okapi" not in everything
    lab.act("activity.reveal")
    expect(page.get_by_text("okapi while it was live")).to_be_visible()
    assert any("okapi" in frame for frame in frames)  # the capture does see what is sent


def test_hidden_is_told_with_its_reason_and_can_be_reworded(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    page = lab.phone(browser)
    write(page, "Company X is to blame")
    expect(page.locator(own(page, "Company X"))).to_contain_text("Shown to all")
    (id_,) = [key for key, value in lab.entities("contribution").items() if value["text"] == "Company X is to blame"]
    lab.act("contribution.hide", id=id_, reason="Please say it without the name.")
    entry = page.locator(own(page, "Company X"))
    expect(entry).to_contain_text("Hidden by a facilitator")
    expect(entry).to_contain_text("Please say it without the name.")
    entry.get_by_role("button", name="Reword").click()
    page.get_by_label("Your wording").fill("One large buyer is to blame")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(own(page, "One large buyer"))).to_contain_text("With the facilitators for a look")
    lab.act("contribution.publish", id=id_)
    expect(page.locator(own(page, "One large buyer"))).to_contain_text("Shown to all")


def test_two_wordings_at_once_show_both_texts(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    seat = lab.seat()
    page = lab.phone(browser, seat)
    write(page, "First wording")
    entry = page.locator(own(page, "First wording"))
    expect(entry).to_contain_text("Shown to all")
    entry.get_by_role("button", name="Reword").click()
    page.get_by_label("Your wording").fill("Wording of the phone")
    (id_,) = [key for key, value in lab.entities("contribution").items() if value["text"] == "First wording"]
    lab.act("contribution.reword", seat, id=id_, text="Wording of the laptop", version=1)
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog", name="Two wordings at once")
    expect(dialog).to_contain_text("Wording of the laptop")
    expect(dialog.get_by_label("Your wording")).to_have_value("Wording of the phone")
    dialog.get_by_role("button", name="Use mine").click()
    expect(page.locator(own(page, "Wording of the phone"))).to_contain_text("Shown to all")
    becomes(lab.texts, ["Wording of the phone"])


def test_a_late_text_comes_back_with_the_reason(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    page = lab.phone(browser)
    page.locator("#composer-text").fill("Too late for this board")
    lab.act("board.set", board=lab.board("takeaways"), open=False)
    page.get_by_role("button", name="Send", exact=True).click()
    returned = page.get_by_role("region", name="Not sent")
    expect(returned).to_contain_text("Too late for this board")
    expect(returned).to_contain_text("This board is locked")
    lab.act("board.set", board=lab.board("takeaways"), open=True)
    returned.get_by_role("button", name="Edit").click()
    expect(page.locator("#composer-text")).to_have_value("Too late for this board")
    expect(returned).to_have_count(0)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(own(page, "Too late"))).to_contain_text("Shown to all")


def test_the_phone_follows_but_never_yanks(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("swot")
    page = lab.phone(browser)
    page.locator("#composer-text").fill("A thought half writ")
    lab.go_to("challenges")
    bar = page.get_by_role("region", name="The room has moved on")
    expect(bar).to_contain_text("Unresolved challenges")
    expect(page.locator("#composer-text")).to_have_value("A thought half writ")
    bar.get_by_role("button", name="Finish here").click()
    write(page, "A thought half written, now whole")
    expect(page.get_by_role("heading", level=1)).to_have_text("Unresolved challenges")  # nothing begun: the phone follows
    becomes(lab.texts, ["A thought half written, now whole"])
    page.locator("#composer-text").fill("Another begun")
    lab.go_to("evaluation")
    bar.get_by_role("button", name="Go now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Five questions about today")
    page.get_by_role("button", name="You, your texts").click()
    expect(page.get_by_text("Another begun")).to_be_visible()  # kept, and to be found again


def test_replies_agreement_and_taking_back(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    board = lab.board("takeaways")
    about = lab.act("contribution.post", lab.seat(tier="3"), board=board, text="Start with the water data")
    page = lab.phone(browser)
    entry = page.locator(f"#c-{about['id']}")
    entry.get_by_role("button", name="Agree").click()
    expect(entry.get_by_role("button", name="Agree")).to_have_attribute("aria-pressed", "true")
    expect(entry).to_contain_text("1 agrees")
    entry.get_by_role("button", name="Dispute").click()  # one stance per person
    expect(entry).to_contain_text("1 disputes")
    expect(entry).not_to_contain_text("1 agrees")
    entry.get_by_role("button", name="Build on it").click()
    page.get_by_text("Ask", exact=True).click()
    write(page, "Whose data?")
    expect(entry).to_contain_text("Question: Whose data?")
    mine = page.locator(".contribution--own", has_text="Whose data?")
    mine.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Whose data?")).to_have_count(0)


def test_staff_see_exactly_what_a_participant_gets(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("swot")
    lab.act("contribution.post", lab.seat(), board=lab.board("swot"), column="S", text="axolotl, unseen")
    page = lab.context(browser, lab.anna).new_page()
    frames = frames_of(page)
    page.goto(f"/labs/{lab.lab}/phone?as=staff")
    page.wait_for_selector("html[data-link=live]")
    expect(page.get_by_text("1 contribution here so far")).to_be_visible()
    expect(page.get_by_text("Read only")).to_be_visible()
    expect(page.get_by_role("button", name="Send", exact=True)).to_have_count(0)
    assert "axolotl" not in "".join(frames) + page.content()
    stranger = lab.context(browser, lab.staff("Eve", "reviewer")).new_page()
    answer = stranger.goto(f"/labs/{lab.lab}/phone?as=staff")
    assert answer is not None
    assert answer.status in (403, 404)


SLOW_DISK = """
const listen = EventTarget.prototype.addEventListener;
IDBRequest.prototype.addEventListener = function (type, heard, ...options) {
  return listen.call(this, type, type === "success" ? (event) => setTimeout(heard, 700, event) : heard, ...options);
};
"""


def test_a_phone_whose_storage_is_slower_than_the_network_is_live_all_the_same(stage: MakeStage, browser: Browser) -> None:
    """The greeting comes while the drafts are still being read: the page must not wait for a second one."""
    lab = stage()
    lab.go_to("swot")
    context = lab.context(browser, lab.seat())
    context.add_init_script(SLOW_DISK)
    page = context.new_page()
    page.goto(f"/labs/{lab.lab}/phone")
    page.wait_for_selector("html[data-link=live]")
    write(page, "Slow but sure")
    expect(page.locator(own(page, "Slow but sure"))).to_contain_text("Stored")


def test_a_page_that_opens_makes_one_connection(stage: MakeStage, browser: Browser) -> None:
    """Showing, focus and the first sight of a page are three wake-ups at once; a thousand phones must not connect thrice."""
    lab = stage()
    for who, path in ((lab.seat(), "phone"), (lab.anna, "console")):
        page = lab.context(browser, who).new_page()
        opened: list[str] = []
        page.on("websocket", lambda socket, opened=opened: opened.append(socket.url))
        page.goto(f"/labs/{lab.lab}/{path}")
        page.evaluate("dispatchEvent(new Event('focus'))")
        page.wait_for_selector("html[data-link=live]")
        page.wait_for_timeout(1000)
        assert len(opened) == 1, (path, opened)


def test_the_news_come_with_the_greeting(stage: MakeStage, browser: Browser) -> None:
    """The page brought what was known when it was made; what came since needs no question of its own."""
    lab = stage()
    lab.go_to("takeaways")
    page = lab.context(browser, lab.seat()).new_page()
    frames = frames_of(page)
    late: list[str] = []

    def meanwhile(route: Route) -> None:  # somebody writes after the page was made and before its scripts run
        if not late:
            late.append(lab.act("contribution.post", lab.seat(tier="2"), board=lab.board("takeaways"), text="In between")["id"])
        route.continue_()

    page.route("**/pages/phone.*js", meanwhile)
    page.goto(f"/labs/{lab.lab}/phone")
    expect(page.get_by_text("In between")).to_be_visible()
    (hello,) = [frame for frame in frames if '"hello"' in frame]
    assert "In between" in hello.partition('"news":')[2]
