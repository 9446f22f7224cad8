"""The report of a closed lab (R-94, D8). Pure: the same lab and options give the same report, to the byte.

Sections and rules are those of the requirements, section 7. The lab's language rules, whoever asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from facilitation.core.i18n import _, locale, n_, use_locale
from facilitation.reports import counts
from facilitation.reports.closed import ClosedLab
from facilitation.reports.content import Block, Cell, Figure, Front, Picture, Report, Said, Section, Table
from facilitation.reports.reading import Reading
from facilitation.reports.sections.annexes import annexes, open_data
from facilitation.reports.sections.cases import cases
from facilitation.reports.sections.challenges import challenges
from facilitation.reports.sections.course import course
from facilitation.reports.sections.finish import evaluation, follow_up
from facilitation.reports.sections.knowledge import benefits, knowledge
from facilitation.reports.sections.opening import conclusions, participants, purpose
from facilitation.reports.sections.transfer import transfer
from facilitation.reports.wording import renderer_words

SECTIONS: tuple[Callable[[Reading], Section], ...] = (
    conclusions, purpose, participants, course, cases, challenges, transfer, knowledge, benefits, evaluation, follow_up,
)  # fmt: skip


@dataclass(frozen=True)
class Options:
    contributions: bool = True  # the annex with everything that was said


def assemble(lab: ClosedLab, options: Options | None = None) -> Report:
    """The report in the lab's language. Nothing of the moment, the machine or the reader goes into it."""
    options = options or Options()
    with use_locale(lab.lab.language):
        reading = Reading(lab)
        main = [section(reading) for section in SECTIONS]
        sections = _numbered([*main, *annexes(reading, contributions=options.contributions)])
        return Report(
            language=locale(),
            front=_front(reading),
            sections=sections,
            figures=reading.figures,
            contributions=open_data(reading) if options.contributions else (),
            words=renderer_words(),
        )


def _front(reading: Reading) -> Front:
    lab, day = reading.closed.lab, reading.day(reading.closed.lab.day)
    subtitle = (
        _("Report with the peer learning outcomes, %(day)s", day=day) if day else _("Report with the peer learning outcomes")
    )
    sector = reading.template.label("sectors", lab.sector)
    return Front(
        kind=_("%(kind)s, sector %(sector)s", kind=kind_words(lab.kind), sector=sector),
        title=lab.title,
        subtitle=subtitle,
        day=lab.day,
        state=reading.closed.state,
        version=reading.closed.version,
        state_line=_state_line(reading),
        facts=tuple(_facts(reading)),
        imprint=tuple(_imprint(reading)),
    )


def kind_words(kind: str) -> str:
    return {
        "flagship_lab": _("Flagship Lab"),
        "single_case_lab": _("Single-case lab"),
        "webinar": _("Webinar"),
        "consultation": _("Consultation"),
        "conference": _("Conference sitting"),
    }.get(kind, kind)


def state_line(state: str, version: int) -> str:
    """Version and state, as they stand on every page."""
    return {
        "draft": _("Version %(n)s, draft", n=version),
        "remarks": _("Version %(n)s, draft for remarks", n=version),
        "released": _("Version %(n)s, released", n=version),
    }[state]


def _state_line(reading: Reading) -> str:
    """What stands on every page: version, state, and when the lab was closed."""
    line, day = state_line(reading.closed.state, reading.closed.version), reading.day(reading.closed.lab.closed_day)
    return _("%(state)s, lab closed on %(day)s", state=line, day=day) if day else line


def _facts(reading: Reading) -> list[tuple[str, Cell]]:
    lab = reading.closed.lab
    authors = reading.closed.narrative.get("authors")
    rows: list[tuple[str, Cell]] = [
        (_("Cases"), tuple(Said(case.title) for case in reading.closed.cases)),
        (_("Focus"), tuple(Said(line) for line in lab.focus.get("challenges", ()))),
        (_("In figures"), _in_figures(reading)),
        (_("State"), state_line(reading.closed.state, reading.closed.version)),
        (_("Rules"), _rules(reading)),
        (_("Authors"), Said(authors.text) if authors and authors.text else ""),
        (_("Note"), _("A rehearsal: people and words are not real.") if lab.rehearsal else ""),
    ]
    return [(name, value) for name, value in rows if value not in ("", ())]


def _in_figures(reading: Reading) -> str:
    found, dots = reading.figures, sum(counts.given(ballot) for ballot in reading.closed.ballots if ballot.method == "dots")
    answers = found["evaluation"]["answers"]
    parts = [
        n_("%(n)s participant", "%(n)s participants", found["participants"]),
        n_("%(n)s contribution", "%(n)s contributions", found["contributions_visible"]),
        n_("%(n)s cluster", "%(n)s clusters", found["clusters"]),
        n_("%(n)s dot", "%(n)s dots", dots),
    ]
    if answers:
        rate = reading.percent(found["evaluation"]["response_rate"])
        parts.append(n_("%(n)s evaluation (%(rate)s)", "%(n)s evaluations (%(rate)s)", answers, rate=rate))
    return ", ".join(parts)


def _rules(reading: Reading) -> str:
    if reading.closed.lab.chatham_house:
        return _("Chatham House Rule: results are shown per tier, sources are not named.")
    return _("Sources are shown as far as each person allowed, never more than the house rule.")


def _imprint(reading: Reading) -> list[tuple[str, str]]:
    names = {"imprint": _("Imprint"), "grant": _("Funding"), "disclaimer": _("Disclaimer"), "licence": _("Licence")}
    kept = reading.closed.imprint
    return [(word, str(kept[name])) for name, word in names.items() if kept.get(name)]


def _numbered(sections: list[Section]) -> tuple[Section, ...]:
    """Figures, tables and pictures get their numbers in the order in which they stand. A figure's table shares its number."""
    numbers: Counter[type] = Counter()

    def block(item: Block) -> Block:
        if isinstance(item, Figure | Table | Picture):
            numbers[type(item)] += 1
            item = replace(item, number=numbers[type(item)])
        return replace(item, file=f"pictures/picture-{item.number:02}.jpg") if isinstance(item, Picture) else item

    return tuple(section.mapped(block) for section in sections)
