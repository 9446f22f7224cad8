"""What the staff do in a transcript, as commands. An action without a meaning here is counted, not hidden."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from facilitation.core.i18n import _
from facilitation.rehearsal.player import Player
from facilitation.rehearsal.transcript import Action

REPORT_PATH = "/labs/{lab}/report.{format}"
LISTED = frozenset({"create_cluster"})  # told a second time here; the list of clusters says what they hold
CLOSE_PATIENCE = 30.0  # seconds beyond the grace until the server's clock has closed the lab


def carry_out(player: Player, action: Action) -> None:
    """Send what the action means and count it, or count that nothing was sent."""
    if action.do in LISTED:
        return
    meaning = MEANINGS.get(action.do)
    if meaning is None:
        player.not_played[action.do] += 1
    else:
        meaning(player, action)
        player.played[action.do] += action.do != "generate_report"  # which counts its formats


# ---- the way through the lab


def open_lobby(player: Player, action: Action) -> None:
    player.do(action.by, "lab.open")


def start_session(player: Player, action: Action) -> None:
    """The session begins with the first activity."""
    first = min(player.transcript.agenda, key=lambda item: item.start)
    player.do(action.by, "activity.start", activity=player.ids[first.id])


def open_activity(player: Player, action: Action) -> None:
    player.do(action.by, "activity.start", activity=player.ids[action.details["activity"]])


def start_break(player: Player, action: Action) -> None:
    planned = next((item for item in player.transcript.agenda if item.kind == "break" and item.end > action.t), None)
    if planned is None:
        raise player.error(_("The agenda has no break here."))
    player.do(action.by, "activity.start", activity=player.ids[planned.id])


def open_evaluation(player: Player, action: Action) -> None:
    planned = next((item for item in player.transcript.agenda if item.kind == "evaluation"), None)
    if planned is None:
        raise player.error(_("The agenda has no evaluation."))
    player.do(action.by, "activity.start", activity=player.ids[planned.id])


def extend_timer(player: Player, action: Action) -> None:
    seconds = player.pace.shortened(int(action.details["seconds"]))
    player.do(action.by, "activity.extend", activity=player.ids[action.details["activity"]], seconds=seconds)


def close_session(player: Player, action: Action) -> None:
    """With the grace there is between the close and the freeze."""
    frozen = [other.t for other in player.transcript.actions if other.do == "freeze"]
    grace = player.pace.shortened(max(frozen, default=action.t) - action.t)
    player.do(action.by, "lab.close", grace_s=grace)


def freeze(player: Player, action: Action) -> None:
    """The server closes by its own clock; wait until it did."""
    lead = next(member.id for member in player.transcript.staff if member.role == "facilitator")
    patience = time.monotonic() + CLOSE_PATIENCE
    while (lab := player.door.look(lead, player.lab)["entities"]["lab"][player.lab])["state"] != "closed":
        if time.monotonic() > patience:
            raise player.error(_("The lab did not close."))
        time.sleep(0.2)
    if not lab["final"]:
        raise player.error(_("The lab closed without a final number."))


# ---- what the room reads


def announce(player: Player, action: Action) -> None:
    player.do(action.by, "lab.announce", text=action.details["text"])


def show_rules(player: Player, action: Action) -> None:
    player.do(action.by, "lab.announce", text=" · ".join(str(rule) for rule in action.details["rules"]))


def prompt(player: Player, action: Action) -> None:
    """The instruction on the phones of the running activity."""
    running = [item for item in player.transcript.agenda if item.start <= action.t < item.end]
    if not running:
        raise player.error(_("No activity runs at this moment."))
    player.do(action.by, "activity.update", activity=player.ids[running[-1].id], instruction=action.details["text"])


def present(player: Player, action: Action) -> None:
    player.do(action.by, "case.present", case=player.ids[action.details["case"]])


# ---- moderation


def _target(player: Player, action: Action) -> str:
    return player.ids[action.details["target"]]


def pin(player: Player, action: Action) -> None:
    player.do(action.by, "contribution.pin", id=_target(player, action))


def hide(player: Player, action: Action) -> None:
    player.do(action.by, "contribution.hide", id=_target(player, action), reason=action.details.get("reason", ""))


def ask_author(player: Player, action: Action) -> None:
    player.do(action.by, "contribution.ask", id=_target(player, action), text=action.details["text"])


def unhide(player: Player, action: Action) -> None:
    """A new wording waits for approval; without one the contribution is still hidden."""
    seen = player.door.look(action.by, player.lab)["entities"]["contribution"][_target(player, action)]
    act = {"pending": "contribution.publish", "hidden": "contribution.restore"}.get(seen["status"])
    if act is not None:
        player.do(action.by, act, id=_target(player, action))


def translate(player: Player, action: Action) -> None:
    words = player.transcript.post(action.details["target"]).translation
    if not words:
        raise player.error(_("%(id)s has no translation.", id=action.details["target"]))
    player.do(
        action.by, "contribution.translate", id=_target(player, action), lang=action.details["lang"], translation=words
    )  # fmt: skip


def withdraw(player: Player, action: Action) -> None:
    player.do(action.details["actor"], "contribution.withdraw", id=_target(player, action))


def park(player: Player, action: Action) -> None:
    owner = next(member for member in player.transcript.staff if member.id == action.details["owner"])
    player.do(action.by, "contribution.park", id=_target(player, action), owner=f"{owner.id} {owner.task}".strip())


def accept_offline(player: Player, action: Action) -> None:
    """What was written without a network came in with its own time when the phone was back."""
    if action.details["target"] not in player.ids or player.transcript.post(action.details["target"]).composed_at is None:
        raise player.error(_("%(id)s was not written without a network.", id=action.details["target"]))


def reject_duplicate(player: Player, action: Action) -> None:
    """Send the same envelope once more: one effect, the same answer, marked as a repetition (D2)."""
    who, envelope = player.posted[action.details["target"]]
    answer = player.answer(who, envelope)
    if not (answer["ok"] and answer["dup"] and answer["result"]["id"] == _target(player, action)):
        raise player.error(_("%(id)s was stored a second time.", id=action.details["target"]))


def lock_boards(player: Player, action: Action) -> None:
    for board in player.boards_of(action.details["activity"]):
        player.do(action.by, "board.set", board=board, open=False)


def capture_note(player: Player, action: Action) -> None:
    """What was said, in the words of the rapporteur: no person, no tier."""
    item = next(item for item in player.transcript.agenda if item.id == action.details["activity"])
    board = player.boards_of(item.id)
    if not board:
        raise player.error(_("%(activity)s has no board for this.", activity=item.id))
    look = player.boards[board[0]]
    whole = "all" if any(column["id"] == "all" for column in look["columns"]) else ""
    column = str(action.details.get("column", whole))
    level = int(action.details.get("attribution_level", 0))
    player.do(action.by, "contribution.note", board=board[0], text=action.details["text"], attribution=level, column=column)


# ---- ballots and what comes after


def open_vote(player: Player, action: Action) -> None:
    """On the ballot is everything that was grouped by now."""
    player.do(action.by, "ballot.open", ballot=_target(player, action))


def close_vote(player: Player, action: Action) -> None:
    player.do(action.by, "ballot.close", ballot=_target(player, action))


def reveal(player: Player, action: Action) -> None:
    player.do(action.by, "ballot.reveal", ballot=_target(player, action))


def generate_report(player: Player, action: Action) -> None:
    """Every format that is asked for is fetched; one that does not exist is counted as not played."""
    wanted = action.details.get("format", [])
    for name in wanted if isinstance(wanted, list) else [wanted]:
        status = player.door.fetch(action.by, REPORT_PATH.format(lab=player.lab, format=name))
        (player.played if status == 200 else player.not_played)[f"report_{name}"] += 1


MEANINGS: Mapping[str, Callable[[Player, Action], None]] = {
    "open_lobby": open_lobby,
    "start_session": start_session,
    "open_activity": open_activity,
    "start_break": start_break,
    "open_evaluation": open_evaluation,
    "extend_timer": extend_timer,
    "close_session": close_session,
    "freeze": freeze,
    "announce": announce,
    "broadcast": announce,
    "show_rules": show_rules,
    "prompt": prompt,
    "focus_case": present,
    "share_case_card": present,
    "pin_question": pin,
    "hide": hide,
    "ask_author": ask_author,
    "unhide": unhide,
    "add_translation": translate,
    "withdraw": withdraw,
    "park": park,
    "accept_offline": accept_offline,
    "reject_duplicate": reject_duplicate,
    "lock_boards": lock_boards,
    "capture_note": capture_note,
    "open_vote": open_vote,
    "close_vote": close_vote,
    "reveal": reveal,
    "generate_report": generate_report,
}
