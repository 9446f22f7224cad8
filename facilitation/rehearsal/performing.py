"""One performance of a transcript, from planning the lab to the last decision about its cases."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from facilitation.rehearsal import actions, deciding, people, script, staging
from facilitation.rehearsal.doors import COORDINATOR
from facilitation.rehearsal.player import Player

TAKE: Mapping[str, Callable[[Player, Any], None]] = {
    "join": people.join,
    "offline": people.go_offline,
    "back": people.come_back,
    "leave": people.leave,
    "action": actions.carry_out,
    "post": people.post,
    "reply": people.reply,
    "reword": people.reword,
    "cluster": people.cluster,
    "vote": people.vote,
    "answer": people.answer_evaluation,
    "decide": deciding.decide,
}


def perform(
    player: Player, *, lab: str | None = None, until: int | None = None, close: bool = False, **changes: Any
) -> dict[str, Any]:
    """Play everything, or up to second `until`; what was played, in the shape the command line answers.

    `lab`: play into a lab planned from the same transcript. `close`: close at the end where the transcript does not.
    `changes` replace what the transcript says about the plan of a new lab.
    """
    began = time.monotonic()
    if lab is None:
        staging.plan_lab(player, **changes)
    else:
        staging.take_lab(player, lab)
    staging.learn(player)
    staging.bring_staff(player)
    steps = script.steps(player.transcript)
    player.play(steps, TAKE, until=until)
    state = _state(player)
    if close and state != "closed":
        player.do(COORDINATOR, "lab.close", grace_s=0)
        state = _state(player)
    whole = until is None or all(step.t <= until for step in steps)
    if state == "closed" and whole:
        player.play(script.decisions(player.transcript), TAKE)
    return {
        "lab": player.lab, "code": player.code, "state": state, "played": dict(sorted((+player.played).items())),
        "not_played": dict(sorted(player.not_played.items())), "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def _state(player: Player) -> str:
    seen: str = player.door.look(COORDINATOR, player.lab)["entities"]["lab"][player.lab]["state"]
    return seen
