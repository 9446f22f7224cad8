"""From the words of a transcript to ours: activities, boards, ballots, roles."""

from __future__ import annotations

from collections.abc import Mapping

#: kind of an agenda item → (activity kind, method). Finer methods play as plain activities for now.
AGENDA: Mapping[str, tuple[str, str]] = {
    "welcome": ("talk", "plenary"),
    "case_presentation": ("present", "presentation"),
    "method_intro": ("talk", "plenary"),
    "swot_walk": ("swot", "swot_walk"),
    "cluster_and_vote": ("cluster", "cluster_and_vote"),
    "break": ("break", "break"),
    "one_two_four_all": ("challenges", "one_two_four_all"),
    "dot_vote": ("ballot", "dot_vote"),
    "dot_vote_and_rating": ("ballot", "dot_vote"),
    "brainwriting": ("transferability", "brainwriting"),
    "plenary_readout": ("talk", "plenary"),
    "plenary": ("talk", "plenary"),
    "questions": ("questions", "plenary"),
    "fishbowl": ("experiences", "fishbowl"),
    "world_cafe": ("challenges", "world_cafe"),
    "peer_consultation": ("challenges", "peer_consultation"),
    "round_robin": ("experiences", "round_robin"),
    "silent_reading": ("talk", "silent_reading"),
    "harvest": ("takeaways", "harvest"),
    "validation": ("validation", "validation"),
    "evaluation": ("evaluation", "evaluation"),
    "close": ("talk", "plenary"),
}

STAGES: Mapping[str, str] = {"1": "context", "2": "peer_learning", "3": "outcomes", "": "break"}

#: kind of a contribution → kind of the board it belongs on
BOARDS: Mapping[str, str] = {
    "swot": "swot",
    "challenge": "challenges",
    "transferability": "transferability",
    "question": "questions",
    "experience": "experiences",
    "takeaway": "takeaways",
    "parking": "parking",
}

#: kind of board → the activity kind that brings one, for an agenda item of another kind that needs it
ACTIVITY_WITH: Mapping[str, str] = {
    "swot": "swot",
    "challenges": "challenges",
    "transferability": "transferability",
    "questions": "questions",
    "experiences": "experiences",
    "takeaways": "takeaways",
}

#: what clusters and ballots are about → kind of board
SCOPES: Mapping[str, str] = {kind: BOARDS[kind] for kind in ("swot", "challenge", "transferability", "question", "takeaway")}

ROLES: Mapping[str, str] = {"facilitator": "facilitator", "rapporteur": "rapporteur", "case_elaborator": "case_owner"}

#: what an action must name, and of which list
NEEDS: Mapping[str, Mapping[str, str]] = {
    "open_activity": {"activity": "agenda"},
    "lock_boards": {"activity": "agenda"},
    "extend_timer": {"activity": "agenda", "seconds": "number"},
    "focus_case": {"case": "cases"},
    "share_case_card": {"case": "cases"},
    "announce": {"text": "text"},
    "broadcast": {"text": "text"},
    "prompt": {"text": "text"},
    "show_rules": {"rules": "list"},
    "pin_question": {"target": "contributions"},
    "hide": {"target": "contributions"},
    "ask_author": {"target": "contributions", "text": "text"},
    "unhide": {"target": "contributions"},
    "add_translation": {"target": "contributions", "lang": "text"},
    "withdraw": {"target": "contributions", "actor": "participants"},
    "park": {"target": "contributions", "owner": "staff"},
    "accept_offline": {"target": "contributions"},
    "reject_duplicate": {"target": "contributions"},
    "create_cluster": {"target": "clusters"},
    "open_vote": {"target": "ballots"},
    "close_vote": {"target": "ballots"},
    "reveal": {"target": "ballots"},
    "capture_note": {"activity": "agenda", "text": "text"},
}
