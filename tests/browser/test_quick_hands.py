"""Taps and keys quicker than the page draws: each acts on what the one before it did; nothing is lost, nothing goes twice.

A hand is made as quick as it gets: all its events come within one task of the page, before any frame.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.rooms import SAID, contribution, open_console, slip, with_strengths
from tests.browser.stage import Stage, becomes

pytestmark = pytest.mark.browser
MakeStage = Callable[..., Stage]

WRITE = """([first, last, next]) => {
    const composer = () => document.querySelector("#composer-text");
    const type = (text) => {
        composer().value = text;
        composer().dispatchEvent(new InputEvent("input", { bubbles: true }));
    };
    const send = () => document.querySelector("#composer .send").click();
    type(first);
    type(last);
    send();
    send();
    type(next);
}"""


def test_the_last_letter_is_sent_once_and_the_next_text_stays(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    page = lab.phone(browser)
    page.evaluate(WRITE, ["Ask three suppli", "Ask three suppliers", "And then"])
    becomes(lab.texts, ["Ask three suppliers"])
    expect(page.locator("#composer-text")).to_have_value("And then")
    page.wait_for_timeout(600)  # longer than a draft waits before it is kept
    page.reload()
    page.wait_for_selector("html[data-link=live]")
    expect(page.locator("#composer-text")).to_have_value("And then")
    assert lab.texts() == ["Ask three suppliers"]


def test_three_quick_dots_are_three_dots(stage: MakeStage, browser: Browser) -> None:
    lab = stage(kind="flagship_lab")
    lab.go_to("challenges")
    board = lab.board("challenges")
    for text in ("Water", "Trust", "Data gaps", "Audits"):
        lab.act("contribution.post", lab.seat(), board=board, text=text)
    lab.act("activity.reveal")
    (ballot,) = [key for key, value in lab.entities("ballot").items() if value["scope"] == "challenges"]
    lab.act("activity.start", activity=lab.entities("ballot")[ballot]["activity"])
    page = lab.phone(browser)
    lab.act("ballot.open", ballot=ballot)
    expect(page.locator("#budget")).to_contain_text("3 dots left")
    page.evaluate("() => document.querySelectorAll('[aria-label^=\"Add a dot\"]').forEach((button) => button.click())")
    expect(page.locator("#budget")).to_contain_text("No dots left")
    expect(page.locator("#budget")).to_contain_text("Saved as you tap.")
    lab.act("ballot.close", ballot=ballot)
    lab.act("ballot.reveal", ballot=ballot)
    result = lab.entities("ballot")[ballot]["result"]
    assert sorted(item["dots"] for item in result.values()) == [0, 1, 1, 1]


def test_quick_answers_of_the_evaluation_are_all_kept(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("evaluation")
    page = lab.phone(browser)
    chosen = page.evaluate("""() => {
        const groups = [...document.querySelectorAll("#evaluation fieldset")];
        for (const group of groups) group.querySelector("input").click();
        return groups.length;
    }""")
    expect(page.locator("#evaluation input:checked")).to_have_count(chosen)
    assert chosen > 2
    page.wait_for_timeout(600)
    page.reload()
    expect(page.locator("#evaluation input:checked")).to_have_count(chosen)


def test_a_reply_is_written_where_it_was_begun(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    about = lab.act("contribution.post", lab.seat(tier="3"), board=lab.board("takeaways"), text="Start with the water data")
    page = lab.phone(browser)
    reply = page.locator(f"#c-{about['id']}").get_by_role("button", name="Build on it")
    expect(reply).to_be_visible()
    standing = reply.evaluate("(button) => { button.click(); return document.activeElement.getAttribute('aria-describedby'); }")
    assert standing == "composer-promise"  # the keyboard of a phone only comes up within the tap
    page.keyboard.type("With the utility")
    expect(page.get_by_role("button", name="Do not reply")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(f"#c-{about['id']}")).to_contain_text("With the utility")


def test_what_was_begun_meanwhile_stays_when_a_text_comes_back(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("takeaways")
    page = lab.phone(browser)
    page.locator("#composer-text").fill("Too late.")
    lab.act("board.set", board=lab.board("takeaways"), open=False)
    page.get_by_role("button", name="Send", exact=True).click()
    returned = page.get_by_role("region", name="Not sent")
    expect(returned).to_contain_text("Too late.")
    page.locator("#composer-text").fill("Begun since")
    returned.get_by_role("button", name="Edit").click()
    expect(page.locator("#composer-text")).to_have_value("Too late. Begun since")
    expect(returned).to_have_count(0)


def test_an_idea_that_comes_back_is_edited_in_its_form(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    lab.go_to("transferability")
    page = lab.phone(browser)
    page.get_by_label("Your idea").fill("Stages")
    page.get_by_label("What it needs").fill("follow-up staff")
    lab.act("board.set", board=lab.board("transferability"), open=False)
    page.get_by_role("button", name="Send").click()
    returned = page.get_by_role("region", name="Not sent")
    returned.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Your idea")).to_have_value("Stages")
    expect(page.get_by_label("What it needs")).to_have_value("follow-up staff")
    expect(returned).to_have_count(0)


KEYS = """(keys) => keys.map((key) => {
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    return document.activeElement.id;
})"""


def test_keys_of_the_console_reach_the_field_they_opened(stage: MakeStage, browser: Browser) -> None:
    """The letters of a name are keys of the room as well: n would lead everybody to the next activity."""
    lab = with_strengths(stage())
    page = open_console(lab, browser)
    slip(page, SAID[0]).click()
    before = lab.entities("lab")[lab.lab]["activity"]
    assert page.evaluate(KEYS, ["c", "n", "n"]) == ["cluster-name"] * 3
    page.keyboard.press("Escape")
    assert page.evaluate(KEYS, ["o"]) == ["say-text"]
    assert lab.entities("lab")[lab.lab]["activity"] == before


def test_words_said_for_somebody_go_once_into_the_column_just_chosen(stage: MakeStage, browser: Browser) -> None:
    lab = with_strengths(stage())
    page = open_console(lab, browser)
    page.get_by_placeholder("Spoken words, then tier").fill("Banks could give better terms")
    page.evaluate("""() => {
        const press = (which) => document.querySelector(`.on-behalf button${which}`).click();
        press("[title=Threats]");
        press("[name=tier][value='2']");
        press("[name=tier][value='2']");
    }""")
    expect(slip(page, "Banks could give better terms")).to_have_count(1)
    page.wait_for_timeout(300)
    assert contribution(lab, "Banks could give better terms")["column"] == "T"
    assert lab.texts().count("Banks could give better terms") == 1
