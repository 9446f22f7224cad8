"""How often a seat may ask: counted per seat, refused ones not counted, forgotten when silent."""

from __future__ import annotations

import pytest

from facilitation import limiting
from facilitation.limiting import Window


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of the monotonic clock, to be moved by hand."""
    now = [1000.0]
    monkeypatch.setattr(limiting.time, "monotonic", lambda: now[0])
    return now


def test_a_window_lets_so_many_pass_and_says_how_long_to_wait(clock: list[float]) -> None:
    window = Window(3, 10)
    passed = []
    for _ in range(3):
        passed.append(window.wait("ben"))
        clock[0] += 2
    assert passed == [0, 0, 0]
    assert window.wait("ben") == pytest.approx(4)
    assert window.wait("chloe") == 0
    clock[0] += 4
    assert window.wait("ben") == 0  # the refused one was not counted
    assert window.wait("ben") == pytest.approx(2)


def test_silent_seats_are_forgotten_and_others_are_not(clock: list[float]) -> None:
    window = Window(1, 10)
    for n in range(1000):
        window.wait(f"seat {n}")
    clock[0] += 61
    assert window.wait("ben") == 0
    assert len(window._hits) == 1
    assert window.wait("ben") > 0
