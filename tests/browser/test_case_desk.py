"""The case desk in Chromium: saving by itself, two people in one place, the matrix by keyboard (D3, D11, R-16 to R-18)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from facilitation.cases import document as doc
from facilitation.cases.models import Case
from facilitation.core import ids
from facilitation.core.actor import SYSTEM, Identity
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from tests.browser.stage import Server, Stage

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "assets" / "axe.min.js"
DESK = {"width": 1440, "height": 900}
FINDINGS = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .map((one) => one.id + ": " + one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(" | "))"""


@dataclass
class Desk:
    """One case that belongs to this test alone, with its owner and the lead of the sector."""

    stage: Stage
    browser: Browser
    case: str
    omar: Identity
    mara: Identity

    def open(self, who: Identity, place: str, **options: Any) -> Page:
        page = self.stage.context(self.browser, who, **{"viewport": DESK, **options}).new_page()
        page.goto(f"/cases/{self.case}{place}")
        return page

    @property
    def document(self) -> doc.Document:
        with self.stage.server.app.app_context(), reading(db.engine) as session:
            return session.get_one(Case, self.case).document


@pytest.fixture
def desk(server: Server, browser: Browser, stage: Callable[..., Stage]) -> Desk:
    play = stage()
    made = play.do("case.create", SYSTEM, title="Mica from small mines", sector="MS", type="technology", ref=f"T-{ids.new_id()}")
    omar = play.staff("Omar", "case_owner", case=made["case"])
    mara = play.staff("Mara", "sector_lead", sector="MS")
    return Desk(play, browser, made["case"], omar, mara)


def saved(page: Page) -> None:
    expect(page.locator("#saving")).to_contain_text("Saved", timeout=15_000)
    expect(page.locator("#saving")).not_to_contain_text("Not saved")


def test_what_is_written_saves_itself_and_the_contents_follow(desk: Desk) -> None:
    page = desk.open(desk.omar, "/edit/2.4")
    expect(page.locator("#missing")).to_contain_text("Context (2.4)")
    page.locator("#f-context").fill("A desert with one river.")
    expect(page.locator("#saving")).to_contain_text("Not saved yet")
    saved(page)
    assert desk.document["sections"]["2.4"]["context"] == "A desert with one river."
    expect(page.locator("#missing")).not_to_contain_text("Context (2.4)")
    expect(page.locator('[data-place="2.4"] .pips')).to_have_attribute("aria-label", "1 of 2 filled")
    expect(page.locator("#saving")).to_contain_text("revision 2")


def test_two_people_in_one_field_see_both_texts(desk: Desk) -> None:
    first, second = desk.open(desk.omar, "/edit/2.4"), desk.open(desk.mara, "/edit/2.4")
    first.locator("#f-context").fill("Omar's text")
    saved(first)
    second.locator("#f-context").fill("Mara's text")
    conflict = second.locator(".conflict")
    expect(conflict).to_contain_text("Somebody else wrote here at the same time.")
    expect(conflict.locator('[data-whose="theirs"]')).to_contain_text("Omar's text")
    expect(conflict.locator('[data-whose="mine"]')).to_contain_text("Mara's text")
    expect(second.locator("#saving")).to_contain_text("two texts, please choose")
    assert desk.document["sections"]["2.4"]["context"] == "Omar's text"
    second.get_by_role("button", name="Put both one after the other").click()
    saved(second)
    expect(conflict).to_have_count(0)
    assert desk.document["sections"]["2.4"]["context"] == "Omar's text\n\nMara's text"


def test_two_people_in_two_fields_of_a_section_are_not_stopped(desk: Desk) -> None:
    first, second = desk.open(desk.omar, "/edit/3.1"), desk.open(desk.mara, "/edit/3.1")
    first.locator("#f-effects").fill("Omar's effects")
    saved(first)
    second.locator("#f-room_for_improvement").fill("Mara's room")
    saved(second)
    expect(second.locator("#f-effects")).to_have_value("Omar's effects")
    fields = desk.document["sections"]["3.1"]
    assert (fields["effects"], fields["room_for_improvement"]) == ("Omar's effects", "Mara's room")


