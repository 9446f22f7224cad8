"""Kept snapshots: the same as fresh ones after every command, packed as every reader of gzip understands it."""

from __future__ import annotations

import gzip
import json
import zlib

from facilitation.core.actor import SYSTEM
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.stream.kept import CatchUps, Snapshots, ending
from facilitation.stream.read import Looking, delta, epoch_and_head
from facilitation.stream.record import AUDIENCES
from tests.cast import ORIGIN, Cast
from tests.live.scenario import walk


def test_after_every_command_a_kept_snapshot_is_the_fresh_one(cast: Cast) -> None:
    snapshots, steps = Snapshots(), 0
    for _ in walk(cast, lambda who, name, args: cast.ask(name, SYSTEM if who == "system" else getattr(cast, who), **args)):
        steps += 1
        with reading(db.engine) as session:
            for audience in AUDIENCES:
                looking = Looking(session, cast.lab, audience, cast.settings)
                assert json.loads(snapshots.get(looking).whole()) == cast.look(audience)
    assert steps > 30


def test_one_packing_serves_everybody_with_their_own_end(cast: Cast) -> None:
    cast.start("challenges")
    for n in range(20):
        cast.act("contribution.post", cast.ben, board=cast.board("challenges"), text=f"A levy per tonne, said {n} times 汉字")
    snapshots = Snapshots()
    with reading(db.engine) as session:
        kept = snapshots.get(Looking(session, cast.lab, "staff", cast.settings))
        again = snapshots.get(Looking(session, cast.lab, "staff", cast.settings))
    assert kept is again
    for mine in (None, {"seat": "a"}, {"seat": "b", "contributions": ["é" * 1000]}):
        packed = kept.gzipped(ending(mine))
        assert gzip.decompress(packed).decode() == kept.whole(ending(mine))
        reader = zlib.decompressobj(31)  # one member, nothing behind it: what browsers read
        assert reader.decompress(packed).decode() == kept.whole(ending(mine))
        assert reader.eof
        assert reader.unused_data == b""
        found = json.loads(kept.whole(ending(mine)))
        assert found.pop("mine", None) == mine
        assert found == cast.look("staff")


def test_hidden_words_are_in_no_later_snapshot_though_one_is_kept(cast: Cast) -> None:
    cast.start("challenges")
    posted = cast.act("contribution.post", cast.ben, board=cast.board("challenges"), text="okapi")
    cast.act("activity.reveal", cast.anna)
    browser, path = cast.browser(cast.chloe), f"/labs/{cast.lab}/stream/room"
    assert b"okapi" in gzip.decompress(browser.get(path, headers={**ORIGIN, "Accept-Encoding": "gzip"}).data)
    cast.act("contribution.hide", cast.anna, id=posted["id"], reason="names a company")
    later = browser.get(path, headers={**ORIGIN, "Accept-Encoding": "gzip"})
    assert b"okapi" not in gzip.decompress(later.data)
    same = browser.get(path, headers={**ORIGIN, "Accept-Encoding": "gzip", "If-None-Match": later.headers["ETag"]})
    assert same.status_code == 304


def test_after_every_command_kept_deltas_are_the_fresh_ones(cast: Cast) -> None:
    """From the beginning, from the step before, and from nothing lost: each asked for twice."""
    kept, before, found = CatchUps(), dict.fromkeys(AUDIENCES, 0), 0
    for _ in walk(cast, lambda who, name, args: cast.ask(name, SYSTEM if who == "system" else getattr(cast, who), **args)):
        with reading(db.engine) as session:
            for audience in AUDIENCES:
                epoch, head = epoch_and_head(session, cast.lab, audience)
                for have in (0, before[audience], head):
                    looking = Looking(session, cast.lab, audience, cast.settings)
                    first, again = (kept.get(looking, epoch, have, head) for _ in "12")
                    assert first is not None
                    assert first is again
                    assert json.loads(first.whole()) == delta(looking, have)
                    assert json.loads(first.whole(ending({"seat": "a"})))["mine"] == {"seat": "a"}
                    found += 1
                before[audience] = head
    assert found > 100


def test_deltas_are_kept_within_bounds(cast: Cast) -> None:
    cast.start("challenges")
    for n in range(6):
        cast.act("contribution.post", cast.ben, board=cast.board("challenges"), text=f"Number {n} of six")
    with reading(db.engine) as session:
        looking = Looking(session, cast.lab, "staff", cast.settings)
        epoch, head = epoch_and_head(session, cast.lab, "staff")
        whole = CatchUps().get(looking, epoch, head - 2, head)
        assert whole is not None
        narrow = CatchUps(room=len(whole) + 10)  # characters: each of two fits, both together do not
        one, two = narrow.get(looking, epoch, head - 1, head), narrow.get(looking, epoch, head - 2, head)
        assert one is not None
        assert two is not None
        assert narrow.get(looking, epoch, head - 2, head) is two
        assert narrow.get(looking, epoch, head - 1, head) is not one
        assert narrow.get(looking, epoch, head + 5, head) is None  # from another time: a snapshot is the answer


def test_hidden_words_are_in_no_later_delta_though_one_is_kept(cast: Cast) -> None:
    cast.start("challenges")
    posted = cast.act("contribution.post", cast.ben, board=cast.board("challenges"), text="okapi")
    cast.act("activity.reveal", cast.anna)
    state = cast.look("room")
    browser = cast.browser(cast.chloe)
    path = f"/labs/{cast.lab}/stream/room?epoch={state['epoch']}&have={state['seq'] - 3}"
    for _ in "12":
        assert b"okapi" in browser.get(path, headers=ORIGIN).data
    cast.act("contribution.hide", cast.anna, id=posted["id"], reason="names a company")
    assert b"okapi" not in browser.get(path, headers=ORIGIN).data
