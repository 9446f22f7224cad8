"""The agenda of a lab without script: every kind of activity, its board and ballots, the order (R-51 to R-54, D11)."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Activity, Lab
from tests.cases.browsing import post, text_of
from tests.cast import ORIGIN, Cast
from tests.web.forms import form_of, said, send

FOCUS = {"challenges": ["data"], "impact_areas": ["asm"], "value_chain_stages": ["mining"], "learning_aims": ["compare"]}


@pytest.fixture
def mara(cast: Cast) -> FlaskClient:
    return cast.browser(cast.mara)


def the_lab(cast: Cast) -> Lab:
    with reading(db.engine) as session:
        return session.get_one(Lab, cast.lab)


def activity(id_: str) -> Activity:
    with reading(db.engine) as session:
        return session.get_one(Activity, id_)


def order(cast: Cast) -> list[str]:
    with reading(db.engine) as session:
        return list(session.scalars(select(Activity.id).where(Activity.lab_id == cast.lab).order_by(Activity.position)))


def test_an_activity_is_added_where_one_pressed_add(cast: Cast, mara: FlaskClient) -> None:
    before = order(cast)
    kinds = f"/labs/{cast.lab}/agenda/new?stage=peer_learning&after={before[3]}"
    (link,) = (
        html.unescape(found) for found in re.findall(r'href="([^"]+)"', text_of(mara.get(kinds))) if "kind=questions" in found
    )
    page = said(mara, send(mara, link, f"/labs/{cast.lab}/agenda/new", title="What is unclear?", minutes="7,5"))
    assert "What is unclear?" in page
    after = order(cast)
    assert after[:4] == before[:4]
    assert after[5:] == before[4:]
    made = activity(after[4])
    assert (made.kind, made.stage, made.seconds, made.settings) == ("questions", "peer_learning", 450, {})


def test_every_kind_has_a_form_that_can_be_sent_as_it_is(cast: Cast, mara: FlaskClient) -> None:
    from facilitation.labs.methods import KINDS

    for kind in KINDS:
        answer = send(mara, f"/labs/{cast.lab}/agenda/new?kind={kind}", f"/labs/{cast.lab}/agenda/new")
        assert answer.status_code == 303, kind
        assert activity(order(cast)[-1]).kind == kind


def test_an_activity_is_changed_with_board_and_ballots(cast: Cast, mara: FlaskClient) -> None:
    id_ = cast.activity("takeaways")
    page = f"/labs/{cast.lab}/agenda/{id_}"
    answer = send(
        mara, page, page, title="What next?", minutes="", moderated="yes", reveal="own", max_length="200", case=cast.case,
        **{"b0-scope": "takeaways", "b0-method": "dots", "b0-per_person": "4", "b0-max_per_item": "2", "b0-question": "Which?"},
    )  # fmt: skip
    assert answer.status_code == 303
    changed = activity(id_)
    assert (changed.title, changed.seconds) == ("What next?", 0)
    ballot = {"scope": "takeaways", "method": "dots", "question": "Which?", "per_person": 4, "max_per_item": 2}
    assert changed.settings == {
        "moderated": True, "reveal": "own", "max_length": 200, "case": cast.case, "ballots": [ballot],
    }  # fmt: skip
    again = text_of(mara.get(page))
    assert 'name="b1-scope"' in again  # room for another one
    assert send(mara, page, page, **{"b0-scope": "", "b1-scope": "takeaways", "b1-method": "five"}).status_code == 303
    (rating,) = activity(id_).settings["ballots"]
    assert (rating["method"], rating["scale"]) == ("rating", {str(step): str(step) for step in range(1, 6)})


def test_every_activity_of_the_ready_agenda_can_be_saved_unchanged(cast: Cast, mara: FlaskClient) -> None:
    for id_ in order(cast):
        page = f"/labs/{cast.lab}/agenda/{id_}"
        before = activity(id_)
        assert send(mara, page, page).status_code == 303
        after = activity(id_)
        assert (after.version, after.settings) == (before.version, before.settings), before.title


def test_an_own_scale_survives_the_form(cast: Cast, mara: FlaskClient) -> None:
    scale = {"0": "never", "1": "soon", "2": "now"}
    id_ = cast.activity("takeaways")
    ballot = {"scope": "takeaways", "method": "rating", "question": "", "per_person": 0, "max_per_item": 0, "scale": scale}
    cast.act("activity.update", cast.mara, activity=id_, settings={"ballots": [ballot]})
    page = f"/labs/{cast.lab}/agenda/{id_}"
    assert send(mara, page, page, title="Still the same scale").status_code == 303
    assert activity(id_).settings["ballots"][0]["scale"] == scale


def test_a_wrong_field_comes_back_with_what_was_typed(cast: Cast, mara: FlaskClient) -> None:
    page = f"/labs/{cast.lab}/agenda/{cast.activity('takeaways')}"
    answer = send(mara, page, page, title="", minutes="soon", instruction="Kept words", max_length="7")
    assert answer.status_code == 400
    for field in ("title", "minutes", "max_length"):
        assert f'id="f-{field}-error"' in answer.text
    assert "Kept words" in answer.text
    assert 'value="soon"' in answer.text


def test_two_people_in_one_activity_see_both(cast: Cast, mara: FlaskClient) -> None:
    id_ = cast.activity("takeaways")
    page = f"/labs/{cast.lab}/agenda/{id_}"
    filled = {**form_of(text_of(mara.get(page)), page), "title": "Mara’s words"}
    cast.act("activity.update", cast.anna, activity=id_, title="Anna’s words")
    answer = mara.post(page, data=filled, headers=ORIGIN)
    assert answer.status_code == 409
    assert "Anna’s words" in html.unescape(answer.text)
    again = form_of(answer.text, page)
    assert again["title"] == ["Mara’s words"]
    assert activity(id_).title == "Anna’s words"
    assert mara.post(page, data=again, headers=ORIGIN).status_code == 303
    assert activity(id_).title == "Mara’s words"


def test_two_people_in_different_fields_of_one_activity_both_get_their_way(cast: Cast, mara: FlaskClient) -> None:
    id_ = cast.activity("takeaways")
    page = f"/labs/{cast.lab}/agenda/{id_}"
    filled = {**form_of(text_of(mara.get(page)), page), "minutes": "12"}
    cast.act("activity.update", cast.anna, activity=id_, title="Anna’s words")
    assert mara.post(page, data=filled, headers=ORIGIN).status_code == 303
    assert (activity(id_).title, activity(id_).seconds) == ("Anna’s words", 720)


def test_activities_are_moved_and_taken_out(cast: Cast, mara: FlaskClient) -> None:
    before = order(cast)
    page = f"/labs/{cast.lab}/agenda/{before[-1]}"
    assert send(mara, page, f"{page}/move", after=before[0]).status_code == 303
    assert order(cast)[:2] == [before[0], before[-1]]
    assert "Taken out of the agenda." in said(mara, post(mara, f"{page}/remove", page))
    assert order(cast) == before[:-1]


def test_what_people_worked_on_offers_no_board_settings(cast: Cast, mara: FlaskClient) -> None:
    id_ = cast.activity("challenges")
    page = f"/labs/{cast.lab}/agenda/{id_}"
    assert 'name="reveal"' in text_of(mara.get(page))
    cast.start("challenges")
    shown = text_of(mara.get(page))
    assert 'name="reveal"' not in shown
    assert f'action="{page}/remove"' not in shown
    assert send(mara, page, page, title="Renamed while running").status_code == 303
    assert activity(id_).title == "Renamed while running"


def test_times_follow_from_the_start(cast: Cast, mara: FlaskClient) -> None:
    cast.act("lab.update", cast.mara, version=the_lab(cast).version, planned_start="2027-03-09T13:00+01:00")
    times = re.findall(r'agenda__time">([\d:]*)<', text_of(mara.get(f"/labs/{cast.lab}?step=4")))
    assert times[:5] == ["13:00", "13:05", "13:23", "13:25", "13:49"]
    assert times[-1] == "15:36"


def test_a_stage_without_activity_keeps_its_heading_at_its_place(cast: Cast, mara: FlaskClient) -> None:
    with reading(db.engine) as session:
        query = select(Activity.id).where(Activity.lab_id == cast.lab, Activity.stage == "peer_learning")
        gone = list(session.scalars(query))
    for id_ in gone:
        cast.act("activity.remove", cast.mara, activity=id_)
    stages = re.findall(r'agenda__stage" data-stage="(\w+)"', text_of(mara.get(f"/labs/{cast.lab}?step=4")))
    assert stages == ["context", "peer_learning", "outcomes"]
