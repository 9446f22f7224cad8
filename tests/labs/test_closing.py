"""The end of a lab: grace, one final number, withdrawal, the cut of the links (D7, R-90, safety section 5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from facilitation.boards.models import Contribution, Vote
from facilitation.core.actor import SYSTEM
from facilitation.core.clock import epoch_ms
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Lab
from facilitation.people.models import Seat
from facilitation.stream.models import Change
from tests.cast import Cast
from tests.labs.test_running import Clock

pytestmark = pytest.mark.both_databases


@pytest.fixture
def clock(cast: Cast) -> Clock:
    return Clock(cast)


def lab(cast: Cast) -> Lab:
    with reading(db.engine) as session:
        return session.get_one(Lab, cast.lab)


def post(cast: Cast, text: str) -> dict[str, Any]:
    return cast.ask("contribution.post", cast.ben, board=cast.board("challenges"), text=text)


def test_until_the_grace_is_over_people_finish_and_then_no_more(cast: Cast, clock: Clock) -> None:
    cast.start("challenges")
    answer = cast.act("lab.close", cast.anna, grace_s=60)
    assert (answer["state"], answer["closes_at"]) == ("closing", epoch_ms(clock.now + timedelta(seconds=60)))
    clock.walk(59)
    assert post(cast, "The last word")["ok"]
    clock.walk(1)  # nobody has finished the lab yet: the time decides, not the timer
    assert post(cast, "Too late")["code"] == "closed"
    assert lab(cast).state == "closing"


def test_finishing_waits_for_the_end_of_the_grace(cast: Cast, clock: Clock) -> None:
    cast.act("lab.close", cast.anna, grace_s=60)
    assert cast.do("lab.finish", SYSTEM, lab=cast.lab)["state"] == "closing"
    clock.walk(60)
    assert cast.do("lab.finish", SYSTEM, lab=cast.lab)["state"] == "closed"
    assert lab(cast).closed_at == clock.now


def test_closing_again_changes_nothing(cast: Cast, clock: Clock) -> None:
    first = cast.act("lab.close", cast.anna, grace_s=60)
    clock.walk(10)
    assert cast.act("lab.close", cast.anna, grace_s=600)["closes_at"] == first["closes_at"]


def test_the_final_number_is_the_head_of_the_staff_stream(cast: Cast) -> None:
    cast.start("challenges")
    assert post(cast, "One")["ok"]
    answer = cast.act("lab.close", cast.anna, grace_s=0)
    with reading(db.engine) as session:
        last = session.scalar(select(func.max(Change.seq)).where(Change.lab_id == cast.lab, Change.audience == "staff"))
    assert answer["final"] == last == cast.look("staff")["seq"]


def test_nobody_but_the_server_finishes_or_cuts(cast: Cast) -> None:
    cast.act("lab.close", cast.anna, grace_s=0)
    for name in ("lab.finish", "lab.cut"):
        for who in (cast.olga, cast.mara, cast.anna, cast.ben):
            assert cast.ask(name, who)["code"] == "forbidden", name
        assert cast.do(name, SYSTEM, lab=cast.lab)["state"] == "closed"


def test_own_words_can_be_taken_back_for_the_promised_hours(cast: Cast, clock: Clock) -> None:
    cast.start("challenges")
    one, two = post(cast, "One")["result"]["id"], post(cast, "Two")["result"]["id"]
    cast.act("lab.close", cast.anna, grace_s=0)
    clock.walk(48 * 3600 - 1)
    assert cast.ask("contribution.withdraw", cast.ben, id=one)["ok"]
    clock.walk(1)
    assert cast.ask("contribution.withdraw", cast.ben, id=two)["code"] in {"closed", "gone"}


def test_the_cut_destroys_every_link_and_keeps_words_tier_and_label(cast: Cast) -> None:
    cast.start("challenges")
    posted = post(cast, "A levy")["result"]["id"]
    cast.act("seat.update", cast.ben, name="Ben", organisation="Ben & Co")
    with reading(db.engine) as session:
        before = session.get_one(Contribution, posted)
        assert before.seat_id == cast.ben.id
    cast.act("lab.close", cast.anna, grace_s=0)
    cast.do("lab.cut", SYSTEM, lab=cast.lab)
    with reading(db.engine) as session:
        after, seat = session.get_one(Contribution, posted), session.get_one(Seat, cast.ben.id)
        assert (after.text, after.tier, after.label) == (before.text, before.tier, before.label)
        assert (after.seat_id, after.speaks_for) == (None, None)
        assert (seat.name, seat.organisation, seat.key) == (None, None, None)
        assert session.scalars(select(Vote.seat_id).where(Vote.seat_id.is_not(None))).all() == []


def test_a_lab_is_opened_again_paused_and_can_go_on_where_it_was(cast: Cast) -> None:
    activity = cast.start("challenges")
    cast.act("lab.close", cast.anna, grace_s=0)
    assert post(cast, "Closed")["code"] == "closed"
    answer = cast.act("lab.reopen", cast.mara)
    assert (answer["state"], answer["final"]) == ("paused", None)
    cast.act("lab.resume", cast.anna)
    cast.act("activity.start", cast.anna, activity=activity)
    assert post(cast, "Open again")["ok"]


def test_after_the_cut_there_is_no_way_back(cast: Cast) -> None:
    cast.act("lab.close", cast.anna, grace_s=0)
    cast.do("lab.cut", SYSTEM, lab=cast.lab)
    with pytest.raises(Refused) as refusal:
        cast.do("lab.reopen", cast.mara, lab=cast.lab)
    assert refusal.value.code == "gone"


def test_only_a_lead_opens_a_closed_lab_again(cast: Cast) -> None:
    cast.act("lab.close", cast.anna, grace_s=0)
    for who in (cast.anna, cast.rita, cast.omar, cast.ben):
        assert cast.ask("lab.reopen", who)["code"] == "forbidden"
    assert cast.ask("lab.reopen", cast.mara)["ok"]
