"""What the desks read: whose labs, the plan for its checks, the timetable (R-43, R-49)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from facilitation.core.actor import Staff
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs import overview
from facilitation.labs.activities import agenda
from facilitation.labs.models import Activity, Lab
from facilitation.people.recognise import recognise
from facilitation.permissions import standing_of
from tests.cast import Cast


@pytest.fixture
def crowd(cast: Cast) -> dict[str, Staff]:
    """Accounts of every role, and labs in two sectors with and without the case."""
    cast.do("lab.create", cast.olga, kind="webinar", sector="RES", title="Elsewhere", cases=[cast.other_case])
    assert cast.other_lab
    accounts = {
        "coordinator": cast.olga, "lead": cast.mara, "facilitator": cast.anna, "rapporteur": cast.rita, "owner": cast.omar,
        "other lead": cast.staff("lena@example.org", "Lena", "sector_lead", sector="RES"),
        "reviewer": cast.staff("rolf@example.org", "Rolf", "reviewer", sector="RES"),
        "any reviewer": cast.staff("rosa@example.org", "Rosa", "reviewer"),
        "no role": cast.staff("nora@example.org", "Nora", "facilitator"),
    }  # fmt: skip
    with reading(db.engine) as session:
        found = {name: recognise(session, who) for name, who in accounts.items()}
    return {name: actor for name, actor in found.items() if isinstance(actor, Staff)}


def test_the_list_holds_exactly_the_labs_somebody_has_a_standing_in(crowd: dict[str, Staff]) -> None:
    assert len(crowd) == 9
    counts = {}
    with reading(db.engine) as session:
        every = list(session.scalars(select(Lab.id)))
        for name, actor in crowd.items():
            listed = {line.lab.id for line in overview.labs_of(session, actor.grants)}
            assert listed == {lab for lab in every if standing_of(session, actor, "lab", lab)}, name
            counts[name] = len(listed)
    assert counts["coordinator"] == 3
    assert (counts["facilitator"], counts["owner"], counts["reviewer"], counts["no role"]) == (1, 1, 2, 0)


def test_running_labs_come_first_and_closed_ones_last(cast: Cast, crowd: dict[str, Staff]) -> None:
    closed = cast.do("lab.create", cast.mara, kind="webinar", sector="MS", title="Over")["lab"]
    cast.do("lab.open", cast.mara, lab=closed)
    cast.do("lab.close", cast.mara, lab=closed, grace_s=0)
    with reading(db.engine) as session:
        lines = overview.labs_of(session, crowd["coordinator"].grants)
        states = [line.lab.state for line in lines]
        assert states == ["lobby", "lobby", "draft", "closed"]
        assert [bool(line.points) for line in lines] == [True, True, True, False]
        mine = next(line for line in lines if line.lab.id == cast.lab)
        assert (mine.cases, mine.people) == (2, 2)


def test_the_plan_is_read_as_it_is(cast: Cast) -> None:
    cast.act("activity.update", cast.anna, activity=cast.activity("swot"), settings={"case": cast.case})
    with reading(db.engine) as session:
        plan = overview.plan_of(session, session.get_one(Lab, cast.lab))
    first, second = plan.cases
    assert (first.id, first.aspects, first.elements, first.draft, first.owned) == (cast.case, 1, 1, True, True)
    assert (second.id, second.owned) == (cast.other_case, False)
    assert (plan.facilitators, plan.rapporteurs, plan.people) == (2, 1, {"1": 1, "2": 1})
    assert [item.case for item in plan.agenda if item.kind == "swot"] == [cast.case]
    assert [item.votes_on for item in plan.agenda if item.kind == "cluster"] == [("swot",)]


def test_somebody_whose_account_is_closed_neither_runs_nor_owns(cast: Cast) -> None:
    for who in (cast.rita, cast.omar):
        cast.do("user.disable", cast.olga, user=who.id)
    with reading(db.engine) as session:
        plan = overview.plan_of(session, session.get_one(Lab, cast.lab))
    assert (plan.rapporteurs, plan.cases[0].owned) == (0, False)


def test_used_activities_are_the_same_for_the_desk_and_for_the_rule(cast: Cast) -> None:
    cast.start("challenges")
    cast.act("contribution.post", cast.ben, board=cast.board("challenges"), text="A levy")
    board = cast.board("swot", case=cast.case)
    draft = next(id_ for id_, value in cast.look()["entities"]["contribution"].items() if value["board"] == board)
    cast.act("cluster.create", cast.anna, board=board, title="Group", contributions=[draft])
    cast.start("talk")

    class Context:
        def __init__(self, session: object) -> None:
            self.session = session

    with reading(db.engine) as session:
        every = session.scalars(select(Activity).where(Activity.lab_id == cast.lab)).all()
        used = overview.used_activities(session, cast.lab)
        assert used == {item.id for item in every if agenda.is_used(Context(session), item)}  # type: ignore[arg-type]
        assert {item.kind for item in every if item.id in used} == {"challenges", "swot", "talk"}


def test_a_closed_lab_counts_what_waits_for_a_decision(cast: Cast) -> None:
    cast.act("lab.close", cast.anna, grace_s=0)
    with reading(db.engine) as session:
        plan = overview.plan_of(session, session.get_one(Lab, cast.lab))
    assert (plan.is_over, plan.report, plan.concluded) == (True, "draft", False)
    cast.do("report.write", cast.anna, lab=cast.lab, part="conclusions", text="We learned a lot.")
    cast.do("report.set_state", cast.anna, lab=cast.lab, state="released")
    with reading(db.engine) as session:
        plan = overview.plan_of(session, session.get_one(Lab, cast.lab))
    assert (plan.report, plan.concluded) == ("released", True)


def test_the_timetable_adds_the_lengths() -> None:
    start = datetime.fromisoformat("2027-03-09T13:00:00+01:00")
    assert overview.timetable(start, [300, 0, 60]) == [start, start + timedelta(minutes=5), start + timedelta(minutes=5)]
    assert overview.timetable(None, [300, 60]) == [None, None]


@pytest.mark.parametrize(
    ("text", "hour"), [("2027-03-09T13:00", 13), ("2027-03-09T13:00:00+01:00", 13), ("soon", None), (None, None)]
)
def test_a_start_that_cannot_be_read_is_none(text: str | None, hour: int | None) -> None:
    begins = overview.begins(Lab(planned_start=text))
    assert (begins.hour if begins else None) == hour
