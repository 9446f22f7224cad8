"""Accounts: create one, and a one-use link to sign in."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy import select

from facilitation import address
from facilitation.cases.models import Case
from facilitation.cases.template import template
from facilitation.core.actor import SYSTEM
from facilitation.core.i18n import LOCALES, _
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.people.signing_in import LINK_MINUTES, ROLES
from facilitation.shell.answering import Answer, ShellError, answering, opened

#: Some say it like this.
ALSO = {"organiser": "sector_lead"}


def _created(answer: Answer) -> str:
    return _("Account %(email)s is there. To let the person in: sign-in-link %(email)s", email=answer["email"])


@click.command("create-user")
@click.argument("email")
@click.option("--name", required=True, help="The name other staff see.")
@click.option("--role", required=True, type=click.Choice([*ROLES, *ALSO]))
@click.option("--sector", type=click.Choice(template("en").ids("sectors")), help="Of a sector lead.")
@click.option("--case", help="Of a case owner: the reference of the case.")
@click.option("--language", type=click.Choice(list(LOCALES)), default="en", show_default=True)
@answering(_created)
def create_user(email: str, name: str, role: str, sector: str | None, case: str | None, language: str) -> Answer:
    """Create a staff account with its first role."""
    with opened() as app:
        found: dict[str, Any] = {"case": _case(case)} if case else {}
        result: Answer = app.extensions["facilitation"]["dispatcher"].do(
            "user.create", SYSTEM, email=email, name=name, role=ALSO.get(role, role), sector=sector, language=language, **found
        )
        return {**result, "role": ALSO.get(role, role)}


def _case(named: str) -> str:
    with reading(db.engine) as session:
        case = session.scalar(select(Case.id).where((Case.ref == named) | (Case.id == named)))
    if case is None:
        raise ShellError(_("There is no case %(ref)s.", ref=named))
    return case


def _linked(answer: Answer) -> str:
    return f"{answer['url']}\n{_('It works once, for %(n)s minutes.', n=answer['minutes'])}"


@click.command("sign-in-link")
@click.argument("email")
@answering(_linked)
def sign_in_link(email: str) -> Answer:
    """Print a one-use link that signs this account in."""
    with opened(create=False) as app:
        extension = app.extensions["facilitation"]
        token = extension["dispatcher"].do("user.link", SYSTEM, email=email)["token"]
        return {"url": f"{address.known(extension['settings'])}/sign-in/{token}", "minutes": LINK_MINUTES["sign_in"]}
