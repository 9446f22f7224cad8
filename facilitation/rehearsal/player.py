"""Plays a transcript through a door, one step after the other, each answered before the next is taken."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from facilitation.core import ids
from facilitation.core.i18n import _
from facilitation.rehearsal.doors import Answer, Door
from facilitation.rehearsal.script import Step
from facilitation.rehearsal.transcript import Transcript

TRIES = 8


class PlayError(Exception):
    """The tool refused a step that the transcript says was possible."""

    def __init__(self, message: str, *, line: int = 0, code: str = "") -> None:
        self.line, self.code = line, code
        super().__init__(f"{_('line %(line)s', line=line)}: {message}" if line else message)


@dataclass
class Pace:
    """`speed` times faster than the clock, or (None) as fast as the server answers."""

    speed: float | None = None
    _origin: tuple[int, float] | None = None

    def wait(self, t: int) -> None:
        """Come back when second `t` has come."""
        if self.speed is None:
            return
        if self._origin is None:
            self._origin = (t, time.monotonic())
        first, began = self._origin
        time.sleep(max(0.0, began + (t - first) / self.speed - time.monotonic()))

    def shortened(self, seconds: int) -> int:
        """How many real seconds `seconds` of the lab last."""
        return 0 if self.speed is None else round(seconds / self.speed)


Take = Callable[["Player", Any], None]


def fresh_key(_label: str) -> str:
    return ids.new_key()


@dataclass
class Player:
    """One lab being played. `ids` gives the tool's id for each name of the transcript that exists by now."""

    door: Door
    transcript: Transcript
    pace: Pace = field(default_factory=Pace)
    key_for: Callable[[str], str] = fresh_key  # label of a command → its key
    told: Callable[[Step], None] = lambda _step: None
    lab: str = ""
    code: str = ""
    wall: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)  # the lab's boards as the staff see them
    posted: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)  # for what is sent a second time
    played: Counter[str] = field(default_factory=Counter)
    not_played: Counter[str] = field(default_factory=Counter)
    step: Step | None = None
    _nth: int = 0
    _crowd: list[tuple[Step, str, dict[str, Any], str]] = field(default_factory=list)

    # ---- commands

    def do(self, who: str, name: str, /, *, lab: bool = True, **args: Any) -> dict[str, Any]:
        """Send one command as `who`; its result, or `PlayError`."""
        answer = self.answer(who, self.envelope(name, args), lab=lab)
        if not answer["ok"]:
            raise self.error(f"{who}, {name}: {answer['code']}. {answer['message']}", answer["code"])
        result: dict[str, Any] = answer["result"]
        return result

    def envelope(self, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        self._nth += 1
        label = f"{self.step.kind}:{self.step.line}:{self._nth}" if self.step else f"set_up:{self._nth}"
        return {"v": 1, "key": self.key_for(label), "name": name, "args": dict(args)}

    def answer(self, who: str, envelope: Mapping[str, Any], *, lab: bool = True) -> Answer:
        """The final answer: what may be sent again is sent again, under the same key."""
        answer: Answer = {}
        for attempt in range(TRIES):
            answer = self.door.send(who, envelope, self.lab if lab else None)
            if answer["ok"] or not answer.get("retry"):
                break
            time.sleep(min(5.0, answer.get("after_ms", 250 * 2**attempt) / 1000))
        return answer

    def give(self, who: str, name: str, /, counted: str, **args: Any) -> None:
        """What everybody does at once and in no order, a vote or an evaluation: without a pace all are sent together."""
        if self.pace.speed is None and self.step is not None:
            self._crowd.append((self.step, who, self.envelope(name, args), counted))
            return
        self.do(who, name, **args)
        self.played[counted] += 1

    def settle(self) -> None:
        """Send what everybody gave, and wait for every answer."""
        crowd, self._crowd = self._crowd, []
        answers = self.door.send_all([(who, envelope) for _step, who, envelope, _counted in crowd], self.lab)
        for (step, who, envelope, counted), first in zip(crowd, answers, strict=True):
            answer = self.answer(who, envelope) if first.get("retry") else first
            if not answer["ok"]:
                self.step = step
                raise self.error(f"{who}, {envelope['name']}: {answer['code']}. {answer['message']}", answer["code"])
            self.played[counted] += 1

    def error(self, message: str, code: str = "") -> PlayError:
        return PlayError(message, line=self.step.line if self.step else 0, code=code)

    # ---- the lab

    def play(self, script: Sequence[Step], take: Mapping[str, Take], *, until: int | None = None) -> None:
        """Take every step up to second `until`, each by the function for its kind."""
        for step in script:
            if until is not None and step.t > until:
                break
            if self._crowd and self._crowd[0][0].kind != step.kind:
                self.settle()
            self.pace.wait(step.t)
            self.step, self._nth = step, 0
            self.door.at(step.t)
            self.told(step)
            take[step.kind](self, step.item)
        self.settle()
        self.step = None

    def board_for(self, kind: str, activity: str, case: str | None = None) -> str:
        """The board of an activity that takes contributions of this kind; parking is the lab's own."""
        for id_, board in self.boards.items():
            if kind == "parking":
                if board["kind"] == "parking":
                    return id_
            elif board["activity"] == self.ids[activity] and (board.get("case") in (None, self.ids.get(case or ""))):
                return id_
        raise self.error(_("%(activity)s has no board for this.", activity=activity))

    def boards_of(self, activity: str) -> list[str]:
        return [id_ for id_, board in self.boards.items() if board["activity"] == self.ids[activity]]
