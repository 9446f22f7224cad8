"""Photos of the event in every form: with their words, without what a camera wrote, the same bytes (R-94, safety section 4)."""

from __future__ import annotations

import base64
import hashlib
import html as entities
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import jsonschema
import openpyxl
import pytest
from docx.oxml.ns import qn
from PIL import Image

from facilitation.paths import STATIC
from facilitation.reports.assemble import assemble
from facilitation.reports.closed import Photo
from facilitation.reports.content import Report
from facilitation.reports.photos import make_anew
from facilitation.reports.render import FORMATS, csvs, data, html, markdown, pdf, word, xlsx
from tests.reports.conftest import Held
from tests.reports.test_desk import stored, upload, with_place
from tests.reports.test_files import POISON
from tests.reports.test_pages import browse
from tests.reports.test_pdf import bare, tool
from tests.reports.test_release import put_out
from tests.reports.transcript import sample_lab
from tests.web.doors import a_picture

ALT, CAPTION = 'People stand at a wall of slips: "more & <more>" [water](x)', "=After the walk* #1 _together_"


def photos() -> tuple[Photo, ...]:
    """An upright one that came with a place and a camera in it, and a broad one."""
    upright, broad = make_anew(with_place()), make_anew(a_picture((2400, 600), "PNG"))
    return (
        Photo("one", ALT, CAPTION, upright.width, upright.height, upright.data),
        Photo("two", POISON["hebrew"], "", broad.width, broad.height, broad.data),
    )


#: A lab with little beside its pictures: drawing the figures of a full one takes longer than the pictures.
QUIET: dict[str, Any] = {name: () for name in ("contributions", "clusters", "ballots", "evaluations", "proposals")}


@pytest.fixture(scope="module")
def report() -> Report:
    return assemble(sample_lab(photos=photos(), **QUIET))


def bytes_of(report: Report) -> list[bytes]:
    return [picture.data for picture in report.pictures]


def test_they_stand_in_an_annex_that_says_that_everybody_agreed(report: Report) -> None:
    section = next(one for one in report.walk() if one.title == "Pictures of the event")
    assert "Everybody in these pictures agreed" in str(section.blocks[0])
    assert [(one.number, one.file) for one in report.pictures] == [(1, "pictures/picture-01.jpg"), (2, "pictures/picture-02.jpg")]
    assert not [one for one in assemble(sample_lab()).walk() if one.title == "Pictures of the event"]


def test_word_has_them_with_words_and_caption(report: Report) -> None:
    content = word.file(report)
    document = docx.Document(io.BytesIO(content))
    told = {element.get("descr") for element in document.element.body.iter(qn("wp:docPr"))}
    assert {ALT, POISON["hebrew"]} <= told
    captions = [item.text for item in document.paragraphs if item.style is not None and item.style.name == "Caption"]
    assert f"Picture 1. {CAPTION}" in captions
    assert "Picture 2." in [text.strip() for text in captions]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = [archive.read(name) for name in archive.namelist() if name.endswith((".jpg", ".jpeg"))]
    assert sorted(inside) == sorted(bytes_of(report))
    sizes = [(shape.width.mm, shape.height.mm) for shape in document.inline_shapes][-2:]
    assert sizes[0] == (pytest.approx(110 * 2 / 3, abs=0.5), pytest.approx(110, abs=0.5))
    assert sizes[1] == (pytest.approx(170, abs=0.5), pytest.approx(170 / 4, abs=0.5))


def test_the_pdf_has_them_by_the_standard_with_words_and_caption(report: Report, tmp_path: Path) -> None:
    content = pdf.compiled(report, pdf.LADDER[0])  # the standard refuses a picture without words
    listed = tool("pdfimages", content, tmp_path, "-list").splitlines()[2:]
    assert [(*line.split()[3:5], line.split()[8]) for line in listed] == [("200", "300", "jpeg"), ("1600", "400", "jpeg")]
    told = bare(tool("pdftotext", content, tmp_path, "-raw"))
    assert bare(f"Picture 1. {CAPTION}") in told
    assert "Picture2." in told
    assert tool("pdfinfo", content, tmp_path, "-struct").count("Figure") > 2
    assert ALT in tool("pdfinfo", content, tmp_path, "-struct-text") or ALT.encode() in content or _utf16(ALT) in content
    assert b"SECRET" not in content


def _utf16(text: str) -> bytes:
    return b"\xfe\xff" + text.encode("utf-16-be")


def test_the_web_page_has_them_inside(report: Report) -> None:
    text = html.file(report).decode()
    found = re.findall(r'<img src="data:image/jpeg;base64,([^"]+)" alt="([^"]*)" width="(\d+)" height="(\d+)"', text)
    assert [base64.b64decode(one[0]) for one in found] == bytes_of(report)
    assert [entities.unescape(one[1]) for one in found] == [ALT, POISON["hebrew"]]
    assert CAPTION in entities.unescape(text)


