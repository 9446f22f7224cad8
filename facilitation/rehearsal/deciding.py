"""After the close: each proposal of the transcript is made by the staff of the lab and decided by the owner of its case."""

from __future__ import annotations

from facilitation.rehearsal.player import Player
from facilitation.rehearsal.transcript import Decision

REASON_MISSING = "–"


def decide(player: Player, item: Decision) -> None:
    """Propose, then accept, reword or decline; a pending proposal is left to a person."""
    owner, case = player.transcript.owner_of(item.case), player.ids[item.case]
    made = player.do(
        _proposer(player), "merge.add", case=case, op=item.op, target=item.target, text=item.text,
        cluster=player.ids[item.cluster], category=item.category,
    )  # fmt: skip
    named = {"case": case, "proposal": made["proposal"], "version": 1}  # as `merge.add` makes it
    match item.decision:
        case "accepted":
            player.do(owner, "merge.accept", lab=False, **named)
        case "edited":
            player.do(owner, "merge.edit", lab=False, **named, text=_edited(item), note=item.note)
        case "rejected":
            player.do(owner, "merge.reject", lab=False, **named, reason=item.note or REASON_MISSING)
    player.played[f"merge_{item.decision}"] += 1


def _proposer(player: Player) -> str:
    """Whoever writes the report, else whoever leads."""
    staff = player.transcript.staff
    writing = [member.id for member in staff if member.role == "rapporteur"]
    leading = [member.id for member in staff if member.role == "facilitator"]
    return (writing or leading)[0]


def _edited(item: Decision) -> str:
    """The transcript tells the change, not the final words: the change stands behind the proposal's text."""
    return f"{item.text} ({item.note})" if item.note else item.text
