"""The typeface inside the Word file, so that it looks alike where nobody has installed it (its licence allows that).

The format asks that the first 32 bytes of a typeface be mixed with a key that stands beside it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from functools import cache, partial

from facilitation.reports.render.glyphs import FONTS

FAMILY = "Source Sans 3"
FACES = {"Regular": "400Regular", "Bold": "700Bold", "Italic": "400Regular_Italic"}
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument.obfuscatedFont"


@cache
def added() -> Mapping[str, bytes]:
    """The files that come into the archive."""
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATION}/font" Target="fonts/font{n}.odttf"/>' for n in range(1, len(FACES) + 1)
    )
    embeds = "".join(f'<w:embed{face} r:id="rId{n}" w:fontKey="{{{_key(face)}}}"/>' for n, face in enumerate(FACES, 1))
    told = '<w:charset w:val="00"/><w:family w:val="swiss"/><w:pitch w:val="variable"/>'
    table = f'<w:fonts xmlns:w="{MAIN}" xmlns:r="{RELATION}"><w:font w:name="{FAMILY}">{told}{embeds}</w:font></w:fonts>'
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    files = {f"word/fonts/font{n}.odttf": _mixed(face) for n, face in enumerate(FACES, 1)}
    return {
        **files,
        "word/fontTable.xml": f"{head}{table}".encode(),
        "word/_rels/fontTable.xml.rels": f'{head}<Relationships xmlns="{PACKAGE}">{links}</Relationships>'.encode(),
    }


def changed() -> Mapping[str, Callable[[bytes], bytes]]:
    """What other files must say about them."""
    return {
        "[Content_Types].xml": partial(_before, b"<Default ", f'<Default Extension="odttf" ContentType="{KIND}"/>'),
        "word/settings.xml": partial(_before, b"<w:proofState", "<w:embedTrueTypeFonts/>"),
    }


def _before(mark: bytes, piece: str, old: bytes) -> bytes:
    return old.replace(mark, piece.encode() + mark, 1)


def _key(face: str) -> str:
    """The same for the same face, for ever."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{FAMILY} {face}")).upper()


def _mixed(face: str) -> bytes:
    content = (FONTS / f"SourceSans3_{FACES[face]}.ttf").read_bytes()
    key = bytes.fromhex(_key(face).replace("-", ""))[::-1]
    return bytes(byte ^ key[place % 16] for place, byte in enumerate(content[:32])) + content[32:]
