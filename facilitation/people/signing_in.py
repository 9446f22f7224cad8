"""Accounts: passwords, one-use links, first-run set-up (safety, section 1)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from facilitation.core import ids
from facilitation.core.actor import Staff
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.text import Line
from facilitation.people.models import Assignment, SignInLink, User
from facilitation.stream.record import hang_up_on

LINK_MINUTES = {"sign_in": 30, "set_up": 30, "invitation": 7 * 24 * 60}
ROLES = ("coordinator", "sector_lead", "facilitator", "rapporteur", "case_owner", "reviewer")
COMMON_PASSWORDS = {"password1234", "123456789012", "qwertyuiop12", "passwortpasswort", "adminadminadmin"}
MINIMUM_PASSWORD = 12
#: A digest nobody has the password of: checking it makes an unknown account cost as much time as a known one.
NO_PASSWORD = "scrypt:32768:8:1$none$" + "0" * 128


@command("user.create", scope="site")
class CreateUser(Command):
    """A new account with its first role."""

    email: Annotated[str, Field(max_length=254)]
    name: Annotated[str, Line(200)]
    role: Annotated[str, Field(pattern=f"^({'|'.join(ROLES)})$")]
    sector: Annotated[str, Field(max_length=40)] | None = None
    case: Id | None = None
    language: Annotated[str, Field(pattern="^(en|de)$")] = "en"


@handles(CreateUser)
def create_user(cmd: CreateUser, ctx: Context) -> dict[str, Any]:
    email = tidy_email(cmd.email)
    if ctx.session.scalar(select(User.id).where(User.email == email)) is not None:
        raise Refused("conflict", _("There is an account with this address already."), fields={"email": _("taken")})
    if cmd.role == "sector_lead" and not cmd.sector:
        raise Refused("invalid", fields={"sector": _("Please choose a sector.")})
    user = User(id=ids.new_id(), email=email, name=cmd.name, language=cmd.language, created_at=ctx.now, session_serial=1)
    ctx.session.add(user)
    ctx.session.flush()
    if cmd.role not in {"facilitator", "rapporteur"} and (cmd.role != "case_owner" or cmd.case):
        ctx.session.add(Assignment(user_id=user.id, role=cmd.role, sector=cmd.sector, case_id=cmd.case))
    return {"user": user.id, "email": email}


def tidy_email(typed: str) -> str:
    """A checked address in lower case, or `invalid`."""
    try:
        return validate_email(typed.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        message = _("This is not an e-mail address.")
        raise Refused("invalid", message, fields={"email": message}) from None


@command("user.link", scope="site")
class MakeLink(Command):
    """A one-use sign-in link for an account. Only its digest is kept; it is told once."""

    email: Annotated[str, Field(max_length=254)]
    purpose: Annotated[str, Field(pattern="^(sign_in|invitation)$")] = "sign_in"


@handles(MakeLink)
def make_link(cmd: MakeLink, ctx: Context) -> dict[str, Any]:
    user = ctx.session.scalar(select(User).where(User.email == tidy_email(cmd.email), User.disabled_at.is_(None)))
    if user is None:
        raise Refused("not_found", _("There is no account with this address."))
    return {"token": new_link(ctx.session, ctx.now, cmd.purpose, user.id)}


def new_link(session: Session, now: datetime, purpose: str, user: str | None) -> str:
    """The secret of a fresh one-use link."""
    secret = secrets.token_urlsafe(24)
    until = now + timedelta(minutes=LINK_MINUTES[purpose])
    session.add(SignInLink(fingerprint=ids.fingerprint(secret), user_id=user, purpose=purpose, expires_at=until))
    return secret


@command("user.follow_link", scope="site")
class FollowLink(Command):
    """Use a one-use link up; whose it was."""

    token: Annotated[str, Field(max_length=100)]


@handles(FollowLink)
def follow_link(cmd: FollowLink, ctx: Context) -> dict[str, Any]:
    link = usable_link(ctx.session, cmd.token, ctx.now)
    if link is None or link.user_id is None:
        raise Refused("gone", _("This link was used already or is too old. Please ask for a new one."))
    link.used_at = ctx.now
    user = ctx.session.get_one(User, link.user_id)
    return {"user": user.id, "serial": user.session_serial}


def usable_link(session: Session, token: str, now: datetime) -> SignInLink | None:
    link = session.get(SignInLink, ids.fingerprint(token))
    return link if link is not None and link.used_at is None and link.expires_at > now else None


@command("user.set_up", scope="site")
class SetUp(Command):
    """First run: the coordinator's account, by the one-use set-up link; afterwards this is not there any more."""

    token: Annotated[str, Field(max_length=100)]
    name: Annotated[str, Line(200)]
    email: Annotated[str, Field(max_length=254)]
    password_hash: Annotated[str, Field(max_length=300)]
    language: Annotated[str, Field(pattern="^(en|de)$")] = "en"


@handles(SetUp)
def set_up(cmd: SetUp, ctx: Context) -> dict[str, Any]:
    link = usable_link(ctx.session, cmd.token, ctx.now)
    if link is None or link.purpose != "set_up" or has_accounts(ctx.session):
        raise Refused("not_found")
    link.used_at = ctx.now
    user = User(
        id=ids.new_id(), email=tidy_email(cmd.email), name=cmd.name, language=cmd.language, created_at=ctx.now,
        password_hash=cmd.password_hash, session_serial=1,
    )  # fmt: skip
    ctx.session.add(user)
    ctx.session.flush()
    ctx.session.add(Assignment(user_id=user.id, role="coordinator"))
    return {"user": user.id, "serial": 1}


def has_accounts(session: Session) -> bool:
    return bool(session.scalar(select(func.count()).select_from(User)))


@command("user.set_password", scope="site")
class SetPassword(Command):
    """A new password for the own account; every other session ends. The digest is made off the main loop."""

    password_hash: Annotated[str, Field(max_length=300)]


@handles(SetPassword)
def set_password(cmd: SetPassword, ctx: Context) -> dict[str, Any]:
    if not isinstance(ctx.actor, Staff):
        raise Refused("unauthenticated")
    user = ctx.session.get_one(User, ctx.actor.id)
    user.password_hash, user.session_serial = cmd.password_hash, user.session_serial + 1
    hang_up_on(ctx.work, user.id)
    return {"user": user.id, "serial": user.session_serial}


@command("user.set_language", scope="site")
class SetLanguage(Command):
    language: Annotated[str, Field(pattern="^(en|de)$")]


@handles(SetLanguage)
def set_language(cmd: SetLanguage, ctx: Context) -> dict[str, Any]:
    if not isinstance(ctx.actor, Staff):
        raise Refused("unauthenticated")
    ctx.session.get_one(User, ctx.actor.id).language = cmd.language
    return {"language": cmd.language}


def check_password_rules(password: str) -> str | None:
    """What is wrong with a wished password, or None."""
    if len(password) < MINIMUM_PASSWORD:
        return _("At least %(n)s characters, please.", n=MINIMUM_PASSWORD)
    if password.lower() in COMMON_PASSWORDS or len(set(password)) < 4:
        return _("This password is too easy to guess.")
    return None


def password_matches(digest: str | None, password: str) -> bool:
    """Slow on purpose, and as slow for an account that does not exist. Call it off the main loop."""
    return check_password_hash(digest or NO_PASSWORD, password) and digest is not None
