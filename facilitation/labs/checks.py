"""What is still open before a lab, counted per organisation step, and what its agenda covers (R-49, R-51, R-56). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from facilitation.core.i18n import _, n_
from facilitation.labs.methods import BREAK, CONTEXT, OUTCOMES, PEER
from facilitation.labs.words import STAGES, SURFACES

#: kinds of event that are about cases
NEED_CASES = frozenset({"flagship_lab", "single_case_lab", "webinar"})
#: what the template asks an event of this kind to bring, as kinds of activity
TARGETS: Mapping[str, tuple[str, ...]] = {
    "flagship_lab": ("swot", "challenges", "transferability", "evaluation"),
    "single_case_lab": ("swot", "challenges", "transferability", "evaluation"),
    "webinar": ("validation", "evaluation"),
    "consultation": ("questions", "evaluation"),
    "conference": ("evaluation",),
}
ABOUT_CASES = frozenset({"present", "swot", "cluster", "transferability", "questions", "validation"})
ABOUT_CHALLENGES = frozenset({"challenges", "experiences"})
#: kinds that fill the surface a ballot votes on, where they are called otherwise
FILLS: Mapping[str, str] = {"present": "questions", "validation": "questions", "cluster": "experiences"}


@dataclass(frozen=True, kw_only=True)
class PlannedCase:
    """A case of the lab and how full it is. `owned`: somebody can decide about proposals to it."""

    id: str
    title: str
    topics: int = 0
    aspects: int = 0
    elements: int = 0
    draft: bool = False
    owned: bool = False
    undecided: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.topics or self.aspects or self.elements)


@dataclass(frozen=True, kw_only=True)
class PlannedActivity:
    """An activity, with the one case it is about (None: all) and what its ballots vote on."""

    id: str
    kind: str
    stage: str
    title: str
    seconds: int = 0
    case: str | None = None
    board: str | None = None  # another surface than its kind brings
    votes_on: tuple[str, ...] = ()

    @property
    def fills(self) -> str:
        return self.board or FILLS.get(self.kind, self.kind)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that the checks look at. `report`: the state of the report, None before the end."""

    kind: str
    state: str = "draft"
    starts: str = ""
    cases: Sequence[PlannedCase] = ()
    agenda: Sequence[PlannedActivity] = ()
    focus: Mapping[str, Sequence[str]] = field(default_factory=dict)
    facilitators: int = 0
    rapporteurs: int = 0
    people: Mapping[str, int] = field(default_factory=dict)  # joined, by tier
    report: str | None = None
    concluded: bool = False

    @property
    def is_over(self) -> bool:
        return self.state == "closed"


@dataclass(frozen=True)
class OpenPoint:
    """Something to do. `place`: where on the plan it is done."""

    step: int
    text: str
    place: str


@dataclass(frozen=True)
class Covered:
    """How many activities work on a topic of the lab. `about`: case, challenge or target."""

    about: str
    title: str
    activities: int


def open_points(plan: Plan) -> list[OpenPoint]:
    """Everything still open, step by step. Before the end nothing of it stops a lab from being opened."""
    if plan.is_over:
        return list(_after(plan))
    return [*_cases(plan), *_focus(plan), *_people(plan), *_content(plan), *_owners(plan)]


def by_step(points: Sequence[OpenPoint]) -> dict[int, list[OpenPoint]]:
    return {step: [point for point in points if point.step == step] for step in range(1, 6)}


def coverage(plan: Plan) -> list[Covered]:
    """Each case, each challenge of the focus and each target of the template with its number of activities (R-56)."""
    about_challenges = sum(1 for item in plan.agenda if _is_about(item, ABOUT_CHALLENGES, {"challenges", "experiences"}))
    return [
        *(Covered("case", case.title, _about_case(plan, case)) for case in plan.cases),
        *(Covered("challenge", title, about_challenges) for title in plan.focus.get("challenges", ())),
        *(Covered("target", target_word(kind), _of_kind(plan, kind)) for kind in TARGETS.get(plan.kind, ())),
    ]


def target_word(kind: str) -> str:
    """What the template asks for, as people call it."""
    if kind == "evaluation":
        return _("Evaluation")
    return _("Check of the facts") if kind == "validation" else str(SURFACES[kind])


def _about_case(plan: Plan, case: PlannedCase) -> int:
    votes = {"swot", "transferability"}
    return sum(1 for item in plan.agenda if item.case in (None, case.id) and _is_about(item, ABOUT_CASES, votes))


def _is_about(item: PlannedActivity, kinds: frozenset[str], votes: set[str]) -> bool:
    return item.kind in kinds or (item.board or "") in kinds or bool(votes & set(item.votes_on))


def _of_kind(plan: Plan, kind: str) -> int:
    return sum(1 for item in plan.agenda if kind in (item.kind, item.board))


