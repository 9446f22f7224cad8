"""A change costs what it touches, however large the board is; what is kept is bounded by its bytes."""

from __future__ import annotations

import gzip
import json
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from facilitation.boards import views
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.stream import parts
from facilitation.stream.kept import Kept, Shelf, Snapshots
from facilitation.stream.parts import PART
from facilitation.stream.read import Looking, apply
from tests.cast import Cast


def board(contributions: int) -> dict[str, Any]:
    said = {f"c{n}": {"text": f"What was said as number {n} ö", "n": n} for n in range(contributions)}
    entities = {"lab": {"l": {"title": "Lab"}}, "contribution": said, "cluster": {}, "tally": {"t": {"count": contributions}}}
    return {"epoch": "e", "stream": "room", "seq": 7, "entities": entities}


def change(state: dict[str, Any], *changes: tuple[str, str, Any]) -> dict[str, Any]:
    told = [{"type": type_, "id": id_, "value": value} for type_, id_, value in changes]
    return {"epoch": state["epoch"], "stream": "room", "from": state["seq"], "to": state["seq"] + 1, "changes": told}


def unpacked(kept: Kept) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress(kept.gzipped()))  # checks the sum and the length as well
    assert found == json.loads(kept.whole())
    return found


def test_any_changes_one_after_the_other_give_what_the_law_says() -> None:
    """New, changed, shrunk and grown, gone, of a type that was not there; asked for as text, packed, or not at all."""
    chance, state = Random(7), board(300)
    kept = Kept.of(state)
    for step in range(300):
        known = list(state["entities"]["contribution"])
        at = chance.randrange(0, len(known) - 3)
        value = {"text": chance.choice(["short", "long " * chance.randrange(2000), "ü" * 40])}
        changes: list[tuple[str, str, Any]] = [
            ("contribution", f"new{step}", value), ("contribution", known[at], value), ("tally", "t", {"count": step}),
            *(("contribution", id_, None) for id_ in known[at + 1 : at + chance.randrange(1, 4)]),
            ("contribution", "never there", None), ("hand", f"h{step % 3}", None if step % 2 else {"up": True}),
        ]  # fmt: skip
        given = change(state, *dict(((type_, id_), (type_, id_, one)) for type_, id_, one in changes).values())
        before = state
        state, kept = apply(state, given), kept.after(given)
        if step % 3 == 0:
            assert unpacked(kept) == state
            assert kept.seq == before["seq"] + 1
    assert unpacked(kept) == state
    gone = change(state, *(("contribution", id_, None) for id_ in state["entities"]["contribution"]))
    assert unpacked(kept.after(gone)) == apply(state, gone)
    assert unpacked(kept) == state  # an older one, still being sent, is not touched by newer ones


class Spent:
    """Counts what is encoded and packed from now on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.values = self.bytes = 0
        encode, pack = parts.encoded, parts.deflated

        def encoded(value: object) -> str:
            self.values += isinstance(value, dict)
            return encode(value)

        def deflated(content: bytes, history: bytes) -> bytes:
            self.bytes += len(content)
            return pack(content, history)

        patch.setattr(parts, "encoded", encoded)
        patch.setattr(parts, "deflated", deflated)


@pytest.mark.parametrize("size", [500, 5000])
@pytest.mark.parametrize("which", ["c3", "c250", "new"])
def test_one_contribution_encodes_one_and_packs_its_part_and_the_next(
    size: int, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept.of(board(size))
    assert len(kept.gzipped()) < len(kept.whole()) / 3
    spent = Spent(monkeypatch)
    later = kept.after(change(board(size), ("contribution", which, {"text": "Somebody said so"})))
    later.gzipped()
    assert spent.values == 1
    assert 0 < spent.bytes < 3 * PART
    spent.bytes = 0
    later.gzipped()
    assert spent.bytes == 0


def test_small_labs_are_kept_by_the_hundred_and_large_ones_by_their_bytes() -> None:
    shelf: Shelf[str] = Shelf(room=1000)
    for n in range(300):
        shelf.put(("e", f"l{n}", "room"), f"snapshot {n}", 3)
    assert shelf.get(("e", "l0", "room")) == "snapshot 0"  # asked for just now: not the next one to go
    shelf.put(("e", "large", "room"), "a large one", 103)
    assert shelf.get(("e", "l1", "room")) is None
    assert shelf.get(("e", "l0", "room")) == "snapshot 0"
    shelf.put(("e", "large", "room"), "the same, grown", 400)
    assert sum(shelf.get(("e", f"l{n}", "room")) is not None for n in range(300)) == 200
    shelf.put(("e", "huge", "room"), "larger than all", 5000)
    assert shelf.get(("e", "huge", "room")) == "larger than all"
    assert shelf.get(("e", "large", "room")) is None
    shelf.put(("e", "huge", "room"), "smaller again", 10)
    shelf.put(("e", "small", "room"), "small", 10)
    assert shelf.get(("e", "huge", "room")) == "smaller again"


def test_more_labs_than_were_kept_before_are_built_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred streams, asked for in turn: each is built when it is asked for first, and not again."""
    snapshots, spent = Snapshots(), Spent(monkeypatch)
    with reading(db.engine) as session:
        real = Looking(session, cast.lab, "room", cast.settings)
        kept = [snapshots.get(real)]
        for n in range(100):
            snapshots._kept.put(("e", f"lab {n}", "room"), kept[0], kept[0].weight)
        spent.values = 0
        assert snapshots.get(real) is kept[0]
    assert spent.values == 0


def test_its_weight_is_about_what_python_needs_for_it() -> None:
    kept = Kept.of(board(2000))
    assert 2 * len(kept.whole()) < kept.weight < 8 * len(kept.whole())


def test_few_contributions_are_looked_up_and_not_looked_for(cast: Cast) -> None:
    """What a change announces: by their ids, not by reading the whole lab in its order."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by how much there is")
    for query in views._AUDIENCES.values():
        few = query.where(views._OF_LAB, views.Contribution.id.in_(["a", "b"])).params(lab=cast.lab)
        written = str(few.compile(dialect=db.engine.dialect, compile_kwargs={"literal_binds": True}))
        with reading(db.engine) as session:
            plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {written}"))]
        assert "(id=?)" in plan[0], plan
        assert not [step for step in plan if "lab_id=?" in step]
