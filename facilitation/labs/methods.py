"""Activity kinds, facilitation methods and ready agendas (requirements, section 6). Data in code form, texts translated.

An activity kind says what surface an activity has; a method says how people work on it. Every activity has an
instruction of two lines for the phone (R-64).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from facilitation.core.i18n import _, _l

CONTEXT, PEER, OUTCOMES, BREAK = "context", "peer_learning", "outcomes", "break"
STAGES = (CONTEXT, PEER, OUTCOMES, BREAK)

#: kind → boards it brings (kind of board), and whether it brings one board per case
KINDS: Mapping[str, tuple[str | None, bool]] = {
    "talk": (None, False),
    "present": ("questions", False),
    "swot": ("swot", True),
    "cluster": ("experiences", False),
    "challenges": ("challenges", False),
    "transferability": ("transferability", False),
    "questions": ("questions", False),
    "experiences": ("experiences", False),
    "parking": (None, False),
    "takeaways": ("takeaways", False),
    "ballot": (None, False),
    "validation": ("questions", False),
    "evaluation": (None, False),
    "break": (None, False),
}

KIND_LABELS: Mapping[str, Any] = {
    "talk": _l("Talk"),
    "present": _l("Present cases"),
    "swot": _l("SWOT of each case"),
    "cluster": _l("Cluster together"),
    "challenges": _l("Unresolved challenges"),
    "transferability": _l("Transferability ideas"),
    "questions": _l("Questions"),
    "experiences": _l("Experiences"),
    "parking": _l("Look at the parking list"),
    "takeaways": _l("What I take home"),
    "ballot": _l("Ballot"),
    "validation": _l("Check the facts of a case"),
    "evaluation": _l("Evaluation"),
    "break": _l("Break"),
}


@dataclass(frozen=True)
class Item:
    """One line of a ready agenda. `seconds` is the planned length."""

    kind: str
    method: str
    stage: str
    title: Any
    seconds: int
    instruction: Any = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


def default_instruction(kind: str) -> str:
    """Two lines for the phone when the planner wrote none."""
    return {
        "talk": _("Please listen. Your phone waits with you."),
        "present": _("Read along on your phone. A question? Write it down, the presenter answers."),
        "swot": _("One point, one contribution. Comment the draft, agree, disagree, add what is missing."),
        "cluster": _("The facilitators group what belongs together. Tell an experience if you have one."),
        "challenges": _("Write one challenge you have not solved. Answer another one with a solution that worked."),
        "transferability": _("Choose an aspect or element. Say what could move to another place, and what it needs."),
        "questions": _("Ask what you want to know. Agree with a question instead of asking it twice."),
        "experiences": _("What did you try, and how did it go? Failures count."),
        "parking": _("Points that need another place. Each gets an owner and a next step."),
        "takeaways": _("One thing you will do within a month."),
        "ballot": _("Give your dots. Nobody sees the counts before the reveal."),
        "validation": _("Section by section: right, wrong, or is something missing?"),
        "evaluation": _("Five short questions. Nobody can see who answered what."),
        "break": _("See you in a moment."),
    }[kind]


def agenda_for(kind: str) -> list[Item]:
    """The ready agenda of an event kind; the Flagship Lab's for kinds without one of their own."""
    return {
        "single_case_lab": _single_case,
        "webinar": _webinar,
        "consultation": _consultation,
    }.get(kind, _flagship_lab)()


def _vote(title: str, scope: str, seconds: int, per_person: int, max_per_item: int, **extra: Any) -> Item:
    ballot = {"scope": scope, "method": "dots", "question": "", "per_person": per_person, "max_per_item": max_per_item, **extra}
    return Item("ballot", "dot_vote", PEER, title, seconds, settings={"ballots": [ballot]})