def _cases(plan: Plan) -> Iterator[OpenPoint]:
    if not plan.cases and plan.kind in NEED_CASES:
        yield OpenPoint(1, _("No case is chosen yet."), "cases")
    if plan.kind == "single_case_lab" and len(plan.cases) > 1:
        yield OpenPoint(1, _("A single-case lab is about one case; %(n)s are chosen.", n=len(plan.cases)), "cases")
    for case in plan.cases:
        yield from (OpenPoint(1, text, f"case:{case.id}") for text in missing_in(case))
        if not case.draft and any(item.fills == "swot" and item.case in (None, case.id) for item in plan.agenda):
            text = _("“%(case)s” has no draft SWOT: its board starts empty.", case=case.title)
            yield OpenPoint(1, text, f"case:{case.id}")


def missing_in(case: PlannedCase) -> list[str]:
    """What a case lacks to be discussed: topic, aspect, element (R-51)."""
    if case.is_empty:
        return [_("“%(case)s” is still empty: no topic, aspect or element.", case=case.title)]
    found = []
    if not case.topics:
        found.append(_("“%(case)s” has no topic yet.", case=case.title))
    if not case.aspects:
        found.append(_("“%(case)s” has no aspect yet.", case=case.title))
    elif not case.elements:
        found.append(_("“%(case)s” has no element yet.", case=case.title))
    return found


def _focus(plan: Plan) -> Iterator[OpenPoint]:
    words = {
        "challenges": _("No challenge is named yet."),
        "impact_areas": _("No impact area is chosen yet."),
        "value_chain_stages": _("No stage of the value chain is chosen yet."),
        "learning_aims": _("No learning aim is written yet."),
    }
    for name, text in words.items():
        if not plan.focus.get(name):
            yield OpenPoint(2, text, "focus")


def _people(plan: Plan) -> Iterator[OpenPoint]:
    if not plan.starts:
        yield OpenPoint(3, _("No date is set yet."), "details")
    if not plan.facilitators:
        yield OpenPoint(3, _("Nobody facilitates yet."), "staff")
    if not plan.rapporteurs:
        yield OpenPoint(3, _("Nobody takes notes yet: a rapporteur writes down what is said."), "staff")
    if sum(plan.people.values()) >= 5:
        for tier in ("1", "2", "3"):
            if not plan.people.get(tier):
                yield OpenPoint(3, _("Nobody of tier %(tier)s is here yet.", tier=tier), "people")


def _content(plan: Plan) -> Iterator[OpenPoint]:
    if not plan.agenda:
        yield OpenPoint(4, _("The agenda is empty."), "agenda")
        return
    stages = {item.stage for item in plan.agenda}
    for stage in (CONTEXT, PEER, OUTCOMES):
        if stage not in stages:
            yield OpenPoint(4, _("“%(stage)s” has no activity yet.", stage=STAGES[stage]), "agenda")
    for row in coverage(plan):
        if not row.activities:
            yield OpenPoint(4, uncovered(row), "agenda")
    yield from (OpenPoint(4, text, f"activity:{id_}") for id_, text in too_early(plan.agenda))


def uncovered(row: Covered) -> str:
    if row.about == "case":
        return _("The case “%(title)s” has no activity.", title=row.title)
    if row.about == "challenge":
        return _("The challenge “%(title)s” has no activity.", title=row.title)
    return _("Nothing in the agenda brings “%(title)s”.", title=row.title)


def too_early(agenda: Sequence[PlannedActivity]) -> Iterator[tuple[str, str]]:
    """(activity, what is wrong) of ballots that would open before anything can be on them."""
    filled: set[str] = set()
    for item in agenda:
        if item.stage != BREAK:
            filled.add(item.fills)
        for scope in item.votes_on:
            if scope not in filled:
                text = _("“%(title)s” votes on something nobody has collected by then.", title=item.title)
                yield item.id, text
                break


def _owners(plan: Plan) -> Iterator[OpenPoint]:
    for case in plan.cases:
        if not case.owned:
            text = _("“%(case)s” has no owner who could decide about proposals.", case=case.title)
            yield OpenPoint(5, text, f"case:{case.id}")


def _after(plan: Plan) -> Iterator[OpenPoint]:
    if not plan.concluded:
        yield OpenPoint(5, _("The key conclusions are not written yet."), "report")
    if plan.report != "released":
        yield OpenPoint(5, _("The report is not released yet."), "report")
    for case in plan.cases:
        if case.undecided:
            text = n_(
                "%(n)s proposal for “%(case)s” waits for its owner.",
                "%(n)s proposals for “%(case)s” wait for its owner.",
                case.undecided,
                case=case.title,
            )
            yield OpenPoint(5, text, f"merge:{case.id}")
