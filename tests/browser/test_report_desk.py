"""The report desk and the readers' draft in Chromium: beside the sources, without script, readable by everybody (R-94, R-99)."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.rooms import DESK, sideways, violations
from tests.browser.stage import PHONE, Server, Stage

pytestmark = pytest.mark.browser
SMALL = {"width": 320, "height": 700}


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 400), "teal").save(out, "PNG")
    return out.getvalue()


@dataclass
class Desk:
    """A closed lab with votes, a parked point and Anna, who writes its report."""

    stage: Stage
    browser: Browser

    def open(self, path: str = "", *, anybody: bool = False, **options: Any) -> Page:
        who = None if anybody else self.stage.anna
        page = self.stage.context(self.browser, who, **{"viewport": DESK, **options}).new_page()
        page.goto(path or f"/labs/{self.stage.lab}/report/desk")
        return page


@pytest.fixture
def desk(server: Server, browser: Browser, stage: Callable[..., Stage]) -> Desk:
    scene = stage(kind="flagship_lab")
    seats = [scene.seat(tier=tier) for tier in ("1", "1", "1", "2", "2", "2", "3", "3", "3")]
    scene.go_to("swot")
    board = scene.board("swot")
    clusters = []
    for place, (column, text) in enumerate((("S", "Buyer knows the mine"), ("W", "Works only if you are big"))):
        posted = scene.act("contribution.post", seats[place], board=board, column=column, text=text)["id"]
        clusters.append(scene.act("cluster.create", board=board, title=f"About {text.lower()}", contributions=[posted])["id"])
        scene.act("contribution.park", id=posted, owner="Anna")
    ballots = scene.entities("ballot")
    ballot = next(id_ for id_, value in ballots.items() if value["scope"] == "swot")
    scene.act("ballot.open", ballot=ballot)
    for seat in seats:
        scene.act("ballot.vote", seat, ballot=ballot, dots={clusters[1]: 1})
    scene.act("ballot.reveal", ballot=ballot)
    scene.act("lab.close", grace_s=0)
    return Desk(scene, browser)


def add_picture(page: Page) -> None:
    page.locator("#f-picture").set_input_files({"name": "wall.png", "mimeType": "image/png", "buffer": a_picture()})
    page.locator("#f-alt").fill("A wall with slips")
    page.locator("#f-consent").check()
    page.get_by_role("button", name="Add the picture").click()
    expect(page.get_by_role("img", name="A wall with slips")).to_be_visible()


def test_a_conclusion_is_taken_worded_and_stored(desk: Desk) -> None:
    page = desk.open()
    page.get_by_role("link", name=re.compile("About works only if you are big")).click()
    box = page.locator("#f-conclusions")
    expect(box).to_have_value("About works only if you are big")
    expect(box).to_be_focused()
    page.locator("#part-conclusions").get_by_role("button", name="Store").click()
    expect(page.get_by_text("Please say it in a sentence of your own")).to_be_visible()
    box = page.locator("#f-conclusions")
    expect(box).to_have_value("About works only if you are big")  # nothing typed is lost
    box.fill("Small firms are left out as long as an audit costs what it costs today.")
    page.locator("#part-conclusions").get_by_role("button", name="Store").click()
    expect(page.get_by_text("Stored.")).to_be_visible()
    page.goto(f"/labs/{desk.stage.lab}/report")
    expect(page.locator("#part-conclusions .written__text")).to_have_text(
        "Small firms are left out as long as an audit costs what it costs today."
    )


def test_from_the_draft_by_a_remark_to_the_release_without_script(desk: Desk) -> None:
    writer = desk.open(java_script_enabled=False)
    add_picture(writer)
    writer.get_by_role("button", name="Open for remarks").click()
    link = writer.locator("#f-link").input_value()
    reader = desk.open(link, anybody=True, viewport=PHONE, java_script_enabled=False)
    expect(reader.get_by_role("img", name="A wall with slips")).to_be_visible()
    reader.locator("#f-section").select_option("4")
    reader.locator("#f-text").fill("The break was longer")
    reader.get_by_role("button", name="Send the remark").click()
    expect(reader.get_by_text("Not answered yet.")).to_be_visible()
    writer.reload()
    remark = writer.locator(".remarks li")
    expect(remark).to_contain_text("The break was longer")
    remark.locator("textarea").fill("By five minutes, thank you")
    remark.get_by_role("button", name="Answer").click()
    reader.reload()
    expect(reader.get_by_text("By five minutes, thank you")).to_be_visible()
    writer.get_by_role("button", name="Release").click()
    expect(writer.get_by_text("This version is released and frozen.")).to_be_visible()
    expect(writer.locator("form[data-writes]")).to_have_count(0)
    reader.reload()
    reader.get_by_role("link", name="Read the released report").click()
    expect(reader.get_by_role("heading", name="Key conclusions")).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_rules_of_accessibility_and_no_sideways_scrolling(desk: Desk, scheme: str) -> None:
    writer = desk.open()
    add_picture(writer)
    writer.get_by_role("button", name="Open for remarks").click()
    link = writer.locator("#f-link").input_value()
    reader = desk.open(link, anybody=True)
    reader.locator("#f-text").fill("The break was longer")
    reader.get_by_role("button", name="Send the remark").click()
    for name, path, anybody in (("desk", "", False), ("draft", link, True)):
        for size, viewport in (("large", DESK), ("phone", PHONE), ("small", SMALL)):
            page = desk.open(path, anybody=anybody, viewport=viewport, color_scheme=scheme)
            assert violations(page) == [], (name, viewport)
            assert sideways(page) == 0, (name, viewport)
            if folder := os.environ.get("LOOK"):
                page.screenshot(path=f"{folder}/{name}-{size}-{scheme}.png", full_page=True)
            page.context.close()


def test_a_download_says_how_far_it_is_and_comes_whole(desk: Desk) -> None:
    page = desk.open(f"/labs/{desk.stage.lab}/report")
    page.evaluate(
        "() => { const told = document.querySelector('[data-report-files-told]'); window.heard = [];"
        " new MutationObserver(() => window.heard.push(told.textContent)).observe(told, {childList: true}); }"
    )
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Word").click()
    content = Path(waiting.value.path()).read_bytes()
    assert content.startswith(b"PK")
    assert waiting.value.suggested_filename.endswith("-v1.docx")
    expect(page.get_by_role("status").filter(has_text="Word is ready.")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_hidden()
    assert "Word: setting the pages…" in page.evaluate("window.heard")
    plain = page.context.request.get(f"/labs/{desk.stage.lab}/report.docx")
    assert plain.body() == content
