"""From the database to plain values, and what survives the cut of the seat links."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import select

from facilitation.boards.models import Contribution
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.reports.assemble import assemble
from facilitation.reports.counts import figures
from facilitation.reports.gather import gather
from facilitation.reports.render import data, html, word
from tests.cast import Cast
from tests.reports.conftest import Held


def test_an_open_lab_has_no_report(cast: Cast) -> None:
    with reading(db.engine) as session:
        with pytest.raises(Refused) as refusal:
            gather(session, cast.lab)
        assert refusal.value.code == "not_open"
        with pytest.raises(Refused) as refusal:
            gather(session, "nothing")
        assert refusal.value.code == "not_found"


def test_numbers_of_a_lab_that_was_held(held: Held) -> None:
    found = figures(held.gather())
    assert found["participants"] == 14
    assert found["participants_by_tier"] == {"1": 6, "2": 4, "joined": 4}  # three of tier 3 with the one from elsewhere
    assert (found["contributions_all"], found["contributions_visible"], found["hidden"], found["withdrawn"]) == (9, 7, 1, 1)
    assert (found["authors_with_at_least_one_card"], found["people_with_card_or_shared_card"]) == (4, 4)
    assert found["voters"] == {"V1": 14, "V2": 14}
    assert found["top_swot"][0] == {"votes": 14, "title": "Size barrier", "case": "FC-MS-01", "quadrant": "W"}


def test_the_figures_are_the_same_before_and_after_the_cut(held: Held) -> None:
    before = held.gather()
    held.cut()
    after = held.gather()
    with reading(db.engine) as session:
        linked = select(Contribution.id).where(Contribution.lab_id == held.cast.lab, Contribution.seat_id.is_not(None))
        assert session.scalars(linked).all() == []
    assert after.lab.cut
    assert not before.lab.cut
    assert figures(after) == figures(before)
    assert dataclasses.replace(after, lab=before.lab) == before


def test_people_active_in_an_activity_survive_the_cut(held: Held) -> None:
    people = {row.kind: row.people for row in held.gather().activities if row.people}
    assert people["swot"] == 4  # whoever wrote what is shown; the reply came from one of them
    held.cut()
    assert {row.kind: row.people for row in held.gather().activities if row.people} == people


def test_hidden_and_withdrawn_words_are_in_no_value_report_or_file(held: Held) -> None:
    closed = held.gather()
    report = assemble(closed)
    everything = [
        repr(closed),
        repr(report),
        html.file(report).decode(),
        data.file(report).decode(),
        _words_of(word.file(report)),
    ]
    for text in everything:
        assert "Buyer knows the mine" in text
        assert "HIDDEN-WORDS" not in text
        assert "WITHDRAWN-WORDS" not in text


def _words_of(docx: bytes) -> str:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return "".join(archive.read(name).decode("utf-8", "ignore") for name in archive.namelist())


def test_a_withdrawal_after_the_close_changes_the_report(held: Held) -> None:
    before = data.file(assemble(held.gather())).decode()
    assert "LONELY-THREAT" in before
    held.cast.act("contribution.withdraw", held.person("3", 1), id=held.ids["lonely"])
    after = held.gather()
    assert figures(after)["withdrawn"] == 2
    assert "LONELY-THREAT" not in data.file(assemble(after)).decode()


def test_the_case_is_kept_as_it_came_in(held: Held) -> None:
    cast = held.cast
    came = held.gather().cases[0].before
    cast.do("case.add_aspect", cast.omar, case=cast.case, fields={"title": "A new aspect"})
    closed = held.gather()
    assert closed.cases[0].before == came
    assert [aspect["title"] for aspect in closed.cases[0].now["matrix"]] == ["Direct contracts", "A new aspect"]
