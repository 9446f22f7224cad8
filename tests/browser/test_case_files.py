"""A case comes in from a Word file, in the browser: chosen, looked at, taken over; and every page of it by the rules."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Browser, expect

from facilitation.cases.exporting import Exported
from facilitation.cases.files.word import case_docx
from tests.browser.rooms import DESK, sideways, violations
from tests.browser.stage import Stage
from tests.cases.samples import EN, samples
from tests.cases.test_exchange_files import exported

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
