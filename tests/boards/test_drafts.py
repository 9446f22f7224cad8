"""The owner's draft is on its SWOT board from the start, open to comment; what people say waits for the reveal (R-65)."""

from __future__ import annotations

import json
from typing import Any

from tests.cast import Cast


def room(cast: Cast, type_: str) -> dict[str, Any]:
    return dict(cast.look("room")["entities"][type_])


def swot(cast: Cast) -> str:
    """The first SWOT board, whose contributions are shown only at the reveal."""
    activity = next(id_ for id_, value in cast.look("staff")["entities"]["activity"].items() if value["kind"] == "swot")
    cast.act("activity.start", cast.anna, activity=activity)
    board = room(cast, "activity")[activity]["boards"][0]
    assert not room(cast, "board")[board]["revealed"]
    return str(board)


def drafts(cast: Cast, board: str) -> dict[str, Any]:
    return {id_: value for id_, value in room(cast, "contribution").items() if value["board"] == board}


def test_the_draft_is_there_before_the_reveal_and_is_not_counted(cast: Cast) -> None:
    board = swot(cast)
    assert {value["text"] for value in drafts(cast, board).values()} == {
        "Origin is known", "Needs a large volume", "Other minerals", "Price cycles",
    }  # fmt: skip
    assert {tally["count"] for tally in room(cast, "tally").values() if tally.get("board") == board} == {0}


def test_a_comment_on_the_draft_waits_for_the_reveal_even_as_a_number(cast: Cast) -> None:
    board = swot(cast)
    draft = next(iter(drafts(cast, board)))
    have = cast.look("room")["seq"]
    cast.act("contribution.reply", cast.ben, id=draft, kind="question", text="Known by whom, quetzal?")
    assert "quetzal" in json.dumps(cast.look("staff"))
    assert "quetzal" not in json.dumps([cast.look("room"), cast.delta("room", have)])
    assert "replies" not in drafts(cast, board)[draft]
    cast.act("activity.reveal", cast.anna)
    assert drafts(cast, board)[draft]["replies"] == 1
    assert "quetzal" in json.dumps(cast.look("room"))


def test_a_hidden_draft_leaves_the_room(cast: Cast) -> None:
    board = swot(cast)
    draft = next(iter(drafts(cast, board)))
    have = cast.look("room")["seq"]
    cast.act("contribution.hide", cast.anna, id=draft, reason="out of date")
    assert draft not in drafts(cast, board)
    assert {"type": "contribution", "id": draft, "value": None} in cast.delta("room", have)["changes"]
