"""Nobody is hung up on without a reason: idle and busy phones, sleeping ones, long-polling, wall and console.

What the fast way of sending bypasses is listed in facilitation/live/fanout.py; each point is tried here. The clock of the
pings is set to a second, and with `--long` it is left as it is, for fifteen minutes of real time.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, sync_playwright
from websocket import create_connection

from facilitation import create_app
from facilitation.extensions import db
from tests.browser.conftest import ARGUMENTS
from tests.databases import copied
from tests.faults.conftest import MakeRoom, played
from tests.faults.holding import Crowd, polling
from tests.faults.room import House, Room
from tests.ledger import SEED, note
from tests.live.raw_phone import RawPhone
from tests.programs import need

pytestmark = [pytest.mark.slow, pytest.mark.sqlite, pytest.mark.timeout(180)]  # of one process: its own numbers are read
#: Nothing else is sent to an idle phone: no ticks.
SETTINGS = {"PING_SECONDS": "1", "TICK_SECONDS": "3600", "MAX_SOCKETS_PER_SEAT": "1000"}
MINUTES = float(os.environ.get("FACILITATION_TEST_HOLD_MINUTES", "15"))


def test_idle_and_busy_phones_are_held_and_those_asleep_are_let_go_with_a_reason(room: MakeRoom) -> None:
    """Ping clock and disconnect events: eight rounds of pings, four times what the library waits for an empty queue."""
    lab = room(13)

    async def play() -> None:
        crowd = Crowd(lab, pause=1.5)
        await crowd.come(idle=5, writing=5, asleep=2)
        assert await crowd.stay(8) == {"no_answer": 2}
        assert crowd.answered > 10
        await crowd.leave()

    with polling(lab, 12) as (heard, news):
        played(play)
        assert heard == []
        assert news


def test_what_is_written_to_a_phone_is_no_sign_that_it_is_there(room: MakeRoom) -> None:
    """Pong check: a phone that takes in news and answers no ping is let go."""
    lab = room(2)

    async def play() -> None:
        crowd = Crowd(lab, pause=0.1)
        await crowd.come(writing=1, asleep=1)
        assert await crowd.stay(5) == {"no_answer": 1}
        await crowd.leave()

    played(play)


def test_a_phone_that_takes_in_nothing_is_let_go_with_a_reason(room: MakeRoom) -> None:
    """Queue length and write time-outs: what the kernel does not take is given up, whichever is noticed first."""
    lab = room(7)

    async def play() -> None:
        crowd = Crowd(lab, pause=0.05)
        await crowd.come(writing=6)
        await crowd.stay(2)
        sleeper = await asyncio.to_thread(RawPhone, lab.server.port, lab.cast.lab, f"Cookie: {lab.phone(6).cookie}", small=True)
        await asyncio.to_thread(fill, sleeper)
        found = await crowd.stay(5)
        assert found in ({"not_reading": 1}, {"no_answer": 1}), found
        await crowd.leave()
        sleeper.close()

    played(play)


def fill(phone: RawPhone) -> None:
    """Ask for everything again and again and read nothing."""
    for n in range(39):  # as often as it may in ten seconds
        phone.ask(n, "sync", {"stream": "room"})


def test_a_phone_whose_upgrade_breaks_off_goes_on_by_long_polling(room: MakeRoom) -> None:
    """Upgrade: the library's own ways of sending are given back to a socket that did not become a WebSocket."""
    lab = room(2)
    phone = lab.phone(0)
    headers, base = {"Cookie": phone.cookie, "Origin": phone.origin}, f"{lab.server.url}/socket.io/?EIO=4"
    with requests.Session() as session:
        session.headers.update(headers)
        opened = json.loads(session.get(f"{base}&transport=polling", timeout=10).text[1:])
        address = f"{base}&transport=polling&sid={opened['sid']}"
        auth = json.dumps({"v": 1, "lab": phone.lab, "as": "seat", "sync": {"stream": "room"}})
        session.post(address, data=f"40{auth}", timeout=10)
        assert '"hello"' in session.get(address, timeout=10).text
        probe = create_connection(
            f"{base}&transport=websocket&sid={opened['sid']}".replace("http", "ws", 1), header=headers, suppress_origin=True
        )
        probe.send("2probe")
        assert probe.recv() == "3probe"
        probe.shutdown()
        said = b""

        async def play() -> None:
            crowd = Crowd(lab, pause=0.5)
            await crowd.come(writing=1)
            await crowd.stay(3)
            await crowd.leave()

        def poll() -> None:
            nonlocal said
            ends_at = time.monotonic() + 4
            while time.monotonic() < ends_at:
                came = session.get(address, timeout=10)
                assert came.ok, came.text
                said += came.content
                if b"2" in came.content.split(b"\x1e"):
                    session.post(address, data="3", timeout=10)

        listener = threading.Thread(target=poll)
        listener.start()
        played(play)
        listener.join()
        assert b"held: 0" in said
        assert b"held: 3" in said


