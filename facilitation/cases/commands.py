"""Writing a case beside its matrix: sections, draft SWOT, details, sources (R-05 to R-20)."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field as Limits
from pydantic import StringConstraints

from facilitation.cases import values
from facilitation.cases.document import ADDITIONS, QUADRANTS, Document, find, note_removed, with_section
from facilitation.cases.models import Case
from facilitation.cases.queries import site_template
from facilitation.cases.rules import mark, section_content, swot_content
from facilitation.cases.saving import author_of, check_base, may_lead, refuse, save, the_case
from facilitation.cases.template import TOPICS, Column, Field, Section, Template
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _

Base = Annotated[str, StringConstraints(max_length=40)]
Words = Annotated[dict[str, Any], Limits(max_length=60)]


# ---- sections


@command("case.save_section", scope="case")
class SaveSection(Command):
    """Fields of one section. `base`: the mark of the section as it was loaded; only the fields given are written."""

    case: Id
    section: Id
    fields: Words
    base: Base = ""


@handles(SaveSection)
def save_section(cmd: SaveSection, ctx: Context) -> dict[str, Any]:
    case, template = the_case(ctx), site_template(ctx.session)
    section = template.section(cmd.section)
    if section is None:
        raise Refused("not_found")
    before = section_content(case.document, section)
    mine = _taken(cmd.fields, section, before, case.document, template)
    check_base(cmd.base, before, mine)
    document = _with_fields(case.document, section, mine)
    document = note_removed(document, _gone(before, mine))
    changed = save(ctx.work, case, document, user=author_of(ctx.actor), place=section.id)
    return {"version": case.version, "changed": changed, "base": mark(section_content(document, section))}


def _taken(fields: Words, section: Section, before: dict[str, Any], document: Document, template: Template) -> dict[str, Any]:
    """The fields as the document stores them; a field at fault is refused by name."""
    mine: dict[str, Any] = {}
    for name, raw in fields.items():
        try:
            mine[name] = _take(name, raw, section, before.get(name), document, template)
        except values.FieldError as error:
            refuse(error, f"fields.{name}")
    return mine


def _take(name: str, raw: Any, section: Section, old: Any, document: Document, template: Template) -> Any:
    if name == ADDITIONS:
        return values.lines(raw, template, before=old or ()) or None
    if name == "cites":
        return values.choices(raw, list(document.get("references", {}))) or None
    field = section.field(name)
    if field is None:
        raise values.FieldError(_("There is no field called “%(name)s” here.", name=values.short(name)))
    value = values.take(field, raw, template, before=old)
    return _chosen(value, field, document) if field.kind == "derived" and value else value


def _chosen(value: dict[str, Any], field: Field, document: Document) -> dict[str, Any] | None:
    """A choice of 1.2 without what is no longer in the matrix; aspects for 3.2, elements for 3.2 with 3.3."""
    kind = "element" if "+" in field.source else "aspect"
    there = [id_ for id_ in value["items"] if (found := find(document, id_)) and found.id == id_ and found.kind == kind]
    return {**value, "items": there} if there or value.get("lead_in") else None


def _with_fields(document: Document, section: Section, mine: dict[str, Any]) -> Document:
    topics = {field.id for field in section.fields if field.kind == "topic_refs"}
    for name in topics & set(mine):
        document = {**document, "topics": mine[name]}
    return with_section(document, section.id, {name: value for name, value in mine.items() if name not in topics})


def _gone(before: dict[str, Any], mine: dict[str, Any]) -> list[dict[str, Any]]:
    """Items of the section that the person took out."""
    kept = {item["id"] for value in mine.values() if isinstance(value, list) for item in value if isinstance(item, dict)}
    old = [item for name in mine if isinstance(before.get(name), list) for item in before[name] if isinstance(item, dict)]
    return [item for item in old if item["id"] not in kept]


# ---- draft SWOT and open questions, details, sources


@command("case.save_swot", scope="case")
class SaveSwot(Command):
    """The owner's draft SWOT and the questions to peers. Columns not given stay as they are."""

    case: Id
    lines: Words = {}
    questions: list[Any] | None = None
    base: Base = ""


@handles(SaveSwot)
def save_swot(cmd: SaveSwot, ctx: Context) -> dict[str, Any]:
    case, template = the_case(ctx), site_template(ctx.session)
    before = swot_content(case.document)
    mine = {"swot": dict(before["swot"]), "questions": before["questions"]}
    try:
        for quadrant, raw in cmd.lines.items():
            if quadrant not in QUADRANTS:
                raise values.FieldError(_("The SWOT has S, W, O and T."))
            mine["swot"][quadrant] = values.lines(raw, template, before=before["swot"].get(quadrant, ()))
        if cmd.questions is not None:
            mine["questions"] = values.lines(cmd.questions, template, before=before["questions"])
    except values.FieldError as error:
        refuse(error, "lines")
    check_base(cmd.base, before, mine)
    swot = {quadrant: lines for quadrant, lines in mine["swot"].items() if lines}
    document = {**case.document, "swot": swot}
    if mine["questions"] or "questions" in document:
        document["questions"] = mine["questions"]
    document = note_removed(document, _gone(before["swot"], mine["swot"]))
    save(ctx.work, case, document, user=author_of(ctx.actor), place="swot")
    return {"version": case.version, "base": mark(swot_content(document))}


