"""The life of a case: create, status path, owner, delete; and the coordinator's own topics (R-01, R-15, R-23)."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field as Limits
from pydantic import StringConstraints
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from facilitation.cases.commands import take_details
from facilitation.cases.document import empty
from facilitation.cases.models import Case, CaseRevision
from facilitation.cases.queries import site_template
from facilitation.cases.rules import needs_reason
from facilitation.cases.saving import author_of, first, may_lead, save, the_case
from facilitation.cases.template import TOPICS
from facilitation.core import ids
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.text import Line
from facilitation.people.models import Assignment, User
from facilitation.stream.models import Instance

Choice = Annotated[str, StringConstraints(max_length=60)]


@command("case.create", scope="site")
class CreateCase(Command):
    """A new case with nothing in it yet (R-01). Without `ref` it gets the next one of its sector."""

    title: Annotated[str, Line(300)]
    sector: Choice
    type: Choice
    neutral_title: Annotated[str, Line(300, required=False)] = ""
    topics: Annotated[list[Choice], Limits(max_length=60)] = []
    stages: Annotated[list[Choice], Limits(max_length=60)] = []
    ref: Annotated[str, StringConstraints(max_length=40, pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]*)?$")] = ""
    owner: Annotated[str, StringConstraints(max_length=40)] = ""


@handles(CreateCase)
def create(cmd: CreateCase, ctx: Context) -> dict[str, Any]:
    template = site_template(ctx.session)
    may_lead(ctx, cmd.sector)
    ref = cmd.ref or next_ref(ctx.session, cmd.sector)
    if ctx.session.scalar(select(Case.id).where(Case.ref == ref)):
        raise Refused("invalid", _("There is a case called %(ref)s already.", ref=ref), fields={"ref": _("taken")})
    given = {"sector": cmd.sector, "type": cmd.type, "topics": list(cmd.topics), "stages": list(cmd.stages)}
    head, document = take_details({**given, "title": cmd.title, "neutral_title": cmd.neutral_title}, empty(), template)
    status = template.ids("statuses")[0]
    case = Case(id=ids.new_id(), ref=ref, status=status, document=document, created_at=ctx.now, updated_at=ctx.now, **head)
    first(ctx.work, case, user=author_of(ctx.actor), origin="create")
    if cmd.owner:
        _give(ctx, case.id, cmd.owner)
    return {"case": case.id, "ref": ref}


def next_ref(session: Session, sector: str) -> str:
    """The next free reference of a sector."""
    prefix = f"FC-{sector}-"
    taken = session.scalars(select(Case.ref).where(Case.ref.startswith(prefix, autoescape=True)))
    numbers = [int(ref.removeprefix(prefix)) for ref in taken if ref.removeprefix(prefix).isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1:02d}"


@command("case.set_status", scope="case")
class SetStatus(Command):
    """Where the case stands (R-23). More than one step at once, or back, needs a reason."""

    case: Id
    status: Choice
    reason: Annotated[str, Line(300, required=False)] = ""


@handles(SetStatus)
def set_status(cmd: SetStatus, ctx: Context) -> dict[str, Any]:
    case, path = the_case(ctx), site_template(ctx.session).ids("statuses")
    if cmd.status not in path:
        raise Refused("invalid", fields={"status": _("unknown")})
    if cmd.status != case.status and needs_reason(path, case.status, cmd.status) and not cmd.reason:
        raise Refused("invalid", _("This is more than one step. Please say why."), fields={"reason": _("Please fill this in.")})
    user = author_of(ctx.actor)
    save(ctx.work, case, case.document, user=user, origin="status", reason=cmd.reason, status=cmd.status)
    return {"version": case.version, "status": case.status}


@command("case.set_owner", scope="case")
class SetOwner(Command):
    """The account that owns the case from now on; an empty `user` leaves it without owner."""

    case: Id
    user: Annotated[str, StringConstraints(max_length=40)]


@handles(SetOwner)
def set_owner(cmd: SetOwner, ctx: Context) -> dict[str, Any]:
    _give(ctx, ctx.scope, cmd.user)
    return {"case": ctx.scope, "user": cmd.user or None}


def _give(ctx: Context, case: str, user: str) -> None:
    account = ctx.session.get(User, user) if user else None
    if user and (account is None or account.disabled_at is not None):
        raise Refused("invalid", fields={"user": _("There is no such account.")})
    ctx.session.execute(delete(Assignment).where(Assignment.role == "case_owner", Assignment.case_id == case))
    if user:
        ctx.session.add(Assignment(user_id=user, role="case_owner", case_id=case))


@command("case.delete", scope="case")
class DeleteCase(Command):
    """Away with a case and its history. One that belongs to a lab stays."""

    case: Id


@handles(DeleteCase)
def delete_case(cmd: DeleteCase, ctx: Context) -> dict[str, Any]:
    case = the_case(ctx)
    try:
        with ctx.session.begin_nested():
            ctx.session.execute(delete(Assignment).where(Assignment.case_id == case.id))
            ctx.session.execute(delete(CaseRevision).where(CaseRevision.case_id == case.id))
            ctx.session.execute(delete(Case).where(Case.id == case.id))
    except IntegrityError:
        raise Refused("bad_state", _("This case belongs to a lab, so it stays.")) from None
    return {"case": case.id}


@command("topic.add", scope="site")
class AddTopic(Command):
    """A good practice topic of this instance (R-15)."""

    label: Annotated[str, Line(120)]


@handles(AddTopic)
def add_topic(cmd: AddTopic, ctx: Context) -> dict[str, Any]:
    template = site_template(ctx.session)
    id_ = re.sub(r"[^a-z0-9]+", "_", cmd.label.lower()).strip("_")[:40] or ids.new_id().lower()
    if template.knows(TOPICS, id_) or any(option.label == cmd.label for option in template.options(TOPICS)):
        raise Refused("invalid", _("There is such a topic already."), fields={"label": _("taken")})
    row = ctx.session.get_one(Instance, 1)
    topics = [*row.settings.get("topics", ()), {"id": id_, "label": cmd.label}]
    row.settings = {**row.settings, "topics": topics}
    return {"topic": id_}
