"""A case comes in from a Word file, in the browser: chosen, looked at, taken over; and every page of it by the rules."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Browser, expect

from facilitation.cases.exporting import Exported, cases_yaml
from facilitation.cases.files.word import case_docx
from tests.browser.rooms import DESK, sideways, violations
from tests.browser.stage import Stage
from tests.cases.samples import EN, samples
from tests.cases.test_exchange_files import exported
from tests.cases.test_peers import talked

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def word_file(folder: Path, ref: str) -> Path:
    """A sample under another reference, with a line that has no place."""
    case = exported(samples()["FC-EEES-01"])
    renamed = Exported(ref, case.title, case.neutral_title, case.sector, case.type, case.status, case.document)
    document = docx.Document(io.BytesIO(case_docx(renamed, EN)))
    document.add_heading("Of no section", 2)
    path = folder / f"{ref}.docx"
    document.save(str(path))
    return path


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_a_word_file_is_looked_at_and_taken_over(
    stage: Callable[..., Stage], browser: Browser, tmp_path: Path, viewport: dict[str, int], scheme: str
) -> None:
    lab = stage()
    page = lab.context(browser, lab.olga, viewport=viewport, color_scheme=scheme).new_page()
    page.goto("/cases/import")
    assert violations(page) == []
    ref = f"WF-{scheme}"
    page.set_input_files("#f-file", str(word_file(tmp_path, ref)))
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", name="What the file says")).to_be_visible()
    expect(page.get_by_text("Of no section")).to_be_visible()
    assert violations(page) == []
    for width in (viewport["width"], 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert sideways(page) <= 0
    page.get_by_role("button", name="Take over 1 case").click()
    expect(page.get_by_text("1 case was taken over.")).to_be_visible()
    page.get_by_text("The case as a file").click()
    assert violations(page) == []
    assert sideways(page) <= 0
    with page.expect_download() as begun:
        page.get_by_role("link", name="PDF").first.click()
    assert begun.value.suggested_filename == f"{ref}.pdf"


def test_the_owner_rewords_and_takes_out_what_came_from_peers(stage: Callable[..., Stage], browser: Browser) -> None:
    lab = stage()
    case = talked()
    renamed = Exported("PR-1", case.title, case.neutral_title, case.sector, case.type, case.status, case.document)
    made = lab.do("case.import", lab.olga, text=cases_yaml([renamed], EN), replace=True)["cases"][0]["id"]
    page = lab.context(browser, lab.olga, viewport=DESK).new_page()
    page.goto(f"/cases/{made}/edit/peers")
    assert violations(page) == []
    page.get_by_label("2.2 Institutions, line 1").fill("Four people confirmed it")
    page.get_by_role("button", name="Take row 3 out").click()
    expect(page.get_by_text("It began in 2020")).to_have_count(0)
    page.keyboard.press("u")  # taken back at once
    expect(page.get_by_text("It began in 2020")).to_be_visible()
    page.get_by_role("button", name="Take row 6 out").click()
    page.get_by_role("button", name="Add a line").first.click()
    page.get_by_label("Unresolved challenges, line 2").fill("Who pays?")
    expect(page.locator("#saving")).to_contain_text("Saved", timeout=15_000)
    page.set_viewport_size({"width": 320, "height": 700})
    assert sideways(page) <= 0
    page.reload()
    expect(page.get_by_label("Unresolved challenges, line 2")).to_have_value("Who pays?")
    expect(page.get_by_label("2.2 Institutions, line 1")).to_have_value("Four people confirmed it")
    expect(page.get_by_text("Prices may fall fast")).to_have_count(0)
