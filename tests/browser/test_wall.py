"""The wall: what the room reads from ten metres. No names, nothing before its time, nothing that was taken off it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from facilitation.core.actor import Identity
from tests.browser.rooms import WALL, open_wall, post
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser
MakeStage = Callable[..., Stage]


def main(page: Page) -> str:
    return page.get_by_role("main").inner_text()


def swot(lab: Stage, *, reveal: bool = True) -> tuple[str, list[str]]:
    """The SWOT is the activity; Ben (tier 1) wrote three strengths. (board, ids)"""
    lab.go_to("swot")
    board = lab.board("swot")
    ids = post(
        lab,
        lab.seat(tier="1", name="Ben Quetzal", attribution=4),
        board,
        "S",
        "Buyer knows the mine",
        "An eye from outside",
        "Several years of volume",
    )
    if reveal:
        lab.act("activity.reveal")
    return board, ids


def test_the_page_itself_says_nothing_about_the_lab(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    context = lab.context(browser)
    real = context.request.get(f"/wall/{lab.lab}").text().replace(lab.lab, "X")
    invented = context.request.get("/wall/nosuchlab000").text().replace("nosuchlab000", "X")
    hide = re.compile(r'value="[^"]{30,}"')  # the token of the form that switches the language
    assert hide.sub("", real) == hide.sub("", invented)
    assert "Lab on the mobility" not in real
    assert lab.code not in real
    for token in ("", "0" * 40, lab.wall[::-1]):
        page = context.new_page()
        page.goto(f"/wall/{lab.lab}#{token}")
        expect(page.get_by_role("main")).to_contain_text("This wall needs a new address")
        assert context.request.get(f"/labs/{lab.lab}/stream/room?wall={token}").status in (401, 404)
    assert context.request.get(f"/labs/{lab.lab}/stream/staff?wall={lab.wall}").status == 404  # the room's stream only
    assert context.request.get(f"/labs/{lab.lab}/stream/room?wall={lab.wall}").status == 200


def test_the_wall_of_the_staff_needs_no_token(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    page = lab.context(browser, lab.anna, viewport=WALL).new_page()
    page.goto(f"/wall/{lab.lab}")
    expect(page.get_by_role("main")).to_contain_text(lab.code)


def test_blank_cards_before_the_reveal_then_all_at_once(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    context = lab.context(browser, viewport=WALL)
    wall = context.new_page()
    frames: list[str] = []
    wall.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    wall.goto(f"/wall/{lab.lab}#{lab.wall}")
    wall.wait_for_selector("html[data-link=live] body[data-scene]")  # what comes now comes as frames
    board, _ids = swot(lab, reveal=False)
    strengths = wall.get_by_role("region", name="Strengths: 3 contributions so far")
    expect(strengths.locator(".slip--blank")).to_have_count(3)
    expect(strengths).to_contain_text("Outside check at the mine itself")  # the owner's draft is open from the start
    assert any("tally" in frame for frame in frames)  # the wall did hear of them
    assert not any("Buyer knows" in frame for frame in frames)
    assert "Buyer knows" not in wall.content()
    lab.act("activity.reveal")
    for text in ("Buyer knows the mine", "An eye from outside", "Several years of volume"):
        expect(wall.get_by_role("main")).to_contain_text(text)
    assert any("Buyer knows" in frame for frame in frames)  # now there is something to see, and it came this way
    assert "Quetzal" not in wall.content()
    assert not any("Quetzal" in frame for frame in frames)
    lab.act("cluster.create", board=board, title="Known origin", contributions=_ids[:2])
    expect(wall.locator(".cluster", has_text="Known origin")).to_contain_text("An eye from outside")


def test_off_the_wall_hidden_and_frozen(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    board, ids = swot(lab)
    wall, phone = open_wall(lab, browser), lab.phone(browser, tier="2")
    expect(wall.get_by_role("main")).to_contain_text("Several years of volume")
    lab.act("contribution.wall", id=ids[2], on=False)
    expect(wall.get_by_role("main")).not_to_contain_text("Several years of volume")
    expect(phone.get_by_role("main")).to_contain_text("Several years of volume")  # the phones keep it
    lab.act("wall.set", frozen=True)
    wall.wait_for_selector("body[data-frozen]")
    post(lab, lab.seat(tier="3"), board, "S", "Said while it was frozen")
    lab.act("contribution.hide", id=ids[0], reason="names a person")
    expect(wall.get_by_role("main")).not_to_contain_text("Buyer knows the mine")  # what is hidden goes even so
    assert "An eye from outside" in main(wall)
    assert "Said while it was frozen" not in main(wall)
    wall.reload()
    wall.wait_for_selector("html[data-link=live] body[data-scene]")
    assert "An eye from outside" in main(wall)
    assert "Said while it was frozen" not in main(wall)
    lab.act("wall.set", frozen=False)
    expect(wall.get_by_role("main")).to_contain_text("Said while it was frozen")


def test_the_way_in_is_always_there(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    wall = open_wall(lab, browser)
    expect(wall.locator("body")).to_have_attribute("data-scene", "lobby")
    expect(wall.locator(".join-slide__code")).to_have_text(lab.code)
    lab.go_to("questions")
    strip = wall.locator(".join-strip")
    expect(strip).to_contain_text(lab.code)
    picture = strip.get_by_role("img")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    answer = wall.request.get(str(picture.get_attribute("src")))
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "<svg" in answer.text()
    assert wall.request.get("/qr/nonono.svg").status == 404  # signs a code never has
    wall.keyboard.press("j")
    expect(wall.locator("body")).to_have_attribute("data-scene", "join")
    wall.keyboard.press("j")
    expect(wall.locator("body")).to_have_attribute("data-scene", "board")
    lab.act("wall.set", join=True)
    expect(wall.locator("body")).to_have_attribute("data-scene", "join")
    lab.act("wall.set", join=False)
    lab.act("lab.lock", locked=True)
    expect(strip).to_contain_text("door closed")
    lab.act("lab.new_code")
    lab.refresh()
    expect(strip).to_contain_text(lab.code)  # the open wall shows the new code


def test_every_moment_has_its_slide(stage: MakeStage, browser: Browser) -> None:
    lab = stage(kind="flagship_lab", cases=["FC-MS-01", "FC-MS-02"])
    wall = open_wall(lab, browser)
    cases = {value["ref"]: id_ for id_, value in lab.entities("case").items()}
    says = expect(wall.get_by_role("main"))
    lab.go_to("talk")
    says.to_contain_text("Welcome, house rules, who is here")
    expect(wall.get_by_role("timer")).to_have_text(re.compile(r"^[45]:\d\d"))
    lab.go_to("present")
    says.to_contain_text("Lithium of one battery generation traceable")
    lab.act("case.present", case=cases["FC-MS-02"], section="2.1")
    expect(wall.locator(".wall__head")).to_contain_text("Case 2 of 2")
    says.to_contain_text("2.1")
    lab.act("case.present", case=cases["FC-MS-01"], section="3.2")
    says.to_contain_text("Multi-year volume as a reason to open the gate")
    lab.go_to("break")
    says.to_contain_text("Break")
    lab.go_to("challenges")
    expect(wall.locator("body")).to_have_attribute("data-scene", "blank")
    [challenge] = post(lab, lab.seat(tier="3"), lab.board("challenges"), "", "Audits stop at the fence")
    lab.act("activity.reveal")
    says.to_contain_text("Audits stop at the fence")
    lab.act("contribution.reply", lab.seat(tier="1"), id=challenge, kind="solution", text="One audit for the whole basin")
    says.to_contain_text("One audit for the whole basin")
    lab.act("contribution.spotlight", id=challenge)
    expect(wall.locator(".spotlight__text")).to_have_text("Audits stop at the fence")
    lab.act("contribution.spotlight")
    lab.act("contribution.translate", id=challenge, lang="es", translation="The audits end where the fence is")
    says.to_contain_text("The audits end where the fence is from Spanish")
    lab.act("lab.announce", text="Two quiet minutes: everybody writes one line.")
    expect(wall.get_by_role("complementary", name="Announcement")).to_contain_text("Two quiet minutes")
    lab.go_to("evaluation")
    says.to_contain_text("Five questions about today")
    lab.act("lab.pause")
    says.to_contain_text("A short pause")
    lab.act("lab.resume")
    lab.act("lab.close", grace_s=90)
    expect(wall.get_by_role("complementary", name="Closing").get_by_role("timer")).to_have_text(re.compile(r"^1:[12]\d"))
    lab.act("lab.reopen", lab.olga)
    lab.act("lab.close", grace_s=0)
    says.to_contain_text("Thank you")
    expect(wall.locator(".join-strip")).to_have_count(0)


def vote(lab: Stage, kinds: str = "transferability") -> tuple[str, list[str], list[Identity]]:
    """Three ideas and six voters of two tiers; the ballot is open."""
    lab.go_to(kinds)
    seats = [lab.seat(tier=tier) for tier in ("1", "1", "1", "3", "3", "3")]
    ids = post(lab, seats[0], lab.board(kinds), "", "Model clauses", "One audit for six buyers", "A shared fund")
    lab.go_to("ballot")
    ballot = next(id_ for id_, value in lab.entities("ballot").items() if value["scope"] == kinds)
    lab.act("ballot.open", ballot=ballot)
    return ballot, ids, seats


def test_a_result_is_shown_with_its_tiers_and_shared_places(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    ballot, ids, seats = vote(lab)
    wall = open_wall(lab, browser)
    lab.act("ballot.vote", seats[0], ballot=ballot, dots={ids[0]: 2, ids[1]: 2})
    expect(wall.locator(".wall-vote .tally")).to_have_text("1")
    expect(wall.locator(".wall-vote__items")).to_contain_text("A shared fund")
    for seat in seats[1:3]:
        lab.act("ballot.vote", seat, ballot=ballot, dots={ids[0]: 2})
    for seat in seats[3:]:
        lab.act("ballot.vote", seat, ballot=ballot, dots={ids[1]: 1, ids[2]: 2})
    expect(wall.locator(".wall-vote .tally")).to_have_text("6")
    expect(wall.locator(".tier-split")).to_have_count(0)
    lab.act("ballot.close", ballot=ballot)
    expect(wall.get_by_role("main")).to_contain_text("The result comes in a moment")
    expect(wall.locator(".ranking")).to_have_count(0)
    lab.act("ballot.reveal", ballot=ballot)
    rows = wall.locator(".ranking > li")
    expect(rows).to_have_count(3)
    assert [row.locator(".ranking__place").inner_text() for row in rows.all()] == ["1", "1", "3"]  # 6, 6 and 5 dots
    expect(rows.nth(2).locator(".tier-split")).to_have_attribute("aria-label", re.compile("5 dots: Tier 1 2, Tier 3 3"))
    table = wall.get_by_role("table", name="Result, by tier")
    assert table.get_by_role("row").nth(1).inner_text().split("\t")[-3:] == ["6", "6", "0"]


def test_the_mean_of_a_rating_stands_on_its_scale(stage: MakeStage, browser: Browser) -> None:
    lab = stage(kind="flagship_lab")
    lab.go_to("transferability")
    seats = [lab.seat(tier="1") for _ in range(4)]
    [idea] = post(lab, seats[0], lab.board("transferability"), "", "Model clauses")
    activity = next(value["activity"] for value in lab.entities("ballot").values() if value["method"] == "rating")
    lab.act("activity.start", activity=activity)
    ballot = next(id_ for id_, value in lab.entities("ballot").items() if value["method"] == "rating")
    lab.act("ballot.open", ballot=ballot)
    for seat, step in zip(seats, (3, 3, 2, 2), strict=True):
        lab.act("ballot.vote", seat, ballot=ballot, dots={idea: step})
    lab.act("ballot.close", ballot=ballot)
    lab.act("ballot.reveal", ballot=ballot)
    wall = open_wall(lab, browser)
    expect(wall.locator(".ratings")).to_contain_text("2.5")
    row = wall.get_by_role("table", name="Result, by tier").get_by_role("row").nth(1)
    assert row.inner_text().split("\t")[:4] == ["Model clauses", "2.5", "4", "0.5"]