@command("case.save_details", scope="case")
class SaveDetails(Command):
    """Title, neutral title, sector, type, topics, stages, mapping. Only the fields given are written."""

    case: Id
    fields: Words
    base: Base = ""


@handles(SaveDetails)
def save_details(cmd: SaveDetails, ctx: Context) -> dict[str, Any]:
    case, template = the_case(ctx), site_template(ctx.session)
    before = details_content(case)
    head, document = take_details(cmd.fields, case.document, template)
    if head.get("sector", case.sector) != case.sector:
        may_lead(ctx, case.sector)
        may_lead(ctx, head["sector"])
    after = {**before, **head, **{name: document.get(name) for name in DETAILS}}
    check_base(cmd.base, before, {name: after[name] for name in cmd.fields})
    save(ctx.work, case, document, user=author_of(ctx.actor), place="details", **head)
    return {"version": case.version, "base": mark(details_content(case))}


DETAILS = ("topics", "stages", "mapping")


def details_content(case: Case) -> dict[str, Any]:
    head = {name: getattr(case, name) for name in ("title", "neutral_title", "sector", "type")}
    return {**head, **{name: case.document.get(name) for name in DETAILS}}


def take_details(fields: dict[str, Any], document: Document, template: Template) -> tuple[dict[str, str], Document]:
    """(title, neutral title, sector and type as given, the document with the rest)."""
    head: dict[str, str] = {}
    document = dict(document)
    for name, raw in fields.items():
        try:
            match name:
                case "title" | "neutral_title":
                    head[name] = values.text(raw, 300)
                case "sector":
                    head[name] = values.choice(raw, template.ids("sectors"))
                case "type":
                    head[name] = values.choice(raw, template.ids("case_types"))
                case "topics":
                    document[name] = values.choices(raw, template.ids(TOPICS))
                case "stages":
                    document[name] = values.choices(raw, template.ids("value_chain_stages"))
                case "mapping":
                    document[name] = _mapping(raw, template)
                case _:
                    raise values.FieldError(_("There is no field called “%(name)s” here.", name=values.short(name)))
            if name in {"title", "sector", "type"} and not head[name]:
                raise values.FieldError(_("Please fill this in."))
        except values.FieldError as error:
            refuse(error, name)
    return head, document


def _mapping(raw: Any, template: Template) -> dict[str, list[str]]:
    vocabularies = {"areas": "impact_areas", "issues": "impact_issues", "sectors": "sectors"}
    if not isinstance(raw, dict) or set(raw) - set(vocabularies):
        raise values.FieldError(_("Areas, issues and sectors are expected here."))
    found = {name: values.choices(items, template.ids(vocabularies[name])) for name, items in raw.items()}
    return {name: items for name, items in found.items() if items}


@command("case.save_references", scope="case")
class SaveReferences(Command):
    """The numbered sources of a case, all of them (R-20)."""

    case: Id
    references: Annotated[dict[Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,3}$")], Words], Limits(max_length=500)]
    base: Base = ""


SOURCE = tuple(Column(name, "") for name in ("publisher", "title", "year", "url"))


@handles(SaveReferences)
def save_references(cmd: SaveReferences, ctx: Context) -> dict[str, Any]:
    case = the_case(ctx)
    before = case.document.get("references", {})
    mine = {number: entry for number, raw in cmd.references.items() if (entry := _reference(number, raw, before))}
    check_base(cmd.base, {"references": before}, {"references": mine})
    document = {**case.document, "references": mine} if mine or before else case.document
    save(ctx.work, case, document, user=author_of(ctx.actor), place="references")
    return {"version": case.version, "base": mark({"references": mine})}


def _reference(number: str, raw: Words, before: dict[str, Any]) -> dict[str, Any]:
    entry = {key: value for key, value in before.get(number, {}).items() if all(column.id != key for column in SOURCE)}
    try:
        for column in SOURCE:
            entry[column.id] = values.text(raw.get(column.id), 1000)
        if entry["url"] and not re.match(r"https?://\S+$", entry["url"]):
            raise values.FieldError(_("An address begins with https://"), "url")
    except values.FieldError as error:
        refuse(error, f"references.{number}")
    return {key: value for key, value in entry.items() if value}
