"""The words of a lab in the language in force: kinds, states, modes, stages, steps, attribution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from facilitation.core.i18n import _l

#: kind → its name and, in a line, what it is for
LAB_KINDS: Mapping[str, tuple[Any, Any]] = {
    "flagship_lab": (_l("Flagship Lab"), _l("half a day, three cases, SWOT to transferability")),
    "single_case_lab": (_l("Single-case lab"), _l("90 minutes, one case in depth")),
    "webinar": (_l("Webinar"), _l("check and extend the facts, help choose the cases")),
    "consultation": (_l("Consultation"), _l("comments on a draft guideline")),
    "conference": (_l("Conference sitting"), _l("the Flagship Lab’s agenda inside a larger event")),
}

#: state → its name, and the kind of stamp that says it
STATES: Mapping[str, tuple[Any, str]] = {
    "draft": (_l("Being planned"), "quiet"),
    "lobby": (_l("Lobby open"), "open"),
    "live": (_l("Running"), "open"),
    "paused": (_l("Paused"), "open"),
    "closing": (_l("Closing"), "open"),
    "closed": (_l("Closed"), ""),
}

MODES: Mapping[str, Any] = {
    "hybrid": _l("Hybrid"),
    "physical": _l("In one room"),
    "online": _l("Online"),
}

STAGES: Mapping[str, Any] = {
    "context": _l("Stage 1: common understanding"),
    "peer_learning": _l("Stage 2: peer learning"),
    "outcomes": _l("Stage 3: outcomes"),
}

#: The five steps of organising an event (R-49).
STEPS: Mapping[int, Any] = {
    1: _l("Cases in the template"),
    2: _l("Good practices to discuss"),
    3: _l("Stakeholders"),
    4: _l("Content, all topics covered"),
    5: _l("Outcomes"),
}

ATTRIBUTION: Mapping[int, Any] = {
    0: _l("Nothing"),
    1: _l("The tier"),
    2: _l("Tier and stage of the value chain"),
    3: _l("The organisation"),
    4: _l("The name"),
}

#: What a ballot can be about.
SURFACES: Mapping[str, Any] = {
    "swot": _l("SWOT"),
    "challenges": _l("Unresolved challenges"),
    "transferability": _l("Transferability ideas"),
    "questions": _l("Questions"),
    "takeaways": _l("Takeaways"),
    "experiences": _l("Experiences"),
}

ROLES: Mapping[str, Any] = {
    "coordinator": _l("Coordinator"),
    "sector_lead": _l("Sector lead"),
    "facilitator": _l("Facilitator"),
    "rapporteur": _l("Rapporteur"),
    "case_owner": _l("Case owner"),
    "reviewer": _l("Reviewer"),
}
