"""Words survive: what may be stored is stored as it was written and comes out of every file the same (safety, section 3)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from facilitation import create_app
from facilitation.cases import document as doc
from facilitation.cases.exchange import exported
from facilitation.cases.exporting import cases_yaml
from facilitation.cases.files.markdown_file import case_markdown
from facilitation.cases.importing import parse_cases
from facilitation.cases.template import SHIPPED, use_template
from facilitation.config import BadSetting
from facilitation.core.text import Unclean, clean
from tests.cases.desk import Desk
from tests.cases.samples import EN

POISON = json.loads((Path(__file__).parents[1] / "data" / "poison.json").read_text(encoding="utf-8"))
KEPT: dict[str, str] = {**POISON["kept"], **{name: pair[0] for name, pair in POISON["changed"].items()}}


def is_blank(text: str) -> bool:
    try:
        return not clean(text, max_length=20_000)
    except Unclean:
        return False


def write(desk: Desk, text: str) -> str:
    """The text in every kind of place; the id of the element that carries it."""
    omar = desk.cast.omar
    rows = [{"group": text, "how_affected": text}]
    desk.save(omar, "2.1", development=text, additions=[{"text": text}])
    desk.save(omar, "2.3", stakeholders=rows)
    element = desk.do("case.add_element", omar, aspect="A1", fields={"title": text or "x", "description": text})
    fields = {"how_to_transfer": text, "what_to_transfer": text, "needs": {"resources": text}}
    desk.do("case.add_suggestion", omar, element=element["id"], fields=fields)
    return str(element["id"])


def test_every_word_that_may_be_stored_is_stored_and_exported_verbatim(desk: Desk) -> None:
    words = {name: text[:400] for name, text in KEPT.items() if not is_blank(text[:400])}
    assert len(words) > 20
    for name, text in words.items():
        check_stored(desk, name, text)


def check_stored(desk: Desk, name: str, text: str) -> None:
    prose, line = clean(text, max_length=20_000), clean(text, max_length=500, multiline=False)
    element_id = write(desk, text)
    document = desk.document
    fields = document["sections"]
    assert fields["2.1"]["development"] == prose, name
    assert fields["2.1"]["additions"][0]["text"] == prose, name
    assert fields["2.3"]["stakeholders"][0]["group"] == prose, name
    element = doc.need(document, element_id).item
    assert (element["title"], element["description"]) == (line, prose), name
    assert element["suggestions"][0]["needs"]["resources"] == prose, name
    row = desk.row()
    again = parse_cases(cases_yaml([exported(row)], EN), EN).cases[0]
    assert again.document["sections"] == fields
    assert again.document["matrix"] == document["matrix"]
    assert prose in case_markdown(exported(row), EN)


def test_what_may_not_be_stored_is_refused_with_its_place(desk: Desk) -> None:
    refused = {name: text for name, text in POISON["refused"].items() if not is_blank(text)}
    assert len(refused) > 5
    for name, text in refused.items():
        check_refused(desk, name, text)
    assert desk.row().version == 1


def check_refused(desk: Desk, name: str, text: str) -> None:
    base = desk.base("2.1")
    cases: list[tuple[str, dict[str, Any], str]] = [
        (
            "case.save_section",
            {"section": "2.1", "fields": {"development": text}, "base": base},
            "fields.development",
        ),
        ("case.save_section", {"section": "2.3", "fields": {"stakeholders": [{"group": text}]}}, "fields.stakeholders[0].group"),
        ("case.add_element", {"aspect": "A1", "fields": {"title": text}}, "fields.title"),
        ("case.add_suggestion", {"element": "A1.E1", "fields": {"needs": {"resources": text}}}, "fields.needs.resources"),
        ("case.save_swot", {"lines": {"S": [{"text": text}]}}, "lines[0].text"),
        ("case.save_details", {"fields": {"title": text}}, "title"),
    ]
    for command, args, place in cases:
        refused = desk.refused(command, desk.cast.omar, **args)
        assert refused.code in {"invalid", "too_long"}, (name, command, refused.code)
        assert list(refused.fields) == [place], name


def test_a_wrong_template_ends_the_start_with_its_line(tmp_path: Path) -> None:
    wrong = tmp_path / "own.yaml"
    wrong.write_text(SHIPPED.read_text("utf-8").replace("kind: topic_refs", "kind: topix", 1), "utf-8")
    line = 1 + wrong.read_text("utf-8").split("kind: topix")[0].count("\n")
    try:
        with pytest.raises(BadSetting, match=rf"FACILITATION_TEMPLATE: line {line}, .*topix"):
            create_app({"DATA": str(tmp_path), "ASYNC_MODE": "threading", "TESTING": True, "TEMPLATE": str(wrong)})
        own = wrong.with_name("right.yaml")
        own.write_text(SHIPPED.read_text("utf-8"), "utf-8")
        create_app({"DATA": str(tmp_path), "ASYNC_MODE": "threading", "TESTING": True, "TEMPLATE": str(own)})
    finally:
        use_template(None)
