"""The real doors of a running server: one browser's worth of cookies and one socket for every person."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import requests
from socketio.exceptions import SocketIOError

from facilitation.core import ids
from facilitation.core.i18n import _
from facilitation.core.urls import origin_of, path_of
from facilitation.rehearsal.device import PATIENCE, UNKNOWN, Device, answer_in
from facilitation.rehearsal.doors import COORDINATOR, Answer
from facilitation.rehearsal.player import PlayError


class SocketDoor:
    """`sign_in_url`: a one-use link of a coordinator, on the server that is played on."""

    def __init__(self, url: str, sign_in_url: str) -> None:
        try:
            self.url = origin_of(url) + path_of(url)
        except ValueError:
            raise PlayError(_("%(url)s is not the address of a server.", url=url)) from None
        self.devices: dict[str, Device] = {COORDINATOR: Device(self.url)}
        self._now = 0
        self._follow(COORDINATOR, f"{self.url}{urlsplit(sign_in_url).path.removeprefix(path_of(url))}")

    def at(self, t: int) -> None:
        self._now = t

    def moment(self, t: int) -> datetime:
        """As long ago as the transcript says, told by the real clock."""
        return datetime.now(UTC) - timedelta(seconds=self._now - t)

    def sign_in(self, who: str, email: str) -> None:
        envelope = {"v": 1, "key": ids.new_key(), "name": "user.link", "args": {"email": email}}
        answer = self.send(COORDINATOR, envelope, None)
        if not answer["ok"]:
            raise PlayError(f"{email}: {answer['code']}. {answer['message']}", code=answer["code"])
        self.devices[who] = Device(self.url)
        self._follow(who, f"{self.url}/sign-in/{answer['result']['token']}")

    def _follow(self, who: str, link: str) -> None:
        """Open a one-use link and press its button, as a person does."""
        http = self.devices[who].http
        page = _reached(http.get, link, headers={"Accept": "text/html"})
        token = _csrf_token(page.text)
        if page.status_code != 200 or token is None:
            raise PlayError(_("This sign-in link does not work (any more): %(url)s", url=link))
        _reached(http.post, link, data={"csrf_token": token}, headers={"Accept": "text/html"}, allow_redirects=False)
        if _reached(http.get, f"{self.url}/account", allow_redirects=False).status_code != 200:
            raise PlayError(_("This sign-in link did not sign anybody in: %(url)s", url=link))

    def join(self, who: str, code: str, fields: Mapping[str, Any], key: str) -> Answer:
        device = self.devices[who] = Device(self.url, door="seat")
        answer = _reached(device.http.post, f"{self.url}/join/{code}", json={**fields, "key": key})
        found: dict[str, Any] = answer.json()
        return {"ok": True, "result": found} if answer.ok else found

    def connect(self, who: str, lab: str) -> None:
        device = self.devices[who]
        device.lab = lab
        try:
            device.connect()
        except SocketIOError as error:
            raise PlayError(_("%(who)s could not connect: %(error)s", who=who, error=error)) from None

    def disconnect(self, who: str) -> None:
        self.devices[who].disconnect()

    def send(self, who: str, envelope: Mapping[str, Any], lab: str | None) -> Answer:
        """Through the socket when there is one for the lab; commands about a case or the site go over HTTP."""
        device = self.devices[who]
        if lab is not None and device.socket is not None:
            return device.ask("command", envelope)
        path = f"/labs/{lab}/commands" if lab is not None else "/commands"
        try:
            found: Answer = device.http.post(f"{self.url}{path}", json=dict(envelope), timeout=PATIENCE).json()
        except (requests.RequestException, ValueError):
            return dict(UNKNOWN)
        return found

    def send_all(self, crowd: Sequence[tuple[str, Mapping[str, Any]]], lab: str) -> list[Answer]:
        sent = [self.devices[who].ask_later("command", envelope) for who, envelope in crowd]
        until = time.monotonic() + PATIENCE
        return [answer_in(found, until - time.monotonic()) for found in sent]

    def look(self, who: str, lab: str) -> dict[str, Any]:
        device = self.devices[who]
        stream = "room" if device.door == "seat" else "staff"
        answer = _reached(device.http.get, f"{self.url}/labs/{lab}/stream/{stream}")
        if not answer.ok:
            raise PlayError(_("%(who)s may not look at lab %(lab)s.", who=who, lab=lab))
        found: dict[str, Any] = answer.json()
        return found

    def fetch(self, who: str, path: str) -> int:
        return _reached(self.devices[who].http.get, f"{self.url}{path}", timeout=60).status_code

    @property
    def missed(self) -> int:
        """How often a device met a hole in a stream and would have had to ask again."""
        return sum(device.gaps for device in self.devices.values())

    def close(self) -> None:
        for device in self.devices.values():
            device.disconnect()
            device.http.close()


def _reached(call: Any, url: str, **more: Any) -> requests.Response:
    try:
        found: requests.Response = call(url, **{"timeout": PATIENCE, **more})
    except requests.RequestException as error:
        reason = type(error).__name__
        raise PlayError(_("The server at %(url)s does not answer (%(reason)s).", url=origin_of(url), reason=reason)) from None
    return found


class _TokenFinder(HTMLParser):
    token: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("name") == "csrf_token":
            self.token = found.get("value")


def _csrf_token(page: str) -> str | None:
    finder = _TokenFinder()
    finder.feed(page)
    return finder.token
