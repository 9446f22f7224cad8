"""From a closed lab to its cases: proposals, the owner's decisions, revisions, conflicts (R-96 to R-98)."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html

from facilitation.cases.document import find, removed_proposals
from facilitation.cases.models import CaseRevision
from facilitation.cases.rules import item_content, mark
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.reports.counts import figures
from facilitation.reports.models import Proposal
from tests.cast import Cast
from tests.reports.conftest import Held


@pytest.fixture
def proposed(held: Held) -> Held:
    held.cast.act("merge.propose", held.cast.rita)
    return held


def decide(held: Held, act: str, source: str, **more: Any) -> dict[str, Any]:
    row = held.proposals()[source]
    return held.cast.do(f"merge.{act}", held.cast.omar, case=row.case_id, proposal=row.id, **{"version": row.version, **more})


def refused(held: Held, act: str, source: str, **more: Any) -> Refused:
    with pytest.raises(Refused) as refusal:
        decide(held, act, source, **more)
    return refusal.value


# ---- proposals


def test_every_cluster_and_lone_idea_is_proposed_for_a_place(proposed: Held) -> None:
    rows = proposed.proposals()
    assert {source: (row.op, row.target, row.votes) for source, row in rows.items()} == {
        "cluster:size_k": ("settle_swot", {"swot": "W"}, 14),
        "cluster:known_k": ("settle_swot", {"swot": "S"}, 0),
        "contribution:lonely": ("settle_swot", {"swot": "T"}, None),
        "cluster:buy_k": ("add_suggestion", {"aspect": "A1", "element": "A1.E1"}, 14),
    }
    assert rows["cluster:size_k"].detail == {"category": "challenge_encountered"}
    assert rows["cluster:known_k"].detail == {"category": "success_factor"}
    assert rows["cluster:size_k"].tiers == {"2": 1, "3": 1}
    assert rows["cluster:size_k"].level == 1


def test_nothing_is_copied_from_a_lone_contribution(proposed: Held) -> None:
    assert proposed.proposals()["contribution:lonely"].text == ""


def test_proposing_again_makes_nothing_new(proposed: Held) -> None:
    before = {source: row.id for source, row in proposed.proposals().items()}
    assert proposed.cast.act("merge.propose", proposed.cast.rita) == {"made": 0, "dropped": 0}
    assert {source: row.id for source, row in proposed.proposals().items()} == before


def test_what_was_taken_back_is_proposed_no_longer(proposed: Held) -> None:
    proposed.cast.act("contribution.withdraw", proposed.person("3", 1), id=proposed.ids["lonely"])
    assert refused(proposed, "accept", "contribution:lonely").code == "gone"
    assert proposed.cast.act("merge.propose", proposed.cast.rita) == {"made": 0, "dropped": 1}
    assert "contribution:lonely" not in proposed.proposals()


def test_a_pending_proposal_follows_its_sources_a_decided_one_stays(proposed: Held) -> None:
    decide(proposed, "accept", "cluster:buy_k")
    proposed.cast.act("contribution.withdraw", proposed.person("3"), id=proposed.ids["cost"])
    proposed.cast.act("contribution.withdraw", proposed.person("3"), id=proposed.ids["tender"])
    proposed.cast.act("merge.propose", proposed.cast.rita)
    rows = proposed.proposals()
    assert rows["cluster:size_k"].contributions == [proposed.ids["size"]]
    assert len(rows["cluster:buy_k"].contributions) == 3


def test_an_open_lab_proposes_nothing(cast: Cast) -> None:
    assert cast.ask("merge.propose", cast.rita)["code"] == "not_open"


def test_by_hand_with_the_words_of_the_staff(held: Held) -> None:
    cast, wanted = held.cast, {"case": "FC-MS-01", "op": "extend_section", "target": "part2.2.3", "text": "Add small firms"}
    first = cast.act("merge.add", cast.rita, cluster=held.ids["size_k"], **wanted)
    again = cast.act("merge.add", cast.rita, cluster=held.ids["size_k"], **wanted)
    assert (again["proposal"], again["state"]) == (first["proposal"], "pending")
    row = held.proposals()["cluster:size_k"]
    assert (row.target, row.text, row.votes, len(row.contributions)) == ({"section": "2.3"}, "Add small firms", 14, 2)
    cast.act("merge.propose", cast.rita)  # leaves what was made by hand alone
    assert held.proposals()["cluster:size_k"].text == "Add small firms"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"target": "A9"}, "invalid"),
        ({"target": "9.9"}, "invalid"),
        ({"target": "nonsense"}, "invalid"),
        ({"op": "add_suggestion"}, "invalid"),
        ({"case": "FC-XX-99"}, "not_found"),
        ({"cluster": "nothing"}, "not_found"),
        ({"contributions": ["nothing"]}, "not_found"),
        ({"text": ""}, "invalid"),
    ],
)
def test_by_hand_only_into_a_place_that_is_there(held: Held, change: dict[str, Any], code: str) -> None:
    good = {"case": "FC-MS-01", "op": "add_element", "target": "A1", "text": "Words"}
    assert held.cast.ask("merge.add", held.cast.rita, **{**good, **change})["code"] == code
    assert held.cast.ask("merge.add", held.cast.rita, **good)["ok"]


def test_a_hidden_contribution_cannot_be_a_source(held: Held) -> None:
    wanted = {"case": "FC-MS-01", "op": "add_element", "target": "A1", "text": "Words"}
    assert held.cast.ask("merge.add", held.cast.rita, contributions=[held.ids["hidden"]], **wanted)["code"] == "not_found"


# ---- decisions


def test_accepting_makes_a_revision_and_a_marked_line(proposed: Held) -> None:
    before = proposed.version()
    answer = decide(proposed, "accept", "cluster:buy_k")
    assert (answer["state"], proposed.version()) == ("accepted", before + 1)
    found = find(proposed.document(), answer["item"])
    assert found is not None
    assert (found.kind, found.ref) == ("suggestion", "A1.E1")
    assert found.item["what_to_transfer"] == "Buying together"
    assert found.item["needs"] == {"framework_conditions": "a lawyer"}
    assert (found.item["target_context"], found.item["degree"]) == ("small firms", "with_adaptation")
    assert (found.item["origin"], found.item["author"]) == ("lab", "lab")
    source = found.item["sources"][0]
    assert source["lab"] == proposed.cast.lab
    assert (source["votes"], source["level"], source["tiers"]) == (14, 1, {"1": 1, "2": 1, "3": 1})
    assert len(source["contributions"]) == 3
    with reading(db.engine) as session:
        revision = session.get_one(CaseRevision, (proposed.cast.case, before + 1))
        assert (revision.origin, revision.lab_id, revision.user_id) == ("merge", proposed.cast.lab, proposed.cast.omar.id)


def test_accepting_twice_has_one_effect(proposed: Held) -> None:
    decide(proposed, "accept", "cluster:buy_k")
    document, version = proposed.document(), proposed.version()
    assert decide(proposed, "accept", "cluster:buy_k", version=1)["state"] == "accepted"
    assert (proposed.document(), proposed.version()) == (document, version)


def test_the_owners_words_count_as_a_persons(proposed: Held) -> None:
    answer = decide(
        proposed, "edit", "cluster:size_k", text="Small firms are left out", target="A1", category="contextual_factor",
        note="shorter",
    )  # fmt: skip
    found = find(proposed.document(), answer["item"])
    assert found is not None
    assert (found.kind, found.item["title"], found.item["category"]) == (
        "element",
        "Small firms are left out",
        "contextual_factor",
    )
    assert "author" not in found.item
    row = proposed.proposals()["cluster:size_k"]
    assert (row.state, row.applied_text, row.reason) == ("edited", "Small firms are left out", "shorter")


def test_an_element_made_of_a_swot_cluster_has_the_category_of_its_column(proposed: Held) -> None:
    answer = decide(proposed, "edit", "cluster:size_k", text="Small firms are left out", target="A1")
    found = find(proposed.document(), answer["item"])
    assert found is not None
    assert (found.kind, found.item["category"]) == ("element", "challenge_encountered")
    page = proposed.cast.browser(proposed.cast.omar).get(f"/cases/{proposed.cast.case}/merge").text
    assert "Add a line to the SWOT" in page  # the others
    assert "only where it becomes an element" in page


def test_the_owner_may_choose_another_place(proposed: Held) -> None:
    answer = decide(proposed, "edit", "cluster:size_k", text="Small firms are left out", target="2.3")
    found = find(proposed.document(), answer["item"])
    assert found is not None
    assert (found.kind, found.section, found.item["text"]) == ("line", "2.3", "Small firms are left out")


def test_declining_needs_a_reason_and_changes_no_case(proposed: Held) -> None:
    version = proposed.version()
    assert refused(proposed, "reject", "cluster:known_k", reason="").code == "invalid"
    decide(proposed, "reject", "cluster:known_k", reason="already part of E1")
    assert proposed.version() == version
    assert figures(proposed.gather())["merge"] == {"accepted": 0, "edited": 0, "rejected": 1, "pending": 3}


def test_undo_takes_the_line_out_and_it_may_be_accepted_again(proposed: Held) -> None:
    before = proposed.document()
    decide(proposed, "accept", "cluster:buy_k")
    decide(proposed, "reopen", "cluster:buy_k")
    assert proposed.document() == before
    assert proposed.proposals()["cluster:buy_k"].state == "pending"
    assert decide(proposed, "accept", "cluster:buy_k")["state"] == "accepted"
    decide(proposed, "reject", "cluster:known_k", reason="no")
    assert decide(proposed, "reopen", "cluster:known_k")["state"] == "pending"


def test_a_line_the_owner_rewrote_is_neither_taken_out_nor_overwritten(proposed: Held) -> None:
    cast = proposed.cast
    answer = decide(proposed, "accept", "cluster:buy_k")
    found = find(proposed.document(), answer["item"])
    assert found is not None
    cast.do("case.update_suggestion", cast.omar, case=cast.case, item=found.id, fields={"what_to_transfer": "In my words"},
            base=_mark(proposed, found.id))  # fmt: skip
    written = proposed.document()
    assert refused(proposed, "reopen", "cluster:buy_k").code == "bad_state"
    decide(proposed, "accept", "cluster:buy_k")
    cast.act("merge.propose", cast.rita)
    assert proposed.document() == written


def _mark(held: Held, item: str) -> str:
    found = find(held.document(), item)
    assert found is not None
    return mark(item_content(found.item))


def test_a_line_the_owner_took_out_never_comes_back_by_itself(proposed: Held) -> None:
    cast = proposed.cast
    answer = decide(proposed, "accept", "cluster:buy_k")
    cast.do("case.remove_suggestion", cast.omar, case=cast.case, item=answer["item"])
    proposal = proposed.proposals()["cluster:buy_k"].id
    assert proposal in removed_proposals(proposed.document())
    decide(proposed, "accept", "cluster:buy_k")
    decide(proposed, "reopen", "cluster:buy_k")
    refusal = refused(proposed, "accept", "cluster:buy_k")
    assert refusal.code == "bad_state"
    assert find(proposed.document(), answer["item"]) is None


def test_a_place_that_is_gone_is_told_and_another_one_can_be_chosen(proposed: Held) -> None:
    cast = proposed.cast
    cast.do("case.remove_element", cast.omar, case=cast.case, item="A1.E1")
    assert refused(proposed, "accept", "cluster:buy_k").code == "bad_state"
    assert decide(proposed, "edit", "cluster:buy_k", text="Buying together", target="A1")["state"] == "edited"


# ---- several owners at once, and who may


def test_the_second_of_two_owners_is_told_what_the_first_decided(proposed: Held) -> None:
    seen = proposed.proposals()["cluster:buy_k"].version
    decide(proposed, "edit", "cluster:buy_k", text="Buy in groups")
    refusal = refused(proposed, "edit", "cluster:buy_k", text="Buy in pairs", version=seen)
    assert refusal.code == "conflict"
    assert refusal.data["theirs"] == {"state": "edited", "text": "Buy in groups", "reason": "", "version": seen + 1}
    assert refusal.data["mine"] == {"text": "Buy in pairs", "target": "", "note": ""}
    assert refused(proposed, "reject", "cluster:buy_k", reason="no").code == "bad_state"


def test_only_who_is_responsible_for_the_case_decides(proposed: Held) -> None:
    cast, row = proposed.cast, proposed.proposals()["cluster:buy_k"]
    other = cast.staff("odo@example.org", "Odo", "case_owner", case=cast.other_case)
    stranger = cast.staff("res@example.org", "Res", "sector_lead", sector="RES")
    for who, code in ((cast.eve, "unauthenticated"), (cast.anna, "not_found"), (other, "not_found"), (stranger, "forbidden")):
        with pytest.raises(Refused) as refusal:
            cast.do("merge.accept", who, case=row.case_id, proposal=row.id, version=1)
        assert refusal.value.code == code
    with pytest.raises(Refused) as refusal:  # a case of their own does not open the proposal of another
        cast.do("merge.accept", other, case=cast.other_case, proposal=row.id, version=1)
    assert refusal.value.code == "not_found"
    assert cast.do("merge.accept", cast.mara, case=row.case_id, proposal=row.id, version=1)["state"] == "accepted"


def test_participants_propose_nothing(held: Held) -> None:
    assert held.cast.ask("merge.propose", held.person("1"))["code"] == "forbidden"
    assert held.cast.ask("merge.propose", held.cast.omar)["ok"]


def test_what_a_participant_wrote_is_no_markdown_in_the_case(cast: Cast) -> None:
    """The setting of a suggestion is a long text, which is Markdown; a participant's `>` stays a sign in it."""
    cast.start("transferability")
    extra = {"needs": "- a lawyer", "setting": "> 3 buyers, *not* one", "degree": "as_is"}
    target = {"case": cast.case, "element": "A1.E1"}
    cast.act("contribution.post", cast.ben, board=cast.board("transferability"), column=cast.case, text="# Share it",
             target=target, extra=extra)  # fmt: skip
    cast.act("lab.close", cast.anna, grace_s=0)
    cast.act("merge.propose", cast.rita)
    with reading(db.engine) as session:
        row = session.query(Proposal).one()
        args = {"case": cast.case, "proposal": row.id, "version": row.version}
    item = cast.do("merge.accept", cast.omar, **args)["item"]
    page = html.fromstring(cast.browser(cast.omar).get(f"/cases/{cast.case}").text)
    (place,) = page.xpath(f'//*[@id="item-{item}"]')
    assert [sign for sign in ("# Share it", "> 3 buyers, *not* one", "- a lawyer") if sign not in place.text_content()] == []
    cast.do("merge.reopen", cast.omar, **{**args, "version": args["version"] + 1})
    assert cast.browser(cast.omar).get(f"/cases/{cast.case}").text.count("Share it") == 0
