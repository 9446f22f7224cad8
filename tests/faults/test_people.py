"""People at once: two facilitators on the same thing (F15), and the close while everybody writes (F16)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Lab
from tests.faults.conftest import MakeRoom, played, until
from tests.faults.room import Room
from tests.ledger import sized

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


PER_ROOM = 15  # closes: nobody may write more than 200 texts in one lab


def test_f16_what_was_answered_before_the_close_is_in_the_report_and_nothing_else(room: MakeRoom, ledger: Ledger) -> None:
    """F16: closed with no grace while people write; reopened, and again. Refused texts stand nowhere."""
    closes, people = sized(3, 500), 8
    figures: Counter[str] = Counter()
    for begun in range(0, closes, PER_ROOM):
        lab = room(people)
        played(partial(closed_in_the_rush, lab, people, min(PER_ROOM, closes - begun), figures))
    assert figures["refused"] > 0  # some did come too late
    ledger("F16", closes=closes, **figures)


async def closed_in_the_rush(lab: Room, people: int, closes: int, figures: Counter[str]) -> None:
    phones, olga = [lab.phone(n) for n in range(people)], lab.staff("olga")
    for device in [*phones, olga]:
        device.start()
    await until(lambda: all(device.state for device in phones), 30, "everybody is in")
    sent: set[str] = set()
    count: dict[str, int] = {}
    for close in range(closes):
        for phone in phones:
            sent |= {phone.write(lab.board, f"{phone.name} in {close}: {n}") for n in range(12)}
        await asyncio.sleep(lab.chance.uniform(0.02, 0.4))
        olga.say("lab.close", grace_s=0)
        await until(lambda: not any(device.waiting for device in [*phones, olga]), 60, "every text has a final answer")
        count = lab.check_set(phones, sent=sent)
        assert count["stored"] == count["answered"]
        assert {refusal["code"] for phone in phones for refusal in phone.refused} <= {"closed", "not_open"}
        with reading(db.engine) as session:
            row = session.scalars(select(Lab).where(Lab.id == lab.cast.lab)).one()
            assert row.state == "closed"
            assert row.final_number == lab.fresh("staff")["seq"]
        for command, args in (("lab.reopen", {}), ("board.set", {"board": lab.board, "open": True})):
            olga.say(command, **args)
        await until(lambda: not olga.waiting, 30, "the lab is open again")
    assert olga.refused == []
    await asyncio.gather(*(device.stop() for device in [*phones, olga]))
    lab.check_order(phones)
    lab.check_numbers()
    figures.update({**count, "refused": sum(len(phone.refused) for phone in phones)})
