"""A real server and the people in front of it: what every browser test stands on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, expect

from facilitation import create_app
from facilitation.config import ROOT
from facilitation.core import ids
from facilitation.core.actor import NOBODY, SYSTEM, Identity
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Activity, Lab
from facilitation.labs.planning import code_of, wall_token
from facilitation.people.models import Seat, User
from facilitation.people.seats import seat_token
from tests.running import chosen_mode, free_port

PHONE = {"width": 390, "height": 844}
LATE = int(os.environ.get("FACILITATION_TEST_LATE_MS", "0"))  # see late.js
STARTS_WITHIN = 60.0
PATIENCE = 15.0  # seconds
LATE_SCRIPT = Path(__file__).parent / "late.js"


class Server:
    """`wsgi.py` under eventlet on a port of its own; `app` is a second application on the same data, for setting the stage."""

    def __init__(self, data: Path, *, port: int | None = None, environment: dict[str, str] | None = None) -> None:
        self.data, self.port = data, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = environment or {}
        self._log = data / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.app: Flask = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True, "PORT": self.port})

    def start(self) -> None:
        chosen = {f"FACILITATION_{name}": value for name, value in chosen_mode().items()}
        environment = {**os.environ, **chosen, "FACILITATION_DATA": str(self.data), "PYTHONUNBUFFERED": "1", **self._environment}
        arguments = [sys.executable, "wsgi.py", "--no-demo", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=log, stderr=log)
        ends = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"the server did not start:\n{self.log()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End the server we started, and nothing else."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=15)
            self._process = None

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def request(self, path: str, body: Any = None, cookies: dict[str, str] | None = None) -> tuple[int, Any]:
        """(status, JSON) of a request through the HTTP door."""
        headers = {"Origin": self.url, "Accept": "application/json", "Content-Type": "application/json"}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        payload = None if body is None else json.dumps(body).encode()
        try:
            asked = urllib.request.Request(f"{self.url}{path}", payload, headers)
            with urllib.request.urlopen(asked, timeout=15) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.loads(refusal.read())


@dataclass
class Stage:
    """One lab on a running server. `olga` coordinates, `anna` facilitates; seats are made with `seat` or on a phone."""

    server: Server
    kind: str = "single_case_lab"
    cases: list[str] = field(default_factory=lambda: ["FC-MS-01"])
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        extension = self.server.app.extensions["facilitation"]
        self.settings, self._dispatcher = extension["settings"], extension["dispatcher"]
        self.olga = self.staff("Olga", "coordinator")
        self.anna = self.staff("Anna", "facilitator")
        plan = {"kind": self.kind, "sector": "MS", "title": "Lab on the mobility sector", "cases": self.cases, **self.options}
        made = self.do("lab.create", SYSTEM, **plan)
        self.lab, self.code, self.wall = made["lab"], made["code"], made["wall"]
        self.do("lab.set_staff", SYSTEM, lab=self.lab, email=self._emails[self.anna.id], role="facilitator")
        self.act("lab.open")

    _emails: dict[str, str] = field(default_factory=dict, init=False)

    def do(self, name: str, who: Identity, /, *, lab: str | None = None, **args: Any) -> dict[str, Any]:
        """Carry a command out beside the server. Only for what nobody watches yet: the server's sockets hear nothing of it."""
        with self.server.app.app_context():
            envelope = {"v": 1, "key": ids.new_key(), "name": name, "args": args}
            answer = self._dispatcher.handle(envelope, who, lab=lab)
        assert answer["ok"], (name, answer)
        return dict(answer["result"])

    def staff(self, name: str, role: str, **more: Any) -> Identity:
        email = f"{name.lower()}-{ids.new_id().lower()}@example.org"
        made = self.do("user.create", SYSTEM, email=email, name=name, role=role, **more)
        self._emails[made["user"]] = email
        return Identity("staff", made["user"])

    def seat(self, *, tier: str = "1", **more: Any) -> Identity:
        return Identity("seat", self.do("seat.join", NOBODY, code=self.code, tier=tier, **more)["seat"])

    def ask(self, name: str, who: Identity | None = None, /, *, key: str | None = None, **args: Any) -> dict[str, Any]:
        """A command through the running server's HTTP door, by default as Anna; the answer, refusals included."""
        envelope = {"v": 1, "key": key or ids.new_key(), "name": name, "args": args}
        return dict(self.server.request(f"/labs/{self.lab}/commands", envelope, self.cookies(who or self.anna))[1])

    def act(self, name: str, who: Identity | None = None, /, **args: Any) -> dict[str, Any]:
        """The result of a command that must succeed."""
        answer = self.ask(name, who, **args)
        assert answer["ok"], (name, answer)
        return dict(answer["result"])

    def cookies(self, who: Identity) -> dict[str, str]:
        """What the browser of this person would carry."""
        with self.server.app.app_context(), reading(db.engine) as session:
            if who.kind == "seat":
                seat = session.get_one(Seat, who.id)
                return {f"seat_{seat.lab_id}": seat_token(self.settings.SECRET_KEY, seat.id, seat.serial)}
            serial = session.get_one(User, who.id).session_serial
        signer = SecureCookieSessionInterface().get_signing_serializer(self.server.app)
        assert signer is not None
        return {"staff": str(signer.dumps({"_user_id": f"{who.id}.{serial}", "_fresh": True, "_permanent": True}))}

    def activity(self, kind: str) -> str:
        """The first activity of a kind in the agenda."""
        return next(row.id for row in self._activities() if row.kind == kind)

    def go_to(self, kind: str) -> str:
        activity = self.activity(kind)
        self.act("activity.start", activity=activity)
        return activity

    def entities(self, type_: str, who: Identity | None = None, stream: str = "staff") -> dict[str, Any]:
        """What an audience sees of a type now: {id: value}."""
        path = f"/labs/{self.lab}/stream/{stream}"
        status, body = self.server.request(path, cookies=self.cookies(who or self.anna))
        assert status == 200, body
        return dict(body["entities"].get(type_, {}))

    def board(self, kind: str) -> str:
        return next(id_ for id_, value in self.entities("board").items() if value["kind"] == kind)

    def texts(self) -> list[str]:
        """Every text the staff see, in the order of arrival, drafts aside."""
        values = [value for value in self.entities("contribution").values() if value["origin"] != "owner_draft"]
        return [value["text"] for value in sorted(values, key=lambda value: value["n"])]

    def _activities(self) -> list[Activity]:
        with self.server.app.app_context(), reading(db.engine) as session:
            return list(session.query(Activity).filter(Activity.lab_id == self.lab).order_by(Activity.position))

    def refresh(self) -> None:
        """Code and wall token as they are now (a new code changes both)."""
        with self.server.app.app_context(), reading(db.engine) as session:
            lab = session.get_one(Lab, self.lab)
            self.code, self.wall = code_of(self.settings, lab), wall_token(self.settings, lab)

    # ---- pages ------------------------------------------------------------------------------------------------

    def context(self, browser: Browser, who: Identity | None = None, **options: Any) -> BrowserContext:
        """A browser of its own, signed in as `who`."""
        usual: dict[str, Any] = {"viewport": PHONE, "locale": "en-GB", "service_workers": "block"}
        context = browser.new_context(base_url=self.server.url, **{**usual, **options})
        context.set_default_timeout(15_000)
        if LATE:
            context.add_init_script(LATE_SCRIPT.read_text(encoding="utf-8").replace("LATE_MS", str(LATE)))
        if who is not None:
            context.add_cookies([{"name": n, "value": v, "url": self.server.url} for n, v in self.cookies(who).items()])
        return context

    def phone(self, browser: Browser, who: Identity | None = None, *, tier: str = "1", **options: Any) -> Page:
        """The phone of a seat, live."""
        page = self.context(browser, who or self.seat(tier=tier), **options).new_page()
        page.goto(f"/labs/{self.lab}/phone")
        page.wait_for_selector("html[data-link=live]")
        return page

    def seat_of(self, page: Page) -> Identity:
        """Whose phone this is, from its cookie."""
        cookie = next(item for item in page.context.cookies() if item["name"] == f"seat_{self.lab}")
        return Identity("seat", cookie["value"].partition(".")[0])


def becomes(ask: Callable[[], Any], wanted: Any) -> None:
    """What the server says is `wanted`, at the latest after a while. A page shows some acts before they are stored."""
    ends = time.monotonic() + PATIENCE
    while (found := ask()) != wanted and time.monotonic() < ends:
        time.sleep(0.1)
    assert found == wanted


def write(page: Page, text: str) -> None:
    """Write into the composer and send, as a thumb does."""
    page.locator("#composer-text").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#composer-text")).to_have_value("")


def own(page: Page, text: str) -> str:
    """Where an own contribution stands on the page."""
    return f".contribution--own:has-text({json.dumps(text)})"
