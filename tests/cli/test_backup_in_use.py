"""A backup taken while people post, taken back later: phones start afresh, offer what they hold, and nothing doubles."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import requests

from facilitation.extensions import db
from facilitation.people.seats import seat_token
from tests.cast import Cast
from tests.cli.conftest import Shell
from tests.running import Server
from tests.workers.phones import Listener, Poster

LOOSE = {"COMMANDS_PER_10S": "1000000", "POSTS_BURST": "1000000", "POSTS_SECONDS": "1", "TICK_SECONDS": "2"}
pytestmark = [pytest.mark.sqlite, pytest.mark.slow]


class Keeper(Poster):
    """A poster that remembers every envelope it ever sent, as a phone with a very long memory would."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.sent: list[dict[str, Any]] = []

    def _once(self, session: requests.Session, envelope: dict[str, Any]) -> dict[str, Any]:
        if envelope not in self.sent:
            self.sent.append(envelope)
        return super()._once(session, envelope)

    def offer_again(self) -> list[dict[str, Any]]:
        """Everything once more under its key; the answers."""
        with requests.Session() as session:
            session.cookies.update(self.cookie)
            return [self._once(session, envelope) for envelope in self.sent]


def test_phones_offer_again_what_the_backup_does_not_hold(cast: Cast, data: Path, shell: Shell, tmp_path: Path) -> None:
    cast.start("challenges")
    cast.act("activity.reveal", cast.anna)
    board = cast.board("challenges")
    cookies = [{f"seat_{cast.lab}": seat_token(cast.settings.SECRET_KEY, cast.join().id, 1)} for _ in range(4)]
    db.session.remove()
    db.engine.dispose()
    server = Server(data, "--private", **LOOSE).start()
    posters = [Keeper(server.url, cast.lab, board, cookie, f"Person {n}") for n, cookie in enumerate(cookies[:3])]
    listener = Listener(server.url, cast.lab, cookies[3])
    try:
        for poster in posters:
            poster.start()
        _until_answered(posters, 8)
        saved = shell("backup", tmp_path / "backup.zip", "--json")  # while they go on
        assert saved.code == 0, saved.err
        _until_answered(posters, sum(len(poster.acknowledged) for poster in posters) + 8)
        for poster in posters:
            poster.finish()
        era = str(listener.state["epoch"])
        server.stop()
        back = shell("restore", tmp_path / "backup.zip", "--force", "--json")
        assert back.code == 0, back.err
        server.start()
        answers = [answer for poster in posters for answer in poster.offer_again()]
        assert all(answer["ok"] for answer in answers)
        assert {answer["dup"] for answer in answers} == {True, False}  # what the backup holds, and what it does not
        fresh = requests.get(f"{server.url}/labs/{cast.lab}/stream/room", cookies=cookies[3], timeout=10).json()
        fresh.pop("mine")
        texts = [value["text"] for value in fresh["entities"]["contribution"].values() if value["board"] == board]
        assert sorted(texts) == sorted(envelope["args"]["text"] for poster in posters for envelope in poster.sent)
        assert fresh["epoch"] == back.answer["epoch"] != era
        until = time.monotonic() + 40
        while listener.state != fresh and time.monotonic() < until:
            time.sleep(0.1)
        assert listener.state == fresh  # it started afresh by itself
        assert listener.faults == []
    finally:
        listener.end()
        server.kill()


def _until_answered(posters: list[Keeper], wanted: int) -> None:
    until = time.monotonic() + 60
    while sum(len(poster.acknowledged) for poster in posters) < wanted:
        assert time.monotonic() < until
        time.sleep(0.05)
