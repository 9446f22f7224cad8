"""Commands that make proposals from a closed lab: all at once, or one by hand (R-96)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import func, select

from facilitation.cases.models import Case
from facilitation.cases.queries import site_template
from facilitation.cases.template import Template
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _, use_locale
from facilitation.core.ids import new_id
from facilitation.core.text import Prose
from facilitation.labs.models import LabCase
from facilitation.reports import closed, places, proposals
from facilitation.reports.gather import gather, proposal
from facilitation.reports.models import Proposal

Target = Annotated[str, Field(max_length=140)]
OPEN = ("pending", "postponed")  # states in which nothing is decided yet


@command("merge.propose", scope="lab")
class ProposeMerges(Command):
    """A proposal for every cluster and lone idea that has none yet. Pending ones are brought up to date; decided ones stay."""

    lab: Id | None = None


@handles(ProposeMerges)
def propose(cmd: ProposeMerges, ctx: Context) -> dict[str, Any]:
    lab = gather(ctx.session, ctx.scope, live=True)
    with use_locale(lab.lab.language):
        derived = proposals.derive(lab, site_template(ctx.session))
    rows = {(row.case_id, row.source): row for row in _rows(ctx)}
    made = 0
    for wanted in derived:
        row = rows.pop((wanted.case, wanted.source), None)
        if row is None:
            ctx.session.add(new_row(ctx, wanted))
            made += 1
        elif row.state in OPEN:
            _refresh(row, wanted)
    return {"made": made, "dropped": _drop_gone(ctx, lab, rows.values())}


def _rows(ctx: Context) -> list[Proposal]:
    return list(ctx.session.scalars(select(Proposal).where(Proposal.lab_id == ctx.scope)))


def new_row(ctx: Context, made: closed.Proposal) -> Proposal:
    return Proposal(
        id=new_id(), lab_id=ctx.scope, case_id=made.case, position=made.position, source=made.source, op=made.op,
        target=dict(made.target), text=made.text, detail=dict(made.detail), contributions=list(made.contributions),
        votes=made.votes, tiers=dict(made.tiers), votes_by_tier=dict(made.votes_by_tier), level=made.level, state="pending",
        version=1,
    )  # fmt: skip


def _refresh(row: Proposal, wanted: closed.Proposal) -> None:
    """What the sources give now; op, place and words somebody chose by hand stay."""
    if (row.op, dict(row.target), row.text) == (wanted.op, dict(wanted.target), wanted.text):
        row.contributions, row.votes, row.level = list(wanted.contributions), wanted.votes, wanted.level
        row.tiers, row.votes_by_tier = dict(wanted.tiers), dict(wanted.votes_by_tier)


def _drop_gone(ctx: Context, lab: closed.ClosedLab, rest: Any) -> int:
    """Open proposals whose every author took their words back."""
    gone = [row for row in rest if row.state in OPEN and proposals.offer(lab, proposal(row)).gone]
    for row in gone:
        ctx.session.delete(row)
    return len(gone)


@command("merge.add", scope="lab")
class AddProposal(Command):
    """One proposal by hand: what the lab says, in the words of the staff, for one place in one of its cases.

    `target`: A1 (an aspect takes an element), A1.E3 (an element takes a suggestion), 2.3 (a section takes a line) and the
    others of places.py; the act follows from it. A correction speaks about the words that stand there now.
    `cluster` or `contributions`: what it rests on; votes, tiers and level are counted from them. `level` may lower it.
    The same source for the same case and act is the same proposal.
    """

    lab: Id | None = None
    case: Id
    op: Annotated[str, Field(pattern=f"^({'|'.join(places.OPS)})$")]
    target: Target
    text: Annotated[str, Prose(2000)]
    cluster: Id | None = None
    contributions: Annotated[list[Id], Field(max_length=200)] = []
    category: Annotated[str, Field(max_length=40, pattern="^[a-z_]*$")] = ""
    level: Annotated[int, Field(ge=0, le=4)] | None = None


@handles(AddProposal)
def add(cmd: AddProposal, ctx: Context) -> dict[str, Any]:
    case = _case(ctx, cmd.case)
    target = place(case, cmd.target, site_template(ctx.session))
    if places.op_of(target, site_template(ctx.session)) != cmd.op:
        raise Refused("invalid", fields={"target": _("This place does not take what is proposed.")})
    lab = gather(ctx.session, ctx.scope, live=True)
    with use_locale(lab.lab.language):
        wanted = proposals.with_facts(lab, _by_hand(cmd, case.id, target, lab))
    row = ctx.session.scalar(
        select(Proposal).where(
            Proposal.lab_id == ctx.scope, Proposal.case_id == case.id, Proposal.source == wanted.source, Proposal.op == cmd.op
        )
    )
    if row is None:
        last = ctx.session.scalar(select(func.max(Proposal.position)).where(Proposal.lab_id == ctx.scope))
        row = new_row(ctx, wanted)
        row.position = int(last or 0) + 1
        row.level = row.level if cmd.level is None else min(row.level, cmd.level)
        ctx.session.add(row)
    return {"proposal": row.id, "version": row.version, "state": row.state}


def _case(ctx: Context, named: str) -> Case:
    """The lab's case by id or own reference."""
    query = select(Case).join(LabCase, LabCase.case_id == Case.id).where(LabCase.lab_id == ctx.scope)
    case = ctx.session.scalar(query.where((Case.id == named) | (Case.ref == named)))
    if case is None:
        raise Refused("not_found", _("This case is not part of the lab."), fields={"case": _("unknown")})
    return case


def place(case: Case, text: str, template: Template) -> dict[str, str]:
    """A place in the case as a target, or `invalid`."""
    target = places.read_target(text)
    if target is None or not places.is_there(case.document, target, template):
        raise Refused("invalid", _("There is no such place in the case."), fields={"target": _("unknown")})
    return target


def _by_hand(cmd: AddProposal, case: str, target: dict[str, str], lab: closed.ClosedLab) -> closed.Proposal:
    ids = cmd.contributions or [item.id for item in lab.members.get(cmd.cluster or "", ())]
    if cmd.cluster is not None and cmd.cluster not in lab.cluster:
        raise Refused("not_found", fields={"cluster": _("unknown")})
    if any(id_ not in lab.contribution for id_ in ids):
        raise Refused(
            "not_found", _("One of these contributions is not part of the lab."), fields={"contributions": _("unknown")}
        )
    source = f"cluster:{cmd.cluster}" if cmd.cluster else f"contribution:{ids[0]}" if len(ids) == 1 else f"hand:{new_id()}"
    detail = {"category": cmd.category} if cmd.category else {}
    if cmd.op in ("correct_fact", "settle_swot") and (base := places.words_at(lab.case[case].now, target)):
        detail |= {"base": base, "how": "reword"}
    return closed.Proposal("", case, 0, source, cmd.op, target, cmd.text, detail, tuple(ids))
