"""`serve`: several workers on one machine, and the nginx site that stands before them. One process: start.py."""

from __future__ import annotations

import ipaddress
from typing import Any

import click

from facilitation import address, config, logs, the_only_server
from facilitation import serve as serving
from facilitation.app import create_app
from facilitation.cases.marked import FileError
from facilitation.core.events import event
from facilitation.core.i18n import _
from facilitation.first_run import load_rest, prepare
from facilitation.proxy_site import site
from facilitation.shell.answering import settings
from facilitation.unusable import in_words
from facilitation.workers import Workers


def _network(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        return str(ipaddress.ip_network(value)) if value else ""
    except ValueError:
        raise click.BadParameter("an IP address, or a network such as 10.0.0.0/24") from None


@click.command("serve")
@click.option("--workers", type=click.IntRange(1, 64), default=2, help="Several processes on PostgreSQL, behind nginx.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port people use. With workers: nginx listens there, the workers on the ones after it.",
)
@click.option("--first-port", type=click.IntRange(0, 65535), help="Port of the first worker, when not the one after --port.")
@click.option("--shared-port", is_flag=True, help="All workers on --port, without nginx: WebSockets only, Linux only.")
@click.option("--host", help="Address to listen on (default 127.0.0.1).")
@click.option("--lan", is_flag=True, help="Of one process: let phones on the local network in, over plain http.")
@click.option("--balancer", default="", help="Address or network of a balancer before nginx, where TLS ends.", callback=_network)
@click.option("--print-site", is_flag=True, help="Print the nginx site for the workers and start nothing.")
@click.option("--no-demo", is_flag=True, help="Start empty: a set-up link instead of sample cases and labs.")
def serve(
    workers: int,
    port: int | None,
    first_port: int | None,
    shared_port: bool,
    host: str | None,
    lan: bool,
    balancer: str,
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
        several = Workers(own, count=workers, first_port=first_port or own.PORT + 1, files=held)
        site_file = site(own.public_url, [worker.address for worker in several.workers], balancer)
        if print_site:
            click.echo(site_file)
            return
        logs.set_up(own.LOG_LEVEL, own.LOG_FORMAT)
        app = create_app(own)
        with in_words(own):
            prepare(app, demo=not no_demo)
        address.note(own)
    except (config.BadSetting, FileError) as error:
        serving.give_up(str(error))
    if not no_demo:
        load_rest(app)
    if not own.REDIS_URL:
        event("no_redis", seconds=own.CATCH_UP_SECONDS)
    if not shared_port and not logs.wants_json():
        click.echo(site_file)
    several.run()
