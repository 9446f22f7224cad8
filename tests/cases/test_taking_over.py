"""Cases from files through the web and the shell: looked at first, then taken over whole or not at all (R-26)."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import docx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from facilitation.cases.exchange import exported as stored_as
from facilitation.cases.exporting import cases_json
from facilitation.cases.files.formats import FORMATS, Wanted
from facilitation.cases.files.word import case_docx
from facilitation.cases.models import Case
from facilitation.core.actor import SYSTEM
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.web import waiting
from tests.cases.browsing import As, post, text_of
from tests.cases.samples import EN, sample_text, samples
from tests.cases.test_exchange import shell
from tests.cases.test_exchange_files import exported
from tests.cast import Cast


def send(client: FlaskClient, content: bytes, name: str = "cases.yaml") -> TestResponse:
    return post(client, "/cases/import", "/cases/import", file=(io.BytesIO(content), name))


def confirm(client: FlaskClient, page: str, **more: str) -> TestResponse:
    seen = re.findall(r'name="seen" value="([^"]+)"', client.get(page).text)
    return post(client, page, page, seen=seen, **more)


def count() -> int:
    with reading(db.engine) as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


def row(ref: str) -> Case | None:
    with reading(db.engine) as session:
        return session.scalar(select(Case).where(Case.ref == ref))


def test_a_file_is_looked_at_before_it_is_taken_over(cast: Cast, browse: As) -> None:
    olga = browse(cast.olga)
    looked = send(olga, sample_text().replace("id: FC-", "id: XC-").encode())
    assert looked.status_code == 303
    page = text_of(olga.get(looked.location))
    assert "Nothing is saved yet." in page
    assert page.count("A new case.") == 7
    assert "Take over 7 cases" in page
    assert count() == 2
    assert confirm(olga, looked.location).status_code == 303
    assert count() == 9
    assert olga.get(looked.location).status_code == 404


def test_a_wrong_line_is_told_and_nothing_waits(cast: Cast, browse: As) -> None:
    olga = browse(cast.olga)
    refused = send(olga, sample_text().replace("sector: MS\n", "sector: XX\n", 1).encode())
    assert refused.status_code == 400
    assert "line 278" in refused.text
    assert send(olga, b"\xff\xfe").status_code == 400
    assert send(olga, b"").status_code == 400
    assert not list((cast.settings.data / waiting.FOLDER).glob("*")) if (cast.settings.data / waiting.FOLDER).exists() else True
    assert count() == 2


@pytest.mark.parametrize("kind", ["docx", "yaml", "json"])
def test_export_delete_import_gives_an_identical_case(cast: Cast, browse: As, kind: str) -> None:
    done = cast.do("case.import", SYSTEM, text=cases_json([exported(samples()["FC-RES-01"])], EN))
    before = row("FC-RES-01")
    assert before
    olga = browse(cast.olga)
    content = olga.get(f"/cases/{before.id}.{kind}").data
    cast.do("case.delete", SYSTEM, case=done["cases"][0]["id"])
    assert row("FC-RES-01") is None
    looked = send(olga, content, f"case.{kind}")
    assert "Not taken over" not in text_of(olga.get(looked.location))
    assert confirm(olga, looked.location).status_code == 303
    after = row("FC-RES-01")
    assert after
    assert stored_as(after) == stored_as(before)


def test_a_case_that_is_here_shows_only_what_would_change(cast: Cast, browse: As) -> None:
    olga, mine = browse(cast.olga), row("FC-MS-01")
    assert mine
    document = docx.Document(io.BytesIO(case_docx(stored_as(mine), EN)))
    next(p for p in document.paragraphs if p.style.name == "Title").runs[0].text = "Another title"
    document.add_paragraph("A stray thought")
    out = io.BytesIO()
    document.save(out)
    looked = send(olga, out.getvalue(), "case.docx")
    page = text_of(olga.get(looked.location))
    assert "It is here already and would be revised." in page
    assert "<ins>Another" in page
    assert "A stray thought" in page
    assert len(re.findall(r'class="change"', page)) == 1
    assert confirm(olga, looked.location).status_code == 303
    changed = row("FC-MS-01")
    assert changed
    assert (changed.title, changed.version, changed.document) == ("Another title", 2, mine.document)
    same = send(olga, olga.get(f"/cases/{mine.id}.docx").data, "case.docx")
    page = text_of(olga.get(same.location))
    assert "nothing changes" in page
    assert "Take over" not in page


def test_what_changed_in_the_meantime_is_looked_at_again(cast: Cast, browse: As) -> None:
    olga, mine = browse(cast.olga), row("FC-MS-01")
    assert mine
    looked = send(olga, FORMATS["json"].write(stored_as(mine), Wanted(EN)).replace(b"BMW", b"BWM"), "case.json")
    seen = re.findall(r'name="seen" value="([^"]+)"', olga.get(looked.location).text)
    cast.do("case.set_status", SYSTEM, case=cast.case, status="elaborated", reason="because")
    late = post(olga, looked.location, looked.location, seen=seen)
    assert late.status_code == 409
    assert "changed while you looked" in late.text
    assert row("FC-MS-01").title == mine.title  # type: ignore[union-attr]


def test_a_file_is_left_and_belongs_to_one_person(cast: Cast, browse: As) -> None:
    olga, mara = browse(cast.olga), browse(cast.mara)
    looked = send(olga, sample_text().replace("id: FC-", "id: XC-").encode())
    assert olga.get(looked.location).status_code == 200
    assert mara.get(looked.location).status_code == 404
    assert confirm(olga, looked.location, drop="1").status_code == 303
    assert olga.get(looked.location).status_code == 404
    assert count() == 2


def test_a_lead_is_told_that_a_sector_is_not_theirs(cast: Cast, browse: As) -> None:
    mara = browse(cast.mara)
    looked = send(mara, sample_text().replace("id: FC-", "id: XC-").encode())
    page = text_of(mara.get(looked.location))
    assert "somebody else leads" in page
    assert "Take over" not in page.replace("taken over", "")
    assert confirm(mara, looked.location).status_code == 409
    assert count() == 2


def test_files_wait_an_hour_and_five_at_a_time(tmp_path: Path) -> None:
    tokens = [waiting.keep(tmp_path, "olga", {"text": str(n)}, now=1000.0 + n) for n in range(7)]
    assert [bool(waiting.kept(tmp_path, "olga", token, now=1010)) for token in tokens] == [False] * 2 + [True] * 5
    assert waiting.kept(tmp_path, "mara", tokens[-1], now=1010) is None
    assert waiting.kept(tmp_path, "olga", tokens[-1], now=1006 + waiting.SECONDS) is None
    assert waiting.kept(tmp_path, "olga", "../../etc/passwd", now=1010) is None
    waiting.keep(tmp_path, "mara", {"text": ""}, now=1100 + waiting.SECONDS)
    assert len(list((tmp_path / waiting.FOLDER).glob("*.json"))) == 1


def test_the_shell_takes_word_and_json_and_writes_every_format(
    data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for ref, kind in (("FC-MS-01", "docx"), ("FC-RES-01", "json")):
        source = tmp_path / f"in.{kind}"
        source.write_bytes(FORMATS[kind].write(exported(samples()[ref]), Wanted(EN)))
        done = shell(data, monkeypatch, "import-cases", str(source), "--json")
        assert json.loads(done.stdout.splitlines()[-1])["cases"][0]["ref"] == ref, done.output
    for kind in FORMATS:
        target = tmp_path / f"out.{kind}"
        assert shell(data, monkeypatch, "export-cases", "FC-MS-01", "--format", kind, "-o", str(target)).exit_code == 0
        if kind in {"docx", "yaml", "json"}:
            again = shell(data, monkeypatch, "import-cases", str(target), "--replace")
            assert again.exit_code == 0, again.output
    both = shell(data, monkeypatch, "export-cases", "--format", "docx", "-o", str(tmp_path / "all.zip"), "--json")
    assert json.loads(both.stdout.splitlines()[-1])["cases"] == 2
    assert shell(data, monkeypatch, "export-cases", "--format", "docx").exit_code == 1
    blank = tmp_path / "blank.docx"
    assert shell(data, monkeypatch, "case-template", "--language", "de", "-o", str(blank)).exit_code == 0
    said = shell(data, monkeypatch, "import-cases", str(blank), "--json")
    assert said.exit_code == 1
    assert "does not say this yet: Title" in said.output
