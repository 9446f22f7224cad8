"""The lab desk without script: creating, planning, inviting, lost edits (R-48 to R-58, D11)."""

from __future__ import annotations

import html
import json
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


def lab(cast: Cast, id_: str | None = None) -> Lab:
    with reading(db.engine) as session:
        return session.get_one(Lab, id_ or cast.lab)


# ---- creating


def test_a_title_is_enough_and_the_agenda_is_there(cast: Cast, mara: FlaskClient) -> None:
    page = said(mara, send(mara, "/labs/new", "/labs/new", title="My first lab", cases=[cast.case]))
    for words in ("My first lab", "Being planned", "Open the lobby", "No challenge is named yet."):
        assert words in page
    with reading(db.engine) as session:
        made = session.scalars(select(Lab).where(Lab.title == "My first lab")).one()
        assert (made.kind, made.sector, made.planned_seconds) == ("flagship_lab", "MS", 9600)
    assert text_of(mara.get(f"/labs/{made.id}?step=4")).count('class="agenda__item') == 15


def test_the_kind_comes_from_where_one_clicked(cast: Cast, mara: FlaskClient) -> None:
    assert form_of(mara.get("/labs/new?kind=webinar").text, "/labs/new")["kind"] == ["webinar"]
    assert form_of(mara.get("/labs/new?kind=nonsense").text, "/labs/new")["kind"] == ["flagship_lab"]


def test_only_sectors_one_leads_are_offered(cast: Cast, mara: FlaskClient) -> None:
    assert re.findall(r'<option value="(RES|MS|EEES)"', mara.get("/labs/new").text) == ["MS"]
    assert re.findall(r'<option value="(RES|MS|EEES)"', cast.browser(cast.olga).get("/labs/new").text) == ["RES", "MS", "EEES"]


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(cast: Cast, mara: FlaskClient) -> None:
    answer = send(
        mara, "/labs/new", "/labs/new", title=" ", expected_people="many", cases=[cast.case], challenges="one\n\n two ",
        kind="consultation", starts="2027-03-09T13:00", zone="Europe/Vienna",
    )  # fmt: skip
    assert answer.status_code == 400
    for field in ("title", "expected_people"):
        assert f'id="f-{field}-error"' in answer.text
        assert f'href="#f-{field}"' in answer.text
    kept = form_of(answer.text, "/labs/new")
    assert (kept["cases"], kept["kind"], kept["starts"]) == ([cast.case], ["consultation"], ["2027-03-09T13:00"])
    assert (kept["challenges"], kept["zone"]) == (["one\ntwo"], ["Europe/Vienna"])


def test_the_start_is_stored_with_the_offset_of_its_zone(cast: Cast, mara: FlaskClient) -> None:
    page = said(mara, send(mara, "/labs/new", "/labs/new", title="Summer", starts="2027-07-09T13:00", zone="Europe/Vienna"))
    assert "Friday, 9 July 2027, 13:00 to 15:40 (UTC+2)" in page


def test_an_empty_case_gives_a_warning_and_the_lab_is_made_all_the_same(cast: Cast, mara: FlaskClient) -> None:
    empty = cast.do("case.create", cast.mara, title="Nothing here yet", sector="MS", type="technology")["case"]
    assert "“Nothing here yet” is still empty" in html.unescape(mara.get("/labs/new").text)
    page = html.unescape(said(mara, send(mara, "/labs/new", "/labs/new", title="Brave", cases=[empty])))
    assert page.count("“Nothing here yet” is still empty: no topic, aspect or element.") >= 2  # said now, and an open point
    assert 'class="notice notice--alarm"' in page


