"""The small transcript through both doors: the same lab comes out, and everything that was played can be found in it."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from facilitation.boards.models import Cluster, Contribution
from facilitation.cases.models import Case
from facilitation.core.actor import SYSTEM, Identity
from facilitation.core.unit_of_work import reading
from facilitation.demo import CASES
from facilitation.extensions import db
from facilitation.labs.models import Lab
from facilitation.people.models import Seat, User
from facilitation.rehearsal import staging
from facilitation.rehearsal.inside import DispatcherDoor
from facilitation.rehearsal.performing import perform
from facilitation.rehearsal.player import Player, PlayError
from facilitation.rehearsal.transcript import Transcript
from facilitation.reports.models import Proposal
from tests.rehearsal import figures
from tests.rehearsal.conftest import SMALL
from tests.running import ROOT

START = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
NOT_PLAYED = {"assign_groups": 1}


def rehearse(data: Path, *more: str) -> dict[str, Any]:
    """`rehearse` of the small transcript in a process of its own, over real sockets; its JSON answer."""
    command = [sys.executable, "-m", "facilitation", "--no-bootstrap", "rehearse", str(SMALL), "--json", *more]
    surroundings = {**os.environ, "FACILITATION_DATA": str(data), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, env=surroundings, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer | {"rc": done.returncode}


def play_inside(app: Flask, transcript: Transcript, **more: Any) -> dict[str, Any]:
    coordinator = app.extensions["facilitation"]["dispatcher"].do(
        "user.create", SYSTEM, email="olga@example.org", name="Olga", role="coordinator"
    )["user"]
    return perform(Player(DispatcherDoor(app, Identity("staff", coordinator), START), transcript), **more)


def story(lab: str) -> dict[str, Any]:
    """What is in the lab, without ids and times: texts with everything that was done to them."""
    with reading(db.engine) as session:
        rows = session.scalars(select(Contribution).where(Contribution.lab_id == lab).order_by(Contribution.number)).all()
        clusters = {row.id: row.title for row in session.scalars(select(Cluster).where(Cluster.lab_id == lab))}
        said = [
            (row.text, row.kind, row.column, row.origin, row.status, row.tier, row.label, row.people, row.translation,
             row.reason, row.parked_owner, row.rewords, clusters.get(row.cluster_id or ""))
            for row in rows
        ]  # fmt: skip
        proposals = sorted(
            tuple(row) for row in session.execute(select(Proposal.text, Proposal.state).where(Proposal.lab_id == lab))
        )
        return {"said": said, "proposals": proposals, "figures": figures.of_lab(lab)}


@pytest.fixture
def inside(with_cases: Flask, small: Transcript) -> dict[str, Any]:
    return play_inside(with_cases, small)


def test_everything_with_a_meaning_is_played(inside: dict[str, Any], small: Transcript) -> None:
    assert inside["state"] == "closed"
    assert inside["not_played"] == NOT_PLAYED
    assert {name: inside["played"][name] for name in ("join", "contribution", "reply", "cluster", "vote", "evaluation")} == {
        "join": 3, "contribution": 8, "reply": 2, "cluster": 2, "vote": 3, "evaluation": 2
    }  # fmt: skip
    unplayed = [action.do for action in small.actions if action.do not in inside["played"] and action.do != "create_cluster"]
    assert unplayed == ["assign_groups"]


def test_what_was_done_is_in_the_lab(inside: dict[str, Any]) -> None:
    said = {row[0]: row[1:] for row in story(inside["lab"])["said"]}
    assert said["Buyer knows the mine"][6] == 2  # people
    assert said["Buyer knows the mine"][-1] == "Known origin"
    assert said["Zu teuer"][7] == "Too expensive"
    assert said["test"][3:5] == ("hidden", "2")
    assert said["test"][8] == "a test"
    assert said["Model clauses for all"][3] == "shown"
    assert said["Model clauses for all"][-2] == 1  # reworded once
    assert said["Taken back"][3] == "withdrawn"
    assert said["Export restrictions?"][9] == "F3 notes"
    assert said["Said in the room"][2] == "on_behalf"
    assert "Model clauses for all […]" not in said
    assert len([row for row in said if row == "Prices fall"]) == 1


def test_attribution_is_the_lowest_of_choice_ceiling_and_cell(inside: dict[str, Any]) -> None:
    labels = {row[0]: row[6] for row in story(inside["lab"])["said"]}
    assert labels["Prices fall"] is None  # a tier of one person
    assert labels["Zu teuer"] is None  # their own choice


def test_votes_and_decisions_are_counted(inside: dict[str, Any]) -> None:
    found = story(inside["lab"])
    assert [(row["title"], row["votes"]) for row in found["figures"]["top_swot"]] == [("Cost", 4), ("Known origin", 2)]
    assert found["proposals"] == [("Cost keeps small firms out.", "accepted"), ("Name the mine in the contract.", "rejected")]
    with reading(db.engine) as session:
        case = session.scalars(select(Case).where(Case.ref == "FC-MS-01")).one()
    titles = [element["title"] for aspect in case.document["matrix"] for element in aspect["elements"]]
    assert "Cost keeps small firms out." in titles


def test_inside_the_clock_is_the_transcripts(inside: dict[str, Any]) -> None:
    with reading(db.engine) as session:
        lab = session.get_one(Lab, inside["lab"])
        posted = {row.text: row for row in session.scalars(select(Contribution).where(Contribution.lab_id == lab.id))}
        left = session.scalars(select(Seat.left_at).where(Seat.lab_id == lab.id, Seat.left_at.is_not(None))).all()
    assert lab.closed_at == START + timedelta(seconds=235)
    assert posted["Prices fall"].posted_at == START + timedelta(seconds=80)
    assert posted["Prices fall"].composed_at == START + timedelta(seconds=75)
    assert left == [START + timedelta(seconds=175)]


def test_a_refusal_names_the_line(with_cases: Flask, small: Transcript) -> None:
    ahead = tuple(action for action in small.actions if action.do != "open_activity" or action.details["activity"] != "A02")
    first = small.post("C02")
    with pytest.raises(PlayError) as caught:
        play_inside(with_cases, dataclasses.replace(small, actions=ahead))
    assert caught.value.line == first.line
    assert caught.value.code == "not_open"


def test_without_the_cases_the_way_out_is_named(app: Flask, small: Transcript) -> None:
    with pytest.raises(PlayError, match="import-cases"):
        play_inside(app, small)


@pytest.fixture
def free(with_cases: Flask, data: Path) -> Path:
    """The data folder, with the cases in it."""
    with_cases.extensions["facilitation"]["dispatcher"].do(
        "user.create", SYSTEM, email="olga@example.org", name="Olga", role="coordinator"
    )
    return data


@pytest.mark.slow
def test_sockets_tell_the_same_story_as_the_dispatcher(free: Path, with_cases: Flask, small: Transcript) -> None:
    outside = rehearse(free)
    assert outside["rc"] == 0
    assert outside["missed"] == 0
    assert outside["connections"] == 7  # three of the staff, three people, the coordinator
    assert outside["not_played"] == NOT_PLAYED
    # the case as it came, so that the second lab begins like the first
    dispatcher = with_cases.extensions["facilitation"]["dispatcher"]
    dispatcher.do("case.import", SYSTEM, text=CASES.read_text("utf-8"), replace=True)
    again = perform(Player(DispatcherDoor(with_cases, olga(), START), small))
    assert story(again["lab"]) == story(outside["lab"])


@pytest.mark.slow
@pytest.mark.long
def test_until_stops_and_close_closes(free: Path) -> None:
    begun = rehearse(free, "--until", "70")
    assert begun["state"] == "live"
    assert begun["played"]["contribution"] == 3
    ended = rehearse(free, "--until", "70", "--close")
    assert ended["state"] == "closed"
    assert figures.of_lab(ended["lab"])["contributions_visible"] == 3
    assert "merge_accepted" not in ended["played"]


@pytest.mark.slow
def test_a_lab_planned_before_is_played_into(free: Path, with_cases: Flask, small: Transcript) -> None:
    player = Player(DispatcherDoor(with_cases, olga(), START), small)
    staging.plan_lab(player)
    answer = rehearse(free, "--lab", player.lab)
    assert (answer["lab"], answer["state"]) == (player.lab, "closed")
    refused = rehearse(free, "--lab", player.lab)
    assert refused["rc"] == 1
    assert "begun" in refused["error"]["message"]


def olga() -> Identity:
    with reading(db.engine) as session:
        return Identity("staff", session.scalars(select(User.id).where(User.email == "olga@example.org")).one())
