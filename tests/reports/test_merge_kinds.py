"""Every kind of proposal, from the room into the case and back (R-37, R-42, R-96, R-98)."""

from __future__ import annotations

from typing import Any

import pytest

from facilitation.cases.document import draft_swot, elements, find, walk
from facilitation.cases.exchange import exported
from facilitation.cases.exporting import cases_json, cases_yaml
from facilitation.cases.importing import parse_cases
from facilitation.cases.models import Case
from facilitation.cases.rules import mark, section_content
from facilitation.cases.template import template
from facilitation.core.actor import SYSTEM, Identity
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.reports.counts import figures
from facilitation.reports.gather import gather
from facilitation.reports.models import Proposal
from tests.cast import Cast

DEVELOPMENT = "It began in 2019 with two buyers."


class Webinar:
    """A closed webinar about the case of the cast: facts checked, a draft line disputed, a challenge named."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.write("2.1", development=DEVELOPMENT)
        self.write("2.2", institutions=[{"name": "A ministry"}])
        made = cast.do("lab.create", cast.mara, kind="webinar", sector="MS", title="Webinar one", cases=[cast.case])
        self.lab = str(made["lab"])
        cast.do("lab.open", SYSTEM, lab=self.lab)
        self.people = [cast.join(code=made["code"], tier=tier) for tier in ("1", "1", "1", "2", "2", "2")]
        for who in self.people[:4]:
            self.act("fact.check", who, case=cast.case, section="2.2", verdict="right")
        self.act("fact.check", self.people[0], case=cast.case, section="2.1", verdict="wrong", text="It began in 2020")
        self.act("fact.check", self.people[3], case=cast.case, section="2.1", verdict="more", text="A third buyer came")

    def write(self, section: str, **fields: Any) -> None:
        """The owner writes fields of a section."""
        words = template().section(section)
        assert words is not None
        base = mark(section_content(self.document(), words))
        self.cast.do("case.save_section", self.cast.omar, case=self.cast.case, section=section, fields=fields, base=base)

    def act(self, name: str, who: Identity, **args: Any) -> dict[str, Any]:
        return self.cast.do(name, who, lab=self.lab, **args)

    def close(self) -> Webinar:
        self.act("lab.close", SYSTEM, grace_s=0)
        self.act("merge.propose", SYSTEM)
        return self

    def rows(self, op: str) -> list[Proposal]:
        with reading(db.engine) as session:
            rows = session.query(Proposal).filter(Proposal.lab_id == self.lab, Proposal.op == op).all()
            session.expunge_all()
        return rows

    def decide(self, act: str, row: Proposal, **more: Any) -> dict[str, Any]:
        now = next(one for one in self.rows(row.op) if one.id == row.id)
        return self.cast.do(
            f"merge.{act}", self.cast.omar, case=self.cast.case, proposal=row.id, **{"version": now.version, **more}
        )

    def document(self) -> dict[str, Any]:
        return document(self.cast)

    def development(self) -> str:
        return str(self.document()["sections"]["2.1"]["development"])


@pytest.fixture
def webinar(cast: Cast) -> Webinar:
    return Webinar(cast).close()


def test_facts_are_proposed_with_their_tiers_and_nothing_else_about_people(webinar: Webinar) -> None:
    (right,), (wrong,), (more,) = webinar.rows("confirm_fact"), webinar.rows("correct_fact"), webinar.rows("extend_section")
    assert (right.target, len(right.contributions), right.text) == ({"fact": "2.2"}, 4, "")
    assert (wrong.target, wrong.text, more.target) == ({"fact": "2.1"}, "", {"section": "2.1"})
    with reading(db.engine) as session:
        assert gather(session, webinar.lab).evidence[wrong.contributions[0]].text == "It began in 2020"
    assert right.tiers == {"1": 3, "2": 1}
    assert wrong.tiers == {}  # under the Chatham House Rule one text tells no tier


def test_a_confirmation_stands_beside_the_section(webinar: Webinar) -> None:
    (row,) = webinar.rows("confirm_fact")
    item = webinar.decide("accept", row)["item"]
    found = find(webinar.document(), item)
    assert found is not None
    assert (found.kind, found.section, found.item["verdict"]) == ("check", "2.2", "confirmed")
    assert (found.item["text"], found.item["origin"]) == ("Confirmed by 4 people", "webinar")
    webinar.decide("reopen", row)
    assert find(webinar.document(), item) is None


def test_a_correction_taken_as_it_is_leaves_the_words_alone(webinar: Webinar) -> None:
    (row,) = webinar.rows("correct_fact")
    item = webinar.decide("accept", row)["item"]
    found = find(webinar.document(), item)
    assert found is not None
    assert (found.item["verdict"], found.item["text"]) == ("noted", "It began in 2020")
    assert webinar.development() == DEVELOPMENT


def test_a_correction_in_the_owners_words_replaces_them_and_keeps_the_old_ones(webinar: Webinar) -> None:
    (row,) = webinar.rows("correct_fact")
    better = "It began in 2020 with two buyers."
    answer = webinar.decide("edit", row, target="fact:2.1/development", text=better, base=DEVELOPMENT)
    found = find(webinar.document(), answer["item"])
    assert found is not None
    assert webinar.development() == better
    assert (found.item["verdict"], found.item["before"]) == ("corrected", DEVELOPMENT)
    webinar.decide("reopen", row)
    assert webinar.development() == DEVELOPMENT


def test_a_correction_of_words_that_changed_meanwhile_shows_both(webinar: Webinar) -> None:
    (row,) = webinar.rows("correct_fact")
    webinar.write("2.1", development="It began in winter 2019.")
    with pytest.raises(Refused) as refusal:
        webinar.decide("edit", row, target="fact:2.1/development", text="It began in 2020.", base=DEVELOPMENT)
    assert refusal.value.code == "conflict"
    assert refusal.value.data["theirs"]["text"] == "It began in winter 2019."
    assert refusal.value.data["mine"]["text"] == "It began in 2020."
    assert webinar.development() == "It began in winter 2019."
    assert webinar.rows("correct_fact")[0].target == {"fact": "2.1"}  # nothing of the refused decision stays


def test_one_cell_of_a_table_is_corrected(webinar: Webinar) -> None:
    (row,) = webinar.rows("correct_fact")
    line = webinar.document()["sections"]["2.2"]["institutions"][0]["id"]
    target = f"fact:2.2/institutions/{line}/name"
    webinar.decide("edit", row, target=target, text="The ministry of mines", base="A ministry")
    assert webinar.document()["sections"]["2.2"]["institutions"][0]["name"] == "The ministry of mines"


@pytest.mark.parametrize(
    ("target", "op", "kind"),
    [
        ("matrix", "add_aspect", "aspect"),
        ("A1", "add_element", "element"),
        ("A1.E1", "add_suggestion", "suggestion"),
        ("2.3", "extend_section", "line"),
        ("2.1/development", "extend_section", "line"),
        ("2.2/institutions", "extend_table", "row"),
        ("swot:W", "settle_swot", "swot"),
        ("challenges", "link_challenge", "challenge"),
    ],
)
def test_the_owner_may_put_it_anywhere_and_take_it_out_again(webinar: Webinar, target: str, op: str, kind: str) -> None:
    before = webinar.document()
    (row,) = webinar.rows("extend_section")
    item = webinar.decide("edit", row, target=target, text="A third buyer came in")["item"]
    found = find(webinar.document(), item)
    assert found is not None
    assert (found.kind, found.item["origin"], found.item["sources"][0]["proposal"]) == (kind, "webinar", row.id)
    assert "A third buyer came in" in found.item.values()
    (row,) = [one for one in webinar.rows(op) if one.id == row.id]
    webinar.decide("reopen", row)
    assert [one.item["id"] for one in walk(webinar.document())] == [one.item["id"] for one in walk(before)]


def test_what_stands_beside_a_suggestion_can_be_worded(webinar: Webinar) -> None:
    (row,) = webinar.rows("extend_section")
    detail = {"how_to_transfer": "In steps", "target_context": "small firms", "needs": "a lawyer", "degree": "with_adaptation"}
    item = webinar.decide("edit", row, target="A1.E1", text="Share the contract", detail=detail)["item"]
    found = find(webinar.document(), item)
    assert found is not None
    said = found.item
    assert (said["what_to_transfer"], said["how_to_transfer"], said["target_context"]) == (
        "Share the contract",
        "In steps",
        "small firms",
    )
    assert (said["needs"], said["degree"]) == ({"framework_conditions": "a lawyer"}, "with_adaptation")
    refusal = webinar.cast.ask("merge.edit", webinar.cast.omar, case=webinar.cast.case, proposal=row.id, version=1, text="x",
                               detail={"author": "x"})  # fmt: skip
    assert refusal["code"] == "invalid"


def test_an_unknown_place_is_refused(webinar: Webinar) -> None:
    (row,) = webinar.rows("extend_section")
    for target in (
        "2.1/nothing",
        "fact:2.1/nothing",
        "swot:X",
        "swot:S/none",
        "2.2/institutions/x",
        "fact:2.2/institutions/none/name",
        "3.2/x",
    ):
        with pytest.raises(Refused) as refusal:
            webinar.decide("edit", row, target=target, text="Words")
        assert refusal.value.code == "invalid", target


def test_later_is_open_and_can_be_decided_at_any_time(webinar: Webinar) -> None:
    (row,) = webinar.rows("confirm_fact")
    assert webinar.decide("postpone", row, note="ask the ministry")["state"] == "postponed"
    with reading(db.engine) as session:
        assert figures(gather(session, webinar.lab))["merge"] == {"accepted": 0, "edited": 0, "rejected": 0, "pending": 3}
    webinar.act("merge.propose", SYSTEM)
    assert webinar.rows("confirm_fact")[0].state == "postponed"
    assert webinar.decide("accept", row)["state"] == "accepted"


# ---- the owner's draft, and challenges


@pytest.fixture
def settled(cast: Cast) -> Cast:
    """In the open lab a line of the draft is disputed by two, another one agreed with; one challenge is named."""
    people = [cast.ben, cast.chloe, *(cast.join(tier=tier) for tier in ("1", "1", "2", "2"))]
    cast.start("swot")
    board = cast.board("swot", case=cast.case)
    drafts = {
        value["column"]: id_
        for id_, value in cast.look()["entities"]["contribution"].items()
        if value["board"] == board and value["origin"] == "owner_draft"
    }
    cast.act("activity.reveal", cast.anna)
    for who in people[:2]:
        cast.act("contribution.reply", who, id=drafts["W"], kind="disagree", text=f"Not true for us, {who.id[:3]}")
        cast.act("contribution.reply", who, id=drafts["S"], kind="agree", text=f"So it is, {who.id[:3]}")
    cast.start("challenges")
    cast.act("contribution.post", people[0], board=cast.board("challenges"), column="", text="No data on small mines",
             target={"case": cast.case})  # fmt: skip
    cast.act("lab.close", cast.anna, grace_s=0)
    cast.act("merge.propose", cast.rita)
    return cast


def of(cast: Cast, op: str, **target: str) -> Proposal:
    with reading(db.engine) as session:
        rows = session.query(Proposal).filter(Proposal.lab_id == cast.lab, Proposal.op == op).all()
        session.expunge_all()
    return next(row for row in rows if all(row.target.get(name) == value for name, value in target.items()))


def document(cast: Cast) -> dict[str, Any]:
    with reading(db.engine) as session:
        found: dict[str, Any] = session.get_one(Case, cast.case).document
        return found


def test_a_disputed_line_goes_and_comes_back(settled: Cast) -> None:
    before, row = document(settled), of(settled, "settle_swot", swot="W")
    assert row.detail["how"] == "drop"
    settled.do("merge.accept", settled.omar, case=settled.case, proposal=row.id, version=row.version)
    assert "Needs a large volume" not in [text for _q, _id, text in draft_swot(document(settled))]
    settled.do("merge.reopen", settled.omar, case=settled.case, proposal=row.id, version=row.version + 1)
    assert document(settled)["swot"] == before["swot"]


def test_a_line_people_agreed_with_is_confirmed_and_can_be_reworded(settled: Cast) -> None:
    row = of(settled, "settle_swot", swot="S")
    assert (row.detail["how"], len(row.contributions)) == ("confirm", 2)
    item = settled.do("merge.accept", settled.omar, case=settled.case, proposal=row.id, version=1)["item"]
    found = find(document(settled), item)
    assert found is not None
    assert (found.item["verdict"], found.item["item"]) == ("confirmed", row.target["item"])
    settled.do("merge.reopen", settled.omar, case=settled.case, proposal=row.id, version=2)
    settled.do("merge.edit", settled.omar, case=settled.case, proposal=row.id, version=3, text="Origin is known to the mine")
    assert draft_swot(document(settled))[0][2] == "Origin is known to the mine"
    assert document(settled)["checks"][0]["before"] == "Origin is known"


def test_a_challenge_is_tied_to_the_case(settled: Cast) -> None:
    row = of(settled, "link_challenge")
    settled.do("merge.accept", settled.omar, case=settled.case, proposal=row.id, version=1)
    assert [line["text"] for line in document(settled)["challenges"]] == ["No data on small mines"]
    page = settled.browser(settled.omar).get(f"/cases/{settled.case}").text
    assert "Unresolved challenges" in page
    assert "No data on small mines" in page


def test_a_merged_case_can_be_exported_and_taken_back(webinar: Webinar) -> None:
    """A title is one line and as long as its editor allows; plain words of participants are no Markdown."""
    (row,) = webinar.rows("extend_section")
    with pytest.raises(Refused) as refusal:
        webinar.decide("edit", row, target="A1", text="long " * 200)
    assert refusal.value.code == "too_long"
    webinar.decide("edit", row, target="A1", text="First line\nand a second one")
    (fact,) = webinar.rows("correct_fact")
    webinar.decide("accept", fact)
    with reading(db.engine) as session:
        case = exported(session.get_one(Case, webinar.cast.case))
    assert [element["title"] for _aspect, element in elements(case.document)][-1] == "First line and a second one"
    for write in (cases_yaml, cases_json):
        found = parse_cases(write([case], template()), template())
        assert (found.warnings, found.cases[0].document) == ([], case.document)
