"""The wall on every projector: what does not fit is counted, never shrunk; contrast of seven to one; the language of the lab."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.rooms import open_wall, post, violations
from tests.browser.stage import Stage
from tests.browser.test_wall import swot, vote

pytestmark = pytest.mark.browser
MakeStage = Callable[..., Stage]
SMALLEST = 26.5  # pixels at 1920: what is readable from ten metres (tokens: nothing below .84 rem)
SIZES = ((1920, 1080), (1280, 720), (1024, 768))

TEXTS_WITH_SIZE = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || element.closest(".visually-hidden, .skip, script, [hidden], svg")) continue;
    const box = element.getBoundingClientRect();
    if (!box.width) continue;
    found.push([walker.currentNode.textContent.trim().slice(0, 40), parseFloat(getComputedStyle(element).fontSize)]);
  }
  return found;
}"""
CUT_OFF = """() => [
  ...document.querySelectorAll("main [data-size]:not([hidden]), .join-strip, .wall__head, .band"),
].filter(element => {
  const box = element.getBoundingClientRect();
  const strip = document.querySelector(".join-strip")?.getBoundingClientRect();
  const low = element.matches(".join-strip, .band") ? innerHeight : strip ? strip.top : innerHeight;
  return box.bottom > low + 2 || box.right > innerWidth + 1 || box.height === 0;
}).map(element => element.textContent.trim().slice(0, 60))"""


def full(lab: Stage) -> None:
    """A SWOT that is too full for any screen: 60 contributions, five clusters in one quadrant."""
    board, _ids = swot(lab)
    ids = []
    for who in range(4):
        seat = lab.seat(tier=str(who % 3 + 1))
        texts = [f"Point {who}-{n}: a sentence of a length that people write on their phones on a normal day" for n in range(15)]
        ids += post(lab, seat, board, "SWOT"[who], *texts)
    for n, size in enumerate((6, 1, 4, 1, 2)):
        lab.act(
            "cluster.create",
            board=board,
            title=f"Cluster with {size}, number {n}",
            contributions=[ids.pop(0) for _ in range(size)],
        )


def test_what_does_not_fit_is_counted_not_shrunk(stage: MakeStage, browser: Browser) -> None:
    lab = stage()
    full(lab)
    wall = open_wall(lab, browser)
    expect(wall.locator("[data-more]:visible").first).to_have_text(re.compile(r"^and \d+ more$"))
    for width, height in SIZES:
        wall.set_viewport_size({"width": width, "height": height})
        wall.wait_for_timeout(300)
        assert wall.evaluate(CUT_OFF) == [], (width, height)
        smallest = SMALLEST * min(width / 1920, height / 1080)
        assert [text for text in wall.evaluate(TEXTS_WITH_SIZE) if text[1] < smallest] == []
    quadrant = wall.locator(".swot-cross__quad").first
    assert "Cluster with 6, number 0" in quadrant.inner_text()  # the largest one stays
    shown = quadrant.locator("li:visible").count()
    left = int(re.findall(r"\d+", quadrant.locator("[data-more]").inner_text())[0])
    assert shown + left == 15 + 3 + 2  # of the room, of Ben, and the owner's draft


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_and_with_a_contrast_of_seven_to_one(stage: MakeStage, browser: Browser, scheme: str) -> None:
    lab = stage()
    wall = open_wall(lab, browser, color_scheme=scheme)
    rules = {"rules": {"color-contrast-enhanced": {"enabled": True}}, "runOnly": ["color-contrast-enhanced"]}

    def check() -> None:
        wall.wait_for_timeout(300)
        assert violations(wall) == []
        found = wall.evaluate("options => axe.run(document, options)", rules)
        assert sum(len(rule["nodes"]) for rule in found["passes"]) > 2  # it did look at words
        assert [node["html"] for rule in found["violations"] for node in rule["nodes"]] == []

    check()  # the lobby
    _board, ids = swot(lab, reveal=False)
    expect(wall.locator("body")).to_have_attribute("data-scene", "blank")
    check()
    lab.act("activity.reveal")
    expect(wall.locator("body")).to_have_attribute("data-scene", "swot")
    check()
    lab.act("contribution.spotlight", id=ids[0])
    lab.act("lab.announce", text="Please look at the wall.")
    expect(wall.locator("body")).to_have_attribute("data-scene", "spotlight")
    check()
    lab.act("contribution.spotlight")
    ballot, items, seats = vote(lab)
    for seat in seats:
        lab.act("ballot.vote", seat, ballot=ballot, dots={items[0]: 1})
    expect(wall.locator("body")).to_have_attribute("data-scene", "voting")
    check()
    lab.act("ballot.close", ballot=ballot)
    lab.act("ballot.reveal", ballot=ballot)
    expect(wall.locator("body")).to_have_attribute("data-scene", "dots")
    check()


def test_the_wall_speaks_the_language_of_the_lab(stage: MakeStage, browser: Browser) -> None:
    lab = stage(language="de")
    wall = open_wall(lab, browser)
    expect(wall.locator("html")).to_have_attribute("lang", "de")
