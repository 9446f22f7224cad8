"""The transcript as one ordered list of steps, whoever takes them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from facilitation.rehearsal.transcript import Transcript

#: Of steps at the same second the one that makes room for the others comes first.
ORDER = ("join", "back", "action", "post", "reply", "reword", "cluster", "vote", "answer", "offline", "leave")


@dataclass(frozen=True)
class Step:
    """`kind` is one of ORDER, or `decide` after the end; `item` is the transcript's own item."""

    t: int
    kind: str
    item: Any
    line: int


def steps(transcript: Transcript) -> list[Step]:
    """Everything that happens in the lab, in the order it is played."""
    found = list(_of_people(transcript)) + list(_of_staff(transcript))
    return sorted(found, key=lambda step: (step.t, ORDER.index(step.kind)))  # stable: the file's order among equals


def decisions(transcript: Transcript) -> list[Step]:
    """What the owners decide once the lab is closed."""
    end = max((step.t for step in steps(transcript)), default=0)
    return [Step(end + 1, "decide", decision, decision.line) for decision in transcript.decisions]


def _of_people(transcript: Transcript) -> Iterator[Step]:
    for person in transcript.people:
        yield Step(person.joined, "join", person, person.line)
        for lost, back in person.offline:
            yield Step(lost, "offline", person, person.line)
            yield Step(back, "back", person, person.line)
        if person.left is not None:
            yield Step(person.left, "leave", person, person.line)
    for post in transcript.posts:
        yield Step(post.t, "post", post, post.line)
        if post.reworded_at is not None:
            yield Step(post.reworded_at, "reword", post, post.line)
    for reply in transcript.replies:
        yield Step(reply.t, "reply", reply, reply.line)
    for ballot in transcript.ballots:
        for vote in ballot.votes:
            yield Step(vote.t, "vote", (ballot, vote), vote.line)
    for answers in transcript.answers:
        yield Step(answers.t, "answer", answers, answers.line)


def _of_staff(transcript: Transcript) -> Iterator[Step]:
    for cluster in transcript.clusters:
        yield Step(cluster.t, "cluster", cluster, cluster.line)
    for action in transcript.actions:
        yield Step(action.t, "action", action, action.line)
