"""Case pages through the HTTP door: who may see what, and what stands there (R-02, R-03, R-05, R-07, R-12, R-20 to R-25)."""

from __future__ import annotations

import re

import pytest
import yaml

from facilitation.cases import document as doc
from facilitation.cases.models import Case
from facilitation.core.actor import SYSTEM
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from tests.cases.browsing import As, post, text_of
from tests.cases.samples import sample_text
from tests.cast import Cast


@pytest.fixture
def samples(cast: Cast) -> dict[str, str]:
    """Reference → id of the sample cases, beside those of the cast."""
    done = cast.do("case.import", SYSTEM, text=sample_text().replace("id: FC-", "id: XC-"))
    return {case["ref"]: case["id"] for case in done["cases"]}


# ---- who sees what


PAGES = ["", "/sheet", "/history", ".yaml", ".json", ".md"]


@pytest.mark.parametrize("page", PAGES)
def test_a_case_is_read_by_those_who_have_to_do_with_it(cast: Cast, browse: As, page: str) -> None:
    path = f"/cases/{cast.case}{page}"
    for who in (cast.olga, cast.mara, cast.omar, cast.anna):
        assert browse(who).get(path).status_code == 200
    stranger = cast.staff("oda@example.org", "Oda", "case_owner", case=cast.other_case)
    assert browse(stranger).get(path).status_code == 404
    assert browse(cast.eve).get(path).status_code == 302
    assert browse(cast.olga).get(f"/cases/nobody123456{page}").status_code == 404


@pytest.mark.parametrize("page", ["/edit", "/edit/2.1", "/edit/3.2", "/edit/swot", "/edit/details", "/edit/references", "/state"])
def test_a_case_is_written_by_owner_lead_and_coordinator(cast: Cast, browse: As, page: str) -> None:
    path = f"/cases/{cast.case}{page}"
    for who in (cast.olga, cast.mara, cast.omar):
        assert browse(who).get(path, follow_redirects=True).status_code == 200
    elsewhere = cast.staff("lea@example.org", "Lea", "sector_lead", sector="RES")
    assert browse(elsewhere).get(path).status_code == 403
    assert browse(cast.anna).get(path).status_code == 404
    assert browse(cast.eve).get(path).status_code == 302


def test_seats_read_the_sheet_of_their_labs_cases_only(cast: Cast, browse: As, samples: dict[str, str]) -> None:
    ben = browse(cast.ben)
    assert "Direct contracts" in text_of(ben.get(f"/cases/{cast.case}/sheet"))
    assert ben.get(f"/cases/{samples['XC-RES-01']}/sheet").status_code == 302
    assert browse(cast.dario).get(f"/cases/{cast.case}/sheet").status_code == 302


def test_lists_hold_only_what_one_may_read(cast: Cast, browse: As, samples: dict[str, str]) -> None:
    assert text_of(browse(cast.olga).get("/cases")).count('class="case-line"') == 9
    assert text_of(browse(cast.omar).get("/cases")).count('class="case-line"') == 1
    assert text_of(browse(cast.anna).get("/cases")).count('class="case-line"') == 2
    exported = yaml.safe_load(browse(cast.omar).get("/cases/all.yaml").text)
    assert [case["id"] for case in exported["cases"]] == ["FC-MS-01"]


# ---- what stands there


def test_the_list_is_narrowed_down(cast: Cast, browse: As, samples: dict[str, str]) -> None:
    olga = browse(cast.olga)

    def found(query: str) -> list[str]:
        metas = re.findall(r'case-line__meta">([^·]+)·', text_of(olga.get(f"/cases?{query}")))
        return re.findall(r"(?:XC|FC)-[A-Z]+-\d+", " ".join(metas))

    assert found("sector=RES") == ["XC-RES-01"]
    assert found("mineral=traditional") == ["XC-RES-01"]
    assert found("topic=traceability&sector=MS") == ["XC-MS-02"]
    assert found("state=gaps&sector=EEES") == ["XC-EEES-03"]
    assert found("status=mapped") == ["XC-EEES-03"]
    assert found("stage=finance") == []
    assert found("q=lithium") == ["FC-MS-01", "XC-MS-01"]
    assert found("origin=lab") == []
    document = cast_document(cast)
    document, _id = doc.add_element(
        document, "A1", title="From the lab", origin="lab", sources=[{"lab": cast.lab, "proposal": "p1"}]
    )
    put(cast, document)
    assert found("origin=lab") == ["FC-MS-01"]
    assert "1 addition from a lab" in text_of(olga.get("/cases?origin=lab"))


def cast_document(cast: Cast) -> doc.Document:
    with reading(db.engine) as session:
        return session.get_one(Case, cast.case).document


def put(cast: Cast, document: doc.Document) -> None:
    cast.writer.run(lambda work: setattr(work.session.get_one(Case, cast.case), "document", document))


def test_the_case_is_read_in_the_order_of_the_template(cast: Cast, browse: As, samples: dict[str, str]) -> None:
    page = text_of(browse(cast.olga).get(f"/cases/{samples['XC-MS-01']}"))
    assert re.findall(r'id="section-([\d.]+)"', page) == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "3.1", "3.2"]
    years = [page.index(f">{year}<") for year in (2019, 2020, 2021, 2025)]
    assert years == sorted(years)
    assert '<a href="#source-19" class="cite" rel="noopener nofollow">[19]</a>' in page
    assert 'id="source-19"' in page
    assert page.count("published__row--under") == 4  # suggestions of the sample
    assert "A1.E1 Contract with the producer" in page  # 1.2 is pulled from the matrix
    assert "Lithium of one battery generation traceable" in page


