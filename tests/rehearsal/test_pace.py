"""How fast a transcript is played."""

from __future__ import annotations

import time

from facilitation.rehearsal.player import Pace


def test_without_a_speed_nothing_waits() -> None:
    began = time.monotonic()
    pace = Pace()
    for t in (-600, 0, 9600):
        pace.wait(t)
    assert time.monotonic() - began < 600  # the first step alone would be ten minutes
    assert pace.shortened(3600) == 0


def test_with_a_speed_the_first_step_is_at_once_and_the_rest_in_proportion() -> None:
    pace = Pace(100)
    began = time.monotonic()
    pace.wait(-60)
    pace.wait(-40)
    assert 0.19 < time.monotonic() - began < 20  # 0.2 s, not the 20 of the room
    pace.wait(-50)  # a moment that has passed
    assert pace.shortened(90) == 1
