"""Cases in and out as files."""

from __future__ import annotations

import os
from pathlib import Path

import click
from sqlalchemy.orm import Session

from facilitation.cases.exchange import chosen_cases, import_cases
from facilitation.cases.exporting import cases_json
from facilitation.cases.files.archive import OLD_WORD, ZIP
from facilitation.cases.files.formats import FORMATS, Wanted, blank, together
from facilitation.cases.files.taking import as_exported, take
from facilitation.cases.managing import next_ref
from facilitation.cases.queries import lab_titles, site_template
from facilitation.cases.template import Template, template, use_template
from facilitation.config import PREFIX, NoDatabase
from facilitation.core.actor import SYSTEM
from facilitation.core.i18n import LOCALES, _, use_locale
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.shell.answering import Answer, ShellError, answering, opened, tell

SHIPPED = {"sample-cases": Path(__file__).resolve().parent.parent / "cases" / "data" / "sample-cases.yaml"}


def read_file(name: str, shipped: dict[str, Path]) -> str:
    """The text of a file, or of one that comes with the program by its name."""
    return decoded(read_bytes(name, shipped), name)


def read_bytes(name: str, shipped: dict[str, Path]) -> bytes:
    try:
        return (shipped.get(name) or Path(name)).read_bytes()
    except OSError as error:
        raise ShellError(_("%(file)s cannot be read: %(reason)s.", file=name, reason=error.strerror)) from None


def decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeError:
        reason = _("it is not UTF-8 text")
        raise ShellError(_("%(file)s cannot be read: %(reason)s.", file=name, reason=reason)) from None


def _imported(answer: Answer) -> str:
    return "\n".join([_("%(n)s cases taken over:", n=answer["imported"]), *(f"  {case['ref']}" for case in answer["cases"])])


@click.command("import-cases")
@click.argument("file")
@click.option("--replace", is_flag=True, help="Revise cases that are there already, instead of refusing the file.")
@answering(_imported)
def import_cases_command(file: str, replace: bool) -> Answer:
    """Take over the cases of a YAML, JSON or Word FILE: all of them, or none. `sample-cases` are the shipped ones.

    A wrong line is told. Of a Word file, what was not understood is told, and the rest is taken over.
    """
    content = read_bytes(file, SHIPPED)
    with opened() as app:
        with reading(db.engine) as session:
            text = _as_text(content, file, session)
            import_cases(text, site_template(session))  # tells the line; the command below finds it read
        result: Answer = app.extensions["facilitation"]["dispatcher"].do("case.import", SYSTEM, text=text, replace=replace)
        for warning in result["warnings"]:
            tell(warning)
        return result


def _as_text(content: bytes, name: str, session: Session) -> str:
    """The file as text; a Word file as the JSON of its case."""
    if not content.startswith((ZIP, OLD_WORD)):
        return decoded(content, name)
    templates = [site_template(session, tag) for tag in LOCALES]
    found = take(content, templates)
    for note in found.notes:
        tell(f"{note.where}: {note.text}" if note.where else note.text)
    cases = [as_exported(case, next_ref(session, case.sector) if case in found.unnamed else "") for case in found.cases]
    return cases_json(cases, templates[0])


def _exported(answer: Answer) -> str | bytes:
    if answer["file"] == "-":
        return str(answer["text"]).rstrip("\n").encode()  # UTF-8 whatever the terminal has: it is a file
    return _("%(n)s cases written to %(file)s", n=answer["cases"], file=answer["file"])


@click.command("export-cases")
@click.argument("refs", nargs=-1)
@click.option("-o", "--output", default="-", help="The file to write; without it the cases go to standard output.")
@click.option("--sector", type=click.Choice(template("en").ids("sectors")))
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), help="Without it the ending of the output says; else YAML.")
@click.option("--questions", is_flag=True, help="With the guiding questions (Word, PDF, Markdown).")
@click.option("--language", type=click.Choice(list(LOCALES)), default="en", help="Of the template's words.")
@answering(_exported)
def export_cases_command(
    refs: tuple[str, ...], output: str, sector: str | None, kind: str | None, questions: bool, language: str
) -> Answer:
    """Write cases: those named, those of a sector, or all. import-cases reads YAML, JSON and Word again.

    Several cases are one YAML or JSON file; of the other kinds a zip archive with a file for each.
    """
    kind = kind or _ending(output) or "yaml"
    with opened(create=False), reading(db.engine) as session, use_locale(language):
        try:
            cases = chosen_cases(session, refs, sector=sector)
        except LookupError as error:
            raise ShellError(_("There is no case %(ref)s.", ref=error.args[0])) from None
        content = together(cases, kind, Wanted(site_template(session), guided=questions, labs=lab_titles(session)))
    answer = {"file": output, "cases": len(cases)}
    if len(cases) > 1 and not FORMATS[kind].many and Path(output).suffix != ".zip":
        raise ShellError(_("Several cases of this kind become an archive: name a file that ends in .zip with -o."))
    if output != "-":
        write_file(output, content)
        return answer
    if FORMATS[kind].media.startswith("text/") or FORMATS[kind].many:
        return {**answer, "text": content.decode()}
    raise ShellError(_("Name a file for this with -o."))


def _ending(output: str) -> str | None:
    ending = Path(output).suffix.lower().removeprefix(".").replace("yml", "yaml")
    return ending if ending in FORMATS else None


@click.command("case-template")
@click.option("-o", "--output", required=True, help="The Word file to write.")
@click.option("--language", type=click.Choice(list(LOCALES)), default="en")
@answering(lambda answer: _("Written to %(file)s", file=answer["file"]))
def case_template_command(output: str, language: str) -> Answer:
    """Write the empty case template as a Word file with its guiding questions; import-cases reads it when it is filled."""
    with use_locale(language):
        content = blank(_template_here())
    write_file(output, content)
    return {"file": output}


def _template_here() -> Template:
    """The template with what this instance added; before there is an instance, as it is."""
    try:
        with opened(create=False), reading(db.engine) as session:
            return site_template(session)
    except NoDatabase:
        if os.environ.get(f"{PREFIX}DATA") or os.environ.get(f"{PREFIX}DATABASE_URL"):
            raise
        use_template(os.environ.get(f"{PREFIX}TEMPLATE") or None)
        return template()


def write_file(output: str, content: bytes) -> None:
    """The whole file or none."""
    path = Path(output)
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # else a power cut could leave the new name on an empty file
        draft.replace(path)
    except OSError as error:
        raise ShellError(_("%(file)s cannot be written: %(reason)s.", file=output, reason=error.strerror)) from None
