"""How soon the announcer speaks again: at once in a calm room, a third of the time in a storm."""

from __future__ import annotations

from facilitation.live.announcer import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def fan_outs(clock: Clock, pace: Pace, *, took: float, between: float, times: int) -> list[float]:
    """The waits after each of `times` fan-outs; `between`: seconds from one's wait to the next."""
    waits = []
    for _ in range(times):
        clock.now += took
        waits.append(pace.after(took))
        clock.now += waits[-1] + between
    return waits


def test_twenty_contributions_a_second_never_wait_for_each_other() -> None:
    clock = Clock()
    assert set(fan_outs(clock, Pace(clock), took=0.004, between=0.046, times=100)) == {0.0}


def test_a_few_that_meet_in_a_calm_room_are_told_one_by_one() -> None:
    clock = Clock()
    assert fan_outs(clock, Pace(clock), took=0.004, between=0.0, times=5) == [0.0] * 5


def test_a_storm_takes_a_third_of_the_time() -> None:
    clock = Clock()
    pace = Pace(clock)
    fan_outs(clock, pace, took=0.006, between=0.0, times=50)  # what was saved is used up
    begun = clock.now
    waits = fan_outs(clock, pace, took=0.006, between=0.0, times=100)
    assert 0.3 < 100 * 0.006 / (clock.now - begun) < 0.35
    assert max(waits) <= Pace.LONGEST


def test_one_very_slow_fan_out_holds_up_nobody_for_long() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert fan_outs(clock, pace, took=30.0, between=0.0, times=1) == [Pace.LONGEST]
    clock.now += 1.0
    assert fan_outs(clock, pace, took=0.004, between=0.0, times=3) == [0.0] * 3