def _flagship_lab() -> list[Item]:
    travel = {
        "scope": "transferability", "method": "rating", "question": _("How far does this travel?"), "per_person": 0,
        "max_per_item": 0, "scale": {"0": "not_transferable", "1": "similar_context_only", "2": "with_adaptation", "3": "as_is"},
    }  # fmt: skip
    ideas = _vote(_("Best ideas and how far they travel"), "transferability", 360, 4, 2)
    ideas = Item(ideas.kind, ideas.method, PEER, ideas.title, 360, settings={"ballots": [*ideas.settings["ballots"], travel]})
    swot_vote = {"scope": "swot", "method": "dots", "question": "", "per_person": 6, "max_per_item": 2}
    return [
        Item("talk", "plenary", CONTEXT, _("Welcome, house rules, who is here"), 300),
        Item("present", "presentation", CONTEXT, _("The Flagship cases"), 1080),
        Item("talk", "plenary", CONTEXT, _("How we work today"), 120),
        Item("swot", "swot_walk", PEER, _("SWOT of each case"), 1440, settings={"reveal": "own"}),
        Item("cluster", "cluster_and_vote", PEER, _("Clusters and dots on the SWOT"), 660, settings={"ballots": [swot_vote]}),
        Item("break", "break", BREAK, _("Break"), 600),
        Item("challenges", "one_two_four_all", PEER, _("Unresolved challenges"), 1200, settings={"reveal": "own"}),
        _vote(_("Which challenges first?"), "challenges", 300, 3, 1),
        Item("transferability", "brainwriting", PEER, _("Transferability ideas"), 840),
        Item("talk", "plenary", PEER, _("Read-out and clusters"), 660),
        ideas,
        Item("experiences", "fishbowl", PEER, _("Fishbowl on the top challenge"), 840),
        Item("takeaways", "harvest", OUTCOMES, _("What I take home"), 480),
        Item("evaluation", "evaluation", OUTCOMES, _("Five questions about today"), 480),
        Item("talk", "plenary", OUTCOMES, _("Thanks, and what happens with your input"), 240),
    ]


def _single_case() -> list[Item]:
    return [
        Item("present", "presentation", CONTEXT, _("The case, told by its owner"), 720),
        Item("questions", "plenary", CONTEXT, _("Questions to the owner"), 480),
        Item("swot", "swot_walk", PEER, _("SWOT of the case"), 900, settings={"reveal": "own"}),
        Item("challenges", "one_two_four_all", PEER, _("Unresolved challenges"), 900, settings={"reveal": "own"}),
        Item("transferability", "brainwriting", PEER, _("Transferability ideas"), 900),
        _vote(_("Which ideas first?"), "transferability", 300, 4, 2),
        Item("takeaways", "harvest", OUTCOMES, _("What would you do on Monday?"), 600),
        Item("evaluation", "evaluation", OUTCOMES, _("Five questions about today"), 480),
        Item("talk", "plenary", OUTCOMES, _("Thanks, and what happens with your input"), 120),
    ]


def _webinar() -> list[Item]:
    return [
        Item("talk", "plenary", CONTEXT, _("State of play in the sector"), 600),
        Item("validation", "validation", PEER, _("The cases, section by section"), 2880),
        Item("questions", "plenary", PEER, _("Questions to the owners"), 600),
        Item("challenges", "plenary", PEER, _("Challenges the cases leave open"), 600),
        Item("experiences", "plenary", PEER, _("Your own good practice"), 480),
        Item("evaluation", "evaluation", OUTCOMES, _("Five questions about today"), 240),
    ]


def _consultation() -> list[Item]:
    return [
        Item("talk", "plenary", CONTEXT, _("The draft and how it was made"), 600),
        Item("questions", "plenary", PEER, _("What is unclear?"), 1200),
        Item("challenges", "plenary", PEER, _("Framework conditions and barriers"), 1800),
        Item("transferability", "plenary", PEER, _("What would make it work for you?"), 1800),
        _vote(_("Priorities"), "challenges", 600, 3, 1),
        Item("takeaways", "harvest", OUTCOMES, _("Next steps"), 600),
        Item("evaluation", "evaluation", OUTCOMES, _("Five questions about today"), 480),
    ]


#: Methods of the library (requirements 6.2). What is finer than the surface is led by the facilitator for now.
METHODS: Mapping[str, Any] = {
    "plenary": _l("Plenary"),
    "presentation": _l("Presentation"),
    "swot_walk": _l("SWOT walk"),
    "cluster_and_vote": _l("Clusters and dots"),
    "one_two_four_all": _l("1-2-4-All"),
    "dot_vote": _l("Dot voting"),
    "brainwriting": _l("Brainwriting"),
    "fishbowl": _l("Fishbowl"),
    "world_cafe": _l("World Café"),
    "peer_consultation": _l("Peer consultation"),
    "round_robin": _l("Round robin"),
    "silent_reading": _l("Silent reading"),
    "harvest": _l("Harvest"),
    "validation": _l("Validation round"),
    "evaluation": _l("Evaluation"),
    "break": _l("Break"),
}