def test_without_network_the_text_is_kept_and_sends_itself(desk: Desk) -> None:
    page = desk.open(desk.omar, "/edit/2.4")
    page.context.set_offline(True)
    page.locator("#f-context").fill("Written in the tunnel")
    expect(page.locator("#saving")).to_contain_text("Kept in this browser", timeout=15_000)
    page.context.set_offline(False)
    saved(page)
    assert desk.document["sections"]["2.4"]["context"] == "Written in the tunnel"


def test_a_reload_in_the_middle_of_a_sentence_loses_nothing(desk: Desk) -> None:
    page = desk.open(desk.omar, "/edit/2.4")
    page.context.set_offline(True)
    page.locator("#f-context").fill("Half a sentence")
    expect(page.locator("#saving")).to_contain_text("kept in this browser")
    other = page.context.new_page()
    page.close()
    other.context.set_offline(False)
    other.goto(f"/cases/{desk.case}/edit/2.4")
    expect(other.locator("#f-context")).to_have_value("Half a sentence")
    saved(other)
    assert desk.document["sections"]["2.4"]["context"] == "Half a sentence"


def test_a_table_is_filled_moved_and_a_row_comes_back(desk: Desk) -> None:
    page = desk.open(desk.omar, "/edit/2.1")
    for year in ("2019", "2020", "2021"):
        page.get_by_role("button", name="Add a row").click()
        page.keyboard.type(year)
        page.keyboard.press("Tab")
        page.keyboard.type(f"What happened in {year}")
    page.keyboard.press("Alt+ArrowUp")
    page.get_by_role("button", name="Take row 1 out").click()
    expect(page.locator(".rows__row")).to_have_count(2)
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator(".rows__row")).to_have_count(3)
    page.locator(".rows__row").nth(0).get_by_label("Row 1 comes from").select_option("interview")
    saved(page)
    rows = desk.document["sections"]["2.1"]["milestones"]
    assert [(row["year"], row["origin"]) for row in rows] == [("2019", "interview"), ("2021", "owner"), ("2020", "owner")]


def test_the_matrix_is_built_by_keyboard_alone(desk: Desk) -> None:
    """R-16 to R-18: an element without category, one with; two suggestions; another order; out and back."""
    page = desk.open(desk.omar, "/edit/3.2")

    def press(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).first.focus()
        page.keyboard.press("Enter")

    def done() -> None:
        page.keyboard.press("Escape")
        saved(page)

    press("Aspect")
    page.keyboard.type("One outside check of a site")
    done()
    for title in ("Gaps are allowed for a time", "Difficult tailings"):
        press("Element for A1")
        page.locator("#f-m-title").fill(title)
        done()
    press("Edit A1.E2")
    page.locator("#f-category").select_option("challenge_encountered")
    expect(page.locator(".is-edited .question")).to_contain_text("With hindsight")
    page.locator("#f-x-hindsight").fill("Define the hard cases first.")
    page.locator("#f-category").select_option("success_factor")
    expect(page.locator("#f-x-hindsight")).to_have_count(0)
    page.locator("#f-category").select_option("challenge_encountered")
    expect(page.locator("#f-x-hindsight")).to_have_value("Define the hard cases first.")
    done()
    press("Add one")
    page.locator("#f-s-how_to_transfer").fill("Publish the plan")
    page.get_by_text("With adaptation", exact=True).click()
    done()
    press("Another suggestion")
    page.locator("#f-s-what_to_transfer").fill("A deadline")
    done()
    page.get_by_role("button", name="Edit A1.E2", exact=True).focus()
    page.keyboard.press("Alt+ArrowUp")
    saved(page)
    told = [(e["ref"], e.get("category", ""), len(e["suggestions"])) for _a, e in doc.elements(desk.document)]
    assert told == [("E2", "challenge_encountered", 0), ("E1", "", 2)]
    assert doc.need(desk.document, "A1.E1").item["suggestions"][0]["degree"] == "with_adaptation"
    press("Take A1.E1 out")
    expect(page.locator(".element__title")).to_have_count(1)
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator(".element__title")).to_have_count(2)
    page.reload()
    expect(page.locator(".element__title")).to_have_count(2)
    assert len(doc.need(desk.document, "A1.E1").item["suggestions"]) == 2


