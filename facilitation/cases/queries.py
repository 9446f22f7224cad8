"""Reading cases: the template of this instance, lists with filters, history."""

from __future__ import annotations

from sqlalchemy.orm import Session

from facilitation.cases.template import Option, Template, template
from facilitation.stream.models import Instance


def site_template(session: Session, locale: str | None = None) -> Template:
    """The template in the language in force, with the topics the coordinator added (R-15)."""
    row = session.get(Instance, 1)
    topics = (row.settings or {}).get("topics", ()) if row is not None else ()
    return template(locale).with_topics(Option(topic["id"], topic["label"]) for topic in topics)
