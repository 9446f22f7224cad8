"""Where this instance is served, for commands that print links: the server notes it in the data folder."""

from __future__ import annotations

from facilitation.config import Settings

NOTE = "served_at"


def note(settings: Settings) -> None:
    """Remember the address people use; the last server to start is the one."""
    draft = settings.data / f".{NOTE}.new"
    draft.write_text(settings.public_url, "utf-8")
    draft.replace(settings.data / NOTE)


def known(settings: Settings) -> str:
    """The configured address, else that of the last server on this data, else what the settings would give one."""
    if settings.PUBLIC_URL:
        return settings.public_url
    try:
        return (settings.data / NOTE).read_text("utf-8").strip() or settings.public_url
    except OSError:
        return settings.public_url
