"""The command line: `python3 -m facilitation COMMAND`. Every command takes `--json`; see facilitation/shell/."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import NoReturn

import click

from facilitation import __version__, logs
from facilitation.core import i18n, outages
from facilitation.core.lost_database import is_whole_database
from facilitation.shell import accounts, cases, doctor, erasing, keeping, labs, listing, serving
from facilitation.shell.answering import as_line
from facilitation.start import program


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="facilitation")
def cli() -> None:
    """Run and keep an instance from the shell: `serve` serves it, in a checkout `test` checks the code.

    Every command ends with 0 when it is done, with 1 when it cannot be done (the reason is on standard error), and with 2 when it
    was written wrongly.
    """


for command in (
    cases.import_cases_command,
    cases.export_cases_command,
    cases.case_template_command,
    accounts.create_user,
    accounts.sign_in_link,
    labs.create_lab,
    labs.rehearse,
    labs.report,
    erasing.erase,
    serving.serve,
    listing.list_labs,
    listing.list_users,
    doctor.doctor,
    keeping.backup_command,
    keeping.restore_command,
    keeping.migrate_command,
    keeping.new_epoch_command,
    keeping.move_to_command,
):
    cli.add_command(command)


def main(arguments: Sequence[str]) -> None:
    """Run one command. Ends the process: 0, 1 for what could not be done, 2 for a command written wrongly."""
    logging.basicConfig(level="WARNING", format="%(levelname)s %(name)s: %(message)s")
    i18n.set_locale(os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG"))
    try:
        cli.main(list(arguments), prog_name=program(), standalone_mode=False)
    except click.ClickException as error:
        error.show()
        if "--json" in arguments:
            click.echo(as_line({"error": {"code": "usage", "message": error.format_message()}}))
        raise SystemExit(error.exit_code) from None
    except (click.Abort, KeyboardInterrupt):
        _end("--json" in arguments, "stopped", "Stopped.", 130)
    except Exception as error:
        _unforeseen(error, "--json" in arguments)


def _unforeseen(error: Exception, as_json: bool) -> NoReturn:
    """A lost database, with what to look at; or a fault of ours, without its message: it may hold what people wrote."""
    if is_whole_database(error):
        _end(as_json, "busy", f"Not done: {outages.hint(outages.reason_of(error))}.", 1)
    lines = logs.where(error)
    click.echo("\n  ".join(lines), err=True)
    _end(as_json, "unknown", f"A fault of the program ({lines[0]}); report it with the lines above.", 1)


def _end(as_json: bool, code: str, message: str, status: int) -> NoReturn:
    click.echo(message, err=True)
    if as_json:
        click.echo(as_line({"error": {"code": code, "message": message}}))
    raise SystemExit(status) from None
