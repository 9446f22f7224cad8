"""Cases in and out as files."""

from __future__ import annotations

from pathlib import Path

import click

from facilitation.cases.exchange import export_cases, import_cases
from facilitation.cases.queries import site_template
from facilitation.cases.template import template
from facilitation.core.actor import SYSTEM
from facilitation.core.i18n import _
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.shell.answering import Answer, ShellError, answering, opened, tell

SHIPPED = {"sample-cases": Path(__file__).resolve().parent.parent / "cases" / "data" / "sample-cases.yaml"}


def read_file(name: str, shipped: dict[str, Path]) -> str:
    """The text of a file, or of one that comes with the program by its name."""
    try:
        return (shipped.get(name) or Path(name)).read_text("utf-8")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else _("it is not UTF-8 text")
        raise ShellError(_("%(file)s cannot be read: %(reason)s.", file=name, reason=reason)) from None


def _imported(answer: Answer) -> str:
    return "\n".join([_("%(n)s cases taken over:", n=answer["imported"]), *(f"  {case['ref']}" for case in answer["cases"])])


@click.command("import-cases")
@click.argument("file")
@click.option("--replace", is_flag=True, help="Revise cases that are there already, instead of refusing the file.")
@answering(_imported)
def import_cases_command(file: str, replace: bool) -> Answer:
    """Take over the cases of a YAML FILE: all of them, or none with the line at fault. `sample-cases` are the shipped ones."""
    text = read_file(file, SHIPPED)
    with opened() as app:
        with reading(db.engine) as session:
            import_cases(text, site_template(session))  # tells the line; the command below finds it read
        result: Answer = app.extensions["facilitation"]["dispatcher"].do("case.import", SYSTEM, text=text, replace=replace)
        for warning in result["warnings"]:
            tell(warning)
        return result


def _exported(answer: Answer) -> str:
    if answer["file"] == "-":
        return str(answer["yaml"]).rstrip("\n")
    return _("%(n)s cases written to %(file)s", n=answer["cases"], file=answer["file"])


@click.command("export-cases")
@click.argument("refs", nargs=-1)
@click.option("-o", "--output", default="-", help="The file to write; without it the cases go to standard output.")
@click.option("--sector", type=click.Choice(template("en").ids("sectors")))
@answering(_exported)
def export_cases_command(refs: tuple[str, ...], output: str, sector: str | None) -> Answer:
    """Write cases as a YAML file that import-cases reads: those named, those of a sector, or all."""
    with opened(create=False), reading(db.engine) as session:
        try:
            text = export_cases(session, refs, sector=sector)
        except LookupError as error:
            raise ShellError(_("There is no case %(ref)s.", ref=error.args[0])) from None
    answer = {"file": output, "cases": text.count("\n- id: ")}
    if output == "-":
        return {**answer, "yaml": text}
    write_file(output, text.encode())
    return answer


def write_file(output: str, content: bytes) -> None:
    """The whole file or none."""
    path = Path(output)
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise ShellError(_("%(file)s cannot be written: %(reason)s.", file=output, reason=error.strerror)) from None
