"""A case as its editors meet it, through the dispatcher."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from facilitation.cases import document as doc
from facilitation.cases.models import Case, CaseRevision
from facilitation.cases.queries import site_template
from facilitation.cases.rules import item_content, mark, section_content
from facilitation.core.actor import Identity
from facilitation.core.errors import Refused
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from tests.cast import Cast


class Desk:
    """A case and what one reads of it."""

    def __init__(self, cast: Cast, case: str) -> None:
        self.cast, self.case = cast, case

    def row(self) -> Case:
        with reading(db.engine) as session:
            return session.get_one(Case, self.case)

    @property
    def document(self) -> doc.Document:
        return self.row().document

    def revisions(self) -> list[CaseRevision]:
        with reading(db.engine) as session:
            query = select(CaseRevision).where(CaseRevision.case_id == self.case).order_by(CaseRevision.number)
            return list(session.scalars(query))

    def base(self, section: str) -> str:
        with reading(db.engine) as session:
            found = site_template(session, "en").section(section)
        assert found is not None
        return mark(section_content(self.document, found))

    def item_base(self, ref: str) -> str:
        return mark(item_content(doc.need(self.document, ref).item))

    def do(self, name: str, who: Identity, **args: Any) -> dict[str, Any]:
        return self.cast.do(name, who, case=self.case, **args)

    def save(self, who: Identity, section: str, base: str | None = None, **fields: Any) -> dict[str, Any]:
        base = self.base(section) if base is None else base
        return self.do("case.save_section", who, section=section, fields=fields, base=base)

    def refused(self, name: str, who: Identity, **args: Any) -> Refused:
        with pytest.raises(Refused) as caught:
            self.do(name, who, **args)
        return caught.value
