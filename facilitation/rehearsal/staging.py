"""What must be there before the first step: the lab with its agenda and boards, and the accounts of its staff."""

from __future__ import annotations

import re
from typing import Any

from facilitation.core.i18n import _
from facilitation.core.ids import new_key
from facilitation.rehearsal import plan, words
from facilitation.rehearsal.doors import COORDINATOR
from facilitation.rehearsal.player import Player, PlayError
from facilitation.rehearsal.transcript import StaffMember

DOMAIN = "rehearsal.example.org"
AFTER_NOTHING = "draft", "lobby"


def plan_lab(player: Player, **changes: Any) -> None:
    """Make the lab as the transcript plans it. `changes` replace arguments of `lab.create`."""
    try:
        made = player.do(COORDINATOR, "lab.create", lab=False, **{**plan.lab_of(player.transcript), **changes})
    except PlayError as error:
        if error.code == "not_found":
            raise PlayError(_("%(reason)s Import the cases first: import-cases FILE.yaml", reason=error)) from None
        raise
    player.lab, player.code, player.wall = made["lab"], made["code"], made["wall"]
    player.do(COORDINATOR, "lab.update", **plan.promises_of(player.transcript))
    for activity in plan.activities_of(player.transcript):
        player.do(COORDINATOR, "activity.add", **activity)


def take_lab(player: Player, lab: str) -> None:
    """Play into a lab that was planned from the same transcript and nobody has used yet."""
    player.lab = lab
    seen = player.door.look(COORDINATOR, lab)["entities"]
    if seen["lab"][lab]["state"] not in AFTER_NOTHING:
        raise PlayError(_("This lab has begun already."))
    player.code = seen["lab"][lab]["join"]["code"]


def learn(player: Player) -> None:
    """The ids of the lab's activities, boards, ballots and cases."""
    seen = player.door.look(COORDINATOR, player.lab)["entities"]
    player.boards = seen["board"]
    player.ids |= {value["ref"]: id_ for id_, value in seen["case"].items()}
    planned = {value["ref"]: (id_, value) for id_, value in seen["activity"].items() if value.get("ref")}
    for item in player.transcript.agenda:
        if item.id not in planned:
            raise PlayError(_("The agenda of this lab has no %(ref)s: it was not planned from this transcript.", ref=item.id))
        player.ids[item.id] = planned[item.id][0]
    for ballots in _ballots_by_activity(player).values():
        made = planned[ballots[0].activity][1]["ballots"]
        player.ids |= {ballot.id: id_ for ballot, id_ in zip(ballots, made, strict=True)}


def _ballots_by_activity(player: Player) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for ballot in sorted(player.transcript.ballots, key=lambda ballot: ballot.opened):
        found.setdefault(ballot.activity, []).append(ballot)
    return found


def bring_staff(player: Player) -> None:
    """An account for everybody of the staff, with the role the transcript gives; each signs in and is there."""
    for member in player.transcript.staff:
        email = address(player, member)
        role = words.ROLES[member.role]
        fields = {"email": email, "name": f"{member.id} {member.task}".strip(), "role": role}
        if member.case:
            fields["case"] = player.ids[member.case]
        _create(player, fields)
        if role in {"facilitator", "rapporteur"}:
            player.do(COORDINATOR, "lab.set_staff", email=email, role=role)
        player.door.sign_in(member.id, email)
        player.door.connect(member.id, player.lab)
        player.played["sign_in"] += 1


def address(player: Player, member: StaffMember) -> str:
    """The same person of the same transcript has the same account the next time; an owner has one per case."""
    local = f"owner.{player.ids[member.case]}" if member.case else member.id
    return f"{re.sub(r'[^a-z0-9.]+', '-', local.lower()).strip('-.') or new_key().lower()}@{DOMAIN}"


def _create(player: Player, fields: dict[str, Any]) -> None:
    try:
        player.do(COORDINATOR, "user.create", lab=False, **fields)
    except PlayError as error:
        if error.code != "conflict":  # an earlier rehearsal made it
            raise
