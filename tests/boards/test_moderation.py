"""Moderation: each act is told to its author, logged, and can be undone; two facilitators do not overwrite each other."""

from __future__ import annotations

from typing import Any

import pytest

from facilitation.core.errors import Refused
from facilitation.people.mine import mine
from tests.cast import Cast


@pytest.fixture
def board(cast: Cast) -> str:
    cast.start("challenges")
    cast.act("activity.reveal", cast.anna)
    return cast.board("challenges")


def post(cast: Cast, board: str, text: str, who: Any = None) -> str:
    return str(cast.act("contribution.post", who or cast.ben, board=board, text=text)["id"])


def content(cast: Cast) -> dict[str, Any]:
    """Everything the staff sees, without the log and version counters that only grow."""
    entities = cast.look()["entities"]
    strip = ("version", "reason")
    return {
        type_: {id_: {k: v for k, v in value.items() if k not in strip} for id_, value in values.items()}
        for type_, values in entities.items()
        if type_ != "act"
    }


def test_the_chain_of_undo_returns_to_the_start(cast: Cast, board: str) -> None:
    one, two, three = (post(cast, board, text) for text in ("One", "Two", "Three"))
    cluster = cast.act("cluster.create", cast.rita, board=board, title="First", contributions=[one])["id"]
    before, acts = content(cast), []
    for who, name, args in [
        (cast.anna, "contribution.hide", {"id": one, "reason": "test"}),
        (cast.rita, "cluster.add", {"cluster": cluster, "contributions": [two, three]}),
        (cast.anna, "cluster.remove", {"cluster": cluster, "contributions": [two]}),
        (cast.anna, "cluster.rename", {"cluster": cluster, "title": "Second"}),
        (cast.rita, "cluster.rename", {"cluster": cluster, "title": "Third"}),
        (cast.anna, "contribution.pin", {"id": two}),
        (cast.anna, "contribution.wall", {"id": three, "on": False}),
        (cast.rita, "cluster.dissolve", {"cluster": cluster}),
        (cast.anna, "seat.hide_all", {"id": three, "reason": "flood"}),
        (cast.anna, "contribution.spotlight", {"id": None}),
        (cast.anna, "lab.approve_first", {"on": True}),
    ]:
        acts.append(cast.act(name, who, **args)["act"])
    assert content(cast) != before
    for act in reversed([act for act in acts if act]):
        assert cast.act("moderation.undo", cast.anna, action=act)["act"]
    assert content(cast) == before
    log = cast.look()["entities"]["act"].values()
    assert sum(value["act"] == "undo" for value in log) == len([act for act in acts if act])
    assert [value["n"] for value in log] == list(range(1, len(log) + 1))


def test_undoing_twice_is_one_undo(cast: Cast, board: str) -> None:
    hidden = cast.act("contribution.hide", cast.anna, id=post(cast, board, "One"))["act"]
    first = cast.act("moderation.undo", cast.anna, action=hidden)
    assert cast.act("moderation.undo", cast.rita, action=hidden) == first


def test_what_changed_since_is_not_undone_by_surprise(cast: Cast, board: str) -> None:
    id_ = post(cast, board, "One")
    hidden = cast.act("contribution.hide", cast.anna, id=id_)["act"]
    cast.act("contribution.restore", cast.anna, id=id_)
    assert cast.ask("moderation.undo", cast.anna, action=hidden)["code"] == "conflict"


def test_two_helpers_cluster_the_same_text_and_nothing_is_lost(cast: Cast, board: str) -> None:
    one, two = post(cast, board, "One"), post(cast, board, "Two")
    first = cast.act("cluster.create", cast.anna, board=board, title="A", contributions=[one])["id"]
    second = cast.act("cluster.create", cast.rita, board=board, title="B", contributions=[two, one])["id"]
    clusters = cast.look()["entities"]["cluster"]
    assert (clusters[first]["contributions"], clusters[second]["contributions"]) == ([], [two, one])


def test_two_helpers_rename_and_the_second_sees_both_titles(cast: Cast, board: str) -> None:
    made = cast.act("cluster.create", cast.anna, board=board, title="A", contributions=[post(cast, board, "One")])
    cast.act("cluster.rename", cast.rita, cluster=made["id"], title="Rita's", version=made["version"])
    answer = cast.ask("cluster.rename", cast.anna, cluster=made["id"], title="Anna's", version=made["version"])
    assert answer["code"] == "conflict"
    assert answer["data"]["mine"]["title"] == "Anna's"
    assert answer["data"]["theirs"]["title"] == "Rita's"


