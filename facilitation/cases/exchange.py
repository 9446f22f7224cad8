"""Cases in and out as files: all of a file or nothing (R-26)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field as Limits
from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitation.cases import marked
from facilitation.cases.exporting import Exported, cases_yaml
from facilitation.cases.importing import MAX_CASES, ParsedCase, ParsedFile, parse_cases
from facilitation.cases.models import Case
from facilitation.cases.queries import site_template
from facilitation.cases.saving import author_of, first, may_lead, save
from facilitation.cases.template import TOPICS, Template
from facilitation.core import ids
from facilitation.core.commands import Command, Context, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _

WARNINGS = 50  # told at most
_last: dict[str, ParsedFile] = {}


def import_cases(text: str, template: Template) -> ParsedFile:
    """The cases of a file, or `marked.FileError` with line and path.

    The last file is remembered: a door reads it first, without a transaction, and the command then finds it read.
    """
    key = hashlib.sha256(repr((text, template.locale, template.version, template.ids(TOPICS))).encode()).hexdigest()
    if key not in _last:
        parsed = parse_cases(text, template)
        _last.clear()
        _last[key] = parsed
    return _last[key]


@command("case.import", scope="site")
class ImportCases(Command):
    """Take over the cases of a YAML or JSON file. A reference that is there already is refused, or with `replace` revised.

    `seen`: reference → version of what somebody looked at before (0: not there). If it is another one now, nothing is done.
    """

    text: Annotated[str, StringConstraints(max_length=marked.MAX_BYTES)]
    replace: bool = False
    seen: Annotated[dict[str, int], Limits(max_length=MAX_CASES)] = {}


@handles(ImportCases)
def carry_out_import(cmd: ImportCases, ctx: Context) -> dict[str, Any]:
    try:
        parsed = import_cases(cmd.text, site_template(ctx.session))
    except marked.FileError as error:
        raise Refused("invalid", str(error), fields={"text": str(error)}, data={"line": error.line, "path": error.path}) from None
    known = {case.ref: case for case in ctx.session.scalars(select(Case).where(Case.ref.in_([c.ref for c in parsed.cases])))}
    for case in parsed.cases:
        may_lead(ctx, case.sector)
        there = known[case.ref].version if case.ref in known else 0
        if cmd.seen and cmd.seen.get(case.ref, 0) != there:
            raise Refused("conflict", _("%(ref)s changed while you looked at the file. Look once more.", ref=case.ref))
        if case.ref in known and not cmd.replace:
            message = _("line %(line)s: there is a case called %(ref)s already.", line=case.line, ref=case.ref)
            raise Refused("invalid", message, fields={"text": message}, data={"line": case.line, "path": case.ref})
    stored = [_store(ctx, case, known.get(case.ref)) for case in parsed.cases]
    return {"imported": len(stored), "cases": stored, "warnings": parsed.warnings[:WARNINGS]}


def _store(ctx: Context, parsed: ParsedCase, known: Case | None) -> dict[str, str]:
    user = author_of(ctx.actor)
    head = {name: getattr(parsed, name) for name in ("title", "neutral_title", "sector", "type", "status")}
    if known is not None:
        may_lead(ctx, known.sector)
        save(ctx.work, known, parsed.document, user=user, origin="import", **head)
        return {"ref": known.ref, "id": known.id}
    case = Case(
        id=ids.new_id(), ref=parsed.ref, document=parsed.document, created_at=ctx.now, updated_at=ctx.now, **head
    )  # fmt: skip
    first(ctx.work, case, user=user, origin="import")
    return {"ref": case.ref, "id": case.id}


def chosen_cases(session: Session, refs: Iterable[str] | None = None, *, sector: str | None = None) -> list[Exported]:
    """All cases, those of a sector, or those named (reference or id). `LookupError` names one that is not there."""
    query = select(Case).order_by(Case.ref)
    if sector is not None:
        query = query.where(Case.sector == sector)
    cases = list(session.scalars(query))
    wanted = list(refs or ())
    for name in wanted:
        if not any(name in (case.ref, case.id) for case in cases):
            raise LookupError(name)
    return [exported(case) for case in cases if not wanted or case.ref in wanted or case.id in wanted]


def export_cases(session: Session, refs: Iterable[str] | None = None, *, sector: str | None = None) -> str:
    """The same as one YAML file."""
    return cases_yaml(chosen_cases(session, refs, sector=sector), site_template(session))


def exported(case: Case) -> Exported:
    head = {name: getattr(case, name) for name in ("ref", "title", "neutral_title", "sector", "type", "status")}
    return Exported(**head, document=case.document)
