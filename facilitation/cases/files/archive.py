"""Opening a Word file somebody hands in: limits first, then only the few parts that are read (safety, sections 2 and 4).

Nothing is unpacked to disk, no picture is opened, no address is followed, and no entity exists.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from facilitation.cases.marked import FileError
from facilitation.core.i18n import _

MAX_PACKED, MAX_UNPACKED, MAX_ENTRIES = 10_000_000, 50_000_000, 2_000
MAX_TEXT = 25_000_000  # of one part that is read
MAX_ELEMENTS = 500_000
ZIP, OLD_WORD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
PARTS = ("word/document.xml", "word/styles.xml", "word/numbering.xml", "word/_rels/document.xml.rels", "word/footnotes.xml",
         "word/endnotes.xml", "word/comments.xml")  # fmt: skip
DATA = "urn:facilitation:case"  # namespace of the part that carries the case
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date an archive can hold
_DATA = re.compile(r"customXml/item\d{1,4}\.xml")
_MACROS = re.compile(r"vbaProject|vbaData|\.bin$", re.I)


def refuse(message: str) -> FileError:
    """About a file as a whole: there is no line to name."""
    return FileError(message, line=0)


def opened(content: bytes) -> Mapping[str, Any]:
    """The parts of a Word file that are read, as XML by their names. Raises `FileError`."""
    if content.startswith(OLD_WORD):
        raise refuse(_("This is a Word file of the old kind (.doc) or one with a password. Save it as .docx without one."))
    if len(content) > MAX_PACKED:
        raise refuse(_("This file is too large (%(max)s MB at most).", max=MAX_PACKED // 1_000_000))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = _checked(archive)
            found = {name: _part(archive, name) for name in names if name in PARTS or _DATA.fullmatch(name)}
    except (
        zlib.error,
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        if isinstance(error, FileError):
            raise
        raise refuse(_("This file is damaged and cannot be opened.")) from None
    if "word/document.xml" not in found:
        raise refuse(_("This is not a Word file (.docx)."))
    return found


def _checked(archive: zipfile.ZipFile) -> list[str]:
    """The names in the archive, once nothing about it is suspicious."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise refuse(_("This file unpacks to more than is taken (%(max)s MB).", max=MAX_UNPACKED // 1_000_000))
    if len(set(names)) < len(names) or any(_strays(name) for name in names):
        raise refuse(_("This file is not put together as Word does it; it is not opened."))
    if any(entry.flag_bits & 1 for entry in entries):
        raise refuse(_("This file has a password. Save it without one."))
    kinds = _read(archive, "[Content_Types].xml") if "[Content_Types].xml" in names else b""
    if b"macroEnabled" in kinds or any(_MACROS.search(name) for name in names):
        raise refuse(_("This file holds macros. Save it as .docx without them."))
    return names


def _strays(name: str) -> bool:
    """Does a name point out of the archive?"""
    return name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in name.split("/")


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        found = part.read(MAX_TEXT + 1)
    if len(found) > MAX_TEXT:
        raise refuse(_("This file unpacks to more than is taken (%(max)s MB).", max=MAX_TEXT // 1_000_000))
    return found


def _part(archive: zipfile.ZipFile, name: str) -> Any:
    from docx.oxml import parse_xml  # loaded for the first file

    found = _read(archive, name)
    if b"<!DOCTYPE" in found or b"<!ENTITY" in found or b"\x00" in found:
        raise refuse(_("This file is not put together as Word does it; it is not opened."))
    if found.count(b"<") > 2 * MAX_ELEMENTS:
        raise refuse(_("This file holds too many entries."))
    try:
        return parse_xml(found)
    except (SyntaxError, ValueError):  # lxml's errors are errors of syntax
        raise refuse(_("This file is damaged and cannot be opened.")) from None
