"""What holds for the report holds in all its seven forms: words of other languages, sources, small groups (safety, section 5).

Each file is read back by another program than the one that wrote it; the PDF by poppler, which sets blanks of its own.
"""

from __future__ import annotations

import html as entities
import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from facilitation.reports import closed
from facilitation.reports.assemble import assemble
from facilitation.reports.content import Report
from facilitation.reports.render import FORMATS
from tests.reports.test_figures import item, lab
from tests.reports.test_pdf import bare, tool
from tests.reports.test_tables import as_written, sheets, unpacked, words_of
from tests.reports.transcript import sample_lab

KINDS = sorted(FORMATS)
Reader = Callable[[bytes], str]


def of_pages(content: bytes, folder: Path) -> str:
    return tool("pdftotext", content, folder, "-raw")


def of_word(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    section = document.sections[0]
    roots = [document.element.body, section.header._element, section.footer._element]
    lines = ("".join(run.text or "" for run in line.iter(qn("w:t"))) for root in roots for line in root.iter(qn("w:p")))
    told = (element.get("descr") or "" for element in document.element.body.iter(qn("wp:docPr")))
    properties = document.core_properties
    return "\n".join([*lines, *told, properties.title, properties.subject, properties.author, properties.keywords])


def of_cells(rows: Any) -> str:
    return "\n".join(str(value) for sheet in rows.values() for row in sheet for value in row if value)


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for child in value.values() for text in strings(child)]
    if isinstance(value, list):
        return [text for child in value for text in strings(child)]
    return [value] if isinstance(value, str) else []


READERS: dict[str, Reader] = {
    "md": lambda content: words_of(content.decode()),
    "xlsx": lambda content: of_cells(sheets(content)),
    "csv": lambda content: as_written(of_cells(unpacked(content))),
    "json": lambda content: "\n".join(strings(json.loads(content))),
    "html": lambda content: entities.unescape(content.decode()),
    "docx": of_word,
}


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str, Report], str]:
    """All words of a report in one form, without blanks: how many of them stand where is the form's own affair."""

    def words(kind: str, report: Report) -> str:
        content = FORMATS[kind].write(report)
        return bare(of_pages(content, tmp_path) if kind == "pdf" else READERS[kind](content))

    return words


def test_every_form_has_a_reader() -> None:
    assert {*READERS, "pdf"} == set(FORMATS)


@cache
def small() -> closed.ClosedLab:
    """The sample lab without its drawings, which take most of the time."""
    return sample_lab(ballots=(), clusters=(), proposals=(), evaluations=(), activities=())


@pytest.mark.parametrize("kind", KINDS)
def test_words_in_other_languages_and_their_translations_are_there(kind: str, read: Any) -> None:
    text = read(kind, assemble(small()))
    foreign = [one for one in small().contributions if one.lang]
    assert {one.lang for one in foreign} >= {"de", "es", "fr"}
    for one in foreign:
        assert bare(one.text) in text, one.text
        assert bare(one.translation) in text, one.translation


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_names_a_person_under_the_chatham_house_rule(kind: str, read: Any) -> None:
    """A label with a name and a house is printed where it may be, in this form too; under the rule it is nowhere."""
    told = tuple(replace(one, level=4, label="NAMED PERSON, SOME HOUSE") if one.tier else one for one in small().contributions)
    open_lab = replace(small(), contributions=told, lab=replace(small().lab, ceiling=4, chatham_house=False))
    assert bare("NAMED PERSON") in read(kind, assemble(open_lab))
    quiet = read(kind, assemble(replace(open_lab, lab=replace(open_lab.lab, chatham_house=True))))
    assert bare("NAMED PERSON") not in quiet
    assert bare("Chatham House Rule") in quiet


def few(n: int) -> closed.ClosedLab:
    """A lab with n miners of tier 1 and n people of another tier, who say something; n evaluations, n late."""
    people = (closed.Participant("1", "mining", took_part=True, late=True),) * n + (closed.Participant("1", "use"),) * 5
    said = (
        item("a", text="said by a miner", level=2, label="Tier 1, Mining"),
        item("b", text="said by tier two", tier="2", level=1, label="Tier 2"),
    )
    base = lab(participants=(*people, *(closed.Participant("2"),) * n), contributions=said)
    answers = tuple({"useful": 4, "comment": "ONLY-COMMENT"} for _ in range(n))
    return replace(base, evaluations=answers, lab=replace(base.lab, chatham_house=False, ceiling=4))


@pytest.mark.parametrize("kind", KINDS)
def test_small_groups_are_told_apart_nowhere(kind: str, read: Any) -> None:
    """With three in a group its label, its number and its comments are there; with two they are not."""
    enough, too_few = read(kind, assemble(few(3))), read(kind, assemble(few(2)))
    for words in ("said by a miner", "said by tier two"):
        assert bare(words) in enough
        assert bare(words) in too_few
    for words in ("Tier 1, Mining", "ONLY-COMMENT", "3 people joined after the start"):
        assert bare(words) in enough, words
    for words in ("Tier 1, Mining", "ONLY-COMMENT", "joined after the start"):
        assert bare(words) not in too_few, words
    assert bare("Small groups together") in too_few
