"""A client misbehaves: it stops reading (F20), or sends what no client of ours would (F22)."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from facilitation.core import ids
from facilitation.core.commands import REGISTRY
from tests.faults.conftest import MakeRoom, everybody_in, played, until
from tests.faults.phone import Phone
from tests.faults.room import Room
from tests.faults.wire import Gone, Wire
from tests.ledger import SEED, Parts, sized
from tests.live.raw_phone import RawPhone

Ledger = Callable[..., None]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
SETTINGS = {"MAX_SOCKETS_PER_SEAT": "100000"}
POISON = json.loads((Path(__file__).parents[1] / "data" / "poison.json").read_text(encoding="utf-8"))
TEXTS = [
    *POISON["kept"].values(), *(pair[0] for pair in POISON["changed"].values()), *POISON["refused"].values(), "x" * 9000,
]  # fmt: skip
VALUES: list[Any] = [*TEXTS, None, True, -1, 10**30, 1.5, float("nan"), [], ["x"] * 1000, {}, {"__proto__": {"a": 1}}]


def memory(room: Room) -> int:
    """kB in use by the server, all its processes together."""
    lines = [line for pid in room.server.pids for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def test_f20_who_does_not_read_is_dropped_and_slows_nobody(room: MakeRoom, ledger: Ledger) -> None:
    """F20: phones that ask for the board again and again and read nothing; the others write on."""
    people, stalled, texts = 4, sized(4, 100), sized(60, 150)
    lab = room(people + stalled)

    async def play() -> None:
        phones = await everybody_in(lab, people)
        sent = {phone.write(lab.board, f"{phone.name} says {n}: {'x' * 115}") for n in range(40) for phone in phones}
        await until(lambda: not any(phone.waiting for phone in phones), 300, "there is something to read")
        drops, before = lab.metric("queue_drops_total"), memory(lab)
        sleepers = [await asyncio.to_thread(sleeper, lab, people + n) for n in range(stalled)]
        grown = 0
        for n in range(texts):
            sent |= {phone.write(lab.board, f"{phone.name} goes on {n}") for phone in phones}
            await until(lambda: not any(phone.waiting for phone in phones), 300, "the others are answered")
            grown = max(grown, memory(lab) - before)
        gone = await until(lambda: lab.metric("connected") <= people, 300, "who does not read is hung up on")
        await until(lambda: lab.in_step(phones), 300, "every device is in step")
        await asyncio.gather(*(phone.stop() for phone in phones))
        dropped = int(lab.metric("queue_drops_total") - drops)
        assert dropped == stalled
        assert grown < 20_000 + 1_000 * stalled
        lab.check_state(phones)
        lab.check_numbers()
        for one in sleepers:
            one.close()
        ledger("F20", **lab.check_set(phones, sent=sent), asleep=stalled, dropped=dropped, after_s=round(gone), grown_kb=grown)

    played(play)


def signal_all(room: Room, number: int) -> None:
    for pid in room.server.pids:
        os.kill(pid, number)


def sleeper(lab: Room, seat: int) -> RawPhone:
    """Connected, asks for more than the line takes, and reads nothing from now on."""
    doors = lab.server.ports[1:] or lab.server.ports  # at a worker itself: what nginx takes in its place is not ours to bound
    phone = lab.phone(seat, doors[seat % len(doors)])
    found = RawPhone(phone.port, phone.lab, f"Cookie: {phone.cookie}", deflate=False, small=True)
    for number in range(38):  # as often as one may
        found.ask(number, "sync", {"stream": "room"})
    return found


@pytest.mark.sqlite  # about the loop of one process
def test_the_question_of_who_has_hung_up_costs_no_answer(room: MakeRoom) -> None:
    """After a cut the old questions of a room arrive together with the news that nobody waits for an answer."""
    lab = room(2)

    async def play() -> None:
        gone, here = Wire(lambda *_: None), Wire(lambda *_: None)
        for number, wire in enumerate((gone, here)):
            phone = lab.phone(number)
            auth = {"v": 1, "lab": phone.lab, "as": "seat"}
            await wire.connect(phone.port, origin=phone.origin, cookie=phone.cookie, auth=auth)
        before = lab.metric("resyncs_total")
        signal_all(lab, signal.SIGSTOP)
        try:
            asked = [asyncio.create_task(wire.ask("sync", {"stream": "room", "have": 0}, 20)) for wire in (gone, here)]
            await asyncio.sleep(0.1)  # both have asked
            gone.abandon()
            await asyncio.sleep(0.1)  # the loop has closed its connection
        finally:
            signal_all(lab, signal.SIGCONT)
        assert (await asked[1])["stream"] == "room"
        with pytest.raises(Gone):
            await asked[0]
        await until(lambda: lab.metric("connected") == 1, 20, "the server knows that one is gone")
        answered = lab.metric("resyncs_total") - before
        here.abandon()
        assert answered == 1

    played(play)


BOARD = "the board of the lab"
#: These end one's own session when they work, and then there is nobody left to ask.
LEAVING = {"seat.leave", "user.set_password"}


def envelopes() -> Iterator[dict[str, Any]]:
    """Every poison in every field of every command, and in place of the arguments; keys are new."""
    for name, entry in REGISTRY.items():
        if name in LEAVING:
            continue
        fields = entry.model.model_fields
        for value in VALUES:
            yield {"name": name, "args": value}
        usual = {field: BOARD if field == "board" else "x" for field, info in fields.items() if info.is_required()}
        for field in fields:
            for value in VALUES:
                yield {"name": name, "args": {**usual, field: value}}


def placed(args: Any, lab: Room) -> Any:
    """The same arguments, about the board of this lab."""
    return {**args, "board": lab.board} if isinstance(args, dict) and args.get("board") == BOARD else args


def test_f22_every_poison_gets_a_final_answer_in_one_round(room: MakeRoom, ledger: Ledger) -> None:
    """F22: through the socket and over HTTP; `retry` would make a phone send it for ever."""
    everything = list(envelopes())
    chosen = everything if sized(0, 1) else random.Random(SEED).sample(everything, 200)
    parts = Parts(len(chosen), 5000)
    strange: list[Any] = []

    async def play(lab: Room, rounds: range) -> None:
        phone, anna = lab.phone(0), lab.staff("anna")
        for device in (phone, anna):
            device.start()
        await until(lambda: bool(phone.state and anna.state), 30, "both are in")
        for text in TEXTS:
            phone.write(lab.board, text)
        await until(lambda: not phone.waiting, 120, "every text has a final answer")
        stored = len(phone.acknowledged)
        assert len(phone.refused) + stored == len(TEXTS)
        assert not set(phone.answers) & {"unknown", "busy", "rate"}
        for n in rounds:
            wanted = {**chosen[n], "args": placed(chosen[n]["args"], lab)}
            envelope = {"v": 1, "key": ids.new_key(), **wanted}
            device = (phone, anna)[n % 2]
            answer = await asked(device, envelope) if n % 3 else await asyncio.to_thread(over_http, lab, device, envelope)
            if not answer["ok"] and answer["retry"]:
                strange.append((wanted, answer["code"]))
        await asyncio.gather(*(device.stop() for device in (phone, anna)))
        tried = len(rounds) + len(TEXTS)
        parts.add(attempted=tried, answered=tried, texts_stored=stored)

    for rounds in parts:
        played(partial(play, room(3), rounds))
        assert strange == []
    ledger("F22", **parts.figures)


async def asked(device: Phone, envelope: dict[str, Any]) -> dict[str, Any]:
    """The answer through the socket; a command that takes the right away ends it, then it is asked on the next one."""
    for _ in range(3):
        await until(lambda: device._wire is not None and device._wire.connected, 30, "connected again")
        assert device._wire is not None
        try:
            return dict(await device._wire.ask("command", envelope, 10))
        except Gone:
            continue
    raise AssertionError(f"never answered: {envelope}")


def over_http(lab: Room, device: Phone, envelope: dict[str, Any]) -> dict[str, Any]:
    site = REGISTRY[envelope["name"]].scope != "lab"
    answer = requests.post(
        f"{lab.server.url}/commands" if site else f"{lab.server.url}/labs/{lab.cast.lab}/commands",
        data=json.dumps(envelope), timeout=20,
        headers={"Cookie": device.cookie, "Origin": lab.server.url, "X-As": device.door, "Content-Type": "application/json"},
    )  # fmt: skip
    found: dict[str, Any] = answer.json()
    return found


def test_f22_hostile_frames_end_at_most_their_own_connection(room: MakeRoom, ledger: Ledger) -> None:
    lab = room(2)
    frames = {
        **POISON["frames"],
        "deep": "42" + "[" * 5000,
        "too long": f'421["command","{"x" * 70_000}"]',
        "digits": "42" + "9" * 9000,
    }

    async def play() -> None:
        good, ended = lab.phone(1), 0
        good.start()
        await until(lambda: good.state is not None, 30, "somebody is there")
        for name, frame in frames.items():
            ended += not await survives(lab, frame)
            good.write(lab.board, f"After {name}")
            await until(lambda: not good.waiting, 20, f"another phone is answered after {name}")
        assert good.connects == 1
        assert good.refused == []
        await until(lambda: lab.in_step([good]), 20, "in step")
        await good.stop()
        lab.check_state([good])
        ledger("F22", frames=len(frames), ended=ended)

    played(play)


async def survives(lab: Room, frame: str) -> bool:
    """Does the connection that said this still answer? It may be hung up on; it may not hang."""
    phone = lab.phone(0)
    wire = Wire(lambda _name, _payload: None)
    await wire.connect(phone.port, origin=phone.origin, cookie=phone.cookie, auth={"v": 1, "lab": phone.lab, "as": "seat"})
    try:
        wire._say(frame)
        return "entities" in (await wire.ask("sync", {"stream": "room"}, 1) or {})
    except Gone:
        return False
    finally:
        wire.abandon()
