"""`serve`: several workers on one machine, and the nginx site that stands before them."""

from __future__ import annotations

import ipaddress
from typing import Any

import click

from facilitation import address, config, logs
from facilitation import serve as serving
from facilitation.app import create_app
from facilitation.cases.marked import FileError
from facilitation.core.events import event
from facilitation.core.i18n import _
from facilitation.first_run import load_rest, prepare
from facilitation.migration import SchemaError
from facilitation.proxy_site import site
from facilitation.shell.answering import settings
from facilitation.workers import Workers


def _network(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        return str(ipaddress.ip_network(value)) if value else ""
    except ValueError:
        raise click.BadParameter("an IP address, or a network such as 10.0.0.0/24") from None


@click.command("serve")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="How many processes.")
@click.option("--port", type=int, help="Port people use: nginx listens there, the workers on the ones after it.")
@click.option("--first-port", type=int, help="Port of the first worker, when not the one after --port.")
@click.option("--shared-port", is_flag=True, help="All workers on --port, without nginx: WebSockets only, Linux only.")
@click.option("--host", help="Address to listen on, with --shared-port.")
@click.option("--balancer", default="", help="Address or network of a balancer before nginx, where TLS ends.", callback=_network)
@click.option("--print-site", is_flag=True, help="Print the nginx site and start nothing.")
@click.option("--no-demo", is_flag=True, help="Start empty: a set-up link instead of sample cases and labs.")
def serve(
    workers: int,
    port: int | None,
    first_port: int | None,
    shared_port: bool,
    host: str | None,
    balancer: str,
    print_site: bool,
    no_demo: bool,
) -> None:
    """Serve with several processes on PostgreSQL, behind nginx."""
    given: dict[str, Any] = {"SHARED_PORT": True} if shared_port else {}
    given |= {name: value for name, value in (("PORT", port), ("HOST", host)) if value is not None}
    try:
        own = settings(**given)
        several = Workers(own, count=workers, first_port=first_port or own.PORT + 1)
        site_file = site(own.public_url, [worker.address for worker in several.workers], balancer)
        if print_site:
            click.echo(site_file)
            return
        if workers > 1 and own.DATABASE_URL.startswith("sqlite"):
            serving.give_up(_("Several workers need PostgreSQL. Name it in FACILITATION_DATABASE_URL."))
        logs.set_up(own.LOG_LEVEL, own.LOG_FORMAT)
        app = create_app(own)
        prepare(app, demo=not no_demo)
    except (config.BadSetting, FileError, SchemaError) as error:
        serving.give_up(str(error))
    except Exception as error:
        serving.without_database(error)
        raise
    address.note(own)
    if not no_demo:
        load_rest(app)
    if not own.REDIS_URL:
        event("no_redis", seconds=own.CATCH_UP_SECONDS)
    if not shared_port and not logs.wants_json():
        click.echo(site_file)
    several.run()
