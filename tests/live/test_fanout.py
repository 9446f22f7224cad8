"""The fast fan-out: fits the installed libraries, loses nothing, falls back, and bounds what a stalled phone costs."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from wsproto.extensions import PerMessageDeflate
from wsproto.frame_protocol import FrameProtocol

from facilitation.core import ids
from facilitation.live import fanout
from facilitation.stream.read import apply
from tests.bench.prepare import Prepared, prepared
from tests.live.raw_phone import RawPhone
from tests.running import Server, chosen_mode

CONTRIBUTIONS = 300


def test_the_installed_libraries_have_every_part_it_leans_on() -> None:
    assert fanout.missing_parts() == []
    assert isinstance(fanout.client_manager("eventlet"), fanout.Fanout)


def test_without_green_threads_or_with_other_libraries_the_stock_manager_works(monkeypatch: pytest.MonkeyPatch) -> None:
    from eventlet.websocket import RFC6455WebSocket

    assert fanout.client_manager("threading") is None
    monkeypatch.delattr(RFC6455WebSocket, "_apply_mask")
    assert fanout.missing_parts() == ["RFC6455WebSocket._apply_mask"]
    assert fanout.client_manager("eventlet") is None


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 70000])
def test_frames_are_read_by_another_implementation(size: int) -> None:
    text = "é" * (size // 2) + "x" * (size % 2)
    reader = FrameProtocol(client=True, extensions=[])
    reader.receive_bytes(fanout.frame(text.encode()))
    assert "".join(part.payload for part in reader.received_frames()) == text


@pytest.mark.parametrize("size", [1, 3, 4, 5, 126, 1000])
def test_unmasking_is_the_same_as_the_librarys(size: int) -> None:
    from eventlet.websocket import RFC6455WebSocket

    chance = random.Random(size)
    data, mask = chance.randbytes(size), tuple(chance.randbytes(4))
    for offset in (0, 1, 6):
        assert fanout.unmasked(data, mask, size, offset) == RFC6455WebSocket._apply_mask(data, mask, size, offset)


def test_who_shares_the_history_reads_every_packed_frame_and_a_newcomer_from_the_renewal_on() -> None:
    history, texts = fanout.History(), [f'{{"text":"a word that comes again {n}"}}' for n in range(50)]
    first, second = _packed_reader(), _packed_reader()
    for text in texts[:25]:
        assert _read(first, history.pack(text.encode())) == text
    mark = history.mark
    history.renew()
    assert history.mark is not mark
    for text in texts[25:]:
        frame = history.pack(text.encode())
        assert _read(first, frame) == _read(second, frame) == text
    assert len(history.pack(texts[0].encode())) < len(texts[0]) / 2  # what was said before is not said again


def _packed_reader() -> FrameProtocol:
    packed = PerMessageDeflate()
    packed._enabled = True
    return FrameProtocol(client=True, extensions=[packed])


def _read(reader: FrameProtocol, frame: bytes) -> str:
    reader.receive_bytes(frame)
    return "".join(part.payload for part in reader.received_frames())


@pytest.fixture(scope="module")
def given() -> Prepared:
    return prepared(8, 1, CONTRIBUTIONS)


@pytest.fixture
def server(given: Prepared, tmp_path: Path) -> Iterator[Server]:
    given.copy(tmp_path / "data")
    running = Server(tmp_path / "data", "--no-demo").start()
    yield running
    running.kill()


@pytest.fixture
def connect(server: Server, given: Prepared) -> Iterator[Callable[..., RawPhone]]:
    """Phones by the number of their seat; hung up at the end."""
    made: list[RawPhone] = []

    def phone(seat: int, **how: bool) -> RawPhone:
        made.append(RawPhone(server.port, given.labs[0][0], given.cookies[seat], **how))
        return made[-1]

    yield phone
    for one in made:
        one.close()


def post(server: Server, given: Prepared, seat: int, text: str) -> None:
    lab, board = given.labs[0]
    envelope = {"v": 1, "key": ids.new_key(), "name": "contribution.post", "args": {"board": board, "text": text}}
    name, _, value = given.cookies[seat].partition(": ")
    answer = requests.post(
        f"{server.url}/labs/{lab}/commands", json=envelope, headers={name: value, "Origin": server.url}, timeout=20
    )
    assert answer.json()["ok"], answer.text


def test_every_kind_of_phone_hears_everything_once_and_in_order(
    server: Server, given: Prepared, connect: Callable[..., RawPhone]
) -> None:
    phones = [connect(seat, deflate=seat != 1) for seat in range(3)]
    assert [phone.packed.enabled() for phone in phones] == [True, False, True]
    for number, phone in enumerate(phones):
        phone.ask(number, "sync", {"stream": "room"})
        phone.until(lambda phone=phone, number=number: number in phone.answers)  # type: ignore[misc]
    states: list[dict[str, Any]] = [phone.answers[number] for number, phone in enumerate(phones)]
    began, said = time.monotonic(), 0
    while said < 12 or time.monotonic() < began + fanout.RENEW_SECONDS + 2:  # so that packed frames are among them
        post(server, given, 3 + said % 5, f"Größe 汉字 number {said}, said so that everybody hears it 🙂")
        said += 1
        if said >= 20:
            break
        time.sleep(0.4)
    late = connect(7)
    late.ask(9, "sync", {"stream": "room"})
    late.until(lambda: 9 in late.answers)
    goal = late.answers[9]["seq"]
    for phone, state in zip(phones, states, strict=True):
        phone.until(lambda phone=phone: phone.told("changes")[-1:] and phone.told("changes")[-1]["to"] >= goal)  # type: ignore[misc]
        state.pop("mine")
        for change in phone.told("changes"):
            state = apply(state, change)  # raises when one is missing, doubled or out of order
        assert state["entities"] == late.answers[9]["entities"]
        assert len(state["entities"]["contribution"]) == CONTRIBUTIONS + said


def memory(server: Server) -> int:
    """kB in use by the server."""
    assert server._process is not None
    lines = Path(f"/proc/{server._process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


@pytest.mark.skipif(chosen_mode()["ASYNC_MODE"] != "eventlet", reason="with threads the missed ping cuts it off: README, limits")
def test_a_phone_that_does_not_read_costs_bounded_memory_and_is_cut_off(
    server: Server, given: Prepared, connect: Callable[..., RawPhone]
) -> None:
    good, stalled = connect(0), connect(1, small=True)
    before = memory(server)
    for number in range(35):  # each answer is the whole board, about 90 kB: three megabytes that nobody reads
        stalled.ask(number, "sync", {"stream": "room"})
    post(server, given, 2, "Everybody else goes on")
    good.until(lambda: bool(good.told("changes")))
    time.sleep(1)
    assert memory(server) - before < 12_000
    got = 0
    stalled.tcp.settimeout(20)
    try:
        while data := stalled.tcp.recv(1 << 20):
            got += len(data)
    except ConnectionResetError:
        pass
    assert 0 < got < 2_500_000  # and the connection has ended
    assert connect(1).told("hello")  # it may come back


def test_a_phone_that_asks_too_often_is_hung_up_on_and_slows_nobody(
    server: Server, given: Prepared, connect: Callable[..., RawPhone]
) -> None:
    good, greedy = connect(0), connect(1)
    hello = greedy.told("hello")[0]
    for number in range(200):
        greedy.ask(number, "sync", {"stream": "room", "epoch": hello["epoch"], "have": hello["heads"]["room"]})
    began = time.monotonic()
    post(server, given, 2, "In between")
    good.until(lambda: bool(good.told("changes")))
    assert time.monotonic() - began < 5
    greedy.until(lambda: greedy.ended, patience=30)
    assert greedy.told("bye")[0]["reason"] == "slow"
    assert greedy.told("bye")[0]["back_in_ms"] > 0
    assert len([answer for answer in greedy.answers.values() if answer]) < 60
