"""The phone in each kind of activity, and what a person may do about their own seat."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.stage import Stage, becomes, own, write

pytestmark = pytest.mark.browser
MakeStage = Callable[..., Stage]


def test_dots_are_a_budget_one_can_see(stage: MakeStage, browser: Browser) -> None:
    lab = stage(kind="flagship_lab")
    lab.go_to("challenges")
    board = lab.board("challenges")
    people = [lab.seat(tier=tier) for tier in ("1", "1", "1", "2", "2", "2")]
    for who, text in zip(people, ["Audits cost too much", "Data gaps", "Water", "Trust"], strict=False):
        lab.act("contribution.post", who, board=board, text=text)
    lab.act("activity.reveal")
    (ballot,) = [key for key, value in lab.entities("ballot").items() if value["scope"] == "challenges"]
    lab.act("activity.start", activity=lab.entities("ballot")[ballot]["activity"])
    ben, chloe = lab.phone(browser, people[0]), lab.phone(browser, people[3])
    lab.act("ballot.open", ballot=ballot)
    expect(ben.locator("#budget")).to_contain_text("3 dots left")
    titles = ben.locator(".ballot .cluster__title").all_inner_texts()
    assert sorted(titles) == ["Audits cost too much", "Data gaps", "Trust", "Water"]
    assert titles == ben.locator(".ballot .cluster__title").all_inner_texts()  # an order of one's own, and it stays
    for title in ("Water", "Trust", "Data gaps"):
        ben.get_by_role("button", name=f"Add a dot to {title}").click()
    expect(ben.locator("#budget")).to_contain_text("No dots left")
    expect(ben.get_by_role("button", name="Add a dot to Audits cost too much")).to_be_disabled()
    expect(ben.get_by_role("button", name="Add a dot to Water")).to_be_disabled()
    ben.get_by_role("button", name="Take a dot back from Water").click()
    expect(ben.locator("#budget")).to_contain_text("1 dot left")
    expect(ben.get_by_text("Saved as you tap.")).to_be_visible()
    ben.reload()
    expect(ben.locator("#budget")).to_contain_text("1 dot left")
    for who in people[1:]:
        lab.act("ballot.vote", who, ballot=ballot, dots=dict.fromkeys(lab.entities("ballot")[ballot]["items"][:2], 1))
    assert "result" not in lab.entities("ballot", people[0], "room")[ballot]
    lab.act("ballot.close", ballot=ballot)
    expect(chloe.get_by_text("Voting is closed.")).to_be_visible()
    lab.act("ballot.reveal", ballot=ballot)
    expect(chloe.locator(".ranking li").first).to_contain_text("Data gaps")
    expect(chloe.locator(".tier-split").first).to_have_attribute("aria-label", "6 dots: Tier 1 3, Tier 2 3")


def test_an_idea_aims_at_an_element_of_the_case(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("transferability")
    page = lab.phone(browser)
    page.get_by_role("button", name=re.compile("Change")).click()
    page.get_by_role("button", name=re.compile("Few mines have completed the check")).click()
    expect(page.locator(".target")).to_contain_text("Few mines have completed the check")
    page.get_by_label("Your idea").fill("Stages: self-check now, audit later")
    page.get_by_label("What it needs").fill("follow-up staff")
    page.get_by_label("With adaptation").check()
    page.get_by_label("We are").select_option("2")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(own(page, "Stages"))).to_contain_text("follow-up staff")
    becomes(lab.texts, ["Stages: self-check now, audit later"])
    (value,) = [value for value in lab.entities("contribution").values() if value["text"].startswith("Stages")]
    assert value["target"]["element"].startswith("A1.")
    assert value["extra"] == {"needs": "follow-up staff", "degree": "with_adaptation"}
    assert value["people"] == 2


def test_the_evaluation_is_answered_once(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("evaluation")
    page = lab.phone(browser)
    page.get_by_role("group", name="Today was useful").get_by_label("4").check()
    page.get_by_label("Anything else?").fill("More time for the water basin")
    page.reload()
    expect(page.get_by_label("Anything else?")).to_have_value("More time for the water basin")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you. Your answers are in.").last).to_be_visible()
    becomes(lambda: lab.entities("lab")[lab.lab]["evaluations"], 1)
    page.reload()
    expect(page.get_by_role("heading", name="Thank you. Your answers are in.")).to_be_visible()


def test_facts_are_checked_section_by_section(stage: MakeStage, browser: Browser) -> None:
    lab = stage(kind="webinar")
    lab.go_to("validation")
    page = lab.phone(browser)
    case = next(iter(lab.entities("case")))
    lab.act("case.present", case=case, section="2.1")
    expect(page.get_by_role("heading", name="Case Description")).to_be_visible()
    page.get_by_role("button", name="Needs correcting").click()
    page.get_by_label("What has to be corrected?").fill("The partnership has 21 members now")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("You said: Needs correcting.")).to_be_visible()
    becomes(lambda: lab.entities("fact").get(f"{case}:2.1", {}).get("wrong"), 1)


def test_a_presentation_is_followed_or_read_at_ones_own_pace(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("present")
    page = lab.phone(browser)
    case = next(iter(lab.entities("case")))
    lab.act("case.present", case=case, section="2.1")
    expect(page.get_by_role("heading", name="Case Description")).to_be_visible()
    page.get_by_label("Section").select_option("2.4")
    expect(page.get_by_role("heading", name="Context", level=2)).to_be_visible()
    lab.act("case.present", case=case, section="2.2")
    expect(page.get_by_text("The presenter is at “Institutions”.")).to_be_visible()
    expect(page.get_by_role("heading", name="Context", level=2)).to_be_visible()
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("heading", name="Institutions", level=2)).to_be_visible()


def test_tier_and_label_can_be_corrected(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    for _ in range(2):
        lab.seat(tier="3")
    page = lab.phone(browser, tier="1")
    write(page, "Signed anew")
    page.get_by_role("button", name="You, your texts").click()
    page.get_by_label("Where you sit").select_option("3")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Labels and figures follow.").first).to_be_visible()
    (value,) = [value for value in lab.entities("contribution").values() if value["text"] == "Signed anew"]
    assert (value["tier"], value["label"]) == ("3", "Tier 3")


def test_after_the_close_own_words_can_be_taken_back(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    page = lab.phone(browser)
    write(page, "I would rather not")
    expect(page.locator(own(page, "I would rather not"))).to_contain_text("Shown to all")
    lab.act("lab.close", grace_s=0)
    expect(page.get_by_role("heading", level=1)).to_have_text("The lab is closed. Thank you.")
    page.locator(own(page, "I would rather not")).get_by_role("button", name="Take back").click()
    expect(page.get_by_text("I would rather not")).to_have_count(0)
    becomes(lab.texts, [])


def test_leaving_takes_the_words_back_and_forgets_the_phone(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    page = lab.phone(browser)
    write(page, "Nothing to stay")
    expect(page.locator(own(page, "Nothing to stay"))).to_contain_text("Shown to all")
    page.get_by_role("button", name="You, your texts").click()
    page.get_by_role("button", name="Leave the lab").click()
    page.get_by_label("is taken back").check()
    page.get_by_role("button", name="Leave", exact=True).click()
    page.wait_for_url("**/goodbye")
    becomes(lab.texts, [])
    page.goto(f"/labs/{lab.lab}/phone")
    expect(page.get_by_role("heading", level=1)).to_have_text("You have no place in this lab yet")
    assert page.evaluate("indexedDB.databases().then(all => all.length)") in (0, 1)


def test_a_removed_seat_is_told_kindly(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    page = lab.phone(browser)
    write(page, "Out of order")
    expect(page.locator(own(page, "Out of order"))).to_contain_text("Shown to all")
    (id_,) = [key for key, value in lab.entities("contribution").items() if value["text"] == "Out of order"]
    lab.act("seat.remove", contribution=id_)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your place in this lab has ended")
    answer = page.goto(f"/labs/{lab.lab}/phone")
    assert answer is not None
    assert answer.status == 410
