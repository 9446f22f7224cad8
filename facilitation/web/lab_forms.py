"""Forms of the lab desk: from what a browser sends to the arguments of a command, and back to what a form shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from facilitation.labs.models import Activity, Lab
from facilitation.web import dates

Form = MultiDict[str, str]
Args = dict[str, Any]

PROMISES = ("chatham_house", "ceiling", "minimum_cell", "withdraw_hours", "retention_days")
#: scale of a rating by its name on the form: step → word (or id of a degree of the template)
SCALES: Mapping[str, Mapping[str, str]] = {
    "travel": {"0": "not_transferable", "1": "similar_context_only", "2": "with_adaptation", "3": "as_is"},
    "five": {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5"},
}
BALLOTS = 4  # ballots of one activity that the form can show


def lines(text: str | None) -> list[str]:
    """One entry per line; blank lines do not count."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def number(text: str | None) -> Any:
    """A whole number; anything else is left for the command to refuse."""
    tidy = (text or "").strip()
    return int(tidy) if tidy.isascii() and tidy.isdigit() and len(tidy) < 10 else tidy


def details(form: Form) -> Args:
    """Title, start, mode, language, expected people."""
    given: Args = {"title": form.get("title", ""), "mode": form.get("mode", ""), "language": form.get("language", "")}
    given["expected_people"] = number(form.get("expected_people"))
    try:
        given["planned_start"] = dates.planned(form.get("starts", ""), form.get("zone", ""))
    except ValueError:
        given["planned_start"] = form.get("starts", "")[:40] or "?"
    return given


def focus(form: Form) -> Args:
    return {
        "challenges": lines(form.get("challenges")),
        "impact_areas": form.getlist("impact_areas"),
        "value_chain_stages": form.getlist("value_chain_stages"),
        "learning_aims": lines(form.get("learning_aims")),
    }


def promises(form: Form) -> Args:
    numbers = {name: number(form.get(name)) for name in PROMISES if name != "chatham_house"}
    return {"chatham_house": form.get("chatham_house") == "yes", **numbers}


def details_of(lab: Lab) -> Args:
    """What `details` would give for the lab as it is stored."""
    return {name: getattr(lab, name) for name in ("title", "mode", "language", "expected_people")} | {
        "planned_start": lab.planned_start or ""
    }


def promises_of(lab: Lab) -> Args:
    return {name: getattr(lab, name) for name in PROMISES}


def seen(form: Form) -> Args:
    """The stored values the form was filled with, which it carries along: only what a person changed is sent on."""
    try:
        found = json.loads(form.get("seen") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def changed(given: Args, before: Args) -> Args:
    return {name: value for name, value in given.items() if name not in before or before[name] != value}


def activity(form: Form) -> Args:
    """Everything the form of an activity says. What is as usual is not stored; settings it does not show stay as they are."""
    settings: Args = {
        "open": None if form.get("open") == "yes" else False,
        "reveal": "own" if form.get("reveal") == "own" else None,
        "moderated": form.get("moderated") == "yes" or None,
        "max_length": None if form.get("max_length", "") in ("", "140") else number(form.get("max_length")),
        "case": form.get("case") or None,
        "ballots": ballots(form) or None,
    }
    return {
        "title": form.get("title", ""),
        "stage": form.get("stage", ""),
        "method": form.get("method", ""),
        "instruction": form.get("instruction", ""),
        "seconds": _seconds(form.get("minutes", "")),
        "settings": settings if form.get("with_settings") else {},
    }


def _seconds(minutes: str) -> Any:
    """Minutes, also halves ("1.5" or "1,5"), as seconds; anything else is left for the command to refuse."""
    try:
        return round(float(minutes.replace(",", ".") or 0) * 60)
    except (ValueError, OverflowError):
        return minutes


def ballots(form: Form) -> list[Args]:
    """The ballots of the form: rows b0-…, b1-… whose scope is chosen."""
    found = []
    for row in range(BALLOTS):
        scope = form.get(f"b{row}-scope")
        if not scope:
            continue
        method = form.get(f"b{row}-method", "dots")
        ballot: Args = {"scope": scope, "method": "dots" if method == "dots" else "rating"}
        ballot["question"] = form.get(f"b{row}-question", "")
        if method == "dots":
            ballot["per_person"] = number(form.get(f"b{row}-per_person"))
            ballot["max_per_item"] = number(form.get(f"b{row}-max_per_item"))
        else:
            ballot |= {"per_person": 0, "max_per_item": 0, "scale": _scale(form, row, method)}
        found.append(ballot)
    return found


def _scale(form: Form, row: int, method: str) -> Args:
    """A named scale, or the one the ballot has already, which the form carries along."""
    if method in SCALES:
        return dict(SCALES[method])
    try:
        kept = json.loads(form.get(f"b{row}-scale") or "{}")
    except ValueError:
        kept = {}
    return kept if isinstance(kept, dict) else {}


def stored_activity(item: Activity) -> Args:
    """What the form of an activity was filled from: it carries this along, so that only changes are sent on."""
    return {name: getattr(item, name) for name in ("title", "stage", "method", "instruction", "seconds", "settings")}


def activity_of(item: Activity) -> Args:
    """What the form of an activity shows."""
    settings = item.settings
    return {
        "title": item.title,
        "stage": item.stage,
        "method": item.method,
        "instruction": item.instruction,
        "minutes": _minutes(item.seconds),
        "open": settings.get("open", True),
        "reveal": settings.get("reveal", "all"),
        "moderated": settings.get("moderated", False),
        "max_length": settings.get("max_length", 140),
        "case": settings.get("case") or "",
        "ballots": [shown_ballot(ballot) for ballot in settings.get("ballots", ())],
    }


def _minutes(seconds: int) -> str:
    return f"{seconds / 60:g}" if seconds else ""


def shown_ballot(ballot: Mapping[str, Any]) -> Args:
    """A stored ballot as its row of the form: `method` also names the scale of a rating."""
    method = ballot.get("method", "dots")
    if method == "rating":
        method = next((name for name, scale in SCALES.items() if scale == ballot.get("scale")), "own")
    return {**ballot, "method": method, "scale": json.dumps(ballot.get("scale") or {})}


def entered(form: Form) -> Args:
    """What somebody typed into the form of an activity, to be shown again with what is wrong."""
    values: Args = {name: form.get(name, "") for name in ("title", "stage", "method", "instruction", "minutes", "reveal", "case")}
    values |= {"max_length": form.get("max_length", ""), "open": form.get("open") == "yes"}
    return values | {"moderated": form.get("moderated") == "yes", "ballots": [shown_ballot(ballot) for ballot in ballots(form)]}
