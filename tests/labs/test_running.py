"""Running a lab through the dispatcher: states, the way through the agenda, the clock (R-78)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from facilitation.core.clock import epoch_ms
from facilitation.labs.rules import STATES, TRANSITIONS, next_state
from tests.cast import Cast

NOON = datetime(2027, 3, 9, 12, 0, tzinfo=UTC)


class Clock:
    """Time for the writer, moved by hand."""

    def __init__(self, cast: Cast) -> None:
        self.now = NOON
        cast.writer.clock = lambda: self.now

    def walk(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(cast: Cast) -> Clock:
    return Clock(cast)


def activity(cast: Cast, id_: str) -> dict[str, Any]:
    return dict(cast.look()["entities"]["activity"][id_])


def state(cast: Cast) -> str:
    return str(cast.look()["entities"]["lab"][cast.lab]["state"])


@pytest.mark.parametrize("act", TRANSITIONS)
@pytest.mark.parametrize("now", STATES)
def test_every_state_answers_every_act_with_a_state_or_a_no(act: str, now: str) -> None:
    sources, target = TRANSITIONS[act]
    expected = now if now == target else target if now in sources else None
    assert next_state(now, act) == expected


def test_pausing_and_resuming_twice_is_once(cast: Cast) -> None:
    cast.start("talk")
    for name, wanted in (("lab.pause", "paused"), ("lab.pause", "paused"), ("lab.resume", "live"), ("lab.resume", "live")):
        assert cast.act(name, cast.anna)["state"] == wanted == state(cast)


def test_nobody_writes_while_the_lab_is_paused(cast: Cast) -> None:
    cast.start("challenges")
    board = cast.board("challenges")
    assert cast.ask("contribution.post", cast.ben, board=board, text="One")["ok"]
    cast.act("lab.pause", cast.anna)
    assert cast.ask("contribution.post", cast.ben, board=board, text="Two")["code"] == "not_open"
    cast.act("lab.resume", cast.anna)
    assert cast.ask("contribution.post", cast.ben, board=board, text="Three")["ok"]


def test_next_and_back_walk_the_agenda_and_stop_at_its_ends(cast: Cast) -> None:
    agenda = sorted(cast.look()["entities"]["activity"].items(), key=lambda item: item[1]["position"])
    for id_, _value in agenda:
        assert cast.act("activity.next", cast.anna)["activity"] == id_
    assert cast.ask("activity.next", cast.anna)["code"] == "bad_state"
    assert cast.act("activity.back", cast.anna)["activity"] == agenda[-2][0]


def test_going_back_keeps_what_was_written_and_the_time_that_was_left(cast: Cast, clock: Clock) -> None:
    one = cast.start("challenges")
    cast.act("contribution.post", cast.ben, board=cast.board("challenges"), text="A levy")
    clock.walk(300)
    cast.start("talk")
    assert activity(cast, one)["state"] == "done"
    clock.walk(1000)
    back = cast.act("activity.start", cast.anna, activity=one)
    assert back["ends_at"] == epoch_ms(clock.now + timedelta(seconds=1200 - 300))
    texts = [value.get("text") for value in cast.look()["entities"]["contribution"].values()]
    assert texts.count("A levy") == 1
    assert cast.ask("contribution.post", cast.ben, board=cast.board("challenges"), text="More")["ok"]


def test_a_half_written_text_comes_in_for_a_while_after_the_room_moved_on(cast: Cast, clock: Clock) -> None:
    cast.start("challenges")
    board = cast.board("challenges")
    cast.start("talk")
    clock.walk(89)
    assert cast.ask("contribution.post", cast.ben, board=board, text="Just in time")["ok"]
    clock.walk(2)
    assert cast.ask("contribution.post", cast.ben, board=board, text="Too late")["code"] == "not_open"


def test_the_clock_stands_while_paused_and_can_be_extended_in_both_states(cast: Cast, clock: Clock) -> None:
    one = cast.start("challenges")
    clock.walk(200)
    assert cast.act("activity.pause", cast.anna)["left_s"] == 1000
    assert cast.act("activity.extend", cast.anna, seconds=120)["left_s"] == 1120
    clock.walk(5000)
    assert activity(cast, one)["left_s"] == 1120
    ends = epoch_ms(clock.now + timedelta(seconds=1120))
    assert cast.act("activity.resume", cast.anna)["ends_at"] == ends
    assert cast.act("activity.extend", cast.anna, seconds=-20)["ends_at"] == epoch_ms(clock.now + timedelta(seconds=1100))


def test_extending_after_the_time_is_over_counts_from_now(cast: Cast, clock: Clock) -> None:
    cast.start("challenges")
    clock.walk(5000)
    assert cast.act("activity.extend", cast.anna, seconds=60)["ends_at"] == epoch_ms(clock.now + timedelta(seconds=60))
    assert cast.act("activity.extend", cast.anna, seconds=-600)["ends_at"] == epoch_ms(clock.now)


def test_only_a_running_activity_can_be_extended_or_paused(cast: Cast) -> None:
    waiting = cast.activity("takeaways")
    for name, more in (("activity.extend", {"seconds": 60}), ("activity.pause", {}), ("activity.resume", {})):
        assert cast.ask(name, cast.anna, activity=waiting, **more)["code"] == "bad_state", name
    cast.act("activity.start", cast.anna, activity=waiting)
    for name, more in (("activity.extend", {"seconds": 60}), ("activity.pause", {}), ("activity.resume", {})):
        assert cast.ask(name, cast.anna, activity=waiting, **more)["ok"], name


def test_pausing_the_lab_stops_the_clock_of_its_activity(cast: Cast, clock: Clock) -> None:
    one = cast.start("challenges")
    clock.walk(100)
    cast.act("lab.pause", cast.anna)
    clock.walk(900)
    cast.act("lab.resume", cast.anna)
    assert activity(cast, one)["ends_at"] == epoch_ms(clock.now + timedelta(seconds=1100))


def test_the_presented_case_must_be_one_of_the_lab(cast: Cast) -> None:
    stranger = cast.add_case("FC-MS-09", "Another one")
    assert cast.ask("case.present", cast.anna, case=stranger)["code"] == "not_found"
    cast.act("case.present", cast.anna, case=cast.other_case, section="2.1")
    shown = cast.look("room")["entities"]["lab"][cast.lab]
    assert (shown["case"], shown["section"]) == (cast.other_case, "2.1")


def test_a_locked_door_lets_nobody_else_in(cast: Cast) -> None:
    cast.act("lab.lock", cast.anna, locked=True)
    assert (
        cast.dispatcher.handle(
            {"v": 1, "key": "B" * 22, "name": "seat.join", "args": {"code": cast.code, "tier": "1"}}, cast.eve
        )["code"]
        == "full"
    )
    cast.act("lab.lock", cast.anna, locked=False)
    assert cast.join(tier="1")