def test_items_are_shown_by_origin_and_kind(cast: Cast, browse: As, samples: dict[str, str]) -> None:
    olga, path = browse(cast.olga), f"/cases/{samples['XC-MS-01']}"
    owner = text_of(olga.get(f"{path}?origin=owner"))
    assert owner.count("published__row--under") == 2
    assert 'id="section-3.1"' not in owner
    assert "Nothing in this case fits." in text_of(olga.get(f"{path}?kind=legal"))
    rows = [{"factor": "Battery law", "kind": "legal"}, {"factor": "Prices", "kind": "economic"}]
    case = samples["XC-MS-01"]
    base = state_base(cast, case)
    cast.do("case.save_section", SYSTEM, case=case, section="2.4", fields={"context_factors": rows}, base=base)
    legal = text_of(olga.get(f"{path}?kind=legal"))
    assert "Battery law" in legal
    assert "Prices" not in legal


def state_base(cast: Cast, case: str) -> str:
    from facilitation.cases.rules import mark

    with reading(db.engine) as session:
        return mark(session.get_one(Case, case).document["sections"]["2.4"])


def test_gaps_are_named(cast: Cast, browse: As, samples: dict[str, str]) -> None:
    page = text_of(browse(cast.olga).get(f"/cases/{samples['XC-EEES-03']}"))
    assert "Summary of Part 2 (1.1)" in page
    assert "Stakeholders (2.3)" in page
    assert "8 gaps" in text_of(browse(cast.olga).get("/cases?q=XC-EEES-03"))


def test_two_revisions_and_the_changes_since_the_lab_can_be_compared(cast: Cast, browse: As) -> None:
    omar = browse(cast.omar)
    assert omar.get(f"/cases/{cast.case}/compare?since=lab").status_code == 404
    cast.start("swot")
    cast.do(
        "case.update_aspect",
        cast.omar,
        case=cast.case,
        item="A1",
        fields={"title": "Direct long contracts"},
        base=aspect_base(cast),
    )
    page = text_of(omar.get(f"/cases/{cast.case}/compare?from=1&to=2"))
    assert "<ins>long </ins>" in page or "<ins>long" in page
    assert omar.get(f"/cases/{cast.case}/compare?from=1&to=9").status_code == 404
    assert omar.get(f"/cases/{cast.case}/compare?from=x&to=1").status_code == 404
    since = text_of(omar.get(f"/cases/{cast.case}/compare?since=lab"))
    assert "Changes since the lab" in since
    assert "long" in since
    history = text_of(omar.get(f"/cases/{cast.case}/history"))
    assert "Omar" in history


def aspect_base(cast: Cast) -> str:
    from facilitation.cases.rules import item_content, mark

    return mark(item_content(doc.need(cast_document(cast), "A1").item))


def test_words_of_people_are_never_markup(cast: Cast, browse: As) -> None:
    nasty = '<script>alert(1)</script> <img src=x onerror=alert(1)> {{ 7*7 }} "quoted"'
    omar = cast.omar
    cast.do("case.add_element", omar, case=cast.case, aspect="A1", fields={"title": nasty, "description": nasty})
    cast.do("case.save_swot", omar, case=cast.case, lines={"S": [{"text": nasty}]}, base=swot_base(cast))
    for path in ("", "/sheet", "/edit/3.2", "/edit/swot", "/history", "/compare?from=1&to=2"):
        page = text_of(browse(omar).get(f"/cases/{cast.case}{path}"))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert ">49<" not in page


def swot_base(cast: Cast) -> str:
    from facilitation.cases.rules import mark, swot_content

    return mark(swot_content(cast_document(cast)))


# ---- forms


def test_a_case_is_started_described_and_moved_on_by_forms(cast: Cast, browse: As) -> None:
    mara = browse(cast.mara)
    form = {"title": "Mica", "sector": "MS", "type": "technology", "owner": cast.omar.id}
    made = post(mara, "/cases/new", "/cases/new", **form)
    assert made.status_code == 303
    case = made.headers["Location"].split("/")[2]
    details = f"/cases/{case}/edit/details"
    base = re.search(r'name="base" value="(\w+)"', text_of(mara.get(details)))
    assert base
    values = {
        "base": base[1],
        "title": "Mica mines",
        "neutral_title": "",
        "type": "technology",
        "topics": ["assurance"],
        "areas": ["asm"],
    }
    assert post(mara, details, details, **values).status_code == 303
    assert post(mara, details, details, **{**values, "title": "Other"}).status_code == 409
    page = text_of(mara.get(f"/cases/{case}"))
    assert "Mica mines" in page
    assert "Omar" in page
    assert post(mara, f"/cases/{case}/status", details, status="mapped").status_code == 303
    assert "Mapped" in text_of(mara.get(f"/cases/{case}/history"))
    assert post(mara, "/cases/new", "/cases/new", **{**form, "title": ""}).status_code == 400
    assert browse(cast.omar).get("/cases/new").status_code == 403


def test_sources_are_numbered_and_a_wrong_address_is_told(cast: Cast, browse: As) -> None:
    omar, path = browse(cast.omar), f"/cases/{cast.case}/edit/references"
    base = re.search(r'name="base" value="(\w+)"', text_of(omar.get(path)))
    assert base
    form = {"base": base[1], "number": ["1", "2"], "title-1": "The lab report", "url-1": "https://example.org/r"}
    assert post(omar, path, path, **{**form, "url-1": "javascript:alert(1)"}).status_code == 400
    assert post(omar, path, path, **form).status_code == 303
    assert "The lab report" in text_of(omar.get(f"/cases/{cast.case}"))
    assert cast_document(cast)["references"] == {"1": {"title": "The lab report", "url": "https://example.org/r"}}
