"""The fast fan-out: fits the installed libraries, loses nothing, and falls back. Whichever way is taken, what a phone that does
not read costs is bounded."""

from __future__ import annotations

import errno
import json
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
from facilitation.live import bound, fanout
from facilitation.stream.read import apply
from tests.bench.prepare import Prepared, prepared
from tests.live.raw_phone import RawPhone
from tests.running import ROOT, Server, chosen_mode

CONTRIBUTIONS = 300


def test_the_installed_libraries_have_every_part_it_leans_on() -> None:
    assert fanout.missing_parts() == []
    assert [bound.missing_parts(mode) for mode in ("eventlet", "threading")] == [[], []]
    assert isinstance(fanout.client_manager("eventlet"), fanout.Fanout)


def test_without_green_threads_or_with_other_libraries_the_stock_manager_works(monkeypatch: pytest.MonkeyPatch) -> None:
    from eventlet.websocket import RFC6455WebSocket

    assert type(fanout.client_manager("threading")) is bound.Bounded
    monkeypatch.delattr(RFC6455WebSocket, "_apply_mask")
    assert fanout.missing_parts() == ["RFC6455WebSocket._apply_mask"]
    assert type(fanout.client_manager("eventlet")) is bound.Bounded
    monkeypatch.delattr("engineio.Server.send_packet")
    assert [fanout.client_manager(mode) for mode in ("eventlet", "threading")] == [None, None]


def test_eventlets_word_that_a_socket_is_closed_already_is_kept_from_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """Said of about every browser that leaves; everything else it says is passed on."""
    said = "server=127.0.0.1:5000//socket.io/ client=127.0.0.1:40000 socket shutdown error: [Errno {}] {}"
    errors = bound.Errors()
    errors.write(said.format(errno.EBADF, "Bad file descriptor"))
    errors.writelines([said.format(errno.EIO, "Input/output error")])
    errors.flush()
    assert capsys.readouterr().err == said.format(errno.EIO, "Input/output error")


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


@pytest.fixture(scope="module", params=["fast"])
def server(request: pytest.FixtureRequest, given: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for the tests of this module. `stock`: as it starts when the libraries are other ones."""
    given.copy(data := tmp_path_factory.mktemp("fanout") / "data")
    running = Server(data, "--no-demo", METRICS="yes")
    if request.param == "stock":
        running.program = ROOT / "tests" / "live" / "without_the_fast_way.py"
    yield running.start()
    running.kill()
    log = running.log.read_text()
    assert "Bad file descriptor" not in log, log  # eventlet's word for closing twice is not for the operator
    assert "Traceback" not in log, log


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
    before = len(states[0]["entities"]["contribution"])
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
        assert len(state["entities"]["contribution"]) == before + said


def memory(server: Server) -> int:
    """kB in use by the server."""
    assert server._process is not None
    lines = Path(f"/proc/{server._process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def metric(server: Server, name: str) -> float:
    """One number of this server's /metrics."""
    for line in requests.get(f"{server.url}/metrics", timeout=10).text.splitlines():
        if line.startswith(f"facilitation_{name} "):
            return float(line.split()[1])
    raise LookupError(name)


def eventually(server: Server, name: str, wanted: float) -> None:
    until = time.monotonic() + 30
    while metric(server, name) != wanted:
        assert time.monotonic() < until, f"{name} is {metric(server, name)}, not {wanted}"
        time.sleep(0.05)


STOCK = pytest.param("stock", marks=pytest.mark.skipif(chosen_mode()["ASYNC_MODE"] != "eventlet", reason="threads know no other"))


@pytest.mark.parametrize("server", ["fast", STOCK], indirect=True)
def test_a_phone_that_does_not_read_costs_bounded_memory_and_is_cut_off(
    server: Server, given: Prepared, connect: Callable[..., RawPhone]
) -> None:
    assert ("stock_fan_out" in server.log.read_text()) == (server.program.name != "wsgi.py")
    eventually(server, "connected", 0)
    drops = metric(server, "queue_drops_total")
    good, stalled = connect(0), connect(1, small=True)
    before = memory(server)
    for number in range(35):  # each answer is the whole board, about 90 kB: three megabytes that nobody reads
        stalled.ask(number, "sync", {"stream": "room"})
    post(server, given, 2, "Everybody else goes on")
    good.until(lambda: bool(good.told("changes")))
    eventually(server, "queue_drops_total", drops + 1)
    assert memory(server) - before < 12_000
    got = 0
    stalled.tcp.settimeout(20)
    try:
        while data := stalled.tcp.recv(1 << 20):
            got += len(data)
    except ConnectionResetError:
        pass
    assert got < 2_500_000  # and the connection has ended
    assert connect(1).told("hello")  # it may come back
    eventually(server, "connected", 2)
    assert metric(server, "queue_drops_total") == drops + 1


def test_a_phone_that_never_fetches_what_it_asked_for_is_dropped(server: Server, given: Prepared) -> None:
    """Long-polling: it only ever posts."""
    eventually(server, "connected", 0)
    drops = metric(server, "queue_drops_total")
    name, _, value = given.cookies[1].partition(": ")
    door = requests.Session()
    door.headers.update({name: value, "Origin": server.url})
    where = f"{server.url}/socket.io/?EIO=4&transport=polling"
    id_ = json.loads(door.get(where, timeout=10).text[1:])["sid"]
    ask = {"v": 1, "lab": given.labs[0][0], "as": "seat"}
    door.post(f"{where}&sid={id_}", f"40{json.dumps(ask)}", timeout=10)
    eventually(server, "connected", 1)
    for number in range(35):
        if not door.post(f"{where}&sid={id_}", f'42{number}["sync",{{"stream":"room"}}]', timeout=10).ok:
            break
    eventually(server, "queue_drops_total", drops + 1)
    eventually(server, "connected", 0)


def test_a_phone_that_is_hung_up_on_and_does_not_read_is_gone_all_the_same(
    server: Server, given: Prepared, connect: Callable[..., RawPhone]
) -> None:
    """It asks too often, but not for so much that the bound would end it: nobody waits for it to take in the goodbye."""
    eventually(server, "connected", 0)
    drops = metric(server, "queue_drops_total")
    greedy = connect(1, small=True)
    hello = greedy.told("hello")[0]
    in_step = {"stream": "room", "epoch": hello["epoch"], "have": hello["heads"]["room"]}
    for number in range(60):
        greedy.ask(number, "sync", {"stream": "room"} if number < 4 else in_step)
    eventually(server, "queue_drops_total", drops + 1)
    eventually(server, "connected", 0)
    until = time.monotonic() + 30
    while established(server):
        assert time.monotonic() < until, "its connection stays"
        time.sleep(0.2)


def established(server: Server) -> int:
    """Connections of the server process that are open, seen from the system."""
    port = f"{server.port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port}") and row[3] == "01" for row in rows)


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


def test_the_newest_socket_of_a_seat_takes_the_place_of_its_oldest(connect: Callable[..., RawPhone]) -> None:
    """A phone whose lines died one after the other, and nobody was told: it is let in all the same."""
    lines = [connect(3) for _ in range(4)]
    newest = connect(3)
    lines[0].until(lambda: lines[0].ended)
    assert [(bye["reason"], bye["back_in_ms"] > 0) for bye in lines[0].told("bye")] == [("moved", True)]
    for number, line in enumerate([*lines[1:], newest]):
        line.ask(number, "sync", {"stream": "room"})
        line.until(lambda: number in line.answers)  # noqa: B023
        assert not line.ended
