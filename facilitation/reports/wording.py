"""What the renderers of a report say themselves, in the report's language."""

from __future__ import annotations

from facilitation.boards.labels import tier_name
from facilitation.boards.results import JOINED, TIERS
from facilitation.core.i18n import _


def renderer_words() -> dict[str, str]:
    return _page() | _grids()


def tier_words(tier: str) -> str:
    return _("Small groups together") if tier == JOINED else str(tier_name(tier))


def _page() -> dict[str, str]:
    """Of pages and figures."""
    return {
        "contents": _("Contents"),
        "figure": _("Figure"),
        "table": _("Table"),
        "data_table": _("Data table"),
        "picture": _("Picture"),
        "pictures": _("Pictures of the event"),
        "caption": _("Caption"),
        "seen": _("What is to be seen"),
        "file": _("File"),
        "page": _("Page"),
        "annex": _("Annex"),
        "draft": _("the owner’s draft"),
        "nothing": _("nothing was said"),
        "translation": _("Translation"),
        "proposed": _("Proposed to the writer"),
        "by_itself": _("Nothing is filled in by itself."),
        "not_written": _("Not written yet."),
        "votes": _("Votes by tier"),
        "joined": _("Small groups together"),
        **{f"tier_{tier}": tier_words(tier) for tier in (*TIERS, JOINED)},
    }


def _grids() -> dict[str, str]:
    """Of spreadsheets and lists."""
    return {
        "section": _("Section"),
        "sheet": _("Sheet"),
        "title": _("Title"),
        "text": _("Text"),
        "alt": _("What the figure shows"),
        "label": _("Source"),
        "note": _("Remark"),
        "contributions": _("All contributions"),
        "column_kind": _("Kind"),
        "column_case": _("Case"),
        "column_column": _("Column"),
        "column_cluster": _("Cluster"),
        "column_text": _("Text"),
        "column_lang": _("Language"),
        "column_translation": _("Translation"),
        "column_label": _("Source"),
        "column_people": _("People"),
        "column_spoken": _("Spoken"),
        "csv": _("Text is UTF-8. A cell that begins with an apostrophe has one more than was written: take the first one away."),
    }
