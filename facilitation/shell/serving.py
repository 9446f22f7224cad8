"""`serve`: several workers on one machine, and the nginx site that stands before them. One process: start.py."""

from __future__ import annotations

from typing import Any

import click

from facilitation import address, config, the_only_server
from facilitation.app import create_app
from facilitation.cases.marked import FileError
from facilitation.core.i18n import _
from facilitation.first_run import load_rest, prepare
from facilitation.proxy_site import site
from facilitation.shell.answering import fail, settings, tell
from facilitation.unusable import in_words
from facilitation.workers import Workers


@click.command("serve")
@click.option("--workers", type=click.IntRange(1, 64), default=2, help="Several processes on PostgreSQL, behind nginx.")
@click.option("--port", type=int, help="Port people use. With workers: nginx listens there, the workers on the ones after it.")
@click.option("--first-port", type=int, help="Port of the first worker, when not the one after --port.")
@click.option("--shared-port", is_flag=True, help="All workers on --port, without nginx: WebSockets only, Linux only.")
@click.option("--host", help="Address to listen on (default 127.0.0.1).")
@click.option("--lan", is_flag=True, help="Of one process: let phones on the local network in, over plain http.")
@click.option("--print-site", is_flag=True, help="Print the nginx site for the workers and start nothing.")
@click.option("--no-demo", is_flag=True, help="Start empty: a set-up link instead of sample cases and labs.")
def serve(
    workers: int,
    port: int | None,
    first_port: int | None,
    shared_port: bool,
    host: str | None,
    lan: bool,
    print_site: bool,
    no_demo: bool,
) -> None:
    """Serve labs: in one process, or with --workers in several."""
    # One process starts before anything is imported (start.py): here are only those who asked for several.
    if lan:
        raise click.UsageError("--lan is for one process; several listen behind nginx.")
    given: dict[str, Any] = {"SHARED_PORT": True} if shared_port else {}
    given |= {name: value for name, value in (("PORT", port), ("HOST", host)) if value is not None}
    try:
        own = settings(**given)
        if workers > 1 and own.database_file is not None and not print_site:
            raise config.BadSetting(_("Several workers need PostgreSQL. Name it in FACILITATION_DATABASE_URL."))
        held = () if print_site else the_only_server.hold(own)
        several = Workers(own, count=workers, first_port=first_port or own.PORT + 1, tell=tell, files=held)
        site_file = site(own.public_url, [worker.address for worker in several.workers])
        if print_site:
            click.echo(site_file)
            return
        app = create_app(own)
        with in_words(own):
            prepare(app, demo=not no_demo)
        address.note(own)
    except (config.BadSetting, FileError) as error:
        fail(error, False)
    if not no_demo:
        load_rest(app)
    if not shared_port:
        click.echo(site_file)
    if not own.REDIS_URL:
        tell(_("Without FACILITATION_REDIS_URL workers hear of each other within %(n)s s.", n=own.CATCH_UP_SECONDS))
    several.run()
