"""Keep the catalogues in step with the code: `python tools/catalogue.py update | compile | check`.

`update` extracts every marked string of modules, templates and scripts and merges it into the .po files; `compile` writes
messages.mo for the server and scripts.json for the browser; `check` fails when something is missing or out of step.
English texts are the message ids themselves, so English is complete by definition.

Each language is read by its own grammar: modules and templates by their syntax trees. Scripts have no parser here, and
token-based readers lose marks in nested template strings, so their calls are looked for one by one. A file that cannot be
read, or a mark without a written-out text, stops the tool and is named: a text that is silently left out is never translated.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.jslexer import unquote_string
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, TemplateSyntaxError, nodes

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "facilitation" / "translations"
LOCALES = ("de",)

MARKS = {"_": 1, "_l": 1, "gettext": 1, "n_": 2, "ngettext": 2, "t": 1, "tn": 2}
"""How many texts a mark takes."""

Id = str | tuple[str, str]

LITERAL = r"""(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`$\\]*`)"""
TEXT = rf"{LITERAL}(?:\s*\+\s*{LITERAL})*"
CALL = re.compile(r"(?<![\w.$])(tn?)\(\s*")
COMMENT = re.compile(r"^\s*(?://|\*|/\*)|\s//\s|^\s*export function ")
PLACE = re.compile(r"%\(\w+\)[a-z]")


class Unreadable(Exception):
    """A file or a mark that cannot be read; the text names it."""


def extracted() -> Catalog:
    """Every marked string with the files it stands in."""
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    for folder, pattern, reader in (
        ("facilitation", "*.py", in_module),
        ("templates", "*.html", in_template),
        ("static/js", "*.js", in_script),
    ):
        for path in sorted((ROOT / folder).rglob(pattern)):
            where = path.relative_to(ROOT).as_posix()
            try:
                for id_ in reader(path.read_text(encoding="utf-8")):
                    catalogue.add(id_, locations=[(where, None)])
            except Unreadable as error:
                raise Unreadable(f"{where}: {error}") from None
    return catalogue


def in_module(source: str) -> Iterator[Id]:
    """The texts of `_("…")`, `_l("…")`, `n_("…", "…", n)`, also as `i18n._("…")`."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise Unreadable(f"line {error.lineno}: {error.msg}") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (mark := _python_mark(node.func)):
            yield _id(mark, [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args], node.lineno)


def _python_mark(func: ast.expr) -> str:
    """The name of the mark, empty for every other call."""
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "i18n":
        return func.attr if func.attr in ("_", "_l", "n_") else ""
    return func.id if isinstance(func, ast.Name) and func.id in ("_", "_l", "n_") else ""


def in_template(source: str) -> Iterator[Id]:
    """The texts of `_("…")`, `ngettext("…", "…", n)` and `{% trans %}`, which the parser turns into the same calls."""
    # The settings of facilitation/web/page.py: they decide what white space a {% trans %} text has.
    environment = Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True, autoescape=True)
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        raise Unreadable(f"line {error.lineno}: {error.message}") from None
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext"):
            yield _id(call.node.name, [arg.value if isinstance(arg, nodes.Const) else None for arg in call.args], call.lineno)


def in_script(source: str) -> Iterator[Id]:
    """The texts of `t("…")` and `tn("…", "…", n)`, wherever they stand."""
    for call in CALL.finditer(source):
        if COMMENT.search(source[source.rfind("\n", 0, call.start()) + 1 : call.start()]):
            continue
        texts: list[object] = []
        at = call.end()
        for _number in range(MARKS[call[1]]):
            found = re.compile(rf"\s*({TEXT})\s*,?").match(source, at)
            texts.append("".join(map(unquote_string, re.findall(LITERAL, found[1]))) if found else None)
            at = found.end() if found else at
        yield _id(call[1], texts, source.count("\n", 0, call.start()) + 1)


def _id(mark: str, texts: list[object], line: int) -> Id:
    """The message id of a call; a text that is put together or looked up cannot be translated."""
    wanted = texts[: MARKS[mark]]
    strings = [text for text in wanted if isinstance(text, str) and text]
    if len(strings) != MARKS[mark]:
        raise Unreadable(f"line {line}: {mark}(…) needs its text written out")
    return strings[0] if len(strings) == 1 else (strings[0], strings[1])


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


def same_places(message: Message) -> bool:
    """Whether every form names the %(places)s of the source; only a form for one thing may leave out the number."""
    ids = (message.id,) if isinstance(message.id, str) else message.id
    forms = (message.string,) if isinstance(message.string, str) else message.string
    wanted = [set(PLACE.findall(id_)) for id_ in ids]
    return all(
        not form
        or (found := set(PLACE.findall(form))) == wanted[min(number, len(wanted) - 1)]
        or (number == 0 and found == wanted[-1])
        for number, form in enumerate(forms)
    )


def compiled(locale: str) -> tuple[bytes, str]:
    """(messages.mo, scripts.json) of a locale."""
    catalogue = load(locale)
    out = io.BytesIO()
    write_mo(out, catalogue)
    scripts = {}
    for message in catalogue:
        complete = all(message.string) if isinstance(message.string, tuple | list) else message.string
        if message.id and complete and any(path.startswith("static/js/") for path, _ in message.locations):
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
        found += [f"{locale}: other places than the source: {message.id!r}" for message in catalogue if not same_places(message)]
        binary, scripts = compiled(locale)
        if not po_path(locale).with_suffix(".mo").is_file() or po_path(locale).with_suffix(".mo").read_bytes() != binary:
            found.append(f"{locale}: messages.mo is not compiled from messages.po")
        path = FOLDER / locale / "scripts.json"
        if not path.is_file() or path.read_text(encoding="utf-8") != scripts:
            found.append(f"{locale}: scripts.json is not compiled from messages.po")
    return found


def main(arguments: list[str]) -> int:
    try:
        return _run(arguments)
    except Unreadable as error:
        print(error)
        return 1


def _run(arguments: list[str]) -> int:
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
