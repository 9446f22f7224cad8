"""Giving and taking roles, and closing accounts (R-43). A role that ends, ends at once (live contract, rule 8)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import delete, func, select

from facilitation.cases.models import Case
from facilitation.cases.template import template
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.labs.models import Lab
from facilitation.people.models import Assignment, SignInLink, User
from facilitation.people.signing_in import ROLES
from facilitation.stream.record import hang_up_on

#: role → what it is given for; a reviewer without a sector looks at every one
PLACE = {
    "coordinator": None,
    "sector_lead": "sector",
    "reviewer": "sector",
    "facilitator": "lab",
    "rapporteur": "lab",
    "case_owner": "case",
}

COLUMNS = {"sector": "sector", "lab": "lab_id", "case": "case_id"}


class Role(Command):
    """One role of one account. `place`: the sector, lab or case it is for, as the role wants it."""

    user: Id
    role: Annotated[str, Field(pattern=f"^({'|'.join(ROLES)})$")]
    place: Id | None = None


@command("user.grant", scope="site")
class GrantRole(Role):
    """Give a role. Having it already is no change."""


@command("user.revoke", scope="site")
class RevokeRole(Role):
    """Take a role. The account's sockets are closed; not having it is no change."""


@handles(GrantRole)
def grant(cmd: GrantRole, ctx: Context) -> dict[str, Any]:
    user = _account(ctx, cmd.user)
    _check_place(ctx, cmd)
    if _held(ctx, cmd) is None:
        ctx.session.add(Assignment(user_id=user.id, role=cmd.role, **_columns(cmd)))
    return {"user": user.id, "role": cmd.role}


@handles(RevokeRole)
def revoke(cmd: RevokeRole, ctx: Context) -> dict[str, Any]:
    user = _account(ctx, cmd.user)
    held = _held(ctx, cmd)
    if held is not None:
        if held.role == "coordinator":
            _leave_one_coordinator(ctx, user.id)
        ctx.session.delete(held)
        hang_up_on(ctx.work, user.id)
    return {"user": user.id, "role": cmd.role}


def _account(ctx: Context, id_: str) -> User:
    user: User | None = ctx.session.get(User, id_)
    if user is None:
        raise Refused("not_found")
    return user


def _check_place(ctx: Context, cmd: Role) -> None:
    """A role is given for what it is for, and for something that exists."""
    message = ""
    match PLACE[cmd.role]:
        case "sector":
            known = template().knows("sectors", cmd.place or "") or (cmd.place is None and cmd.role == "reviewer")
            message = "" if known else _("Please choose a sector.")
        case "lab":
            message = "" if cmd.place and ctx.session.get(Lab, cmd.place) else _("Please choose a lab.")
        case "case":
            message = "" if cmd.place and ctx.session.get(Case, cmd.place) else _("Please choose a case.")
        case _:
            message = _("This role is not given for one.") if cmd.place else ""
    if message:
        raise Refused("invalid", message, fields={"place": message})


def _columns(cmd: Role) -> dict[str, str | None]:
    """Where the assignment keeps its place."""
    wanted = PLACE[cmd.role]
    return {column: cmd.place if of == wanted else None for of, column in COLUMNS.items()}


def _held(ctx: Context, cmd: Role) -> Assignment | None:
    query = select(Assignment).where(Assignment.user_id == cmd.user, Assignment.role == cmd.role)
    held: Assignment | None = ctx.session.scalar(query.filter_by(**_columns(cmd)))
    return held


def _leave_one_coordinator(ctx: Context, user: str) -> None:
    """Nobody can lock everybody out: the last coordinator with an open account stays one."""
    others = (
        select(func.count())
        .select_from(Assignment)
        .join(User, User.id == Assignment.user_id)
        .where(Assignment.role == "coordinator", Assignment.user_id != user, User.disabled_at.is_(None))
    )
    if not ctx.session.scalar(others):
        raise Refused("bad_state", _("This is the only coordinator. Make somebody else one first."))


class Account(Command):
    user: Id


@command("user.disable", scope="site")
class DisableAccount(Account):
    """Close an account: it cannot sign in, its sessions, sockets and links end. Its roles wait for it."""


@command("user.enable", scope="site")
class EnableAccount(Account):
    """Open a closed account again, with the roles it had."""


@handles(DisableAccount)
def disable(cmd: DisableAccount, ctx: Context) -> dict[str, Any]:
    user = _account(ctx, cmd.user)
    if user.disabled_at is None:
        _leave_one_coordinator(ctx, user.id)
        user.disabled_at, user.session_serial = ctx.now, user.session_serial + 1
        ctx.session.execute(delete(SignInLink).where(SignInLink.user_id == user.id))
        hang_up_on(ctx.work, user.id)
    return {"user": user.id, "disabled": True}


@handles(EnableAccount)
def enable(cmd: EnableAccount, ctx: Context) -> dict[str, Any]:
    user = _account(ctx, cmd.user)
    user.disabled_at = None
    return {"user": user.id, "disabled": False}
