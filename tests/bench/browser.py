"""What one contribution costs a page that is open: phone, console and wall in Chromium, with few and with many contributions."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from facilitation.core.actor import SYSTEM, Identity
from tests.bench.prepare import prepared
from tests.browser.conftest import ARGUMENTS
from tests.browser.rooms import open_console, open_wall
from tests.browser.stage import Server, Stage
from tests.programs import PROGRAMS, find

SIZES = (0, 300, 1000, 5000)
SURFACES = ("phone", "console", "wall")
SEATS = 300
EXACT = ["--js-flags=--expose-gc", "--enable-precise-memory-info"]
INCOMING, WARM = 25, 5  # the first ones are not counted: code is compiled then
ARRIVES_WITHIN = 60.0
SETTINGS = {"FACILITATION_NO_BOOTSTRAP": "1", "FACILITATION_LOG_LEVEL": "WARNING"}

# Adds up, for each frame that follows a change of the lab: taking it in, drawing, and the style and layout that come of it.
PROBE = """
window.frames_drawn = [];
let taken = 0, changed = false;
const Native = WebSocket;
window.WebSocket = class extends Native {
  set onmessage(listener) {
    super.onmessage = (event) => {
      const began = performance.now();
      listener(event);
      if (!String(event.data).includes('"changes"')) return;
      taken += performance.now() - began;
      changed = true;
    };
  }
};
const native = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (draw) => native((at) => {
  const began = performance.now();
  draw(at);
  void document.body.offsetHeight;
  if (!changed) return;
  window.frames_drawn.push(taken + performance.now() - began);
  [taken, changed] = [0, false];
});
"""


@dataclass
class Crowded(Stage):
    """A lab that is there already, with its seats and contributions, instead of a new one."""

    given: tuple[str, str] = ("", "")
    board_id: str = field(init=False)

    def __post_init__(self) -> None:
        extension = self.server.app.extensions["facilitation"]
        self.settings, self._dispatcher = extension["settings"], extension["dispatcher"]
        self.lab, self.board_id = self.given
        self.anna = self.staff("Anna", "facilitator")
        self.do("lab.set_staff", SYSTEM, lab=self.lab, email=self._emails[self.anna.id], role="facilitator")
        self.refresh()

    def context(self, browser: Browser, who: Identity | None = None, **options: Any) -> BrowserContext:
        context = super().context(browser, who, **options)
        context.add_init_script(PROBE)
        return context


def measure(surface: str, contributions: int) -> dict[str, Any]:
    """Median milliseconds per incoming contribution; elements and memory of the page afterwards."""
    with _crowded(contributions) as stage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=[*ARGUMENTS, *EXACT])
        authors = [stage.seat() for _ in range(INCOMING)]
        page = _open(stage, browser, surface)
        _until_drawn(page, contributions)
        for author in authors:
            _incoming(stage, page, author)
        spent = page.evaluate("window.frames_drawn")[WARM:]
        page.evaluate("gc()")
        found = {
            "contributions": contributions,
            "page_ms": statistics.median(spent),
            "page_ms_worst": max(spent),
            "elements": page.evaluate("document.getElementsByTagName('*').length"),
            "heap_mb": page.evaluate("performance.memory.usedJSHeapSize") / 1e6,
        }
        browser.close()
    return found


def _chromium() -> str:
    found = find("chromium")
    if found is None:
        raise SystemExit(f"The bench needs Chromium: {PROGRAMS['chromium'].install}")
    return str(found)


@contextmanager
def _crowded(contributions: int) -> Iterator[Crowded]:
    with tempfile.TemporaryDirectory(prefix="bench-browser-") as name:
        given = prepared(SEATS, 1, contributions)
        given.copy(Path(name) / "data")
        server = Server(Path(name) / "data", environment=SETTINGS)
        server.start()
        try:
            yield Crowded(server, given=given.labs[0])
        finally:
            server.stop()


def _open(stage: Crowded, browser: Browser, surface: str) -> Page:
    if surface == "phone":
        return stage.phone(browser)
    return open_console(stage, browser) if surface == "console" else open_wall(stage, browser)


def _until_drawn(page: Page, contributions: int) -> None:
    """Until the page shows what there was before, and is quiet."""
    if contributions:
        page.wait_for_selector(".contribution, .slip, .cluster", timeout=120_000, state="attached")
    page.evaluate("() => new Promise((drawn) => setTimeout(drawn, 1500))")


def _incoming(stage: Crowded, page: Page, author: Identity) -> None:
    """One contribution through the running server, until the page has drawn it."""
    before = page.evaluate("window.frames_drawn.length")
    stage.act("contribution.post", author, board=stage.board_id, text="What came in a moment ago, in a few more words")
    ends = time.monotonic() + ARRIVES_WITHIN
    while page.evaluate("window.frames_drawn.length") == before:
        if time.monotonic() > ends:
            raise RuntimeError("a contribution did not come to the page")
        time.sleep(0.05)
