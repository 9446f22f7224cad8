"""What must fit together in a transcript, over the finished values. The server would refuse the rest while playing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from facilitation.cases.marked import FileError, Marked
from facilitation.core.i18n import _
from facilitation.core.text import length
from facilitation.rehearsal import words
from facilitation.rehearsal.transcript import BallotItem, ClusterItem, Decision, Post, Transcript, VoteItem

PLACE = re.compile(r"(A[1-9]\d{0,3})(\.E[1-9]\d{0,3})?")
SECTION = re.compile(r"part[123]\.(\d\.\d)")


def place(node: Marked) -> tuple[str, str | None]:
    """(aspect, element) of a place in the matrix, as `A1` or `A1.E3`."""
    found = PLACE.fullmatch(node.text())
    if found is None:
        node.fail(_("A place in the matrix is written A1 or A1.E3."))
    return found[1], node.text() if found[2] else None


def check(transcript: Transcript) -> None:
    """Return when everything fits together, else `FileError` with the line of what does not."""
    posts = {post.id: post for post in transcript.posts}
    joined = {person.id: person.joined for person in transcript.people}
    for post in transcript.posts:
        _check_post(post, transcript, joined)
    for reply in transcript.replies:
        if reply.t < posts[reply.parent].t:
            _fail(_("This answers something that is not there yet."), reply.line)
    for cluster in transcript.clusters:
        _check_cluster(cluster, [posts[member] for member in cluster.members])
    scopes = {cluster.id: _board(posts[cluster.members[0]]) for cluster in transcript.clusters}
    for ballot in transcript.ballots:
        for vote in ballot.votes:
            _check_vote(vote, ballot, scopes)
    owned = {member.case for member in transcript.staff}
    for decision in transcript.decisions:
        _check_decision(decision, owned)


def _check_post(post: Post, transcript: Transcript, joined: Mapping[str, int]) -> None:
    if post.t < joined[post.author]:
        _fail(_("%(person)s has not joined yet.", person=post.author), post.line)
    late = [person for person in post.on_behalf_of if joined[person] > post.t]
    if late:
        _fail(_("%(person)s has not joined yet.", person=late[0]), post.line)
    if length(post.text) > transcript.meta.max_length:
        limit = transcript.meta.max_length
        _fail(_("This is %(length)s characters long; %(max)s are possible.", length=length(post.text), max=limit), post.line)


def _check_cluster(cluster: ClusterItem, members: list[Post]) -> None:
    if any(post.t > cluster.t for post in members):
        _fail(_("A member of this cluster is posted later."), cluster.line)
    boards = {(post.kind, post.activity, post.case if post.kind == "swot" else None) for post in members}
    if len(boards) > 1:
        _fail(_("A cluster holds contributions of one board."), cluster.line)


def _check_vote(vote: VoteItem, ballot: BallotItem, scopes: Mapping[str, str]) -> None:
    strangers = [item for item in vote.dots if scopes[item] != ballot.scope]
    if strangers:
        _fail(_("%(item)s is not on this ballot.", item=strangers[0]), vote.line)
    if ballot.method == "rating":
        if any(str(step) not in ballot.scale for step in vote.dots.values()):
            _fail(_("This step is not on the scale."), vote.line)
    elif sum(vote.dots.values()) > ballot.per_person or max(vote.dots.values(), default=0) > ballot.max_per_item:
        _fail(_("These are more dots than the ballot gives."), vote.line)


def _check_decision(decision: Decision, owned: set[str | None]) -> None:
    pattern = SECTION if decision.op == "extend_section" else PLACE
    if pattern.fullmatch(decision.target) is None:
        _fail(_("“%(target)s” is not a place for this.", target=decision.target), decision.line)
    if decision.case not in owned:
        _fail(_("Nobody of the staff owns %(case)s.", case=decision.case), decision.line)


def _board(post: Post) -> str:
    return words.BOARDS[post.kind]


def _fail(message: str, line: int) -> NoReturn:
    raise FileError(message, line=line)