def test_sending_the_form_twice_makes_one_lab(cast: Cast, mara: FlaskClient) -> None:
    page = text_of(mara.get("/labs/new"))
    filled = {**form_of(page, "/labs/new"), "title": "Once"}
    places = {mara.post("/labs/new", data=filled, headers=ORIGIN).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    with reading(db.engine) as session:
        assert len(session.scalars(select(Lab).where(Lab.title == "Once")).all()) == 1


# ---- the plan


def test_the_plan_counts_and_names_what_is_open(cast: Cast, mara: FlaskClient) -> None:
    page = html.unescape(text_of(mara.get(f"/labs/{cast.lab}")))
    counts = re.findall(r'step__no">(\d)</span>.*?(?:stamp--open">(\d+) open|stamp--quiet">later|complete)', page, re.DOTALL)
    assert [(number, open_ or "0") for number, open_ in counts] == [("1", "2"), ("2", "4"), ("3", "1"), ("4", "0"), ("5", "1")]
    assert "“Buying lithium directly” has no topic yet." in page
    assert "“Tracing on a shared ledger” has no owner who could decide about proposals." in page


def test_without_its_activities_the_uncovered_case_is_named(cast: Cast, mara: FlaskClient) -> None:
    assert "has no activity" not in mara.get(f"/labs/{cast.lab}?step=4").text
    for kind in ("present", "swot", "cluster", "transferability"):
        cast.act("activity.remove", cast.mara, activity=cast.activity(kind))
    with reading(db.engine) as session:
        votes = [
            item.id
            for item in session.scalars(select(Activity).where(Activity.lab_id == cast.lab))
            if "transfer" in str(item.settings)
        ]
    for vote in votes:
        cast.act("activity.remove", cast.mara, activity=vote)
    page = html.unescape(mara.get(f"/labs/{cast.lab}?step=4").text)
    assert "The case “Buying lithium directly” has no activity." in page
    assert "The case “Tracing on a shared ledger” has no activity." in page


def test_observers_read_everything_and_find_no_form(cast: Cast) -> None:
    lena = cast.browser(cast.staff("lena@example.org", "Lena", "sector_lead", sector="RES"))
    for step in range(1, 6):
        page = text_of(lena.get(f"/labs/{cast.lab}?step={step}"))
        assert "as an observer" in page
        actions = set(re.findall(r'<form[^>]*action="([^"]+)"', page))
        assert actions <= {"/theme", "/language"}, step
    assert "Unresolved challenges" in page


def test_the_focus_is_saved_and_printed_on_the_invitation(cast: Cast, mara: FlaskClient) -> None:
    page, action = f"/labs/{cast.lab}?step=2", f"/labs/{cast.lab}/focus"
    answer = send(
        mara, page, action, challenges="small producers\ndata along the chain", learning_aims="compare three ways",
        impact_areas=["asm", "transparency"], value_chain_stages=["mining"],
    )  # fmt: skip
    assert "Saved." in said(mara, answer)
    assert lab(cast).focus["challenges"] == ["small producers", "data along the chain"]
    text = form_text(mara.get(f"/labs/{cast.lab}?step=3").text)
    for line in ("– compare three ways", "– small producers", "– Mining", "– Buying lithium directly", f"code {cast.code}"):
        assert line in text
    assert f"/read/{cast.code}" in text


def form_text(page: str) -> str:
    found = re.search(r'<textarea[^>]*id="f-invitation"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found
    return html.unescape(found[1])


def test_the_invitation_speaks_the_language_of_the_lab(cast: Cast, mara: FlaskClient) -> None:
    english = form_text(mara.get(f"/labs/{cast.lab}?step=3").text)
    cast.act("lab.update", cast.mara, version=lab(cast).version, language="de")
    page = mara.get(f"/labs/{cast.lab}?step=3").text
    assert 'lang="en"' in page
    assert form_text(page).splitlines()[0] != english.splitlines()[0]


def test_two_people_changing_the_same_thing_see_both_and_lose_nothing(cast: Cast, mara: FlaskClient) -> None:
    page, action = f"/labs/{cast.lab}?step=2", f"/labs/{cast.lab}/focus"
    filled = {**form_of(text_of(mara.get(page)), action), "challenges": "mine"}
    cast.act("lab.update", cast.olga, version=lab(cast).version, focus={**FOCUS, "challenges": ["theirs"]})
    answer = mara.post(action, data=filled, headers=ORIGIN)
    assert answer.status_code == 409
    assert "Somebody else changed this while you were writing." in answer.text
    assert "<span>theirs</span>" in answer.text
    again = form_of(answer.text, action)
    assert again["challenges"] == ["mine"]
    assert lab(cast).focus["challenges"] == ["theirs"]
    assert mara.post(action, data=again, headers=ORIGIN).status_code == 303
    assert lab(cast).focus["challenges"] == ["mine"]


def test_two_people_changing_different_things_both_get_their_way(cast: Cast, mara: FlaskClient) -> None:
    page, action = f"/labs/{cast.lab}?step=3", f"/labs/{cast.lab}/details"
    filled = {**form_of(text_of(mara.get(page)), action), "title": "Mara’s title"}
    cast.act("lab.update", cast.olga, version=lab(cast).version, mode="online", focus=FOCUS)
    answer = mara.post(action, data=filled, headers=ORIGIN)
    assert answer.status_code == 303
    assert (lab(cast).title, lab(cast).mode, lab(cast).focus) == ("Mara’s title", "online", FOCUS)


def test_a_form_sent_unchanged_changes_nothing(cast: Cast, mara: FlaskClient) -> None:
    before = lab(cast).version
    for step, part in ((2, "focus"), (3, "details"), (3, "promises")):
        assert send(mara, f"/labs/{cast.lab}?step={step}", f"/labs/{cast.lab}/{part}").status_code == 303
    assert lab(cast).version == before


def test_a_loosened_promise_comes_back_with_the_reason(cast: Cast, mara: FlaskClient) -> None:
    page, action = f"/labs/{cast.lab}?step=3", f"/labs/{cast.lab}/promises"
    assert "never looser" in text_of(mara.get(page))
    answer = send(mara, page, action, ceiling="3")
    assert answer.status_code == 409
    assert "it can be tightened, not loosened" in answer.text
    assert lab(cast).ceiling == 1
    assert send(mara, page, action, retention_days="30").status_code == 303
    assert lab(cast).retention_days == 30


def test_the_team_is_set_by_address(cast: Cast, mara: FlaskClient) -> None:
    page, action = f"/labs/{cast.lab}?step=3", f"/labs/{cast.lab}/staff"
    wrong = post(mara, action, page, email="nobody@example.org", role="rapporteur")
    assert (wrong.status_code, 'id="f-email-error"' in wrong.text) == (400, True)
    assert 'value="nobody@example.org"' in wrong.text
    assert "<b>Omar</b> Rapporteur" in said(mara, post(mara, action, page, email="omar@example.org", role="rapporteur"))
    assert "<b>Omar</b>" not in said(mara, post(mara, action, page, email="omar@example.org", role=""))


def test_cases_are_chosen_and_put_first(cast: Cast, mara: FlaskClient) -> None:
    page, action = f"/labs/{cast.lab}?step=1", f"/labs/{cast.lab}/cases"
    both = [cast.case, cast.other_case]
    shown = said(mara, post(mara, action, page, cases=both, first=cast.other_case))
    titles = re.findall(r'chosen-cases__title" href="/cases/([^"]+)"', shown)
    assert titles == [cast.other_case, cast.case]
    assert re.findall(r'chosen-cases__title" href="/cases/([^"]+)"', said(mara, post(mara, action, page, cases=[cast.case]))) == [
        cast.case
    ]


def test_the_way_from_draft_to_closed_and_back(cast: Cast, mara: FlaskClient) -> None:
    fresh = cast.do("lab.create", cast.mara, kind="webinar", sector="MS", title="The way")["lab"]
    page = f"/labs/{fresh}"
    assert "Lobby open" in said(mara, post(mara, f"{page}/open", page))
    assert f'href="{page}/console"' in mara.get(page).text
    assert "Closing" in said(mara, post(mara, f"{page}/close", page))
    cast.do("lab.reopen", cast.mara, lab=fresh)
    cast.do("lab.close", cast.mara, lab=fresh, grace_s=0)
    over = text_of(mara.get(page))
    assert f'href="{page}/report"' in over
    assert "The key conclusions are not written yet." in over
    assert "Paused" in said(mara, post(mara, f"{page}/reopen", page))


def test_a_copy_and_a_rehearsal(cast: Cast, mara: FlaskClient) -> None:
    fresh = cast.do("lab.create", cast.mara, kind="webinar", sector="MS", title="Model")["lab"]
    page = f"/labs/{fresh}"
    assert "<h1>Next year</h1>" in said(mara, post(mara, f"{page}/copy", f"{page}?step=5", title="Next year"))
    rehearsal = said(mara, send(mara, page, f"{page}/copy"))
    assert "<h1>Rehearsal: Model</h1>" in rehearsal
    assert "Lobby open" in rehearsal
    assert lab(cast, fresh).state == "draft"


def test_a_new_code_is_on_the_plan_and_the_sheet(cast: Cast, mara: FlaskClient) -> None:
    page = f"/labs/{cast.lab}?step=3"
    assert cast.code in text_of(mara.get(page))
    shown = said(mara, post(mara, f"/labs/{cast.lab}/code", page))
    assert cast.code not in shown
    code = cast.look()["entities"]["lab"][cast.lab]["join"]["code"]
    sheet = text_of(mara.get(f"/labs/{cast.lab}/sheet"))
    assert code in sheet
    assert mara.get(f"/qr/{code}.svg").mimetype == "image/svg+xml"
    assert f'src="/qr/{code}.svg"' in sheet


# ---- before the day


def test_invited_people_read_the_cases_with_the_code(cast: Cast) -> None:
    stranger = cast.browser(cast.eve)
    page = text_of(stranger.get(f"/read/{cast.code}"))
    assert "Buying lithium directly" in page
    sheet = text_of(stranger.get(f"/read/{cast.code}/1"))
    assert "Direct contracts" in sheet
    assert "Origin is known" in sheet
    for path in ("/read/AAAAAA", "/read/AAAAAA/1", f"/read/{cast.code}/9", f"/read/{cast.code}/0"):
        assert stranger.get(path).status_code == 404, path
    cast.act("lab.close", cast.anna, grace_s=0)
    assert stranger.get(f"/read/{cast.code}").status_code == 410


def test_the_list_shows_each_lab_in_its_group(cast: Cast, mara: FlaskClient) -> None:
    cast.do("lab.create", cast.mara, kind="webinar", sector="MS", title="A plan")
    page = text_of(mara.get("/labs"))
    open_, planned = page.index('id="g-now"'), page.index('id="g-planned"')
    assert open_ < page.index("Lab one") < planned < page.index("A plan")
    assert 'id="g-closed"' not in page


def test_somebody_without_labs_learns_what_they_are(cast: Cast) -> None:
    nora = cast.browser(cast.staff("nora@example.org", "Nora", "facilitator"))
    page = text_of(nora.get("/labs"))
    assert "No lab has you in its team yet." in page
    assert "/labs/new" not in page


def test_the_first_lab_is_a_choice_of_kinds(cast: Cast) -> None:
    lena = cast.staff("lena@example.org", "Lena", "sector_lead", sector="RES")
    with_labs = text_of(cast.browser(lena).get("/labs"))
    assert "Lab one" in with_labs  # leads observe the other sectors
    island = re.search(r'<script type="application/json" id="messages">(.*?)</script>', with_labs)
    assert island is not None
    assert json.loads(island[1]) == {}
