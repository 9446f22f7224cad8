"""What participants do in a transcript, as commands."""

from __future__ import annotations

from typing import Any

from facilitation.rehearsal.plan import kind_of_post
from facilitation.rehearsal.player import Player
from facilitation.rehearsal.transcript import Answers, BallotItem, ClusterItem, Person, Post, ReplyItem, VoteItem

FIRST_WORDING = " […]"  # the transcript keeps the last wording only; this stands for what the first one had more


def join(player: Player, person: Person) -> None:
    fields = {"name": person.name, "tier": person.tier, "organisation": person.organisation, "attribution": person.attribution}
    if person.stage:
        fields["stage"] = person.stage
    key = player.key_for(f"join:{person.line}")
    answer = player.door.join(person.id, player.code, fields, key)
    if not answer["ok"]:
        raise player.error(f"{person.id}: {answer['code']}. {answer['message']}", answer["code"])
    player.ids[person.id] = answer["result"]["seat"]
    player.door.connect(person.id, player.lab)
    player.played["join"] += 1


def go_offline(player: Player, person: Person) -> None:
    player.door.disconnect(person.id)
    player.played["connection_lost"] += 1


def come_back(player: Player, person: Person) -> None:
    player.door.connect(person.id, player.lab)
    player.played["connection_back"] += 1


def leave(player: Player, person: Person) -> None:
    player.do(person.id, "seat.leave")
    player.door.disconnect(person.id)
    player.played["leave"] += 1


def post(player: Player, item: Post) -> None:
    envelope = player.envelope("contribution.post", post_args(player, item))
    player.posted[item.id] = (item.author, envelope)
    answer = player.answer(item.author, envelope)
    if not answer["ok"]:
        raise player.error(f"{item.author}, {item.id}: {answer['code']}. {answer['message']}", answer["code"])
    player.ids[item.id] = answer["result"]["id"]
    player.played["contribution"] += 1
    if item.builds_on:
        player.not_played["builds_on"] += 1


def post_args(player: Player, item: Post) -> dict[str, Any]:
    """The arguments of `contribution.post`."""
    board = player.board_for(item.kind, item.activity, item.case if item.kind == "swot" else None)
    look = player.boards[board]
    text = item.text if item.reworded_at is None else first_wording(item.text, player.transcript.meta.max_length)
    args: dict[str, Any] = {"board": board, "text": text, "kind": kind_of_post(item, look["kind"])}
    if look["columns"]:
        case = player.ids[item.case] if item.case else "all"
        args["column"] = item.quadrant if look["kind"] == "swot" else case
    if item.case:
        place = {"case": player.ids[item.case], "aspect": item.aspect, "element": item.element}
        args["target"] = {name: value for name, value in place.items() if value}
    extra = {"needs": item.needs, "degree": item.degree}
    if any(extra.values()):
        args["extra"] = extra
    if item.on_behalf_of:
        args["speaks_for"] = [player.ids[person] for person in item.on_behalf_of]
    if item.composed_at is not None:
        args["composed_at"] = player.door.moment(item.composed_at).isoformat()
    return args


def first_wording(text: str, limit: int) -> str:
    return text[: limit - len(FIRST_WORDING)].rstrip() + FIRST_WORDING


def reword(player: Player, item: Post) -> None:
    mine = player.door.look(item.author, player.lab)["mine"]["contributions"]
    version = next(own["version"] for own in mine if own["id"] == player.ids[item.id])
    player.do(item.author, "contribution.reword", id=player.ids[item.id], text=item.text, version=version)
    player.played["reword"] += 1


def reply(player: Player, item: ReplyItem) -> None:
    result = player.do(item.author, "contribution.reply", id=player.ids[item.parent], kind=item.kind, text=item.text)
    player.ids[item.id] = result["id"]
    player.played["reply"] += 1


def cluster(player: Player, item: ClusterItem) -> None:
    first = player.transcript.post(item.members[0])
    board = player.board_for(first.kind, first.activity, first.case if first.kind == "swot" else None)
    members = [player.ids[member] for member in item.members]
    player.ids[item.id] = player.do(item.by, "cluster.create", board=board, title=item.title, contributions=members)["id"]
    player.played["cluster"] += 1


def vote(player: Player, item: tuple[BallotItem, VoteItem]) -> None:
    ballot, given = item
    dots = {player.ids[chosen]: n for chosen, n in given.dots.items()}
    player.give(given.person, "ballot.vote", "vote", ballot=player.ids[ballot.id], dots=dots)


def answer_evaluation(player: Player, item: Answers) -> None:
    player.give(item.person, "evaluation.answer", "evaluation", answers=dict(item.answers))
