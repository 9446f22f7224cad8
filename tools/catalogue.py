"""Keep the catalogues in step with the code: `python tools/catalogue.py update | compile | check`.

`update` extracts every marked string of modules, templates and scripts and merges it into the .po files; `compile` writes
messages.mo for the server and scripts.json for the browser; `check` fails when something is missing or out of step.
English texts are the message ids themselves, so English is complete by definition.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "facilitation" / "translations"
LOCALES = ("de",)
PYTHON = {"_": None, "_l": None, "n_": (1, 2), "gettext": None, "ngettext": (1, 2)}
SCRIPTS = {"t": None, "tn": (1, 2)}
SOURCES = (
    ("facilitation", "*.py", "python", PYTHON, {}),
    ("templates", "*.html", "jinja2.ext:babel_extract", PYTHON, {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}),
    ("static/js", "*.js", "javascript", SCRIPTS, {"parse_template_string": "true"}),
)


def extracted() -> Catalog:
    """Every marked string with the files it stands in."""
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    for folder, pattern, method, keywords, options in SOURCES:
        for path in sorted((ROOT / folder).rglob(pattern)):
            where = path.relative_to(ROOT).as_posix()
            for _line, message, _comments, _context in _messages(method, path, keywords, options):
                catalogue.add(message, locations=[(where, None)])
    return catalogue


def _messages(method: str, path: Path, keywords: dict, options: dict) -> Iterator[tuple]:
    if method.startswith("jinja2"):
        from jinja2.ext import babel_extract

        with path.open("rb") as file:
            for line, function, message, comments in babel_extract(file, ["_", "gettext", "ngettext"], [], options):
                forms = tuple(m for m in message if isinstance(m, str)) if isinstance(message, tuple) else message
                if forms:
                    yield line, (forms if function == "ngettext" else forms if isinstance(forms, str) else forms[0]), comments, None
        return
    yield from extract_from_file(method, str(path), keywords=keywords, options=options)


def po_path(locale: str) -> Path:
    return FOLDER / locale / "LC_MESSAGES" / "messages.po"


def load(locale: str) -> Catalog:
    path = po_path(locale)
    if not path.is_file():
        return Catalog(locale=locale, project="facilitation", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def update() -> None:
    template = extracted()
    for locale in LOCALES:
        catalogue = load(locale)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path = po_path(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=120, sort_output=True, omit_header=False, include_lineno=False, ignore_obsolete=True)
        missing = untranslated(catalogue)
        print(f"{locale}: {len(catalogue)} texts, {len(missing)} without translation")


def untranslated(catalogue: Catalog) -> list[str]:
    """Ids without a full translation; a plural needs every form."""
    empty = []
    for message in catalogue:
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not all(forms):
            empty.append(message.id if isinstance(message.id, str) else message.id[0])
    return empty


def compiled(locale: str) -> tuple[bytes, str]:
    """(messages.mo, scripts.json) of a locale."""
    catalogue = load(locale)
    out = io.BytesIO()
    write_mo(out, catalogue)
    scripts = {}
    for message in catalogue:
        if message.id and any(path.startswith("static/js/") for path, _ in message.locations):
            key = message.id if isinstance(message.id, str) else message.id[0]
            scripts[key] = message.string if isinstance(message.id, str) else list(message.string)
    return out.getvalue(), json.dumps(scripts, ensure_ascii=False, indent=0, sort_keys=True) + "\n"


def compile_all() -> None:
    for locale in LOCALES:
        binary, scripts = compiled(locale)
        po_path(locale).with_suffix(".mo").write_bytes(binary)
        (FOLDER / locale / "scripts.json").write_text(scripts, encoding="utf-8")


def problems() -> list[str]:
    """What is out of step, in words."""
    template, found = extracted(), []
    wanted = {message.id for message in template if message.id}
    for locale in LOCALES:
        catalogue = load(locale)
        have = {message.id for message in catalogue if message.id}
        found += [f"{locale}: not in the catalogue: {id_!r}" for id_ in sorted(wanted - have, key=str)]
        found += [f"{locale}: no longer used: {id_!r}" for id_ in sorted(have - wanted, key=str)]
        found += [f"{locale}: no translation: {id_!r}" for id_ in untranslated(catalogue)]
        for message in catalogue:
            found += [f"{locale}: {error} in {message.id!r}" for error in message.check(catalogue)]
        binary, scripts = compiled(locale)
        if not po_path(locale).with_suffix(".mo").is_file() or po_path(locale).with_suffix(".mo").read_bytes() != binary:
            found.append(f"{locale}: messages.mo is not compiled from messages.po")
        path = FOLDER / locale / "scripts.json"
        if not path.is_file() or path.read_text(encoding="utf-8") != scripts:
            found.append(f"{locale}: scripts.json is not compiled from messages.po")
    return found


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update"]:
            update()
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = problems()
            print("\n".join(found) or "The catalogues are complete.")
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
