"""Every door as everybody: who is let in, sent to sign in, forbidden, or finds nothing there (safety, section 1).

One letter per person, in the order of `doors.PEOPLE`: nobody, seat, guest (a seat of another lab), stranger (an account
without a role here), facilitator, rapporteur, case owner, organiser, observer (lead of another sector), coordinator.
`o` open, `s` sign in first, `f` forbidden, `a` absent, `g` gone. A route or a command without a row fails.

Long because it is one table: whoever looks up a door finds all of them here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from facilitation import create_app
from facilitation.core import ids
from facilitation.core.commands import REGISTRY
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import Work
from facilitation.extensions import db
from facilitation.permissions import COMMANDS
from tests.cast import Cast
from tests.databases import copied
from tests.web.doors import PEOPLE, House, rules, verdict

pytestmark = pytest.mark.sqlite  # after each knock the file is put back as it was

ANYBODY, SIGNED_IN = "oooooooooo", "sssooooooo"
COORDINATOR, ANY_LEAD = "sssffffffo", "sssffffooo"
READ, STAFF = "sssaoooooo", "sssaoooofo"
PLAN, FLOOR, NOTES = "sssafffofo", "sssaoffofo", "sssaoofofo"
COORDINATOR_OF_LAB = "sssafffffo"
CASE, CASE_LEAD = "sssaaaoofo", "sssaaafofo"

ROUTES = {
    # the door and the library
    "GET library.home": ANYBODY,
    "GET library.case": ANYBODY,
    "GET metrics.metrics": "aaaaaaaaaa",  # off unless a setting says so
    "GET library.specimen": SIGNED_IN,
    "GET join.enter": ANYBODY,
    "GET join.form": ANYBODY,
    "POST join.join": ANYBODY,
    "GET labs.read": ANYBODY,  # whoever has the code
    "GET labs.read_case": ANYBODY,
    "GET wall.lab": ANYBODY,  # holds no data: the token opens the stream
    "GET wall.qr": ANYBODY,
    "GET phone.goodbye": ANYBODY,
    "GET phone.offline": ANYBODY,
    "POST language": ANYBODY,
    "POST set_theme": ANYBODY,
    "GET static": ANYBODY,
    "GET styles": ANYBODY,
    "GET api.alive": ANYBODY,
    "GET api.ready": ANYBODY,
    # accounts
    "GET accounts.sign_in": ANYBODY,
    "POST accounts.sign_in_now": ANYBODY,
    "POST accounts.sign_out": ANYBODY,
    "GET accounts.link": ANYBODY,
    "POST accounts.follow": ANYBODY,
    "GET accounts.set_up": "aaaaaaaaaa",  # there are accounts already
    "POST accounts.set_up": "aaaaaaaaaa",
    "GET accounts.account": SIGNED_IN,
    "POST accounts.language": SIGNED_IN,
    "POST accounts.new_password": SIGNED_IN,
    "GET people.index": COORDINATOR,
    "POST people.create": COORDINATOR,
    "GET people.person": COORDINATOR,
    "POST people.grant": COORDINATOR,
    "POST people.revoke": COORDINATOR,
    "POST people.link": COORDINATOR,
    "POST people.disable": COORDINATOR,
    "POST people.enable": COORDINATOR,
    # the lab desk
    "GET labs.index": SIGNED_IN,
    "GET labs.new": ANY_LEAD,
    "POST labs.create": ANY_LEAD,
    "GET labs.plan": READ,
    "GET labs.sheet": STAFF,
    "POST plan.details": PLAN,
    "POST plan.focus": PLAN,
    "POST plan.promises": PLAN,
    "POST plan.cases": PLAN,
    "POST plan.staff": PLAN,
    "POST plan.copy": PLAN,
    "POST plan.reopen": PLAN,
    "POST plan.code": FLOOR,
    "POST plan.open_lobby": FLOOR,
    "POST plan.close": FLOOR,
    "GET agenda.new": FLOOR,
    "POST agenda.add": FLOOR,
    "GET agenda.edit": FLOOR,
    "POST agenda.update": FLOOR,
    "POST agenda.move": FLOOR,
    "POST agenda.remove": FLOOR,
    "GET erasing.find": COORDINATOR_OF_LAB,
    "POST erasing.erase": COORDINATOR_OF_LAB,
    # the live lab
    "GET console.lab": STAFF,
    "GET console.notes": STAFF,
    "GET phone.lab": "sossssssss",
    "GET phone.lab as=staff": STAFF,
    "GET phone.own_data": "gogggggggg",
    "POST phone.leave": ANYBODY,  # leaving without a place is having left
    "GET api.stream": "sosaoooooo",
    "GET api.stream staff": "sasaooooao",
    "POST api.lab_command": ANYBODY,  # an empty body is refused for what it is; who may do what: below
    "POST api.site_command": ANYBODY,
    # cases
    "GET cases.index": SIGNED_IN,
    "GET cases.download_all": SIGNED_IN,
    "GET cases.blank_template": SIGNED_IN,
    "GET cases.case": READ,
    "GET cases.history": READ,
    "GET cases.comparison": READ,
    "GET cases.download": READ,
    "GET cases.sheet": "sosaoooooo",
    "GET cases.desk.new": ANY_LEAD,
    "POST cases.desk.create": ANY_LEAD,
    "GET cases.files.choose": ANY_LEAD,
    "POST cases.files.bring": ANY_LEAD,
    "GET cases.files.preview": "sssffffaaa",  # nothing waits under this token
    "POST cases.files.take_over": "sssffffaaa",
    "POST cases.desk.add_topic": COORDINATOR,
    "GET cases.desk.edit": CASE,
    "GET cases.desk.section": CASE,
    "GET cases.desk.state": CASE,
    "GET cases.desk.details": CASE,
    "POST cases.desk.save_details": CASE,
    "GET cases.desk.references": CASE,
    "POST cases.desk.save_references": CASE,
    "POST cases.desk.set_status": CASE,
    "POST cases.desk.set_owner": CASE_LEAD,
    "POST cases.desk.delete": CASE_LEAD,
    # report and merge
    "GET reports.report": READ,
    "GET reports.report released": ANYBODY,
    "GET reports.download": READ,
    "POST reports.write": NOTES,
    "POST reports.set_state": FLOOR,
    "GET reports.photo": READ,
    "GET reports.desk.desk": NOTES,
    "POST reports.desk.write": NOTES,
    "POST reports.desk.answer": NOTES,
    "POST reports.desk.park": NOTES,
    "POST reports.desk.add_photo": NOTES,
    "POST reports.desk.change_photo": NOTES,
    "GET reports.desk.draft": ANYBODY,  # whoever has the link
    "POST reports.desk.remark": ANYBODY,
    "GET reports.desk.draft_photo": ANYBODY,
    "GET reports.merge.lab": READ,
    "POST reports.merge.propose": STAFF,
    "GET reports.merge.case": READ,
    "POST reports.merge.decide": CASE,
    "GET reports.merge.line": READ,
    "GET reports.merge.proposal": READ,
}

#: What a form must hold so that it is not refused for being empty.
FORMS = {
    "POST cases.desk.add_topic": {"label": "Tin"},
    "POST reports.set_state": {"state": "remarks"},
    "POST reports.merge.decide": {"reason": "Not now"},
    "POST reports.write": {"text": "Why we met", "version": "0"},
    "POST reports.desk.write": {"text": "Why we met", "version": "0"},
    "POST reports.desk.answer": {"taken": "yes", "answer": "Thank you"},
    "POST reports.desk.park": {"owner": "Anna"},
    "POST reports.desk.change_photo": {"alt": "A wall with slips"},
    "POST reports.desk.remark": {"section": "3", "text": "Who else?"},
}
ASKED = {"GET cases.comparison": "from=1&to=1", "GET phone.lab as=staff": "as=staff"}


@pytest.fixture(scope="module")
def house(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house") / "data"
    copied(migrated, folder)
    app = create_app({"DATA": str(folder), "ASYNC_MODE": "threading", "TESTING": True, "LOGINS_PER_ACCOUNT": 1000})
    with app.app_context():
        yield House(Cast(app), folder / "facilitation.db")
        db.session.remove()
        db.engine.dispose()


def address_of(house: House, row: str) -> dict[str, str]:
    """Which lab, case or stream a row is about, where it is not the usual one."""
    other = {"asked": ASKED.get(row, "")}
    if row.split()[1].startswith("reports."):
        other["lab"] = house.closed
    if row == "GET library.case":
        other["case"] = house.cast.other_case
    if row == "GET api.stream staff":
        other["name"] = "staff"
    return other


def test_every_route_has_a_row_and_every_row_a_route(house: House) -> None:
    registered = {f"{method} {endpoint}" for method, endpoint, _rule in rules(house.cast.app)}
    assert len(registered) > 80
    assert registered == {" ".join(row.split()[:2]) for row in ROUTES}


@pytest.mark.parametrize("row", ROUTES)
def test_each_route_lets_in_whom_it_should(house: House, row: str) -> None:
    method, endpoint = row.split()[:2]
    if row.endswith(" released"):
        house.cast.do("report.set_state", house.cast.mara, lab=house.closed, state="released")
    for one, name, rule in rules(house.cast.app):
        if (one, name) != (method, endpoint):
            continue
        got = [house.knock(rule, method, person, FORMS.get(row, {}), **address_of(house, row)) for person in PEOPLE]
        wrong = {
            person: f"{verdict(answer)} ({answer.status_code}), not {wanted}"
            for person, answer, wanted in zip(PEOPLE, got, ROUTES[row], strict=True)
            if verdict(answer) != wanted
        }
        assert wrong == {}
    house.restore()


def test_a_foreign_lab_looks_like_no_lab(house: House) -> None:
    client = house.client("stranger")
    lab, nothing = house.cast.lab, ids.new_id()
    for path in ("", "/console", "/sheet", "/report", "/merge", "/agenda/new", "/stream/room"):
        one, other = client.get(f"/labs/{lab}{path}"), client.get(f"/labs/{nothing}{path}")
        assert (one.status_code, other.status_code) == (404, 404), path
        assert same(one.text, lab) == same(other.text, nothing), path


def same(page: str, id_: str) -> str:
    """The page without what differs from answer to answer: its own address, tokens, the moment."""
    page = re.sub(r'name="csrf_token" value="[^"]+"', "", page.replace(id_, "ID"))
    return re.sub(r'"now":\s*\d+', "", page)


# ---- commands

#: (scope, letters) → the commands that answer like this
COMMAND_ROWS = {
    ("site", ANYBODY): "seat.join user.follow_link remark.add",
    ("site", "sffooooooo"): "user.set_language user.set_password",
    ("site", "sffffffooo"): "lab.create case.create case.import",
    ("site", "sffffffffo"): "user.create user.link user.grant user.revoke user.disable user.enable topic.add",
    ("site", "sfffffffff"): "user.set_up",
    ("lab", "sfaaffffff"): "lab.finish lab.cut",
    ("lab", "soaaffffff"): "ballot.vote ready.set hand.set evaluation.answer seat.update seat.leave fact.check",
    ("lab", "soaaoooofo"): "contribution.post contribution.reply contribution.reword contribution.withdraw",
    ("lab", "sfaafffofo"): "lab.update lab.copy lab.set_cases lab.set_staff lab.reopen",
    ("lab", "sfaaoffofo"): """
        lab.new_code lab.open lab.pause lab.resume lab.close lab.lock lab.approve_first wall.set
        activity.add activity.update activity.remove activity.move
        activity.start activity.next activity.back activity.extend activity.pause activity.resume activity.reveal
        board.set contribution.publish contribution.hide contribution.restore contribution.pin contribution.spotlight
        contribution.wall contribution.ask seat.hide_all seat.remove ballot.open ballot.close ballot.reveal report.set_state
    """,
    ("lab", "sfaaofoofo"): "case.present",
    ("lab", "sfaafffffo"): "contribution.erase",
    ("lab", "sfaaoofofo"): """
        lab.announce contribution.move contribution.park contribution.translate contribution.note hand.lower moderation.undo
        cluster.create cluster.add cluster.remove cluster.rename cluster.dissolve report.write
        remark.answer photo.add photo.describe photo.remove
    """,
    ("lab", "sfaaoooofo"): "note.save merge.propose merge.add",
    ("case", "saaaaaoofo"): """
        case.set_status case.save_details case.save_section case.save_swot case.save_peers case.save_references
        case.add_aspect case.update_aspect case.move_aspect case.remove_aspect
        case.add_element case.update_element case.move_element case.remove_element
        case.add_suggestion case.update_suggestion case.move_suggestion case.remove_suggestion case.restore_item
        merge.accept merge.edit merge.reject merge.postpone merge.reopen
    """,
    ("case", "saaaaafofo"): "case.delete case.set_owner",
}
LETTERS = {"unauthenticated": "s", "forbidden": "f", "not_found": "a", "gone": "g"}


class LetIn(Exception):
    """Thrown where the command would begin: rights were checked, nothing is changed."""


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    named = [(name, scope) for (scope, _letters), names in COMMAND_ROWS.items() for name in names.split()]
    assert sorted(named) == sorted((name, entry.scope) for name, entry in REGISTRY.items())
    assert set(COMMANDS) == set(REGISTRY)


@pytest.mark.parametrize(("scope", "letters"), COMMAND_ROWS)
def test_each_command_lets_in_whom_it_should(house: House, scope: str, letters: str) -> None:
    for name in COMMAND_ROWS[scope, letters].split():
        assert "".join(_asked(house, name, person) for person in PEOPLE) == letters, name


def _asked(house: House, name: str, person: str) -> str:
    """The letter for one command of one person, asked in the lab or about the case, by the dispatcher's own way."""

    def begin(_command: Any, _ctx: Any) -> None:
        raise LetIn

    entry, who, cast = REGISTRY[name], house.people[person], house.cast
    command = entry.model.model_construct(case=cast.case)

    def job(work: Work) -> None:
        lab = cast.lab if entry.scope == "lab" else None
        cast.dispatcher._execute(replace(entry, handler=begin), command, work, who, lab, ids.new_key())

    try:
        cast.writer.run(job)
    except LetIn:
        return "o"
    except Refused as refusal:
        return LETTERS[refusal.code]
    return "?"