@pytest.fixture
def as_it_is(migrated: Path, tmp_path: Path) -> Iterator[House]:
    """A server with the real clock of the pings."""
    data = copied(migrated, tmp_path / "data")
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    with app.app_context():
        house = House(app, data, {"MAX_SOCKETS_PER_SEAT": "1000", "TICK_SECONDS": "15"})
        yield house
        house.server.kill()
        db.session.remove()
        db.engine.dispose()


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.timeout(60 * (MINUTES + 5))
def test_a_lab_is_held_for_fifteen_minutes_with_the_real_clock(as_it_is: House) -> None:
    """Sixty phones, five more asleep, one by long-polling; Chromium's phones, one of them frozen for two minutes, console and
    wall. Every end has a stated reason, and both sides know of it."""
    house = as_it_is
    house.server.start()
    lab = house.room(70, random.Random(SEED))
    seconds, frozen_for = 60 * MINUTES, min(120.0, 40 * MINUTES)
    crowd = Crowd(lab, pause=10)

    async def play() -> None:
        await crowd.come(idle=30, writing=30, asleep=5)
        assert await crowd.stay(seconds) == {"no_answer": 6}
        await crowd.leave()

    with polling(lab, 65) as (heard, news), sync_playwright() as playwright, ThreadPoolExecutor(1) as thread:
        browser = playwright.chromium.launch(executable_path=str(need("chromium")), args=ARGUMENTS)
        pages = {
            "phone": opened(browser, lab, f"/labs/{lab.cast.lab}/phone", lab.phone(66).cookie),
            "console": opened(browser, lab, f"/labs/{lab.cast.lab}/console", lab.staff("anna").cookie),
            "wall": opened(browser, lab, f"/wall/{lab.cast.lab}#{lab.cast.wall}", ""),
        }
        pocket, pocket_ends = opened(browser, lab, f"/labs/{lab.cast.lab}/phone", lab.phone(67).cookie)
        state = pocket.context.new_cdp_session(pocket)
        begun, playing = time.monotonic(), thread.submit(played, play)
        state.send("Debugger.enable")
        state.send("Debugger.pause")  # none of its scripts runs; its network is there
        while not playing.done():
            pages["console"][0].wait_for_timeout(500)
            if state is not None and time.monotonic() - begun > frozen_for:
                state.send("Debugger.resume")
                state = None
        playing.result()
        assert heard == []
        assert news
        assert {name: found for name, (_page, found) in pages.items()} == {"phone": [], "console": [], "wall": []}
        assert len(pocket_ends) == 1, "the frozen phone was let go once, and came back"
        for page, _found in [*pages.values(), (pocket, pocket_ends)]:
            assert page.locator("html[data-link=live]").count() == 1
        browser.close()
    note(
        "holding", size=f"{MINUTES:g} minutes, real clock", attempted=crowd.answered, answered=crowd.answered, ends=crowd.ended()
    )


def opened(browser: Browser, lab: Room, path: str, cookie: str) -> tuple[Page, list[str]]:
    """A live page, and the addresses of its WebSockets that closed since."""
    context = browser.new_context(base_url=lab.server.url, service_workers="block")
    pairs = (pair.split("=", 1) for pair in cookie.split("; ") if pair)
    context.add_cookies([{"name": name, "value": value, "url": lab.server.url} for name, value in pairs])
    page, closed = context.new_page(), list[str]()
    page.on("websocket", lambda socket: socket.on("close", lambda _socket: closed.append(socket.url)))
    page.goto(path)
    page.wait_for_selector("html[data-link=live]")
    return page, closed
