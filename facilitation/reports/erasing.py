"""Erased words taken out of everything that was copied from them: cases and their earlier states, proposals, reports, titles.

What a merge wrote and nobody stands behind any more went already (forgetting.py). Here it is about passages that stand word for
word in what others wrote: a title of a cluster, a conclusion, the wording an owner chose, a released report. They become a mark;
the writer's own words around them stay. What other participants wrote themselves is theirs and is not searched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Mapper

from facilitation.boards.gone import ON_ERASED
from facilitation.boards.models import Cluster, Contribution
from facilitation.cases.models import Case
from facilitation.cases.saving import save
from facilitation.core.commands import Context
from facilitation.core.i18n import _
from facilitation.core.model import Base
from facilitation.labs.models import EvaluationAnswer, FactCheck, LabCase
from facilitation.reports.models import Proposal
from facilitation.stream.record import touch

MARK = "[…]"
SHORT = 12  # letters; a shorter text may be anybody's (“Too dear”): only titles and proposals that say just this are changed
THEIRS = (Contribution, FactCheck, EvaluationAnswer)  # words of other participants


def take_passages(ctx: Context, words: tuple[str, ...]) -> int:
    """How many places held one of `words`. Cases follow in every lab that has them."""
    cases = set(ctx.session.scalars(select(LabCase.case_id).where(LabCase.lab_id == ctx.scope)))
    labs = {ctx.scope, *ctx.session.scalars(select(LabCase.lab_id).where(LabCase.case_id.in_(cases)))}
    found = _in_cases(ctx, cases, words)
    for row, names in _rows(ctx, labs, cases):
        looked = words if isinstance(row, (Cluster, Proposal)) else _long(words)
        changed = {name: value for name in names if (value := without(getattr(row, name), looked)) != getattr(row, name)}
        for name, value in changed.items():
            setattr(row, name, value)
        found += len(changed)
        if changed and isinstance(row, Cluster):
            touch(ctx.work, row.lab_id, "cluster", row.id)
    ctx.session.flush()
    return found


def _in_cases(ctx: Context, cases: Collection[str], words: tuple[str, ...]) -> int:
    """The case as it is now gets a revision that says why; earlier ones are changed where they stand."""
    found = 0
    for row in ctx.session.scalars(select(Case).where(Case.id.in_(cases)).order_by(Case.id)):
        document = without(row.document, _long(words))
        if document != row.document:
            found += 1
            reason = _("Words were erased at the request of the person who wrote them")
            save(ctx.work, row, document, user=None, origin="merge", lab=ctx.scope, reason=reason)
    return found


def _long(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(passage for passage in words if len(passage) >= SHORT)


def _rows(ctx: Context, labs: Collection[str], cases: Collection[str]) -> Iterator[tuple[Any, list[str]]]:
    """Every row of these labs and cases that holds words, with the names of its columns of words."""
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__):
        if mapper.class_ in THEIRS:
            continue
        names = [name for name, column in _columns(mapper) if column.info.get("privacy") == "content"]
        known = dict(_columns(mapper))
        query = select(mapper.class_)
        if mapper.class_ is Case:
            query = query.where(Case.id.in_(cases))
        elif "lab_id" in known and "case_id" not in known:
            query = query.where(known["lab_id"].in_(labs))
        elif "case_id" in known:
            query = query.where(known["case_id"].in_(cases))
        elif mapper.class_.__tablename__ == "lab":
            query = query.where(known["id"].in_(labs))
        else:
            continue
        if names:
            yield from ((row, names) for row in ctx.session.scalars(query))


def _columns(mapper: Mapper[Any]) -> Iterator[tuple[str, Any]]:
    return ((attribute.key, attribute.columns[0]) for attribute in inspect(mapper).column_attrs)


def without(value: Any, words: tuple[str, ...]) -> Any:
    """`value` with every passage replaced: in texts, and in texts inside lists and mappings."""
    if isinstance(value, str):
        for passage in words:
            if value == passage or (len(passage) >= SHORT and passage in value):
                value = value.replace(passage, MARK)
        return value
    if isinstance(value, list):
        return [without(child, words) for child in value]
    if isinstance(value, dict):
        return {key: without(child, words) for key, child in value.items()}
    return value


ON_ERASED.append(take_passages)
