"""The law of the contract: old snapshot + changes = fresh snapshot, for every command and every audience (D4, D5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from facilitation.core.actor import SYSTEM
from facilitation.core.commands import REGISTRY
from facilitation.stream.read import apply
from facilitation.stream.record import AUDIENCES
from tests.cast import Cast
from tests.live.scenario import STEPS, walk

pytestmark = pytest.mark.both_databases

REPORT_COMMANDS = {
    "report.",
    "merge.",
    "photo.",
    "remark.",
}  # they change reports and cases, not the lab's stream; tests/reports walks them


def test_the_scenario_holds_every_lab_command() -> None:
    named = {step[1] for step in STEPS}
    of_labs = {name for name, entry in REGISTRY.items() if entry.scope == "lab"}
    missing = {name for name in of_labs - named if not name.startswith(tuple(REPORT_COMMANDS))}
    assert missing - {"lab.open"} == set()  # the cast opened the lab already


def test_old_snapshot_plus_changes_is_a_fresh_snapshot(cast: Cast) -> None:
    before = {audience: cast.look(audience) for audience in AUDIENCES}
    first = dict(before)
    steps = 0

    def carry_out(who: str, name: str, args: dict[str, Any]) -> dict[str, Any]:
        identity = SYSTEM if who == "system" else getattr(cast, who)
        return cast.ask(name, identity, **args)

    for step, _answer in walk(cast, carry_out):
        steps += 1
        for audience in AUDIENCES:
            fresh = cast.look(audience)
            change = cast.delta(audience, before[audience]["seq"])
            assert apply(before[audience], change) == fresh, (step[:2], audience)
            before[audience] = fresh
    assert steps == len(STEPS)
    for audience in AUDIENCES:  # and in one leap from the very beginning
        assert apply(first[audience], cast.delta(audience, first[audience]["seq"])) == before[audience]


def test_numbers_have_no_gaps(cast: Cast) -> None:
    from sqlalchemy import text

    from facilitation.core.unit_of_work import reading
    from facilitation.extensions import db

    for _ in walk(cast, lambda who, name, args: cast.ask(name, SYSTEM if who == "system" else getattr(cast, who), **args)):
        pass
    with reading(db.engine) as session:
        for audience in AUDIENCES:
            rows = session.execute(
                text("SELECT seq FROM stream_change WHERE lab_id = :lab AND audience = :audience ORDER BY seq"),
                {"lab": cast.lab, "audience": audience},
            )
            numbers = [row.seq for row in rows]
            assert len(numbers) > 50
            assert numbers == list(range(1, len(numbers) + 1))
            assert cast.look(audience)["seq"] == len(numbers)


def test_before_the_reveal_the_room_has_counts_and_no_words(cast: Cast) -> None:
    cast.start("swot")
    board = cast.board("swot", case=cast.case)
    have = cast.look("room")["seq"]
    cast.act("contribution.post", cast.ben, board=board, column="S", text="zebra crossing")
    assert "zebra" in json.dumps(cast.look("staff"))
    assert "zebra" not in json.dumps(cast.look("room"))
    change = cast.delta("room", have)
    assert "zebra" not in json.dumps(change)
    assert [item["value"]["count"] for item in change["changes"] if item["type"] == "tally"] == [
        1
    ]  # Ben's; the draft is there to be read
    cast.act("activity.reveal", cast.anna)
    assert "zebra" in json.dumps(cast.look("room"))


def test_hidden_and_withdrawn_words_are_gone_for_the_room(cast: Cast) -> None:
    cast.start("challenges")
    board = cast.board("challenges")
    hidden = cast.act("contribution.post", cast.ben, board=board, text="okapi one")
    withdrawn = cast.act("contribution.post", cast.chloe, board=board, text="okapi two")
    cast.act("activity.reveal", cast.anna)
    assert json.dumps(cast.look("room")).count("okapi") == 2
    have = cast.look("room")["seq"]
    cast.act("contribution.hide", cast.anna, id=hidden["id"], reason="test")
    cast.act("contribution.withdraw", cast.chloe, id=withdrawn["id"])
    assert "okapi" not in json.dumps([cast.look("room"), cast.delta("room", have)])
    assert "okapi two" not in json.dumps(cast.look("staff"))
