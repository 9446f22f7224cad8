"""What was taken back is followed to every place made from it; words a person wrote stay (D14, R-90)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from facilitation.cases.document import find
from facilitation.cases.models import CaseRevision
from facilitation.cases.rules import mark, swot_content
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.reports.forgetting import Derived, derived
from tests.reports.conftest import Held
from tests.reports.test_merging import decide


@pytest.fixture
def merged(held: Held) -> Held:
    """Accepted: a lone contribution and a cluster of three, word for word. Reworded: a cluster of two."""
    held.cast.act("merge.propose", held.cast.rita)
    for source in ("contribution:lonely", "cluster:buy_k"):
        decide(held, "accept", source)
    decide(held, "edit", "cluster:size_k", text="Small firms are left out")
    return held


def everything(held: Held) -> str:
    """Every word the database holds about the case and its proposals, and what pages and files show of it."""
    with reading(db.engine) as session:
        revisions = [row.document for row in session.query(CaseRevision).filter(CaseRevision.case_id == held.cast.case)]
    stored = json.dumps([held.document(), revisions]) + "".join(
        f"{row.text}{row.applied_text}{row.reason}" for row in held.proposals().values()
    )
    client = held.cast.browser(held.cast.omar)
    case, lab = f"/cases/{held.cast.case}", f"/labs/{held.cast.lab}"
    ends = ("", ".json", ".yaml", "/merge", "/history", "/compare?since=lab")
    pages = [*(f"{case}{end}" for end in ends), f"{lab}/report", f"{lab}/report.json"]
    answers = [client.get(page) for page in pages]
    assert [answer.status_code for answer in answers] == [200] * len(pages)
    return stored + "".join(answer.text for answer in answers)


def find_derived(held: Held, name: str) -> set[Derived]:
    with reading(db.engine) as session:
        return set(derived(session, held.cast.lab, [held.ids[name]]))


def item_of(held: Held, source: str) -> dict[str, Any]:
    found = find(held.document(), held.proposals()[source].applied_item or "")
    assert found is not None
    return found.item


def test_every_derived_place_is_found(merged: Held) -> None:
    rows = merged.proposals()
    for name, source in (("lonely", "contribution:lonely"), ("tender", "cluster:buy_k"), ("cost", "cluster:size_k")):
        row = rows[source]
        expected = {Derived(merged.cast.case, row.id), Derived(merged.cast.case, row.id, row.applied_item or "")}
        assert find_derived(merged, name) == expected
    assert find_derived(merged, "known") == {Derived(merged.cast.case, rows["cluster:known_k"].id)}
    assert find_derived(merged, "hidden") == set()


def test_machine_words_without_anybody_behind_them_are_gone_everywhere(merged: Held) -> None:
    assert "LONELY-THREAT" in everything(merged)
    merged.cast.act("contribution.withdraw", merged.person("3", 1), id=merged.ids["lonely"])
    assert "LONELY-THREAT" not in everything(merged)
    assert {place.item for place in find_derived(merged, "lonely")} == {""}
    assert merged.proposals()["contribution:lonely"].state == "pending"
    assert item_of(merged, "cluster:buy_k")["what_to_transfer"] == "Buying together"  # nothing else went


def test_a_line_with_people_left_behind_it_keeps_only_them(merged: Held) -> None:
    merged.cast.act("contribution.withdraw", merged.person("3"), id=merged.ids["tender"])
    item = item_of(merged, "cluster:buy_k")
    assert item["what_to_transfer"] == "Buying together"
    assert item["sources"][0]["contributions"] == [merged.ids["buy"], merged.ids["group"]]
    assert item["sources"][0]["tiers"] == {"1": 1, "2": 1}
    assert {place.item for place in find_derived(merged, "tender")} == {""}


def test_words_of_a_person_stay_without_the_source(merged: Held) -> None:
    for name, who in (("size", merged.person("2")), ("cost", merged.person("3"))):
        merged.cast.act("contribution.withdraw", who, id=merged.ids[name])
    item = item_of(merged, "cluster:size_k")
    assert item["text"] == "Small firms are left out"
    assert "contributions" not in item["sources"][0]
    assert "tiers" not in item["sources"][0]
    assert (
        "Everybody behind this took their words back"
        in merged.cast.browser(merged.cast.omar).get(f"/cases/{merged.cast.case}/merge").text
    )


def test_a_machine_line_somebody_rewrote_is_theirs(merged: Held) -> None:
    item = item_of(merged, "contribution:lonely")
    lines = [{**line, "text": "Conflict over water"} if line["id"] == item["id"] else line
             for line in merged.document()["swot"]["T"]]  # fmt: skip
    base = mark(swot_content(merged.document()))
    merged.cast.do("case.save_swot", merged.cast.omar, case=merged.cast.case, lines={"T": lines}, base=base)
    merged.cast.act("contribution.withdraw", merged.person("3", 1), id=merged.ids["lonely"])
    found = find(merged.document(), item["id"])
    assert found is not None
    assert found.item["text"] == "Conflict over water"
    assert "contributions" not in found.item["sources"][0]
