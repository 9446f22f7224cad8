"""The text an organiser sends out: benefits, practices, focus, link and code, in the lab's language (R-52, R-54). Plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from facilitation.core.i18n import _, n_
from facilitation.labs.models import Lab
from facilitation.labs.words import ATTRIBUTION


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What the text needs beside the lab: words already in the lab's language."""

    when: str
    cases: Sequence[str]
    challenges: Sequence[str]
    impact_areas: Sequence[str]
    stages: Sequence[str]
    learning_aims: Sequence[str]
    read_url: str
    join_url: str
    code: str
    lasts: str  # empty when nobody has planned it yet


def invitation(lab: Lab, words: Invitation) -> str:
    """The whole text. Call it inside `use_locale(lab.language)`."""
    blocks = [
        _("Invitation: %(title)s", title=lab.title),
        _opening(lab, words),
        _benefits(words),
        _list(_("The practices we discuss"), words.cases),
        _list(_("The challenges we look at"), words.challenges),
        _list(_("Impact areas"), words.impact_areas),
        _list(_("Stages of the value chain"), words.stages),
        _way_in(words),
        _promise(lab),
    ]
    return "\n\n".join(block for block in blocks if block)


def _opening(lab: Lab, words: Invitation) -> str:
    place = {
        "physical": _("We meet in one room; the place follows."),
        "online": _("We meet online; the meeting link follows."),
        "hybrid": _("You can come to the room or take part online; both links follow."),
    }[lab.mode]
    return "\n".join(line for line in (words.when, place) if line)


def _benefits(words: Invitation) -> str:
    benefits = [
        *words.learning_aims,
        _("Hear from the people who did it, and ask them."),
        _("Bring what you have tried yourself: it goes into the cases, and you see where."),
        _("Afterwards you get the report."),
    ]
    return _list(_("What you gain and what you bring"), benefits)


def _way_in(words: Invitation) -> str:
    lines = [
        _("How to take part"),
        _("Read the cases beforehand: %(url)s", url=words.read_url),
        _("On the day: %(url)s, code %(code)s. A phone is enough; no account, nothing to install.",
          url=words.join_url, code=words.code),
    ]  # fmt: skip
    if words.lasts:
        lines.append(_("It takes %(length)s.", length=words.lasts))
    return "\n".join(lines)


def _promise(lab: Lab) -> str:
    lines = [_("What we promise")]
    if lab.chatham_house:
        lines.append(_("The Chatham House Rule: what is said may be used, who said it is not told."))
    if lab.ceiling:
        lines.append(_("The most that is ever shown beside your words: %(level)s.", level=ATTRIBUTION[lab.ceiling]))
    else:
        lines.append(_("Nothing is shown beside your words."))
    hours = n_("%(n)s hour", "%(n)s hours", lab.withdraw_hours)
    lines.append(_("You can take your words back for %(hours)s after the end.", hours=hours))
    return "\n".join(lines)


def _list(title: str, lines: Sequence[str]) -> str:
    return "\n".join([title, *(f"– {line}" for line in lines)]) if lines else ""
