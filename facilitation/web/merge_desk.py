"""The merge desk: what labs propose for a case, beside its place; and where a merged line comes from (R-96 to R-98)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from facilitation.cases.document import find
from facilitation.cases.models import Case
from facilitation.cases.queries import readable_case, site_template
from facilitation.core.errors import Refused
from facilitation.core.i18n import _, n_
from facilitation.labs.models import Lab, LabCase
from facilitation.permissions import CASE, COMMANDS, standing_of
from facilitation.reports import desk
from facilitation.reports.deciding import BESIDE
from facilitation.reports.gather import gather
from facilitation.reports.models import Proposal
from facilitation.reports.place_words import places
from facilitation.web import access

blueprint = Blueprint("merge", __name__)
ACTS: Mapping[str, tuple[str, ...]] = {
    "accept": (),
    "edit": ("text", "target", "category", "note", "base"),
    "reject": ("reason",),
    "postpone": ("note",),
    "reopen": (),
}


@blueprint.get("/cases/<case>/merge")
def case(case: str) -> ResponseReturnValue:
    """Every proposal for a case, lab by lab, open ones first. `at` and `fold` open a place to write in, without script."""
    return _desk(case, {"at": request.args.get("at", ""), "fold": request.args.get("fold", "")})


def _desk(case: str, unfolded: Mapping[str, str], trouble: Mapping[str, Any] | None = None) -> str:
    """`trouble`: {proposal, message, mine, theirs} of a decision that could not be carried out; what was typed is kept."""
    row, may = _readable(case)
    words = site_template(access.session())
    labs: list[dict[str, Any]] = []
    for lab in _labs(row.id):
        made = desk.rows(gather(access.session(), lab.id, live=True), row.id, words)
        if made:
            labs.append({"lab": lab, "open": [one for one in made if not one.is_decided and not one.is_later],
                         "later": [one for one in made if one.is_later],
                         "done": [one for one in made if one.is_decided], "progress": desk.progress(made)})  # fmt: skip
    return render_template(
        "merge/case.html", case=row, labs=labs, may_decide=bool(may & COMMANDS["merge.accept"]), words=words,
        places=places(row.document, words), count_words=desk.count_words, trouble=trouble, unfolded=unfolded,
        without=_labs_without(row.id, [entry["lab"].id for entry in labs]),
    )  # fmt: skip


def _readable(case: str) -> tuple[Case, frozenset[str]]:
    actor = access.signed_in()
    row = readable_case(access.session(), actor, case)
    if row is None:
        raise Refused("not_found")
    return row, standing_of(access.session(), actor, "case", row.id) & CASE


def _labs(case: str) -> list[Lab]:
    """Closed labs of the case, the latest first."""
    query = select(Lab).join(LabCase, LabCase.lab_id == Lab.id).where(LabCase.case_id == case, Lab.state == "closed")
    return list(access.session().scalars(query.order_by(Lab.closed_at.desc())))


def _labs_without(case: str, known: list[str]) -> list[Lab]:
    """Closed labs nobody has made proposals from yet, as far as the account may do so."""
    actor = access.signed_in()
    return [
        lab
        for lab in _labs(case)
        if lab.id not in known and standing_of(access.session(), actor, "lab", lab.id) & COMMANDS["merge.propose"]
    ]


@blueprint.post("/cases/<case>/merge/<proposal>/<any(accept, edit, reject, postpone, reopen):act>")
def decide(case: str, proposal: str, act: str) -> ResponseReturnValue:
    """One decision. What was typed is never lost: when it cannot be done, the desk comes back with it and the reason."""
    form = request.form
    given: dict[str, Any] = {name: form[name] for name in ACTS[act] if name in form}
    if act == "edit":
        given["detail"] = {name: form[name] for name in BESIDE if name in form and name != "category"}
    version = form.get("version", "1")
    try:
        access.do(
            f"merge.{act}", key=access.csrf_key(form.get("key")), case=case, proposal=proposal,
            version=int(version) if version.isdigit() else 1, **given,
        )  # fmt: skip
    except Refused as refusal:
        if refusal.code not in ("conflict", "invalid", "too_long", "bad_state", "gone"):
            raise
        trouble = {"proposal": proposal, "message": refusal.message, "mine": given, "theirs": refusal.data.get("theirs")}
        return _desk(case, {"at": proposal, "fold": act}, trouble), refusal.status
    if request.form.get("back") == "changes":
        flash(_("The line is out of the case again. The proposal is open."))
        return redirect(url_for("cases.comparison", case=case, since="lab"), 303)
    return redirect(url_for("reports.merge.case", case=case, _anchor=f"p-{_next(case, proposal, act)}"), 303)


def _next(case: str, proposal: str, act: str) -> str:
    """Where to go on: the next open proposal; after an undo the same one."""
    if act == "reopen":
        return proposal
    query = select(Proposal.id).where(Proposal.case_id == case, Proposal.state == "pending").order_by(Proposal.position)
    return access.session().scalar(query.limit(1)) or proposal


@blueprint.get("/labs/<lab>/merge")
def lab(lab: str) -> ResponseReturnValue:
    """What one lab proposes, case by case, and the button that makes the proposals."""
    _actor, standing = access.need("lab", lab)
    row = access.session().get_one(Lab, lab)
    if row.state != "closed":
        return render_template("reports/not_yet.html", lab=row)
    closed = gather(access.session(), row.id, live=True)
    words = site_template(access.session())
    cases = [(one, desk.progress(desk.rows(closed, one.id, words))) for one in closed.cases]
    return render_template(
        "merge/lab.html", lab=row, cases=cases,
        may_propose=bool(standing & COMMANDS["merge.propose"]),
    )  # fmt: skip


@blueprint.post("/labs/<lab>/merge")
def propose(lab: str) -> ResponseReturnValue:
    """Make a proposal for every cluster and idea that has none yet."""
    made = access.do("merge.propose", lab=lab, key=access.csrf_key(request.form.get("key")))
    flash(
        n_("%(n)s new proposal.", "%(n)s new proposals.", made["made"]) if made["made"] else _("There is nothing new to propose.")
    )
    back = request.form.get("case", "")
    if back and access.session().get(Case, back) is not None:
        return redirect(url_for("reports.merge.case", case=back), 303)
    return redirect(url_for("reports.merge.lab", lab=lab), 303)


# ---- where a line comes from


@blueprint.get("/provenance/<proposal>")
def proposal(proposal: str) -> ResponseReturnValue:
    """A proposal with everything it rests on, never more than its people allowed (R-97)."""
    row = access.session().get(Proposal, proposal)
    if row is None:
        access.signed_in()
        raise Refused("not_found")
    case, _may = _readable(row.case_id)
    return _provenance(case, "", [{"lab": row.lab_id, "proposal": row.id}])


@blueprint.get("/cases/<case>/provenance/<item>")
def line(case: str, item: str) -> ResponseReturnValue:
    """A line of a case with every lab source it has."""
    row, _may = _readable(case)
    found = find(row.document, item)
    if found is None or not found.item.get("sources"):
        raise Refused("not_found")
    return _provenance(row, found.id, list(found.item["sources"]))


def _provenance(case: Case, item: str, sources: list[Mapping[str, Any]]) -> str:
    words = site_template(access.session())
    found = [_told(case, source, words) for source in sources]
    return render_template("merge/provenance.html", case=case, item=item, sources=[one for one in found if one], words=words,
                           count_words=desk.count_words)  # fmt: skip


def _told(case: Case, source: Mapping[str, Any], words: Any) -> dict[str, Any] | None:
    """What may be told about one source; only that there was one, when its lab or proposal is no longer here."""
    lab = access.session().get(Lab, str(source.get("lab", "")))
    stored = access.session().get(Proposal, str(source.get("proposal", "")))
    if lab is None or lab.state != "closed" or stored is None or stored.case_id != case.id:
        return {"lab": lab, "row": None, "votes": source.get("votes"), "count": len(source.get("contributions", ()))}
    closed = gather(access.session(), lab.id, live=True)
    proposal = next((one for one in closed.proposals if one.id == stored.id), None)
    return {"lab": lab, "row": desk.row(closed, proposal, words) if proposal and case.id in closed.case else None}