def test_markdown_is_an_archive_with_the_pictures_beside_the_text(report: Report) -> None:
    from markdown_it import MarkdownIt

    content = markdown.file(report)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["report.md", "pictures/picture-01.jpg", "pictures/picture-02.jpg"]
        assert [archive.read(picture.file) for picture in report.pictures] == bytes_of(report)
        tokens = MarkdownIt().parse(archive.read("report.md").decode())
    images = [child for token in tokens for child in token.children or () if child.type == "image"]
    assert [(child.attrs["src"], child.content.replace("\\", "")) for child in images] == [
        ("pictures/picture-01.jpg", ALT), ("pictures/picture-02.jpg", POISON["hebrew"]),
    ]  # fmt: skip
    assert FORMATS["md"].of(content) == ("application/zip", ".md.zip")
    plain = markdown.file(assemble(sample_lab(**QUIET)))
    assert FORMATS["md"].of(plain) == ("text/markdown; charset=utf-8", ".md")


def test_the_tables_name_them_and_the_archive_holds_them(report: Report) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.file(report)))["pictures"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert rows == [
        ["Picture", "Caption", "What is to be seen", "File"],
        [1, CAPTION, ALT, "pictures/picture-01.jpg"],
        [2, None, POISON["hebrew"], "pictures/picture-02.jpg"],
    ]
    with zipfile.ZipFile(io.BytesIO(csvs.file(report))) as archive:
        assert [archive.read(picture.file) for picture in report.pictures] == bytes_of(report)
        assert "'=After the walk" in archive.read("pictures.csv").decode("utf-8-sig")


def test_open_data_describe_them_and_keep_their_schema(report: Report) -> None:
    tree: dict[str, Any] = json.loads(data.file(report))
    jsonschema.validate(tree, json.loads((STATIC / data.SCHEMA).read_text("utf-8")))
    blocks = [block for section in tree["sections"] for block in section.get("blocks", ()) if block["is"] == "picture"]
    assert blocks[0] == {
        "is": "picture", "alt": ALT, "caption": CAPTION, "width": 200, "height": 300, "number": 1,
        "file": "pictures/picture-01.jpg",
    }  # fmt: skip


@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_the_same_pictures_give_the_same_bytes(kind: str, report: Report) -> None:
    digests = {
        hashlib.sha256(FORMATS[kind].write(one)).hexdigest() for one in (report, assemble(sample_lab(photos=photos(), **QUIET)))
    }
    assert len(digests) == 1


@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_where_only_the_words_are_there_they_stand_alone(kind: str, report: Report) -> None:
    """A lab that was read without its pictures; the PDF so far down its ladder that it has no drawings."""
    bare_lab = sample_lab(photos=tuple(replace(one, data=b"") for one in photos()), **QUIET)
    assert FORMATS[kind].write(assemble(bare_lab))
    if kind == "pdf":
        assert pdf.compiled(report, pdf.LADDER[-1]).startswith(b"%PDF-")


def test_what_is_uploaded_is_in_every_file_until_consent_is_taken_back(held: Held) -> None:
    """From the desk to the files, as people get them; a released report too."""
    client, lab = browse(held, held.cast.rita), f"/labs/{held.cast.lab}/report"
    assert upload(held, client, with_place(), alt="PLANTED-ALT", caption="PLANTED-CAPTION").status_code == 303
    (row,) = stored(held)
    put_out(held)
    reader = browse(held, held.cast.eve)
    page = reader.get(lab).text
    assert f'<img src="{lab}/photos/{row.id}.jpg" alt="PLANTED-ALT"' in page
    for kind in FORMATS:
        answer = reader.get(f"{lab}.{kind}")
        assert b"SECRET" not in answer.data
        assert (row.data in unpacked(answer.data)) is (kind not in {"xlsx", "json", "html"}), kind
    assert ".md.zip" in reader.get(f"{lab}.md").headers["Content-Disposition"]
    held.cast.act("photo.remove", held.cast.anna, photo=row.id)
    for kind in FORMATS:
        content = unpacked(reader.get(f"{lab}.{kind}").data)
        assert row.data not in content
        assert b"PLANTED" not in content, kind
    assert "PLANTED" not in reader.get(lab).text


def unpacked(content: bytes) -> bytes:
    """An archive without its packing, everything else as it is."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


ODD = {
    "cut off": a_picture((600, 400), "JPEG")[:-800],
    "grey": a_picture((40, 30), "PNG", mode="L"),
    "palette": a_picture((40, 30), "PNG", mode="P"),
    "cmyk": a_picture((40, 30), "JPEG", mode="CMYK"),
    "see-through": a_picture((40, 30), "WEBP", mode="RGBA"),
    "one pixel": a_picture((1, 1), "PNG"),
    "a thread": a_picture((8000, 1), "PNG"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_are_refused_or_set(name: str, tmp_path: Path) -> None:
    from facilitation.reports.photos import PictureError

    try:
        made = make_anew(ODD[name])
    except PictureError:
        assert name == "cut off"
        return
    assert Image.open(io.BytesIO(made.data)).mode == "RGB"
    report = assemble(sample_lab(photos=(Photo("p", "A", "", made.width, made.height, made.data),), **QUIET))
    assert pdf.compiled(report, pdf.LADDER[0]).startswith(b"%PDF-")
    assert docx.Document(io.BytesIO(word.file(report))).inline_shapes
