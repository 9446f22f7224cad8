"""The owner's decisions at the merge desk: accept, reword, decline, postpone, undo (R-96). Each accept is a revision."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from facilitation.cases.files.prose import back, literal
from facilitation.cases.models import Case, CaseRevision
from facilitation.cases.queries import site_template
from facilitation.cases.saving import author_of, save
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _, use_locale
from facilitation.core.text import Line, Prose, length
from facilitation.reports import merge, places, proposals
from facilitation.reports.gather import gather, proposal
from facilitation.reports.models import Proposal
from facilitation.reports.proposing import OPEN, Target, place

#: What an owner may say beside the words: of a suggestion, of an element, and how a SWOT line is settled.
BESIDE = ("category", "description", "how_to_transfer", "target_context", "needs", "specificity", "degree", "how")
Beside = Annotated[str, Field(pattern=f"^({'|'.join(BESIDE)})$")]
APPLIED = frozenset({"accepted", "edited"})


class OneProposal(Command):
    """`version`: the proposal as the owner saw it; somebody else's decision in between is a conflict."""

    case: Id
    proposal: Id
    version: Annotated[int, Field(ge=1)]


@command("merge.accept", scope="case")
class AcceptProposal(OneProposal):
    """Take it over word for word."""


@command("merge.edit", scope="case")
class EditProposal(OneProposal):
    """Take it over in the owner's own words, or at another place. `note` says why; it stands in the report.

    `detail`: what stands beside the words (BESIDE). `base`: for a correction, the words the owner had before them; when
    others stand there now, the answer is a conflict with both.
    """

    text: Annotated[str, Prose(8000)]
    target: Target = ""
    detail: Annotated[dict[Beside, Annotated[str, Prose(2000, required=False)]], Field(max_length=len(BESIDE))] = {}
    base: Annotated[str, Field(max_length=20000)] | None = None
    category: Annotated[str, Field(max_length=40, pattern="^[a-z_]*$")] | None = None
    note: Annotated[str, Line(300, required=False)] = ""


@command("merge.reject", scope="case")
class RejectProposal(OneProposal):
    """Leave it out. The reason stands in the report."""

    reason: Annotated[str, Line(300)]


@command("merge.postpone", scope="case")
class PostponeProposal(OneProposal):
    """Put it to the end of the desk: it stays open, is printed as postponed, and can be decided at any time."""

    note: Annotated[str, Line(300, required=False)] = ""


@command("merge.reopen", scope="case")
class ReopenProposal(OneProposal):
    """Undo the decision. A merged line goes out again, unless a person has changed it since."""


@handles(AcceptProposal)
def accept(cmd: AcceptProposal, ctx: Context) -> dict[str, Any]:
    row = the_proposal(ctx, cmd, already="accepted")
    return answer(row) if row.state == "accepted" else _take_over(ctx, row, "accepted")


@handles(EditProposal)
def edit(cmd: EditProposal, ctx: Context) -> dict[str, Any]:
    row = the_proposal(ctx, cmd)
    _somewhere_else(ctx, row, cmd)
    if cmd.category is not None:
        row.detail = {**row.detail, "category": cmd.category}
    said: dict[str, str] = dict(cmd.detail)
    if row.op == "settle_swot" and "item" in row.target:
        said.setdefault("how", "reword")
    row.detail = {**row.detail, **said}
    return _take_over(ctx, row, "edited", text=cmd.text, note=cmd.note)


def _somewhere_else(ctx: Context, row: Proposal, cmd: EditProposal) -> None:
    """The place and the words it speaks about, as the owner chose them."""
    template = site_template(ctx.session)
    if cmd.target and cmd.target != places.say_target(row.target):
        row.target = place(ctx.session.get_one(Case, ctx.scope), cmd.target, template)
        row.op = places.op_of(row.target, template)
        row.detail = {name: value for name, value in row.detail.items() if name not in ("base", "how")}
    if cmd.base is not None and ("item" in row.target or ("fact" in row.target and "field" in row.target)):
        row.detail = {**row.detail, "base": cmd.base}


@handles(PostponeProposal)
def postpone(cmd: PostponeProposal, ctx: Context) -> dict[str, Any]:
    row = the_proposal(ctx, cmd, already="postponed")
    return answer(row) if row.state == "postponed" else _decided(ctx, row, "postponed", note=cmd.note)


@handles(RejectProposal)
def reject(cmd: RejectProposal, ctx: Context) -> dict[str, Any]:
    row = the_proposal(ctx, cmd)
    return _decided(ctx, row, "rejected", note=cmd.reason)


@handles(ReopenProposal)
def reopen(cmd: ReopenProposal, ctx: Context) -> dict[str, Any]:
    row = the_proposal(ctx, cmd, already="pending", open_only=False)
    if row.state == "pending":
        return answer(row)
    if row.state in APPLIED:
        _take_out(ctx, row)
    row.applied_text = row.applied_item = row.applied_revision = None
    return _decided(ctx, row, "pending")


