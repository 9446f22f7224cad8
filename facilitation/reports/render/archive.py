"""Archives whose bytes depend on nothing but what is in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date an archive can hold


def archive(files: Mapping[str, bytes], *, first: str = "") -> bytes:
    """The files in the order of their names, `first` before all, with one date and one set of rights."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for name in sorted(files, key=lambda name: (name != first, name)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            packed.writestr(entry, files[name])
    return out.getvalue()


def again(
    raw: bytes,
    *,
    first: str = "",
    changed: Mapping[str, Callable[[bytes], bytes]] | None = None,
    added: Mapping[str, bytes] | None = None,
) -> bytes:
    """An archive some library made, packed anew. `changed`: what becomes of the content of some files."""
    change = changed or {}
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    made = {name: change[name](content) if name in change else content for name, content in files.items()}
    return archive({**made, **(added or {})}, first=first)
