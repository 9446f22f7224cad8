"""Every screen of the phone: no finding of axe (WCAG 2.2 AA and best practice), light and dark; nothing wider than 320 px."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from facilitation.core.actor import Identity
from tests.browser.stage import Stage, becomes, own, write

pytestmark = pytest.mark.browser
MakeStage = Callable[..., Stage]
AXE = (Path(__file__).parent / "assets" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW = {"width": 320, "height": 640}


class Inspector:
    """Looks at a screen and remembers what is wrong with it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.findings: list[str] = []
        self.seen: list[str] = []

    def look(self, name: str) -> None:
        self.page.wait_for_timeout(250)  # nothing moves longer than 180 ms
        self.seen.append(name)
        self.findings += [f"{name}: {finding}" for finding in self._axe()]
        self._width(name)
        self.page.evaluate("document.documentElement.style.fontSize = '200%'")
        self._width(f"{name} at 200 %")
        self.page.evaluate("document.documentElement.style.fontSize = ''")

    def _axe(self) -> list[str]:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        result: dict[str, Any] = self.page.evaluate(
            "rules => axe.run(document, { runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'] })", RULES
        )
        return [
            f"{violation['id']} {node['target']} {node['failureSummary']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]

    def _width(self, name: str) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.findings.append(f"{name}: {wide} px too wide")


@pytest.fixture(params=["light", "dark"])
def inspector(request: pytest.FixtureRequest, stage: MakeStage, browser: Browser) -> Iterator[tuple[Stage, Inspector, Identity]]:
    lab = stage(kind="flagship_lab", cases=["FC-MS-01", "FC-MS-02"])
    seat = lab.seat(tier="1")
    page = lab.context(browser, seat, viewport=NARROW, color_scheme=request.param, reduced_motion="reduce").new_page()
    inspector = Inspector(page)
    yield lab, inspector, seat
    assert inspector.seen
    assert not inspector.findings, "\n".join(inspector.findings)


def open_phone(lab: Stage, page: Page) -> None:
    page.goto(f"/labs/{lab.lab}/phone")
    page.wait_for_selector("html[data-link=live]")


def back(page: Page) -> None:
    page.get_by_role("button", name="Back", exact=True).click()


def test_ways_in_and_out(inspector: tuple[Stage, Inspector, Identity], browser: Browser) -> None:
    lab, see, _ = inspector
    page = see.page
    page.context.clear_cookies()
    page.goto("/join")
    see.look("code")
    page.get_by_label("Code").fill("222222")
    page.get_by_role("button", name="Go on").click()
    see.look("wrong code")
    page.goto(f"/join/{lab.code}")
    for fold in page.locator("summary").all():
        fold.click()
    see.look("join")
    page.goto(f"/labs/{lab.lab}/phone")
    see.look("no seat")
    page.goto("/goodbye")
    see.look("goodbye")


def test_reading_listening_and_the_own_sheet(inspector: tuple[Stage, Inspector, Identity]) -> None:
    lab, see, seat = inspector
    page = see.page
    open_phone(lab, page)
    see.look("lobby")
    lab.go_to("present")
    lab.act("case.present", case=next(iter(lab.entities("case"))), section="3.2")
    lab.act(
        "contribution.post",
        lab.seat(tier="2"),
        board=lab.board("questions"),
        column=next(iter(lab.entities("case"))),
        text="Who pays?",
    )
    see.look("presentation")
    page.get_by_label("Section").select_option("2.1")
    see.look("reading on one's own")
    page.get_by_role("button", name="Cases").click()
    for tab in ("Practice", "Draft SWOT", "Questions", "The case"):
        page.get_by_role("button", name=tab, exact=True).click()
        see.look(f"sheet: {tab}")
    back(page)
    page.get_by_role("button", name="You, your texts").click()
    see.look("own sheet")
    page.get_by_role("button", name="Leave the lab").click()
    see.look("leaving")
    page.get_by_role("button", name="Stay").click()
    page.get_by_role("button", name="Parking list").click()
    write(page, "Recycling quotas, another day")
    see.look("parking")
    page.go_back()
    lab.go_to("break")
    lab.act("lab.announce", text="Coffee is outside")
    see.look("break with an announcement")
    lab.act("lab.pause")
    see.look("paused")
    lab.act("lab.resume")
    lab.act("lab.close", grace_s=600)
    see.look("closing")
    page.evaluate("dispatchEvent(new Event('offline'))")
    lab.act("lab.close", grace_s=0)
    see.look("closed")
    assert seat.id


def test_boards(inspector: tuple[Stage, Inspector, Identity]) -> None:
    lab, see, _ = inspector
    page = see.page
    lab.go_to("swot")
    board = lab.board("swot")
    open_phone(lab, page)
    see.look("before anybody wrote")
    write(page, "Origin is known")
    other = lab.seat(tier="3")
    foreign = lab.act("contribution.post", other, board=board, column="S", text="An outside check at the mine")
    see.look("own text before the reveal")
    page.get_by_role("button", name="Another kind").click()
    see.look("options of the composer")
    lab.act("activity.reveal")
    mine = next(
        key
        for key, value in lab.entities("contribution").items()
        if value["text"] == "Origin is known" and value["origin"] == "participant"
    )
    lab.act("contribution.hide", id=mine, reason="Already there")
    for kind, text in (("question", "Which mine?"), ("agree", ""), ("build", "And who checks the checker?"), ("answer", "We do")):
        lab.act("contribution.reply", other, id=foreign["id"], kind=kind, text=text)
    expect(page.locator(f"#c-{foreign['id']}")).to_be_visible()
    lab.act("contribution.post", other, board=board, column="S", text="A late one")
    expect(page.get_by_role("button", name="1 new contribution")).to_be_visible()
    see.look("after the reveal")
    page.locator(f"#c-{foreign['id']}").get_by_role("button", name="Build on it").click()
    expect(page.get_by_role("button", name="Do not reply")).to_be_visible()
    page.locator("#composer-text").fill("x" * 300)
    see.look("a reply that is too long")
    lab.go_to("challenges")
    see.look("the room moved on")
    page.get_by_role("button", name="Go now").click()
    see.look("challenges")
    lab.act("board.set", board=lab.board("challenges"), open=False)
    write(page, "Comes back")
    expect(page.get_by_role("region", name="Not sent")).to_be_visible()
    see.look("not sent")
    page.get_by_role("button", name="You, your texts").click()
    page.locator(own(page, "Origin is known")).get_by_role("button", name="Reword").click()
    see.look("reword")


def own_id(lab: Stage, text: str) -> str:
    written = {key: value for key, value in lab.entities("contribution").items() if value["origin"] == "participant"}
    return next(key for key, value in written.items() if value["text"] == text)


def test_transfer_votes_and_evaluation(inspector: tuple[Stage, Inspector, Identity]) -> None:
    lab, see, seat = inspector
    page = see.page
    lab.go_to("transferability")
    open_phone(lab, page)
    see.look("transfer form")
    page.get_by_role("button", name=re.compile("Choose")).click()
    see.look("target")
    page.get_by_role("button", name=re.compile("Few mines")).click()
    page.get_by_label("Your idea").fill("Stages")
    page.get_by_label("With adaptation").check()
    page.get_by_role("button", name="Send").click()
    see.look("ideas")
    becomes(lab.texts, ["Stages"])
    people = [lab.seat(tier=tier) for tier in ("1", "1", "2", "2", "2", "3")]
    ballots = {value["method"]: key for key, value in lab.entities("ballot").items() if value["scope"] == "transferability"}
    lab.act("activity.start", activity=lab.entities("ballot")[ballots["dots"]]["activity"])
    see.look("before the vote")
    for ballot in ballots.values():
        lab.act("ballot.open", ballot=ballot)
    page.get_by_role("button", name="Add a dot to Stages").click()
    see.look("dots")
    page.get_by_role("button", name="Rating").click()
    page.get_by_role("group", name="Stages").get_by_label("As it is").check()
    see.look("rating")
    for who in people:
        lab.act(
            "ballot.vote", who, ballot=ballots["dots"], dots=dict.fromkeys(lab.entities("ballot")[ballots["dots"]]["items"], 1)
        )
        lab.act(
            "ballot.vote",
            who,
            ballot=ballots["rating"],
            dots=dict.fromkeys(lab.entities("ballot")[ballots["rating"]]["items"], 2),
        )
    for ballot in ballots.values():
        lab.act("ballot.close", ballot=ballot)
    see.look("closed vote")
    for ballot in ballots.values():
        lab.act("ballot.reveal", ballot=ballot)
    see.look("rating revealed")
    page.get_by_role("button", name="Dots", exact=True).click()
    see.look("dots revealed")
    lab.go_to("evaluation")
    see.look("evaluation")
    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you. Your answers are in.")).to_be_visible()
    see.look("evaluation sent")
    write_and_remove(lab, page, seat)
    see.look("seat ended")


def write_and_remove(lab: Stage, page: Page, seat: Identity) -> None:
    said = lab.act("contribution.post", seat, board=lab.board("parking"), text="Out")
    lab.act("seat.remove", contribution=said["id"])
    expect(page.get_by_role("heading", name="Your place in this lab has ended")).to_be_visible()


def test_checking_facts(stage: MakeStage, browser: Browser) -> None:
    lab = stage(kind="webinar")
    lab.go_to("validation")
    for scheme in ("light", "dark"):
        page = lab.context(browser, lab.seat(), viewport=NARROW, color_scheme=scheme).new_page()
        see = Inspector(page)
        open_phone(lab, page)
        see.look(f"facts, {scheme}")
        page.get_by_role("button", name="Needs correcting").click()
        see.look(f"correcting, {scheme}")
        assert not see.findings, "\n".join(see.findings)


def test_the_first_load_is_light(stage: MakeStage, browser: Browser) -> None:
    """At most 80 KB compressed without fonts, nothing from elsewhere (experience, 2.9). Compression is measured, not trusted."""
    lab = stage(kind="flagship_lab", cases=["FC-MS-01", "FC-MS-02", "FC-MS-03"])
    lab.go_to("swot")
    page = lab.context(browser, lab.seat()).new_page()
    loaded: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        if answer.status == 200 and ".woff2" not in answer.url:
            loaded[answer.url] = len(gzip.compress(answer.body(), 6))

    page.on("response", weigh)
    page.goto(f"/labs/{lab.lab}/phone")
    page.wait_for_selector("html[data-link=live]")
    page.wait_for_load_state("networkidle")
    assert all(url.startswith(lab.server.url) for url in loaded), loaded
    assert len(loaded) > 20
    total = sum(loaded.values())
    assert total <= 80 * 1024, (total, sorted(loaded.items(), key=lambda item: -item[1]))
