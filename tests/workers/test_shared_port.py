"""`serve --workers 2 --shared-port`: no nginx, the kernel spreads the connections (README, several workers)."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from facilitation import create_app
from facilitation.extensions import db
from facilitation.people.seats import seat_token
from tests.cast import Cast
from tests.running import free_port
from tests.workers.conftest import LOOSE
from tests.workers.crowd import PATIENCE
from tests.workers.phones import Listener, Poster
from tests.workers.stack import Process, Redis, until

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture
def cast(data: Path) -> Iterator[Cast]:
    app = create_app({"DATA": str(data), "ASYNC_MODE": "threading", "TESTING": True})
    with app.app_context():
        made = Cast(app)
        made.start("challenges")
        made.act("activity.reveal", made.anna)
        yield made
        db.engine.dispose()


def test_two_workers_on_one_port_lose_nothing_when_one_is_killed(data: Path, cast: Cast) -> None:
    redis, port = Redis(data), free_port()
    url = f"http://127.0.0.1:{port}"
    told = {"DATA": str(data), "PUBLIC_URL": url, "REDIS_URL": redis.url, "TICK_SECONDS": "2", **LOOSE}
    command = [sys.executable, "-m", "facilitation", "--no-bootstrap", "serve", "--no-demo", "--workers", "2", "--shared-port"]
    surroundings = {**os.environ, **{f"FACILITATION_{name}": value for name, value in told.items()}}
    serve = Process([*command, "--port", str(port)], data / "serve.log", surroundings)
    cookies = [{f"seat_{cast.lab}": seat_token(cast.settings.SECRET_KEY, cast.join(tier="1").id, 1)} for _ in range(14)]
    redis.start()
    serve.start()
    try:
        until(lambda: len(_listeners(port)) == 2 and _ready(url), PATIENCE, "two workers")
        phones = [Listener(url, cast.lab, cookie) for cookie in cookies[:8]]  # all at one worker: once in 128 runs
        posters = [Poster(url, cast.lab, cast.board("challenges"), cookie, f"Person {n}") for n, cookie in enumerate(cookies[8:])]
        for poster in posters:
            poster.start()
        until(lambda: sum(len(poster.acknowledged) for poster in posters) > 20, PATIENCE, "nothing is answered")
        assert serve.running is not None
        killed = _children(serve.running.pid)[0]
        os.kill(killed, signal.SIGKILL)
        until(lambda: killed not in _children(serve.running.pid) and len(_listeners(port)) == 2, PATIENCE, "not started again")  # type: ignore[union-attr]
        before = sum(len(poster.acknowledged) for poster in posters)
        until(lambda: sum(len(poster.acknowledged) for poster in posters) > before + 20, PATIENCE, "nothing is answered any more")
        for poster in posters:
            poster.stop.set()
        for poster in posters:
            poster.finish()
        said = {id_: text for poster in posters for id_, text in poster.acknowledged.items()}
        assert len(said) == len(set(said.values())) == sum(poster.attempted for poster in posters)
        for phone in phones:
            until(lambda phone=phone: phone.texts() >= set(said), PATIENCE, "a phone is behind")  # type: ignore[misc]
            assert phone.faults == []
            phone.end()
    finally:
        serve.end()
        redis.end(signal.SIGKILL)


def _ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=3).ok
    except requests.RequestException:
        return False


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _listeners(port: int) -> list[str]:
    """The sockets that listen on the port: one for each worker that takes connections."""
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return [line[9] for line in lines if line[3] == "0A" and int(line[1].rsplit(":", 1)[1], 16) == port]
