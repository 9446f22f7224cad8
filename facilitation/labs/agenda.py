"""Making activities with their boards and ballots; the owner's draft SWOT goes onto its board (R-65)."""

from __future__ import annotations

from sqlalchemy import func, select

from facilitation.boards.models import Ballot, Board, Cluster, Contribution
from facilitation.boards.notice import board_changed, contribution_changed
from facilitation.boards.posting import next_number
from facilitation.boards.rules import SWOT_COLUMNS
from facilitation.cases.document import draft_swot
from facilitation.cases.models import Case
from facilitation.core.commands import Context
from facilitation.core.i18n import _, use_locale
from facilitation.core.ids import new_id
from facilitation.labs.methods import KINDS, Item, default_instruction
from facilitation.labs.models import Activity, Lab, LabCase
from facilitation.stream.record import touch


def cases_of(ctx: Context, lab: str) -> list[Case]:
    """The lab's cases in their order."""
    query = select(Case).join(LabCase, LabCase.case_id == Case.id).where(LabCase.lab_id == lab)
    return list(ctx.session.scalars(query.order_by(LabCase.position)))


def add_activity(ctx: Context, lab: Lab, item: Item, *, position: int | None = None, ref: str | None = None) -> Activity:
    """Put one item into the agenda, with what it needs: boards, drafts, ballots."""
    last = ctx.session.scalar(select(func.max(Activity.position)).where(Activity.lab_id == lab.id))
    with use_locale(lab.language):
        activity = Activity(
            id=new_id(), lab_id=lab.id, position=int(last or 0) + 1 if position is None else position, ref=ref,
            stage=item.stage, kind=item.kind, method=item.method, title=str(item.title), seconds=item.seconds,
            instruction=str(item.instruction) or default_instruction(item.kind), settings=dict(item.settings),
        )  # fmt: skip
        ctx.session.add(activity)
        ctx.session.flush()
        add_boards(ctx, lab, activity)
        add_ballots(ctx, lab, activity)
    touch(ctx.work, lab.id, "activity", activity.id)
    return activity


def add_boards(ctx: Context, lab: Lab, activity: Activity) -> None:
    kind, per_case = KINDS[activity.kind]
    kind = activity.settings.get("board", kind)
    if kind is None:
        return
    only = activity.settings.get("case")
    cases = [case for case in cases_of(ctx, lab.id) if only in (None, case.id)]
    for place, case in enumerate(cases if per_case else [None]):
        board = add_board(ctx, lab, activity, kind, case=case, position=place, cases=cases)
        if kind == "swot" and case is not None:
            place_drafts(ctx, lab, board, case)


def add_board(
    ctx: Context, lab: Lab, activity: Activity | None, kind: str, *, case: Case | None, position: int, cases: list[Case]
) -> Board:
    settings = activity.settings if activity is not None else {}
    board = Board(
        id=new_id(), lab_id=lab.id, activity_id=activity.id if activity else None, case_id=case.id if case else None,
        position=(activity.position * 100 if activity else 0) + position, kind=kind,
        title=(case.neutral_title or case.title) if case else board_title(kind), columns=_columns(kind, cases),
        reveal=settings.get("reveal", "all"), moderated=bool(settings.get("moderated", False)),
        max_length=int(settings.get("max_length", 140)), open=activity is None,
    )  # fmt: skip
    ctx.session.add(board)
    ctx.session.flush()
    board_changed(ctx.work, board)
    return board


def board_title(kind: str) -> str:
    return {
        "swot": _("SWOT"),
        "challenges": _("Unresolved challenges"),
        "transferability": _("Transferability ideas"),
        "questions": _("Questions"),
        "experiences": _("Experiences"),
        "takeaways": _("What I take home"),
        "parking": _("Parking list"),
    }[kind]


def _columns(kind: str, cases: list[Case]) -> list[dict[str, str]]:
    if kind == "swot":
        words = (_("Strengths"), _("Weaknesses"), _("Opportunities"), _("Threats"))
        return [{"id": letter, "title": word} for letter, word in zip(SWOT_COLUMNS, words, strict=True)]
    if kind in {"transferability", "questions", "experiences"} and len(cases) > 1:
        columns = [{"id": case.id, "title": case.neutral_title or case.title} for case in cases]
        return columns if kind == "transferability" else [*columns, {"id": "all", "title": _("All cases")}]
    return []


def place_drafts(ctx: Context, lab: Lab, board: Board, case: Case) -> None:
    """The board starts with the owner's draft: marked, and open to comment."""
    for quadrant, _line, text in draft_swot(case.document):
        draft = Contribution(
            id=new_id(),
            lab_id=lab.id,
            board_id=board.id,
            number=next_number(ctx, lab.id),
            column=quadrant,
            kind="swot",
            text=text,
            origin="owner_draft",
            target={"case": case.id},
            posted_at=ctx.now,
            people=0,
        )
        ctx.session.add(draft)
        ctx.session.flush()
        contribution_changed(ctx.work, draft)


def add_ballots(ctx: Context, lab: Lab, activity: Activity) -> None:
    for place, plan in enumerate(activity.settings.get("ballots", [])):
        ballot = Ballot(
            id=new_id(), lab_id=lab.id, activity_id=activity.id, position=activity.position * 100 + place,
            scope=plan["scope"], method=plan.get("method", "dots"), question=plan.get("question", ""),
            scale=plan.get("scale"), per_person=int(plan.get("per_person", 3)),
            max_per_item=int(plan.get("max_per_item", 1)),
        )  # fmt: skip
        ctx.session.add(ballot)
        ctx.session.flush()
        touch(ctx.work, lab.id, "ballot", ballot.id)


def renew_contents(ctx: Context, lab: Lab, activity: Activity) -> None:
    """Make the boards and ballots of an activity nobody has used yet anew, after its settings or the cases."""
    remove_contents(ctx, activity)
    with use_locale(lab.language):
        add_boards(ctx, lab, activity)
        add_ballots(ctx, lab, activity)


def remove_contents(ctx: Context, activity: Activity) -> None:
    """Take away the boards and ballots of an activity nobody has used yet."""
    for ballot in ctx.session.scalars(select(Ballot).where(Ballot.activity_id == activity.id)).all():
        ctx.session.delete(ballot)
        touch(ctx.work, activity.lab_id, "ballot", ballot.id)
    for board in ctx.session.scalars(select(Board).where(Board.activity_id == activity.id)).all():
        for draft in ctx.session.scalars(select(Contribution).where(Contribution.board_id == board.id)).all():
            contribution_changed(ctx.work, draft, was_in_room=board.shown_to_all)
            ctx.session.delete(draft)
        ctx.session.flush()
        board_changed(ctx.work, board)
        ctx.session.delete(board)
    ctx.session.flush()


def is_used(ctx: Context, activity: Activity) -> bool:
    """Has anybody worked on this activity: started it, written, grouped or voted?"""
    if activity.started_at is not None:
        return True
    boards = select(Board.id).where(Board.activity_id == activity.id)
    worked_on = (
        select(Contribution.id).where(Contribution.board_id.in_(boards), Contribution.origin != "owner_draft"),
        select(Cluster.id).where(Cluster.board_id.in_(boards)),
        select(Ballot.id).where(Ballot.activity_id == activity.id, Ballot.state != "planned"),
    )
    return any(ctx.session.scalar(query.limit(1)) is not None for query in worked_on)


def planned_length(ctx: Context, lab: Lab) -> int:
    """Seconds of the whole agenda."""
    return int(ctx.session.scalar(select(func.sum(Activity.seconds)).where(Activity.lab_id == lab.id)) or 0)
