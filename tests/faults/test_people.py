"""People at once: two facilitators on the same thing (F15), and the close while everybody writes (F16)."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Lab
from facilitation.reports.gather import gather
from tests.faults.conftest import MakeRoom, played, until
from tests.faults.phone import Phone
from tests.faults.room import Room
from tests.ledger import Parts, sized

Ledger = Callable[..., None]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def test_f15_one_wins_and_the_other_is_told(room: MakeRoom, ledger: Ledger) -> None:
    """F15: a name changed by two at the same moment; afterwards every act is undone, and all is as it was (D10, D11)."""
    rounds = sized(5, 500)
    lab = room(2)

    async def play() -> None:
        anna, rita, ben = lab.staff("anna"), lab.staff("rita"), lab.phone(0)
        for device in (anna, rita, ben):
            device.start()
        await until(lambda: all(device.state for device in (anna, rita, ben)), 30, "everybody is in")
        ben.write(lab.board, "Audits cost too much")
        await until(lambda: not ben.waiting, 20, "the text is stored")
        (text,) = ben.acknowledged.values()
        made = anna.say("cluster.create", board=lab.board, title="Cost", contributions=[text])
        await until(lambda: not anna.waiting, 20, "the cluster is there")
        cluster, acts = anna.acknowledged[made], []
        for n in range(rounds):
            version = lab.fresh("staff")["entities"]["cluster"][cluster]["version"]
            begun = [who.say("cluster.rename", cluster=cluster, title=f"{who.name} {n}", version=version) for who in (anna, rita)]
            await until(lambda: not anna.waiting and not rita.waiting, 20, "both have an answer")
            won = [who for who, key in zip((anna, rita), begun, strict=True) if key in who.acknowledged]
            told = [refusal for who in (anna, rita) for refusal in who.refused if refusal["key"] in begun]
            assert len(won) == len(told) == 1, (n, told)
            assert told[0]["code"] == "conflict"
            assert told[0]["data"]["theirs"]["title"] == f"{won[0].name} {n}" == title(lab, cluster)
            acts += [who.results[key]["act"] for who, key in zip((anna, rita), begun, strict=True) if who in won]
        for act in reversed(acts):
            anna.say("moderation.undo", action=act)
        await until(lambda: not anna.waiting, 60, "everything is undone")
        assert anna.refused == [refusal for refusal in anna.refused if refusal["code"] == "conflict"]
        assert title(lab, cluster) == "Cost"
        await until(lambda: lab.in_step([anna, rita, ben]), 20, "every device is in step")
        await asyncio.gather(*(device.stop() for device in (anna, rita, ben)))
        lab.check_state([anna, rita, ben])
        lab.check_numbers()
        ledger("F15", rounds=rounds, conflicts=len(anna.refused) + len(rita.refused), undone=len(acts))

    played(play)


def title(lab: Room, cluster: str) -> str:
    return str(lab.fresh("staff")["entities"]["cluster"][cluster]["title"])


PER_ROOM = 25  # closes: nobody may write more than 200 texts in one lab


def test_f16_what_was_answered_before_the_close_is_in_the_report_and_nothing_else(room: MakeRoom, ledger: Ledger) -> None:
    """F16: closed with no grace while people write; reopened, and again. Refused texts stand nowhere."""
    closes, people = sized(3, 500), sized(8, 24)
    parts = Parts(closes, PER_ROOM)
    for rounds in parts:
        figures: Counter[str] = Counter()
        played(partial(closed_in_the_rush, room(people), people, len(rounds), figures))
        parts.add(**figures)
    figures = Counter(parts.figures)
    seconds, texts = figures.pop("rush_ms") / 1000, figures.pop("rush_texts")
    ledger("F16", **figures, texts_per_second=round(texts / seconds))  # until the close is said


async def closed_in_the_rush(lab: Room, people: int, closes: int, figures: Counter[str]) -> None:
    phones, olga = [lab.phone(n) for n in range(people)], lab.staff("olga")
    for device in [*phones, olga]:
        device.start()
    await until(lambda: all(device.state for device in phones), 300, "everybody is in")
    sent: set[str] = set()
    for close in range(closes):
        before, begun = in_all(phones), time.monotonic()
        sent |= {phone.write(lab.board, f"{phone.name} in {close}: {n}") for phone in phones for n in range(4)}
        goal = before + lab.chance.randint(1, 2 * people)
        await until(lambda: in_all(phones) >= goal, 300, partial(stand, phones, olga))  # noqa: B023
        figures["rush_ms"] += round(1000 * (time.monotonic() - begun))
        figures["rush_texts"] += in_all(phones) - before
        olga.say("lab.close", grace_s=0)
        await until(lambda: not olga.waiting, 300, "the lab is closed")
        figures["closes"] += 1
        figures["in_the_rush"] += any(phone.waiting for phone in phones)
        sent |= {phone.write(lab.board, f"{phone.name} after {close}") for phone in phones}
        await until(lambda: not any(phone.waiting for phone in phones), 300, "every text has a final answer")
        check_closed(lab, phones, sent)
        for command, args in (("lab.reopen", {}), ("lab.resume", {}), ("board.set", {"board": lab.board, "open": True})):
            olga.say(command, **args)
        await until(lambda: not olga.waiting, 300, "the lab is open again")
    assert olga.refused == []
    await asyncio.gather(*(device.stop() for device in [*phones, olga]))
    lab.check_order(phones)
    lab.check_numbers()
    refused = sum(len(phone.refused) for phone in phones)
    assert refused >= closes * people  # whoever wrote afterwards was told
    figures.update({**lab.check_set(phones, sent=sent), "refused": refused})


def stand(phones: list[Phone], olga: Phone) -> str:
    codes = Counter(refusal["code"] for phone in phones for refusal in phone.refused)
    connected = sum(phone._wire is not None and phone._wire.connected for phone in phones)
    waiting = sum(phone.waiting for phone in phones)
    return f"some are answered; {in_all(phones)} were, {waiting} wait, {connected} connected, {codes}, Olga: {olga.refused[-1:]}"


def in_all(phones: list[Phone]) -> int:
    return sum(len(phone.acknowledged) for phone in phones)


def check_closed(lab: Room, phones: list[Phone], sent: set[str]) -> None:
    """What was answered `ok` is in the report, and nothing else; everybody else was told why not."""
    count = lab.check_set(phones, sent=sent)
    assert count["stored"] == count["answered"]
    assert {refusal["code"] for phone in phones for refusal in phone.refused} <= {"closed"}
    with reading(db.engine) as session:
        row = session.scalars(select(Lab).where(Lab.id == lab.cast.lab)).one()
        assert row.state == "closed"
        assert row.final_number == lab.fresh("staff")["seq"]
        reported = [text.id for text in gather(session, lab.cast.lab).contributions if text.board == lab.board]
    assert sorted(reported) == sorted(id_ for phone in phones for id_ in phone.acknowledged.values())
