"""Writing a case down: every save is a revision with author, reason and time; nothing new makes none (R-22, D11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from facilitation.cases.document import Document
from facilitation.cases.models import Case, CaseRevision
from facilitation.cases.rules import folds, mark
from facilitation.core.actor import Actor, Staff, System
from facilitation.core.commands import Context
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.unit_of_work import Work
from facilitation.stream.record import touch_case

#: What a revision keeps beside the document.
HEAD = ("title", "neutral_title", "sector", "type", "status")


def save(
    work: Work,
    case: Case,
    document: Document,
    *,
    user: str | None,
    origin: str = "edit",
    place: str = "",
    reason: str = "",
    lab: str | None = None,
    **head: str,
) -> bool:
    """Store `document` and the parts of the head given (title, status …) as a revision. False when nothing changed.

    `origin`: create, edit, status, import, merge or restore. Autosaves of one person in one `place` within ten minutes
    fold into one revision. Labs that show the case are told. `case.version` is the number of the revision afterwards.
    """
    _keep_first(work, case)
    head = {name: value for name, value in head.items() if getattr(case, name) != value}
    if document == case.document and not head:
        return False
    for name, value in head.items():
        setattr(case, name, value)
    case.document, case.updated_at = document, work.now
    last = work.session.get(CaseRevision, (case.id, case.version))
    if origin == "edit" and last is not None and _folds(last, user, place, work):
        _fill(last, case)
    else:
        case.version += 1
        _add(work, case, user=user, origin=origin, place=place, reason=reason, lab=lab)
    touch_case(work, case.id)
    return True


def first(work: Work, case: Case, *, user: str | None, origin: str, reason: str = "") -> None:
    """Store a case that is new, as its revision 1."""
    case.version = 1
    work.session.add(case)
    work.session.flush()
    _add(work, case, user=user, origin=origin, reason=reason)


def _keep_first(work: Work, case: Case) -> None:
    """A case that came without history: what it says now is its first revision."""
    if work.session.get(CaseRevision, (case.id, case.version)) is None:
        _add(work, case, user=None, origin="create", at=case.created_at)


def _folds(last: CaseRevision, user: str | None, place: str, work: Work) -> bool:
    before = {"origin": last.origin, "user": last.user_id, "place": last.place, "at": last.at}
    return folds(before=before, user=user, place=place, now=work.now)


def _add(work: Work, case: Case, *, lab: str | None = None, user: str | None, at: Any = None, **more: str) -> None:
    revision = CaseRevision(case_id=case.id, number=case.version, lab_id=lab, user_id=user, at=at or work.now, **more)
    _fill(revision, case)
    work.session.add(revision)
    work.session.flush()


def _fill(revision: CaseRevision, case: Case) -> None:
    for name in (*HEAD, "document"):
        setattr(revision, name, getattr(case, name))


def check_base(base: str, now: Mapping[str, Any], mine: Mapping[str, Any]) -> None:
    """Go on when the editor loaded what is there now, else `conflict` with both texts (D11).

    `base`: the mark of the content the editor loaded; `now`: that content as it is; `mine`: what it wants to write.
    """
    if base != mark(now) and any(mark(now.get(name)) != mark(value) for name, value in mine.items()):
        data = {"mine": dict(mine), "theirs": dict(now), "base": mark(now)}
        raise Refused("conflict", _("Somebody else changed this at the same time. Both texts are kept for you."), data=data)


def the_case(ctx: Context) -> Case:
    case: Case | None = ctx.session.get(Case, ctx.scope)
    if case is None:
        raise Refused("not_found")
    return case


def may_lead(ctx: Context, sector: str) -> None:
    """Return for the coordinator, for the lead of this sector and for the server itself."""
    if isinstance(ctx.actor, System):
        return
    grants = ctx.actor.grants if isinstance(ctx.actor, Staff) else ()
    if not any(grant.role == "coordinator" or (grant.role == "sector_lead" and grant.sector == sector) for grant in grants):
        raise Refused("forbidden", _("You lead another sector."))


def author_of(actor: Actor) -> str | None:
    return actor.id if isinstance(actor, Staff) else None


def origin_for(actor: Actor, case: str) -> str:
    """Where the words of this person come from, when they do not say: the owner's own, else desk research (R-21)."""
    owns = isinstance(actor, Staff) and any(grant.role == "case_owner" and grant.case == case for grant in actor.grants)
    return "owner" if owns else "desk"


def refuse(error: Exception, prefix: str) -> NoReturn:
    """A `FieldError` as an answer that names the place."""
    path = getattr(error, "path", "")
    joint = "" if not path or path.startswith("[") else "."
    name = f"{prefix}{joint}{path}" if prefix else path
    raise Refused(getattr(error, "code", "invalid"), str(error), fields={name or "fields": str(error)})