def test_a_cluster_on_an_open_ballot_keeps_what_is_voted_on(cast: Cast, board: str) -> None:
    one = post(cast, board, "One")
    cluster = cast.act("cluster.create", cast.anna, board=board, title="A", contributions=[one])["id"]
    cast.act("ballot.open", cast.anna, ballot=cast.ballot("challenges"))
    assert cast.ask("cluster.remove", cast.anna, cluster=cluster, contributions=[one])["code"] == "bad_state"


def test_only_the_author_changes_a_text(cast: Cast, board: str) -> None:
    id_ = post(cast, board, "One")
    assert cast.ask("contribution.reword", cast.anna, id=id_, text="Two", version=1)["code"] == "forbidden"
    assert cast.ask("contribution.reword", cast.chloe, id=id_, text="Two", version=1)["code"] == "forbidden"
    assert cast.ask("contribution.reword", cast.ben, id=id_, text="Two", version=1)["ok"]


def test_a_second_wording_against_an_old_version_shows_both(cast: Cast, board: str) -> None:
    id_ = post(cast, board, "One")
    cast.act("contribution.reword", cast.ben, id=id_, text="From the tablet", version=1)
    answer = cast.ask("contribution.reword", cast.ben, id=id_, text="From the phone", version=1)
    assert answer["code"] == "conflict"
    assert answer["data"] == {"mine": {"text": "From the phone"}, "theirs": {"text": "From the tablet", "version": 2}}


def test_asking_for_another_wording_hides_it_until_it_is_approved(cast: Cast, board: str) -> None:
    id_ = post(cast, board, "Company X fails")
    cast.act("contribution.ask", cast.anna, id=id_, text="Please without the name")
    from facilitation.core.unit_of_work import reading
    from facilitation.extensions import db

    with reading(db.engine) as session:
        (own,) = mine(session, cast.ben.id)["contributions"]
    assert (own["status"], own["reason"]) == ("hidden", "Please without the name")
    assert cast.act("contribution.reword", cast.ben, id=id_, text="One firm fails", version=2)["status"] == "pending"
    cast.act("contribution.publish", cast.anna, id=id_)
    assert cast.look("room")["entities"]["contribution"][id_]["text"] == "One firm fails"


def test_somebody_elses_unseen_text_is_not_there(cast: Cast) -> None:
    cast.start("swot")
    swot = cast.board("swot", case=cast.case)
    id_ = str(cast.act("contribution.post", cast.ben, board=swot, column="S", text="Secret yet")["id"])
    for name, args in (
        ("contribution.reply", {"kind": "agree"}),
        ("contribution.withdraw", {}),
        ("contribution.reword", {"text": "x", "version": 1}),
    ):
        assert cast.ask(name, cast.chloe, id=id_, **args)["code"] == "not_found"
    assert cast.ask("contribution.reply", cast.anna, id=id_, kind="agree")["ok"]


def test_a_moderated_board_shows_nothing_before_the_approval(cast: Cast, board: str) -> None:
    cast.act("board.set", cast.anna, board=board, moderated=True)
    made = cast.act("contribution.post", cast.ben, board=board, text="Waiting")
    assert made["status"] == "pending"
    assert made["id"] not in cast.look("room")["entities"]["contribution"]
    cast.act("contribution.publish", cast.anna, id=made["id"])
    assert made["id"] in cast.look("room")["entities"]["contribution"]


def test_the_room_never_learns_hidden_counts(cast: Cast, board: str) -> None:
    """Numbers of the room's stream do not move for what only the staff may see."""
    cast.act("board.set", cast.anna, board=board, moderated=True)
    before = {audience: cast.look(audience)["seq"] for audience in ("room", "staff")}
    cast.act("contribution.post", cast.ben, board=board, text="Waiting")
    assert cast.look("room")["seq"] == before["room"]
    assert cast.look("staff")["seq"] > before["staff"]


def test_refusals_leave_no_trace(cast: Cast, board: str) -> None:
    before = {audience: cast.look(audience) for audience in ("room", "staff")}
    with pytest.raises(Refused):
        cast.do("contribution.hide", cast.ben, lab=cast.lab, id=post)
    assert not cast.ask("cluster.create", cast.anna, board=board, title="A", contributions=["nothing"])["ok"]
    assert {audience: cast.look(audience) for audience in ("room", "staff")} == before
