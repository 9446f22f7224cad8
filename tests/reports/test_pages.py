"""Report, merge desk and provenance through the HTTP door: who sees what, and what a form does without script."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from facilitation.core.actor import Identity
from facilitation.core.ids import new_key
from facilitation.reports.render import FORMATS
from tests.cast import ORIGIN, Cast
from tests.reports.conftest import Held

PUBLIC = ["/report", "/report.docx", "/report.html", "/report.json"]


def browse(held: Held, who: Identity) -> FlaskClient:
    return held.cast.browser(who)


def post(client: FlaskClient, path: str, page: str, **form: Any) -> TestResponse:
    """Send a form with the token of a page."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token, page
    return client.post(path, data={"csrf_token": token[1], "key": new_key(), **form}, headers=ORIGIN)


# ---- who sees what


@pytest.mark.parametrize("page", [*PUBLIC, "/merge"])
def test_a_report_is_read_by_those_who_have_to_do_with_the_lab(held: Held, page: str) -> None:
    cast, path = held.cast, f"/labs/{held.cast.lab}{page}"
    for who in (cast.olga, cast.mara, cast.anna, cast.rita, cast.omar):
        assert browse(held, who).get(path).status_code == 200
    stranger = cast.staff("odo@example.org", "Odo", "case_owner", case="nothing")
    assert browse(held, stranger).get(path).status_code == 404
    assert browse(held, cast.eve).get(path).status_code == 302
    assert browse(held, cast.ben).get(path).status_code == 302  # a seat is no account
    assert browse(held, cast.olga).get(f"/labs/nobody123456{page}").status_code == 404


@pytest.mark.parametrize("page", PUBLIC)
def test_a_released_report_is_there_for_anybody(held: Held, page: str) -> None:
    path = f"/labs/{held.cast.lab}{page}"
    assert browse(held, held.cast.eve).get(path).status_code == 302
    held.cast.act("report.set_state", held.cast.anna, state="released")
    answer = browse(held, held.cast.eve).get(path)
    assert answer.status_code == 200
    assert b"HIDDEN-WORDS" not in answer.data
    assert browse(held, held.cast.eve).get(f"/labs/{held.cast.lab}/merge").status_code == 302


