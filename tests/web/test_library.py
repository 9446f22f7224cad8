"""The front door and the library: what a stranger sees, and what is nobody's business (R-42, experience 1)."""

from __future__ import annotations

import re

from facilitation.core.actor import Identity
from tests.cases.browsing import text_of
from tests.cast import Cast


def publish(cast: Cast, case: str) -> None:
    cast.do("case.set_status", cast.olga, case=case, status="published", reason="for the library")


def titles(page: str) -> list[str]:
    return re.findall(r'case-line__title">([^<]+)<', page)


def test_a_stranger_finds_the_code_field_and_only_what_is_published(cast: Cast) -> None:
    stranger = cast.browser(cast.eve)
    page = text_of(stranger.get("/"))
    assert 'name="code"' in page
    assert "No case is published yet." in page
    assert "Buying lithium directly" not in page
    publish(cast, cast.case)
    assert titles(text_of(stranger.get("/"))) == ["Buying lithium directly"]
    assert stranger.get(f"/library/{cast.case}").status_code == 200
    assert stranger.get(f"/library/{cast.other_case}").status_code == 404


def test_the_code_leads_to_the_join_page(cast: Cast) -> None:
    answer = cast.browser(cast.eve).get(f"/join?code={cast.code.lower()}")
    assert answer.headers["Location"] == f"/join/{cast.code}"


def test_a_published_case_is_called_by_its_neutral_title_only(cast: Cast) -> None:
    head = {"title": "Acme buys lithium", "neutral_title": "A carmaker buys lithium", "sector": "MS", "type": "technology"}
    made = cast.do("case.create", cast.mara, **head)["case"]
    publish(cast, made)
    for path in ("/", f"/library/{made}"):
        assert "Acme" not in text_of(cast.browser(cast.eve).get(path)), path
    assert titles(text_of(cast.browser(cast.eve).get("/?q=Acme"))) == []
    assert titles(text_of(cast.browser(cast.eve).get("/?q=carmaker"))) == ["A carmaker buys lithium"]
    assert "A carmaker buys lithium" in text_of(cast.browser(cast.eve).get(f"/library/{made}"))


def test_searching_looks_into_the_matrix_and_filters_narrow_down(cast: Cast) -> None:
    publish(cast, cast.case)
    publish(cast, cast.other_case)
    anybody = cast.browser(cast.eve)
    assert len(titles(text_of(anybody.get("/?q=mine-level+CLAUSE")))) == 2
    assert titles(text_of(anybody.get("/?q=ledger+clause"))) == ["Tracing on a shared ledger"]
    assert "Nothing fits" in text_of(anybody.get("/?q=nonsense"))
    assert len(titles(text_of(anybody.get("/?sector=MS")))) == 2
    assert titles(text_of(anybody.get("/?sector=RES"))) == []


def test_what_a_lab_added_is_marked_with_its_tiers_and_without_any_words_of_people(cast: Cast) -> None:
    lab = cast.do("lab.create", cast.mara, kind="single_case_lab", sector="MS", title="The lab behind it", cases=[cast.case])[
        "lab"
    ]
    cast.do("lab.open", cast.mara, lab=lab)
    agenda = cast.look(lab=lab)["entities"]["activity"].items()
    cast.do("activity.start", cast.mara, lab=lab, activity=next(id_ for id_, item in agenda if item["kind"] == "transferability"))
    boards = cast.look(lab=lab)["entities"]["board"].items()
    board = next(id_ for id_, value in boards if value["kind"] == "transferability")
    notes = [cast.do("contribution.note", cast.mara, lab=lab, board=board, text=f"zebra {n}", tier="2")["id"] for n in range(3)]
    cast.do("cluster.create", cast.mara, lab=lab, board=board, title="Share one audit", contributions=notes)
    cast.do("lab.close", cast.mara, lab=lab, grace_s=0)
    cast.do("merge.propose", cast.mara, lab=lab)
    with_proposals = cast.browser(cast.omar).get(f"/cases/{cast.case}/merge").text
    proposal = re.search(r"/merge/([A-Za-z0-9]+)/accept", with_proposals)
    assert proposal
    cast.do("merge.accept", cast.omar, case=cast.case, proposal=proposal[1], version=1)
    publish(cast, cast.case)
    page = text_of(cast.browser(cast.eve).get(f"/library/{cast.case}"))
    assert "<mark>Share one audit" in page
    assert "The lab behind it" in page
    assert "3 contributions" in page
    assert "zebra" not in page
    assert all(id_ not in page for id_ in notes)


def test_staff_see_their_labs_and_cases_first(cast: Cast) -> None:
    anna, omar = text_of(cast.browser(cast.anna).get("/")), text_of(cast.browser(cast.omar).get("/"))
    assert "Your labs" in anna
    assert f'href="/labs/{cast.lab}"' in anna
    assert "You own no case." in anna
    assert f'href="/cases/{cast.case}"' in omar
    assert "Your labs" not in text_of(cast.browser(cast.ben).get("/"))


def test_released_reports_are_listed_and_open_for_everybody(cast: Cast) -> None:
    cast.act("lab.close", cast.anna, grace_s=0)
    stranger = cast.browser(cast.eve)
    assert "Lab one" not in text_of(stranger.get("/"))
    cast.do("report.set_state", cast.mara, lab=cast.lab, state="released")
    page = text_of(stranger.get("/"))
    assert f'href="/labs/{cast.lab}/report"' in page
    assert "Lab one" in text_of(stranger.get(f"/labs/{cast.lab}/report"))


def test_a_seat_is_a_stranger_to_the_library(cast: Cast) -> None:
    seat: Identity = cast.ben
    assert "Your cases" not in text_of(cast.browser(seat).get("/"))
