"""A released report says the same for ever, whatever is done later; only what its people take back leaves it (R-94, D14)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from facilitation.boards.models import Contribution
from facilitation.cases.models import Case
from facilitation.core.actor import SYSTEM
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.reports import release
from facilitation.reports.assemble import assemble
from facilitation.reports.closed import Photo
from facilitation.reports.content import as_data
from facilitation.reports.models import ReportState
from facilitation.stream.models import Instance
from tests.reports.conftest import Held
from tests.reports.test_merging import decide
from tests.reports.test_pages import browse, post
from tests.reports.transcript import sample_lab


def told(held: Held) -> str:
    return repr(as_data(assemble(held.gather())))


def put_out(held: Held) -> str:
    """Release the report; what it says."""
    held.cast.act("report.set_state", held.cast.anna, state="released")
    return told(held)


def stored(held: Held) -> str:
    """Every word the release keeps."""
    with reading(db.engine) as session:
        return json.dumps(session.get_one(ReportState, held.cast.lab).frozen)


def rename_the_house(held: Held) -> None:
    def change(work: Any) -> None:
        row = work.session.get_one(Instance, 1)
        row.settings = {**(row.settings or {}), "imprint": {"imprint": "LATER-WORDS"}}

    held.cast.writer.run(change)


def close_again(held: Held) -> None:
    held.cast.act("lab.close", held.cast.mara, grace_s=0)
    held.cast.act("lab.cut", SYSTEM)


Later = Callable[[Held], Any]
LATER: dict[str, Later] = {
    "parked": lambda held: held.cast.act("contribution.park", held.cast.rita, id=held.ids["cost"], owner="LATER-WORDS"),
    "moved": lambda held: held.cast.act("contribution.move", held.cast.anna, id=held.ids["known"], column="T"),
    "restored": lambda held: held.cast.act("contribution.restore", held.cast.anna, id=held.ids["hidden"]),
    "translated": lambda held: held.cast.act(
        "contribution.translate", held.cast.rita, id=held.ids["cost"], lang="de", translation="LATER-WORDS"
    ),
    "pinned": lambda held: held.cast.act("contribution.pin", held.cast.anna, id=held.ids["cost"]),
    "shown": lambda held: held.cast.act("contribution.spotlight", held.cast.anna, id=held.ids["cost"]),
    "noted": lambda held: held.cast.act("note.save", held.cast.rita, text="LATER-WORDS"),
    "written": lambda held: held.cast.ask("report.write", held.cast.rita, part="purpose", text="LATER-WORDS"),
    "proposed": lambda held: held.cast.act("merge.propose", held.cast.rita),
    "decided": lambda held: decide(held, "edit", "cluster:size_k", text="LATER-WORDS"),
    "case": lambda held: held.cast.do("case.add_aspect", held.cast.omar, case=held.cast.case, fields={"title": "LATER-WORDS"}),
    "neutral title": lambda held: held.cast.writer.run(
        lambda work: setattr(work.session.get_one(Case, held.cast.case), "neutral_title", "LATER-WORDS")
    ),
    "house": rename_the_house,
    "opened again": lambda held: held.cast.act("lab.reopen", held.cast.mara),
    "renamed": lambda held: held.cast.act(
        "cluster.rename", held.cast.rita, cluster=held.ids["size_k"], title="LATER-WORDS", version=2
    ),
    "dissolved": lambda held: held.cast.act("cluster.dissolve", held.cast.rita, cluster=held.ids["known_k"]),
    "posted": lambda held: held.cast.act(
        "contribution.note", held.cast.rita, board=held.cast.board("swot", case=held.cast.case), column="S", text="LATER-WORDS"
    ),
    "planned": lambda held: held.cast.act("activity.add", held.cast.anna, kind="talk", stage="context", title="LATER-WORDS"),
    "left": lambda held: held.cast.act("seat.leave", held.people[7]),
    "tiered": lambda held: held.cast.act("seat.update", held.people[8], tier="3"),
    "closed again": close_again,
}


def test_nothing_done_later_changes_a_released_report(held: Held) -> None:
    """One after the other on one lab: what each command leaves behind stays while the next is tried."""
    first = put_out(held)
    for name, later in LATER.items():
        later(held)
        assert told(held) == first, name
        assert "LATER-WORDS" not in stored(held)
        page = browse(held, held.cast.eve).get(f"/labs/{held.cast.lab}/report")
        assert page.status_code == 200, name  # for anybody, even while the lab is open again
        assert "LATER-WORDS" not in page.text


def test_what_was_done_later_is_in_the_next_version(held: Held) -> None:
    cast = held.cast
    first = put_out(held)
    LATER["parked"](held)
    LATER["house"](held)
    cast.act("report.set_state", cast.anna, state="draft")
    assert "LATER-WORDS" in told(held)
    second = put_out(held)
    assert "LATER-WORDS" in second
    assert second != first
    with reading(db.engine) as session:
        assert [one["version"] for one in session.get_one(ReportState, cast.lab).releases] == [2, 4]


def test_the_desk_does_not_take_what_would_not_show(held: Held) -> None:
    item, page = held.ids["cost"], f"/labs/{held.cast.lab}/report/desk"
    held.cast.act("contribution.park", held.cast.rita, id=item, owner="Anna")
    put_out(held)
    client = browse(held, held.cast.rita)
    answer = post(client, f"/labs/{held.cast.lab}/report/parking/{item}", page, owner="LATER-WORDS", next_step="", date="")
    assert answer.status_code == 409
    assert "This report is released." in answer.text
    held.cast.act("report.set_state", held.cast.anna, state="draft")
    assert "LATER-WORDS" not in told(held)


# ---- against its people


def test_what_is_taken_back_leaves_the_released_report_and_what_it_keeps(held: Held) -> None:
    cast = held.cast
    cast.act("merge.propose", cast.rita)
    decide(held, "accept", "contribution:lonely")
    assert "LONELY-THREAT" in put_out(held)
    assert "LONELY-THREAT" in stored(held)
    cast.act("contribution.withdraw", held.person("3", 1), id=held.ids["lonely"])
    assert "LONELY-THREAT" not in told(held)
    assert "LONELY-THREAT" not in stored(held)
    assert held.gather().withdrawn == 2  # the number says so
    assert "Buyer knows the mine" in told(held)


def test_a_line_that_left_the_case_before_leaves_the_release_too(held: Held) -> None:
    """The owner takes a merged line out again after the release: the release still has it, and loses it with its words."""
    cast = held.cast
    cast.act("merge.propose", cast.rita)
    decide(held, "accept", "contribution:lonely")
    put_out(held)
    row = held.proposals()["contribution:lonely"]
    cast.do("merge.reopen", cast.omar, case=cast.case, proposal=row.id, version=row.version)
    assert stored(held).count("LONELY-THREAT") > 1
    cast.act("contribution.withdraw", held.person("3", 1), id=held.ids["lonely"])
    assert "LONELY-THREAT" not in stored(held)


def test_the_title_of_a_cluster_goes_with_its_last_contribution(held: Held) -> None:
    assert "Known origin" in put_out(held)
    held.cast.act("contribution.withdraw", held.person("1"), id=held.ids["known"])
    assert "Known origin" not in told(held)
    assert "Known origin" not in stored(held)
    assert "Size barrier" in told(held)


def test_words_of_the_owner_stay_in_the_release(held: Held) -> None:
    cast = held.cast
    cast.act("merge.propose", cast.rita)
    decide(held, "edit", "contribution:lonely", text="THE-OWNERS-WORDS")
    put_out(held)
    cast.act("contribution.withdraw", held.person("3", 1), id=held.ids["lonely"])
    assert "LONELY-THREAT" not in stored(held)
    assert "THE-OWNERS-WORDS" in stored(held)


def test_what_the_staff_hides_is_gone_and_can_only_come_back_as_it_was(held: Held) -> None:
    cast = held.cast
    first = put_out(held)
    cast.act("contribution.hide", cast.anna, id=held.ids["lonely"], reason="names somebody")
    assert "LONELY-THREAT" not in told(held)
    assert held.gather().hidden == 2
    cast.act("contribution.restore", cast.anna, id=held.ids["lonely"])
    assert told(held) == first


def test_a_release_keeps_every_value_and_no_picture() -> None:
    picture = Photo("p", "A wall", "After the walk", 3, 2, b"JPEG")
    lab = sample_lab(photos=(picture,), state="released", version=3)
    frozen = json.loads(json.dumps(release.keep(lab)))
    row = ReportState(lab_id="lab", state="released", version=3, frozen=frozen)
    again = release.kept_by(row)
    assert again == replace(lab, photos=(replace(picture, data=b""),))
    assert assemble(again).sections[:11] == assemble(lab).sections[:11]


@pytest.mark.parametrize("state", ["draft", "remarks"])
def test_only_a_released_report_is_kept(state: str) -> None:
    row = ReportState(lab_id="lab", state=state, frozen=release.keep(sample_lab()))
    assert release.kept_by(row) is None
    assert release.kept_by(None) is None


def test_what_is_erased_but_for_its_words_is_nobodys_in_the_release_either(held: Held) -> None:
    cast, id_ = held.cast, held.ids["lonely"]

    def say_who(work: Any) -> None:
        row = work.session.get_one(Contribution, id_)
        row.level, row.label = 3, "SOME HOUSE"

    cast.writer.run(say_who)
    put_out(held)
    assert "SOME HOUSE" in stored(held)
    cast.do("contribution.erase", cast.olga, lab=cast.lab, ids=[id_], keep_words=True)
    assert "SOME HOUSE" not in stored(held)
    assert "LONELY-THREAT" in told(held)
    cast.do("contribution.erase", cast.olga, lab=cast.lab, ids=[id_])
    assert "LONELY-THREAT" not in stored(held)
