"""Words of one-line fields are never read as Markdown: `>300000` stays `>300000`, in every form and back again."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import docx
import pytest
from lxml import html
from markdown_it import MarkdownIt

from facilitation.cases import document as doc
from facilitation.cases.document import Document
from facilitation.cases.exporting import Exported, cases_json, cases_yaml
from facilitation.cases.files.formats import FORMATS, Wanted
from facilitation.cases.files.word_case import read_word
from facilitation.cases.importing import parse_cases
from facilitation.cases.template import template
from facilitation.cases.views import sheet
from tests.cases.samples import EN
from tests.cases.test_files import _paragraphs
from tests.cases.test_word_round_trip import the_same
from tests.cast import Cast
from tests.programs import need

#: None is part of another, so that each can be counted.
TEXTS = [
    ">300000", "#1", "- 5 °C", "1. ab", "2) cd", "* ef", "+49 30", "| gh |", "`ij`", "<b>kl</b>", "m &amp; n", "_op_", "**qr**",
    "[st](u)", "~~vw~~", "=1+1", "___", "--- P", "> x > y", "\\*z\\",
    "![A](B)", "<!-- C -->", "D\\|E", "F<br>G", "***", "H `|` I", "7.",
    "$J$", "{{ K }}", "http://L_M_",
]  # fmt: skip
PLACES = 9  # of each text in the case below


def signs() -> Exported:
    """A case with each text as a title of an aspect and of an element, as what to transfer, a need, two cells, a SWOT line,
    a question, a challenge and a line under a section."""
    document: Document = doc.empty()
    for text in TEXTS:
        document, aspect = doc.add_aspect(document, title=text)
        document, element = doc.add_element(document, aspect, title=text)
        document, _id = doc.add_suggestion(document, element, what_to_transfer=text, needs={"resources": text})
        document, _id = doc.extend_section(document, "2.2", field="institutions", name=text)
        document, _id = doc.add_line(document, "W", text=text)
        document, _id = doc.add_to(document, "questions", text=text)
        document, _id = doc.add_to(document, "challenges", text=text)
        document, _id = doc.extend_section(document, "2.1", text=text)
    document = doc.with_section(document, "1.1", {"impact_headline": ">90 % of #1"})
    document, _id = doc.extend_section(document, "3.1", field="indicators", indicator="a*b*c", target=">5", actual="<3")
    return Exported("X-1", "# 1 > _all_ | `x`", "*neutral* & <i>", "MS", "technology", "mapped", document)


CASE = signs()


def test_the_texts_can_be_told_apart() -> None:
    flat = [text.replace(" ", "") for text in TEXTS]
    assert not [(one, other) for one in flat for other in flat if one is not other and one in other]


def all_there(words: str, *more: str, places: int = PLACES) -> None:
    flat = "".join(words.split())
    assert {text: flat.count(text.replace(" ", "")) for text in TEXTS if flat.count(text.replace(" ", "")) < places} == {}
    assert [text for text in more if text.replace(" ", "") not in flat] == []


SINGLE = (">90 % of #1", "a*b*c", ">5", "<3", "# 1 > _all_ | `x`", "*neutral* & <i>")


def test_on_the_page(cast: Cast) -> None:
    made = cast.do("case.import", cast.olga, text=cases_yaml([CASE], EN))
    page = html.fromstring(cast.browser(cast.olga).get(f"/cases/{made['cases'][0]['id']}").text)
    for script in page.xpath("//script|//head"):
        script.getparent().remove(script)
    all_there(page.text_content(), *SINGLE)


def test_on_the_reading_sheet() -> None:
    told = sheet(CASE.document, EN)
    assert told["impact"] == ">90 % of #1"
    assert [aspect["title"] for aspect in told["aspects"]] == TEXTS
    said = [suggestion for aspect in told["aspects"] for element in aspect["elements"] for suggestion in element["suggestions"]]
    assert [(one["what"], one["needs"]) for one in said] == [(text, [text]) for text in TEXTS]
    blocks = [block["text"] for section in told["sections"] for block in section["blocks"]]
    assert "\n".join(TEXTS) in blocks
    assert "a*b*c, >5, <3" in blocks


def test_in_word_and_back() -> None:
    content = FORMATS["docx"].write(CASE, Wanted(EN))
    all_there("\n".join(paragraph.text for paragraph in _paragraphs(docx.Document(io.BytesIO(content)))), *SINGLE)
    for guided in (False, True):
        the_same(read_word(FORMATS["docx"].write(CASE, Wanted(EN, guided=guided)), (EN, template("de"))), CASE)


def test_in_print(tmp_path: Path) -> None:
    (tmp_path / "case.pdf").write_bytes(FORMATS["pdf"].write(CASE, Wanted(EN)))
    command = [str(need("pdftotext")), str(tmp_path / "case.pdf"), "-"]
    all_there(subprocess.run(command, check=True, capture_output=True, text=True).stdout, *SINGLE)


def test_in_markdown_as_a_reader_of_markdown_sees_it() -> None:
    text = FORMATS["md"].write(CASE, Wanted(EN)).decode()
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    seen: list[str] = []
    for token in tokens:
        for child in token.children or ():
            if child.type in ("text", "code_inline"):
                seen.append(child.content)
            elif child.type == "html_inline":
                assert child.content == "<br>"
    all_there("".join(seen), *SINGLE)


@pytest.mark.parametrize("write", [cases_yaml, cases_json])
def test_in_data_and_back(write: object) -> None:
    found = parse_cases(write([CASE], EN), EN)  # type: ignore[operator]
    assert (found.warnings, found.cases[0].document) == ([], CASE.document)