def test_two_people_in_one_element_see_both_texts(desk: Desk) -> None:
    play = desk.stage
    aspect = play.do("case.add_aspect", SYSTEM, case=desk.case, fields={"title": "Aspect"})
    play.do("case.add_element", SYSTEM, case=desk.case, aspect=aspect["id"], fields={"title": "Element"})
    first, second = desk.open(desk.omar, "/edit/3.2"), desk.open(desk.mara, "/edit/3.2")
    for page in (first, second):
        page.get_by_role("button", name="Edit A1.E1", exact=True).click()
    first.locator("#f-m-title").fill("Omar's element")
    saved(first)
    second.locator("#f-m-title").fill("Mara's element")
    expect(second.locator('.conflict [data-whose="theirs"]')).to_contain_text("Omar's element")
    second.get_by_role("button", name="Take theirs").click()
    saved(second)
    assert doc.need(desk.document, "A1.E1").item["title"] == "Omar's element"


def test_the_draft_swot_and_questions_reach_the_sheet(desk: Desk) -> None:
    page = desk.open(desk.omar, "/edit/swot")
    page.locator('[data-q="S"]').get_by_role("button", name="Add a line").click()
    page.keyboard.type("Works with miners")
    page.locator(".swot-edit__questions").get_by_role("button", name="Add a line").click()
    page.keyboard.type("Who pays?")
    saved(page)
    sheet = desk.open(desk.omar, "/sheet", viewport={"width": 320, "height": 700})
    expect(sheet.locator("#swot")).to_contain_text("Works with miners")
    expect(sheet.locator("#questions")).to_contain_text("Who pays?")


PAGES = ["", "/sheet", "/history", "/edit/2.1", "/edit/3.1", "/edit/3.2", "/edit/swot", "/edit/details", "/edit/references"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_a_case_is_accessible_and_never_scrolls_sideways(
    desk: Desk, server: Server, stage: Callable[..., Stage], scheme: str
) -> None:
    with server.app.app_context(), reading(db.engine) as session:
        sample = session.query(Case).filter(Case.ref == "FC-MS-01").one().id
    context = desk.stage.context(desk.browser, desk.stage.olga, viewport=DESK, color_scheme=scheme)
    page = context.new_page()
    script = AXE.read_text("utf-8")
    for path in ["/cases", "/cases/new", *(f"/cases/{sample}{place}" for place in PAGES)]:
        page.goto(path)
        if path.endswith("/edit/3.2"):
            page.locator('[data-act="edit"]').nth(1).click()
        page.evaluate(script)
        assert page.evaluate(FINDINGS) == [], path
    page.set_viewport_size({"width": 320, "height": 700})
    for path in ["/cases", "/cases/new", *(f"/cases/{sample}{place}" for place in PAGES)]:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path


def test_reading_needs_no_script(desk: Desk, server: Server) -> None:
    with server.app.app_context(), reading(db.engine) as session:
        sample = session.query(Case).filter(Case.ref == "FC-MS-01").one().id
    page = desk.stage.context(desk.browser, desk.stage.olga, java_script_enabled=False).new_page()
    page.goto(f"/cases/{sample}")
    expect(page.locator("h1")).to_have_text("Buying lithium directly and asking for mine-level assurance")
    expect(page.locator("#section-3\\.1")).to_be_visible()
    page.get_by_role("link", name="Reading sheet").click()
    expect(page.locator("#aspects")).to_contain_text("Direct purchase of a battery mineral")
    page.goto(f"/cases/{sample}/edit/2.1")
    expect(page.get_by_text(re.compile("Writing needs JavaScript"))).to_be_visible()
