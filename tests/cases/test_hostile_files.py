"""Files that mean harm, or are only broken: a clear answer, nothing half imported (safety, sections 2 and 4)."""

from __future__ import annotations

import contextlib
import io
import json
import re
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from facilitation.cases.exporting import cases_json
from facilitation.cases.files import archive
from facilitation.cases.files.taking import take
from facilitation.cases.files.word import case_docx
from facilitation.cases.importing import parse_cases
from facilitation.cases.marked import FileError
from facilitation.cases.models import Case
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from tests.cases.browsing import As, post
from tests.cases.samples import EN, samples
from tests.cases.test_exchange_files import exported
from tests.cast import Cast

GOOD = case_docx(exported(samples()["FC-MS-01"]), EN)


def with_parts(**parts: bytes) -> bytes:
    """Our file with parts changed or added; `__` stands for a slash, `_dot_` for a dot."""
    new = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in old.namelist():
            made.writestr(name, new.pop(name, None) or old.read(name))
        for name, content in new.items():
            made.writestr(name, content)
    return out.getvalue()


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


def lying_about_its_size() -> bytes:
    """A bomb whose directory says it is small."""
    content = bytearray(zipped({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a>" + b" " * 60_000_000 + b"</a>"}))
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 1000)
    return bytes(content)


def document() -> bytes:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as opened:
        return opened.read("word/document.xml")


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
DEEP = b"<w:x>" * 3000 + b"</w:x>" * 3000
HELLO = (
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Hello</w:t>'
    b"</w:r></w:p></w:body></w:document>"
)
HOSTILE = {
    "empty": (b"", "empty"),
    "blank": (b"  \n ", "empty"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "none of the files"),
    "pdf": (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", "none of the files"),
    "utf-16": ("cases: []".encode("utf-16"), "none of the files"),
    "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old kind"),
    "spreadsheet": (zipped({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"}), "not a Word file"),
    "cut off": (GOOD[: len(GOOD) // 2], "damaged"),
    "flipped": (GOOD[:60] + bytes(200) + GOOD[260:], "damaged|put together"),
    "bomb": (zipped({"[Content_Types].xml": b"<a/>", "word/document.xml": b" " * 60_000_000}), "unpacks to more"),
    "lying bomb": (lying_about_its_size(), "damaged|unpacks to more"),
    "huge picture": (with_parts(word__media__image1_dot_png=bytes(55_000_000)), "unpacks to more"),
    "many entries": (zipped({f"word/{n}.xml": b"" for n in range(2_500)}), "unpacks to more"),
    "leaves the folder": (with_parts(**{".." + "__.." + "__etc__passwd": b"x"}), "put together"),
    "absolute": (with_parts(__etc__passwd=b"x"), "put together"),
    "drive": (with_parts(**{"C:\\evil": b"x"}), "put together"),
    "macros": (with_parts(word__vbaProject_dot_bin=b"x"), "macros"),
    "external entity": (with_parts(word__document_dot_xml=ENTITIES + document().split(b"?>", 1)[1]), "put together"),
    "laughs": (with_parts(word__styles_dot_xml=LAUGHS + b"<a>&b;</a>"), "put together"),
    "not xml": (with_parts(word__document_dot_xml=b"<w:document"), "damaged"),
    "deep": (with_parts(word__document_dot_xml=re.sub(rb"<w:body[^>]*>", rb"\g<0>" + DEEP, document(), count=1)), "damaged"),
    "too many elements": (with_parts(word__document_dot_xml=b"<a>" + b"<b/>" * 1_100_000 + b"</a>"), "too many"),
    "another word file": (with_parts(word__document_dot_xml=HELLO), "not made from"),
    "deep json": (b'{"cases": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    "a byte too many": (b"PK\x03\x04" + bytes(archive.MAX_PACKED - 3), "too large"),
    "text a byte too many": (b"#" * (archive.MAX_PACKED + 1), "too large"),
    "renamed program": (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + bytes(500), "none of the files"),
    "renamed script": (b"#!/bin/sh\nrm -rf /\n", "Names with values"),
    "not a number": (b'{"cases": [{"id": NaN}]}', "cannot be read"),
    "endless number": (b'{"cases": [{"id": -Infinity}]}', "cannot be read"),
    "yaml twice": (b"cases: []\ncases: []\n", "twice"),
    "yaml merge": (b"a: &a {id: X}\ncases:\n- <<: *a\n", "<<"),
    "deep yaml": (b"[" * 5_000, "nested too deeply"),
    "surrogate": (b'{"cases": [{"id": "X", "title": "\\ud800", "sector": "MS", "type": "technology"}]}', "U\\+D800"),
    "json twice": (b'{"cases": [], "cases": []}', "twice"),
    "wide json": (b'{"cases": [' + b"0," * 250_000 + b"0]}", "too many"),
    "yaml tag": (b"cases: !!python/object/apply:os.system ['true']", "Tags"),
    "yaml laughs": (b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
        b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % (n, n, *[n - 1] * 9) for n in range(98, 107)), "too many"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_a_clear_answer(name: str) -> None:
    content, words = HOSTILE[name]
    assert take(GOOD, [EN]).cases[0].ref == "FC-MS-01"
    with pytest.raises(FileError, match=words):
        take(content, [EN])


def test_a_password_is_told() -> None:
    content = bytearray(GOOD)
    place = 0
    while (place := content.find(b"PK\x01\x02", place + 1)) > 0:
        content[place + 8] |= 1
    with pytest.raises(FileError, match="password"):
        take(bytes(content), [EN])


def test_data_that_lies_is_not_believed() -> None:
    """What travels with a file goes through the same checks as any file; the words in the document count."""
    told = json.dumps({"version": 1, "printed": [], "case": json.dumps({"cases": [{"id": "X", "title": 3}]})})
    item = f'<case xmlns="urn:facilitation:case">{told.replace("<", "&lt;")}</case>'.encode()
    found = take(with_parts(customXml__item1_dot_xml=item), [EN])
    assert "cannot be read" in found.notes[0].text
    assert found.cases[0].title == samples()["FC-MS-01"].title
    broken = take(with_parts(customXml__item1_dot_xml=item.replace(b"version", b'"')), [EN])
    assert broken.cases[0].title == samples()["FC-MS-01"].title


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(GOOD)
    for _n in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(FileError):
        assert take(bytes(content), [EN]).cases


def test_limits_are_those_of_the_design() -> None:
    assert (archive.MAX_PACKED, archive.MAX_UNPACKED, archive.MAX_ENTRIES) == (10_000_000, 50_000_000, 2_000)
    assert len(GOOD) < 100_000


def test_nothing_is_half_imported(cast: Cast, browse: As) -> None:
    mara = browse(cast.mara)
    for name in ("bomb", "external entity", "macros", "cut off", "renamed program"):
        answer = post(mara, "/cases/import", "/cases/import", file=(io.BytesIO(HOSTILE[name][0]), "case.docx"))
        assert answer.status_code == 400
        assert "Nothing was taken over." in answer.get_data(as_text=True)
    with reading(db.engine) as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 2


def test_a_body_that_is_too_large_is_not_even_read(cast: Cast, browse: As) -> None:
    form = {"data": {"file": (io.BytesIO(b"x"), "case.docx")}, "content_type": "multipart/form-data"}
    answer = browse(cast.mara).post("/cases/import", environ_overrides={"CONTENT_LENGTH": "10100000"}, **form)
    assert answer.status_code == 400
    assert "This file is too large (10 MB at most)." in answer.text


# ---- JSON


def test_json_and_yaml_say_the_same() -> None:
    text = cases_json([exported(case) for case in samples().values()], EN)
    found = parse_cases(text, EN)
    assert [case.document for case in found.cases] == [case.document for case in samples().values()]
    assert found.warnings == []
    pretty = json.dumps(json.loads(text), indent="\t", ensure_ascii=True)
    assert [case.document for case in parse_cases(pretty, EN).cases] == [case.document for case in samples().values()]


def test_wrong_json_is_told_with_its_line_or_its_place() -> None:
    with pytest.raises(FileError, match="line 2"):
        parse_cases('{"cases": [\n{"id": }]}', EN)
    with pytest.raises(FileError, match=r"^cases\[0\].sector: .*RES"):
        parse_cases('{"cases": [{"id": "X", "title": "T", "sector": "XX", "type": "technology"}]}', EN)
