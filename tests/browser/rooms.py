"""The facilitator's and the projector's page, and the rules of accessibility run over any page."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from facilitation.core.actor import Identity
from tests.browser.stage import Stage

DESK, WALL = {"width": 1440, "height": 900}, {"width": 1920, "height": 1080}
ASSETS = Path(__file__).parent / "assets"
SETTLED = """() => Promise.all(document.getAnimations()
    .filter((one) => one.playState === "running" && one.effect.getComputedTiming().endTime < 5000)
    .map((one) => one.finished.catch(() => {})))
    .then(() => undefined)"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def open_console(stage: Stage, browser: Browser, who: Identity | None = None, **options: Any) -> Page:
    """The console of a member of the staff, live; `options` are those of the browser."""
    page = stage.context(browser, who or stage.anna, **{"viewport": DESK, **options}).new_page()
    page.goto(f"/labs/{stage.lab}/console")
    page.wait_for_selector("html[data-link=live] .control-bar")
    return page


def open_wall(stage: Stage, browser: Browser, **options: Any) -> Page:
    """The wall with its token, live; nobody is signed in."""
    page = stage.context(browser, **{"viewport": WALL, **options}).new_page()
    page.goto(f"/wall/{stage.lab}#{stage.wall}")
    page.wait_for_selector("html[data-link=live] body[data-scene]")
    return page


@cache
def _axe() -> str:
    return (ASSETS / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, *, contrast_only: bool = False) -> list[str]:
    """What the accessibility rules find on the page as it stands: 'rule: first elements'.

    `contrast_only`: the one rule whose outcome hangs on the colours; for a page that passed the others already.
    """
    page.evaluate(SETTLED)  # a colour on its way to another one has a contrast of its own
    page.evaluate(_axe())  # evaluated, not added as an element: the content policy refuses foreign scripts
    wanted = {"type": "rule", "values": ["color-contrast"]} if contrast_only else {"type": "tag", "values": RULES}
    found = page.evaluate("only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", wanted)
    return [f"{rule['id']}: {[node['html'][:160] for node in rule['nodes'][:3]]}" for rule in found["violations"]]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window, once it has found its shape. A page of the room is empty until it
    is live: before, it would fit whatever comes."""
    if page.locator(":is(#console, #phone, #wall) ~ #island").count():
        page.wait_for_selector("html[data-link=live]")
        page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    for _ in range(40):  # asked again from here: the content policy lets nothing be evaluated inside the page
        found: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if found <= 0:
            break
        page.wait_for_timeout(100)
    return found


def tap_twice(what: Locator) -> None:
    """Two taps within the three seconds in which the second one means it, however slow the machine."""
    what.evaluate("(button) => { button.click(); button.click(); }")


def post(stage: Stage, seat: Identity, board: str, column: str, *texts: str) -> list[str]:
    """Contributions of a seat through the running server; their ids."""
    return [stage.act("contribution.post", seat, board=board, column=column, text=text)["id"] for text in texts]


SAID = ("Buyer knows the mine", "An eye from outside", "Several years of volume", "Purchasing talks to sustainability")


def with_strengths(lab: Stage) -> Stage:
    """A SWOT, revealed, with the four strengths of `SAID`: two of Ben's, two of Chloé's."""
    lab.go_to("swot")
    board = lab.board("swot")
    for tier, texts in (("1", SAID[:2]), ("2", SAID[2:])):
        post(lab, lab.seat(tier=tier), board, "S", *texts)
    lab.act("activity.reveal")
    return lab


def slip(page: Page, text: str) -> Locator:
    return page.locator(".board [role=option]", has_text=text)


def toast(page: Page, text: str) -> Locator:
    return page.locator(".toast", has_text=text)


def value_of(lab: Stage, type_: str, test: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    return next(value | {"id": id_} for id_, value in lab.entities(type_).items() if test(value))


def contribution(lab: Stage, text: str) -> dict[str, Any]:
    return value_of(lab, "contribution", lambda value: value["text"] == text)


def clusters(lab: Stage) -> dict[str, list[str]]:
    """{title: texts of its members}."""
    texts = {id_: value["text"] for id_, value in lab.entities("contribution").items()}
    return {value["title"]: [texts[id_] for id_ in value["contributions"]] for value in lab.entities("cluster").values()}