def the_proposal(ctx: Context, cmd: OneProposal, *, already: str = "", open_only: bool = True) -> Proposal:
    """The case's proposal as the owner saw it. In the state `already` it is returned whatever was seen."""
    row = ctx.session.get(Proposal, cmd.proposal)
    if row is None or row.case_id != ctx.scope:
        raise Refused("not_found")
    if row.state == already:
        return row
    if row.version != cmd.version:
        theirs = {"state": row.state, "text": row.applied_text or row.text, "reason": row.reason or "", "version": row.version}
        mine = {name: value for name, value in cmd.model_dump().items() if name in {"text", "reason", "note", "target"}}
        raise Refused("conflict", _("Somebody else decided this at the same time."), data={"mine": mine, "theirs": theirs})
    if open_only and row.state not in OPEN:
        raise Refused("bad_state", _("This is decided already. Undo the decision first."))
    return row


def _take_over(ctx: Context, row: Proposal, state: str, *, text: str = "", note: str = "") -> dict[str, Any]:
    lab = gather(ctx.session, row.lab_id, live=True)
    with use_locale(lab.lab.language):
        offer = proposals.offer(lab, proposal(row))
    if offer.gone:
        raise Refused("gone", _("Everybody behind this took their words back."))
    words = _fitting(ctx, row, text or offer.text)
    found = _merge(ctx, row, offer, words, merge.ORIGINS.get(lab.lab.kind, "lab"))
    case = ctx.session.get_one(Case, ctx.scope)
    try:
        document, item = merge.apply(case.document, found)
    except LookupError:
        raise Refused("bad_state", _("The place of this proposal is no longer in the case. Please choose another one.")) from None
    except merge.MovedError as moved:
        data = {"mine": {"text": words}, "theirs": {"text": moved.now, "state": "case"}}
        raise Refused(
            "conflict", _("These words were changed in the case since. Both texts are kept for you."), data=data
        ) from None
    if item is None:
        raise Refused("bad_state", _("You took this line out of the case. It does not come back by itself."))
    save(
        ctx.work, case, document, user=author_of(ctx.actor), origin="merge", lab=row.lab_id,
        reason=_("Taken over from “%(lab)s”", lab=lab.lab.title)[:300],
    )  # fmt: skip
    row.applied_text, row.applied_item, row.applied_revision = words, item, case.version
    return _decided(ctx, row, state, note=note)


def _fitting(ctx: Context, row: Proposal, words: str) -> str:
    """The words as the place takes them: a title is one line, and nothing is longer than its editor allows."""
    limit, one_line = places.room(row.op, row.target, site_template(ctx.session))
    words = " ".join(words.split()) if one_line else words
    if length(words) > limit:
        message = _("This is %(length)s characters long; %(max)s are possible.", length=length(words), max=limit)
        raise Refused("too_long", message, fields={"text": message})
    return words


def _merge(ctx: Context, row: Proposal, offer: proposals.Offer, words: str, origin: str) -> merge.Merge:
    now = offer.proposal
    detail = {**offer.detail, **row.detail}
    if (said := proposals.said_beside(proposal(row), offer.sources).get("target_context")) and detail["target_context"] == said:
        detail["target_context"] = back(literal(said))  # a participant's plain words in a field that is Markdown
    if row.op == "extend_table" and (field := places.field_at(row.target, site_template(ctx.session))):
        detail["column"] = places.text_column(field)
    return merge.Merge(
        row.id, row.lab_id, row.op, row.target, words, detail, now.contributions, now.tiers, now.votes, now.level,
        origin=origin, own_words=words.split() != offer.text.split(),
    )  # fmt: skip


def _take_out(ctx: Context, row: Proposal) -> None:
    case = ctx.session.get_one(Case, ctx.scope)
    revision = ctx.session.get(CaseRevision, (case.id, row.applied_revision or 0))
    if row.applied_item is None or revision is None:
        return
    try:
        document = merge.take_out(case.document, row.applied_item, revision.document)
    except merge.RewrittenError:
        raise Refused("bad_state", _("This line was changed since. Take it out in the case itself.")) from None
    reason = _("A line from a lab taken out again")
    save(ctx.work, case, document, user=author_of(ctx.actor), origin="merge", lab=row.lab_id, reason=reason)


def _decided(ctx: Context, row: Proposal, state: str, *, note: str = "") -> dict[str, Any]:
    row.state, row.reason, row.version = state, note or None, row.version + 1
    row.decided_by, row.decided_at = (author_of(ctx.actor), ctx.now) if state not in OPEN else (None, None)
    return answer(row)


def answer(row: Proposal) -> dict[str, Any]:
    return {"proposal": row.id, "state": row.state, "version": row.version, "item": row.applied_item}
