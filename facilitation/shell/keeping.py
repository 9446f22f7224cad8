"""Keeping an instance: backup and restore, the schema, a new epoch, another database."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from facilitation.app import create_app
from facilitation.backup import BackupError, Place, restore, save
from facilitation.core.clock import system_clock
from facilitation.core.i18n import _, n_
from facilitation.core.unit_of_work import Work
from facilitation.extensions import db
from facilitation.first_run import migrate_database
from facilitation.migration import Migrated, known
from facilitation.move import address_of, move, target_settings
from facilitation.row_copy import MoveError
from facilitation.shell.answering import Answer, ShellError, answering, opened, settings, tell
from facilitation.shell.erasing import erase_again
from facilitation.stream.models import Instance
from facilitation.unusable import in_words


def _saved(answer: Answer) -> str:
    line = _("Backup written to %(file)s (%(bytes)s bytes).", file=answer["file"], bytes=answer["bytes"])
    if answer["with_key"]:
        return f"{line} {_('It holds the secret key: keep it like a password.')}"
    return f"{line} {_('The secret key is not in it; keep a copy of it elsewhere, or use --with-key.')}"


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-key", is_flag=True, help="Put the secret key in too: then join codes and sign-ins carry over.")
@answering(_saved)
def backup_command(file: Path, with_key: bool) -> Answer:
    """Write everything into one FILE, while the server may go on running."""
    try:
        manifest = save(Place.of(settings(must_exist=True)), file, now=system_clock(), with_key=with_key)
    except BackupError as error:
        raise ShellError(str(error)) from None
    except OSError as error:
        raise ShellError(_("%(file)s cannot be written: %(reason)s.", file=file, reason=error.strerror)) from None
    shown = {name: manifest[name] for name in ("made", "version", "epoch", "cases", "labs", "users", "with_key", "sha256")}
    return {"file": str(file), "bytes": file.stat().st_size, **shown}


def _restored(answer: Answer) -> str:
    lines = [_("Taken back: %(cases)s cases, %(labs)s labs, %(users)s accounts, as of %(made)s.", **answer)]
    if answer["labs_with_new_codes"]:
        lines.append(_("The secret key is another one: labs have new join codes, and everybody joins and signs in anew."))
    if answer["erased_again"]:
        lines.append(n_("%(n)s contribution that was erased since is erased again.",
                        "%(n)s contributions that were erased since are erased again.", answer["erased_again"]))  # fmt: skip
    if answer["kept"]:
        lines.append(_("What was there before is kept in %(file)s.", file=answer["kept"]))
    return "\n".join(lines)


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace data that is there; the old database is kept beside the new one.")
@answering(_restored)
def restore_command(file: Path, force: bool) -> Answer:
    """Take a backup FILE back. The server must be stopped; phones start afresh afterwards."""
    try:
        found = restore(Place.of(settings()), file, now=system_clock(), force=force, known=set(known()))
    except BackupError as error:
        raise ShellError(str(error)) from None
    _migrate(backup=False)  # the archive is one
    return {**found, "erased_again": erase_again()}


def _migrate(*, backup: bool = True) -> Migrated:
    own = settings()
    app = create_app(own)
    try:
        with in_words(own):
            return migrate_database(app, backup=backup)
    finally:
        with app.app_context():
            db.engine.dispose()


def _migrated(answer: Answer) -> str:
    if answer["from"] is None:
        return f"A new database was made: {answer['database']}"
    if answer["from"] == answer["to"]:
        return f"The database is up to date: {answer['database']}"
    return str(Migrated(answer["from"], answer["to"], answer["backup"]))


@click.command("migrate")
@answering(_migrated)
def migrate_command() -> Answer:
    """Bring the database to the version of this program, after a backup of a SQLite file; or make it."""
    done = _migrate()
    return {
        "migrated": True,
        "database": address_of(settings()),
        "from": done.before,
        "to": done.after,
        "backup": str(done.backup) if done.backup else None,
    }


@click.command("new-epoch")
@answering(lambda answer: _("The epoch is now %(epoch)s; every device starts afresh.", epoch=answer["epoch"]))
def new_epoch_command() -> Answer:
    """After a restore with other tools: let every phone start afresh."""
    epoch = secrets.token_hex(4)

    def job(work: Work) -> None:
        work.session.get_one(Instance, 1).epoch = epoch

    with opened(create=False) as app:
        app.extensions["facilitation"]["writer"].run(job)
    return {"epoch": epoch}


def _moved(answer: Answer) -> str:
    return "\n".join(
        [
            f"{answer['rows']} rows in {len(answer['tables'])} tables are copied and compared; every device starts afresh.",
            "The old database is left as it was. From now on start with:",
            f"FACILITATION_DATABASE_URL={answer['url']}",
            *(["(with the password in place of ***)"] if "***" in answer["url"] else []),
        ]
    )


@click.command("move-to")
@click.argument("url")
@answering(_moved)
def move_to_command(url: str) -> Answer:
    """Copy the whole database to an empty one: postgresql://user@host/name, or back to sqlite:////folder/facilitation.db."""
    own = settings(must_exist=True)
    with opened(create=False):
        pass  # the database answers, and is of this version
    try:
        target = target_settings(own, url, settings)
        done = move(own, target, tell)
    except MoveError as error:
        raise ShellError(f"{str(error).rstrip('.')}. Nothing was changed.", error.code) from None
    return {"url": address_of(target), "rows": sum(done["tables"].values()), **done}