def test_an_open_lab_has_no_report_yet(cast: Cast) -> None:
    client = cast.browser(cast.anna)
    assert "is made when the lab is closed" in client.get(f"/labs/{cast.lab}/report").text
    answer = client.get(f"/labs/{cast.lab}/report.json", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"] if answer.json else "") == (409, "not_open")
    assert "is made when the lab is closed" in client.get(f"/labs/{cast.lab}/merge").text


# ---- the report


def test_downloads_are_attachments_with_names_of_ours(held: Held) -> None:
    client = browse(held, held.cast.anna)
    page = client.get(f"/labs/{held.cast.lab}/report").text
    kinds = {"docx": "officedocument", "pdf": "application/pdf", "html": "text/html", "md": "text/markdown"}
    kinds |= {"xlsx": "spreadsheetml", "csv": "application/zip", "json": "application/json"}
    assert set(kinds) == set(FORMATS)
    for kind, media in kinds.items():
        assert f'href="/labs/{held.cast.lab}/report.{kind}"' in page
        answer = client.get(f"/labs/{held.cast.lab}/report.{kind}")
        assert media in answer.headers["Content-Type"]
        ending = r"csv\.zip" if kind == "csv" else kind
        assert re.fullmatch(rf'attachment; filename="lab-report-[\w-]+-v1\.{ending}"', answer.headers["Content-Disposition"])
    assert json.loads(client.get(f"/labs/{held.cast.lab}/report.json").text)["figures"]["participants"] == 14
    assert client.get(f"/labs/{held.cast.lab}/report.exe").status_code == 404
    schema = re.search(r'class="report__schema" href="([^"]+)"', page)
    assert schema
    file = client.get(schema[1])
    assert json.loads(file.text)["title"].startswith("Report of a lab")
    file.close()


def test_the_report_speaks_the_labs_language_the_page_that_of_the_person(held: Held) -> None:
    held.cast.do("user.set_language", held.cast.anna, language="de")
    text = browse(held, held.cast.anna).get(f"/labs/{held.cast.lab}/report").text
    assert '<html lang="de"' in text
    assert '<div class="report__pages" lang="en">' in text
    assert "Key conclusions" in text


def test_writing_a_part_by_its_form(held: Held) -> None:
    client, page = browse(held, held.cast.rita), f"/labs/{held.cast.lab}/report"
    answer = post(client, f"{page}/parts/conclusions", page, text="What we <b>learned</b>", version="0")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("#part-conclusions")
    assert "What we &lt;b&gt;learned&lt;/b&gt;" in client.get(page).text


def test_two_writers_see_both_texts(held: Held) -> None:
    page = f"/labs/{held.cast.lab}/report"
    held.cast.act("report.write", held.cast.anna, part="purpose", text="Anna's words")
    answer = post(browse(held, held.cast.rita), f"{page}/parts/purpose", page, text="Rita's words", version="0")
    assert answer.status_code == 409
    assert "Anna&#39;s words" in answer.text
    assert "Rita&#39;s words" in answer.text
    again = post(browse(held, held.cast.rita), f"{page}/parts/purpose", page, text="Rita's words", version="1")
    assert again.status_code == 303


def test_who_may_not_write_sees_no_place_to_write_in(held: Held) -> None:
    page = f"/labs/{held.cast.lab}/report"
    assert "data-writes" in browse(held, held.cast.rita).get(page).text
    owner = browse(held, held.cast.omar).get(page).text
    assert "data-writes" not in owner
    assert "Release" not in owner
    answer = post(browse(held, held.cast.omar), f"{page}/parts/purpose", f"/cases/{held.cast.case}/merge", text="x", version="0")
    assert answer.status_code == 403


def test_releasing_by_its_button(held: Held) -> None:
    page = f"/labs/{held.cast.lab}/report"
    assert post(browse(held, held.cast.anna), f"{page}/state", page, state="released").status_code == 303
    text = browse(held, held.cast.anna).get(page).text
    assert "Version 2, released" in text
    assert "data-writes" not in text


# ---- the merge desk


@pytest.fixture
def desk(held: Held) -> Held:
    held.cast.act("merge.propose", held.cast.rita)
    return held


def test_the_owner_decides_by_plain_forms(desk: Held) -> None:
    client, page = browse(desk, desk.cast.omar), f"/cases/{desk.cast.case}/merge"
    text = client.get(page).text
    assert "Buying together" in text
    assert "0 of 4" in text
    row = desk.proposals()["cluster:buy_k"]
    assert post(client, f"{page}/{row.id}/accept", page, version=row.version).status_code == 303
    assert "1 of 4" in client.get(page).text
    row = desk.proposals()["cluster:size_k"]
    assert post(client, f"{page}/{row.id}/edit", page, version=row.version, text="Mine", target="A1").status_code == 303
    row = desk.proposals()["cluster:known_k"]
    assert post(client, f"{page}/{row.id}/reject", page, version=row.version, reason="known already").status_code == 303
    assert "known already" in client.get(page).text
    row = desk.proposals()["cluster:known_k"]
    assert post(client, f"{page}/{row.id}/reopen", page, version=row.version).status_code == 303
    assert {source: row.state for source, row in desk.proposals().items()} == {
        "cluster:buy_k": "accepted", "cluster:size_k": "edited", "cluster:known_k": "pending", "contribution:lonely": "pending",
    }  # fmt: skip


def test_what_was_typed_is_kept_when_somebody_else_was_first(desk: Held) -> None:
    client, page = browse(desk, desk.cast.omar), f"/cases/{desk.cast.case}/merge"
    row = desk.proposals()["cluster:buy_k"]
    post(browse(desk, desk.cast.mara), f"{page}/{row.id}/accept", page, version=row.version)
    answer = post(client, f"{page}/{row.id}/edit", page, version=row.version, text="MY-TYPED-WORDS")
    assert answer.status_code == 409
    assert "MY-TYPED-WORDS" in answer.text
    assert "Somebody else decided this at the same time." in answer.text


def test_a_reason_that_is_missing_comes_back_with_the_fold_open(desk: Held) -> None:
    client, page = browse(desk, desk.cast.omar), f"/cases/{desk.cast.case}/merge"
    row = desk.proposals()["cluster:buy_k"]
    answer = post(client, f"{page}/{row.id}/reject", page, version=row.version, reason="")
    assert answer.status_code == 400
    assert re.search(rf'id="reject-{row.id}" data-fold="reject">', answer.text)
    assert re.search(rf'id="edit-{row.id}" data-fold="edit" hidden>', answer.text)


def test_folds_open_without_script(desk: Held) -> None:
    row = desk.proposals()["cluster:buy_k"]
    text = browse(desk, desk.cast.omar).get(f"/cases/{desk.cast.case}/merge?at={row.id}&fold=edit").text
    assert re.search(rf'id="edit-{row.id}" data-fold="edit">', text)


def test_who_may_only_read_sees_no_button(desk: Held) -> None:
    page = f"/cases/{desk.cast.case}/merge"
    text = browse(desk, desk.cast.anna).get(page).text
    assert "Buying together" in text
    assert "merge/" not in re.sub(r'href="[^"]*"', "", text).replace("merge/case", "")
    row = desk.proposals()["cluster:buy_k"]
    answer = post(browse(desk, desk.cast.anna), f"{page}/{row.id}/accept", f"/labs/{desk.cast.lab}/report", version=row.version)
    assert answer.status_code == 404


def test_making_proposals_by_the_button(held: Held) -> None:
    page = f"/labs/{held.cast.lab}/merge"
    assert "No proposal yet." in browse(held, held.cast.rita).get(page).text
    assert post(browse(held, held.cast.rita), page, page).headers["Location"].endswith(page)
    assert "0 of 4 decided" in browse(held, held.cast.rita).get(page).text


def test_an_unmade_lab_is_offered_at_the_case(held: Held) -> None:
    page = f"/cases/{held.cast.case}/merge"
    text = browse(held, held.cast.omar).get(page).text
    assert "No lab has proposed anything yet" in text
    assert "Make proposals" in text
    answer = post(browse(held, held.cast.omar), f"/labs/{held.cast.lab}/merge", page, case=held.cast.case)
    assert answer.headers["Location"].endswith(page)


def test_words_taken_back_are_nowhere_on_the_desk(desk: Held) -> None:
    page = f"/cases/{desk.cast.case}/merge"
    row = desk.proposals()["contribution:lonely"]
    post(browse(desk, desk.cast.omar), f"{page}/{row.id}/reject", page, version=row.version, reason="not ours")
    assert "LONELY-THREAT" in browse(desk, desk.cast.omar).get(page).text
    desk.cast.act("contribution.withdraw", desk.person("3", 1), id=desk.ids["lonely"])
    text = browse(desk, desk.cast.omar).get(page).text
    assert "LONELY-THREAT" not in text
    assert "took their words back" in text


# ---- provenance


def test_a_merged_line_leads_to_its_contributions_in_two_clicks(desk: Held) -> None:
    cast = desk.cast
    row = desk.proposals()["cluster:buy_k"]
    item = cast.do("merge.accept", cast.omar, case=cast.case, proposal=row.id, version=row.version)["item"]
    client = browse(desk, cast.omar)
    link = f"/cases/{cast.case}/provenance/{item}"
    assert link in client.get(f"/cases/{cast.case}").text
    for path in (link, f"/provenance/{row.id}"):
        text = client.get(path).text
        for words in ("Buy together", "Use tenders", "Join a group", "Lab one", "14 dots"):
            assert words in text
        for trace in (desk.ids["buy"], desk.ids["tender"], "HIDDEN-WORDS"):
            assert trace not in text


def test_provenance_is_for_those_who_may_read_the_case(desk: Held) -> None:
    cast, row = desk.cast, desk.proposals()["cluster:buy_k"]
    item = cast.do("merge.accept", cast.omar, case=cast.case, proposal=row.id, version=row.version)["item"]
    stranger = cast.staff("odo@example.org", "Odo", "case_owner", case="nothing")
    for path in (f"/provenance/{row.id}", f"/cases/{cast.case}/provenance/{item}"):
        assert browse(desk, cast.omar).get(path).status_code == 200
        assert browse(desk, stranger).get(path).status_code == 404
        assert browse(desk, cast.eve).get(path).status_code == 302
    assert browse(desk, cast.omar).get("/provenance/nothing").status_code == 404
    assert browse(desk, cast.omar).get(f"/cases/{cast.other_case}/provenance/{item}").status_code == 404


def test_provenance_never_tells_more_than_allowed(desk: Held) -> None:
    """Under the Chatham House Rule the mix of the tiers is told, never the tier of a statement."""
    cast, row = desk.cast, desk.proposals()["cluster:buy_k"]
    cast.do("merge.accept", cast.omar, case=cast.case, proposal=row.id, version=row.version)
    text = browse(desk, cast.omar).get(f"/provenance/{row.id}").text
    sources = re.search(r'<ul class="sources">.*?</ul>', text, re.S)
    assert sources
    assert "data-tier" not in sources[0]
    assert "Tier 1: 1, Tier 2: 1, Tier 3: 1" in text


def test_a_line_whose_people_took_their_words_back_tells_nothing(desk: Held) -> None:
    cast, row = desk.cast, desk.proposals()["contribution:lonely"]
    cast.do("merge.edit", cast.omar, case=cast.case, proposal=row.id, version=row.version, text="The owner's words")
    cast.act("contribution.withdraw", desk.person("3", 1), id=desk.ids["lonely"])
    text = browse(desk, cast.omar).get(f"/provenance/{row.id}").text
    assert "LONELY-THREAT" not in text
    assert "took their words back" in text
