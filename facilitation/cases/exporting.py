"""Cases as a YAML or JSON file in the shape of data/sample-cases.yaml. Read back, it gives the same documents (R-26)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from facilitation.cases.document import ADDITIONS, QUADRANTS, Document, Item, find
from facilitation.cases.importing import INSIDE, cited
from facilitation.cases.template import Section, Template

#: Quoted or not, the reader takes these texts as they are; unquoted they look like the numbers they are.
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,15})(\.\d{1,10})?")
_MARKS = ("id", "ref", "origin", "sources", "author")
_NOT_MORE = {*INSIDE, "topics", "mapping", "selection", "challenges", "checks", "numbered", "removed"}


@dataclass(frozen=True)
class Exported:
    """What goes into the file about one case."""

    ref: str
    title: str
    neutral_title: str
    sector: str
    type: str
    status: str
    document: Document


def cases_yaml(cases: Iterable[Exported], template: Template) -> str:
    """One file with all of `cases`."""
    return yaml.dump(cases_tree(cases, template), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)


def cases_json(cases: Iterable[Exported], template: Template) -> str:
    """The same in JSON: same names, same order. Numbers in cells stay the signs they were written with, so they are texts."""
    return json.dumps(cases_tree(cases, template), ensure_ascii=False, indent=1)


def cases_tree(cases: Iterable[Exported], template: Template) -> dict[str, Any]:
    """What a file of cases says, as plain values."""
    cases = list(cases)
    shared = _shared_references(cases)
    tree = {
        "meta": {"template": template.version, "cases": len(cases)},
        "sources": {number: _numbers(entry) for number, entry in sorted(shared.items(), key=lambda item: int(item[0]))},
        "cases": [_case(case, template, shared) for case in cases],
    }
    return _filled(tree)


class _Bare(str):
    """A text that is written without quotes."""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _bare(dumper: Any, text: _Bare) -> Any:
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", str(text))


_Dumper.add_representer(_Bare, _bare)


def _shared_references(cases: list[Exported]) -> dict[str, dict[str, str]]:
    """Sources that mean the same in every case that cites their number."""
    shared: dict[str, dict[str, str]] = {}
    clashing: set[str] = set()
    for case in cases:
        own = case.document.get("references", {})
        for number in cited(case.document):
            if number not in own or shared.setdefault(number, own[number]) != own[number]:
                clashing.add(number)
    return {number: entry for number, entry in shared.items() if number not in clashing}


def _case(case: Exported, template: Template, shared: Mapping[str, Any]) -> dict[str, Any]:
    document = case.document
    common = cited(document) & set(shared)
    own = {number: _numbers(entry) for number, entry in document.get("references", {}).items() if number not in common}
    tree: dict[str, Any] = {
        "id": case.ref,
        "title": case.title,
        "neutral_title": case.neutral_title,
        "sector": case.sector,
        "type": case.type,
        "scale": template.scale_of(case.type),
        "topics": document.get("topics"),
        "status": case.status,
        "value_chain_stages": document.get("stages"),
        "mapping": document.get("mapping"),
        "selection": document.get("selection"),
        "sources": own,
        "draft_swot": {
            quadrant: [_item(line, template) for line in document.get("swot", {}).get(quadrant, ())] for quadrant in QUADRANTS
        },
        "open_questions": [_item(line, template) for line in document.get("questions", ())],
        "challenges": [_item(line, template) for line in document.get("challenges", ())],
        "checks": [_check(item, template) for item in document.get("checks", ())],
    }
    for part in template.parts:
        tree[f"part{part.number}"] = _part(document, part.sections, template)
    tree |= _counter(document.get("numbered", 0), document.get("matrix", ()))
    tree["removed"] = document.get("removed")
    return _filled(tree | {key: value for key, value in document.items() if key not in _NOT_MORE})


def _part(document: Document, sections: Iterable[Section], template: Template) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for section in sections:
        fields = document.get("sections", {}).get(section.id, {})
        topics = {field.id: document.get("topics") for field in section.fields if field.kind == "topic_refs"}
        own = {name: _field(document, section, name, value, template) for name, value in fields.items()}
        tree[section.id] = _filled(topics | own)
        if section.is_matrix and "matrix" not in tree and document.get("matrix"):
            tree["matrix"] = [_aspect(aspect, template) for aspect in document["matrix"]]
    return tree


def _field(document: Document, section: Section, name: str, value: Any, template: Template) -> Any:
    known = section.field(name)
    if name == ADDITIONS or (known and known.is_rows):
        return [_item(item, template) for item in value]
    if known and known.kind == "derived":
        refs = [found.ref for id_ in value.get("items", ()) if (found := find(document, id_))]
        return {"items": refs, "lead_in": value["lead_in"]} if value.get("lead_in") else refs
    return value


def _aspect(aspect: Item, template: Template) -> dict[str, Any]:
    elements = [_element(element, template) for element in aspect.get("elements", ())]
    own = {key: value for key, value in aspect.items() if key not in {"title", "elements", "numbered"}}
    head = {"id": aspect["ref"], "aspect": aspect["title"], **_item(own, template)}
    return {**head, **_counter(aspect.get("numbered", 0), aspect.get("elements", ())), "elements": elements}


def _element(element: Item, template: Template) -> dict[str, Any]:
    own = {key: value for key, value in element.items() if key != "suggestions"}
    suggestions = [_item(item, template) for item in element.get("suggestions", ())]
    return {"id": element["ref"], **_item(own, template), "suggestions": suggestions}


def _item(item: Item, template: Template) -> dict[str, Any]:
    """An item with its marks under the names of the file."""
    tree = _numbers({key: value for key, value in item.items() if key not in _MARKS})
    if item.get("origin", "desk") != "desk":
        tree["source"] = template.sources.get(item["origin"], item["origin"])
    if "author" in item:
        tree["author"] = item["author"]
    if item.get("sources"):
        tree["provenance"] = item["sources"]
    return {**tree, "anchor": item["id"]}


def _check(item: Item, template: Template) -> dict[str, Any]:
    """A record of what peers checked; a line they took out stands in it whole, so that it can come back."""
    found = _item(item, template)
    return {**found, "line": _item(item["line"], template)} if "line" in item else found


def _counter(numbered: int, items: Iterable[Item]) -> dict[str, int]:
    """The highest number ever given, when the items themselves do not show it."""
    shown = max((int(item["ref"][1:]) for item in items), default=0)
    return {"numbered": numbered} if numbered > shown else {}


def _numbers(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Cells that are numbers, written as numbers."""
    return {key: _Bare(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value for key, value in tree.items()}


def _filled(tree: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tree.items() if value not in (None, "", [], {}) or key == "cases"}
