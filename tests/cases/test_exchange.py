"""Files in and out of the database: all or nothing, and identical afterwards (R-26)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from facilitation.cases.exchange import export_cases
from facilitation.cases.importing import parse_cases
from facilitation.cases.models import Case, CaseRevision
from facilitation.cases.queries import labs_of
from facilitation.cli import cli
from facilitation.core.actor import SYSTEM
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from tests.cases.samples import EN, SAMPLES, sample_text
from tests.cast import Cast


def everything() -> dict[str, tuple[object, ...]]:
    with reading(db.engine) as session:
        return {c.ref: (c.title, c.neutral_title, c.sector, c.type, c.status, c.document) for c in session.scalars(select(Case))}


def fresh(text: str) -> str:
    """The samples under references that the cast does not use."""
    return text.replace("id: FC-", "id: XC-")


def test_a_file_comes_in_whole_and_goes_out_the_same(cast: Cast) -> None:
    done = cast.do("case.import", SYSTEM, text=fresh(sample_text()))
    assert (done["imported"], done["warnings"]) == (7, [])
    before = {ref: value for ref, value in everything().items() if ref.startswith("XC-")}
    refs = list(before)
    with reading(db.engine) as session:
        text = export_cases(session, refs)
    for case in done["cases"]:
        cast.do("case.delete", SYSTEM, case=case["id"])
    assert not set(refs) & set(everything())
    cast.do("case.import", SYSTEM, text=text)
    assert {ref: value for ref, value in everything().items() if ref.startswith("XC-")} == before


def test_one_wrong_line_and_nothing_is_taken_over(cast: Cast) -> None:
    wrong = fresh(sample_text()).replace("type: reporting_systems", "type: nothing")
    before = everything()
    with pytest.raises(Refused) as caught:
        cast.do("case.import", SYSTEM, text=wrong)
    assert caught.value.data["line"] == 1 + wrong[: wrong.index("type: nothing")].count("\n")
    assert everything() == before


def test_a_reference_that_is_there_is_refused_and_with_replace_revised(cast: Cast) -> None:
    text = sample_text()
    with pytest.raises(Refused, match="FC-MS-01"):
        cast.do("case.import", SYSTEM, text=text)
    done = cast.do("case.import", SYSTEM, text=text, replace=True)
    assert next(case["id"] for case in done["cases"] if case["ref"] == "FC-MS-01") == cast.case
    with reading(db.engine) as session:
        row = session.get_one(Case, cast.case)
        assert (row.version, row.status, row.title.split(" (")[0]) == (
            2, "selected", "Buying lithium directly and asking for mine-level assurance")  # fmt: skip
        origins = session.scalars(select(CaseRevision.origin).where(CaseRevision.case_id == cast.case))
        assert list(origins) == ["create", "import"]
        assert [lab.id for lab in labs_of(session, cast.case)] == [cast.lab]


def test_a_lead_takes_over_only_the_own_sector(cast: Cast) -> None:
    with pytest.raises(Refused) as caught:
        cast.do("case.import", cast.mara, text=fresh(sample_text()))
    assert caught.value.code == "forbidden"
    with reading(db.engine) as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 2
    own = "cases:\n" + fresh(sample_text()).split("cases:\n")[1]
    mobility = "cases:\n" + "\n- id: ".join(["", *[part for part in own.split("\n- id: ") if part.startswith("XC-MS")]])
    assert cast.do("case.import", cast.mara, text=mobility)["imported"] == 3
    with pytest.raises(Refused):
        cast.do("case.import", cast.omar, text=mobility)


# ---- the shell


def shell(data: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setenv("FACILITATION_DATA", str(data))
    monkeypatch.setenv("FACILITATION_ASYNC_MODE", "threading")
    return CliRunner().invoke(cli, list(arguments))


def test_the_shell_imports_and_exports(data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = shell(data, monkeypatch, "import-cases", str(SAMPLES), "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["imported"] == 7
    assert {"ref", "id"} <= set(answer["cases"][0])
    printed = shell(data, monkeypatch, "export-cases")
    assert [case.ref for case in parse_cases(printed.stdout, EN).cases] == sorted(case["ref"] for case in answer["cases"])
    target = tmp_path / "out.yaml"
    written = shell(data, monkeypatch, "export-cases", "FC-MS-01", "-o", str(target), "--json")
    assert json.loads(written.stdout.splitlines()[-1]) == {"file": str(target), "cases": 1}
    assert shell(data, monkeypatch, "import-cases", str(target), "--replace").exit_code == 0
    assert shell(data, monkeypatch, "export-cases", "FC-MS-01").stdout.rstrip() == target.read_text().rstrip()


def test_the_shell_tells_the_line(data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(sample_text().replace("sector: RES\n", "sector: XX\n", 1))
    done = shell(data, monkeypatch, "import-cases", str(wrong), "--json")
    assert done.exit_code == 1
    error = json.loads(done.stdout.splitlines()[-1])["error"]
    assert error["line"] == 53
    assert "line 53, cases[0].sector" in error["message"]
    assert parse_cases(sample_text(), EN).cases[0].line == 50
