"""The shipped sample cases, parsed once; and cases made up by hypothesis."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from facilitation.cases import document as doc
from facilitation.cases.document import Document
from facilitation.cases.importing import ParsedCase, parse_cases
from facilitation.cases.template import SHIPPED, Template, template
from facilitation.core.text import Unclean, clean

SAMPLES = Path(SHIPPED).with_name("sample-cases.yaml")
EN: Template = template("en")


@cache
def sample_text() -> str:
    return SAMPLES.read_text("utf-8")


@cache
def samples() -> dict[str, ParsedCase]:
    return {case.ref: case for case in parse_cases(sample_text(), EN).cases}


def sample(ref: str = "FC-MS-01") -> Document:
    return samples()[ref].document


def _stored(text: str) -> str | None:
    """The text as it would be stored, or None when it never would."""
    try:
        return clean(text, max_length=500) or None
    except Unclean:
        return None


NASTY = [
    "<b>bold</b> & co", "{{ 7*7 }}", "#set($x)", "=1+1", "@x", "'quoted' “quotes”", "yes", "no", "null", "~", "2019", "1.50",
    "0x1F", "1e3", "- dash", "? mark", ": colon", "a: b", "* star", "&anchor", "!tag", "%dir", "|", ">", "[1]", "{a}", "# hash",
    "line\nline\n\nline", "  spaces  inside ", "tab\there", "مرحبا", "日本語",
    "👩‍👩‍👧", "e\u0301", "true", "2021-03-01", "NO", "1_000",
    "\u2028x",
]  # fmt: skip
texts = (st.sampled_from(NASTY) | st.text(max_size=60)).map(_stored).filter(lambda text: text is not None)
lines = texts.map(lambda text: text.replace("\n", " ").replace("\t", " "))
origins = st.sampled_from(EN.ids("origins"))
categories = st.sampled_from([None, *EN.ids("element_categories")])
sources = st.lists(
    st.fixed_dictionaries(
        {"lab": st.just("lab1"), "proposal": st.sampled_from(["p1", "p2"]), "votes": st.integers(0, 99),
         "tiers": st.dictionaries(st.sampled_from(["1", "2", "3", "other"]), st.integers(1, 9)),
         "contributions": st.lists(st.sampled_from(["c1", "c2", "007"]), max_size=3), "level": st.integers(0, 4)}
    ), max_size=2,
)  # fmt: skip
degrees = st.sampled_from(["", "as_is", "with_adaptation", "not_transferable"])
needs = st.dictionaries(st.sampled_from([field.id for field in EN.needs]), texts, max_size=3)


facts = st.sampled_from([
    {"section": "2.2", "verdict": "confirmed"}, {"section": "3.2", "verdict": "noted"},
    {"section": "2.1", "field": "development", "verdict": "corrected", "before": "It began in 2019."},
    {"section": "2.2", "field": "institutions", "item": "row-000001", "column": "name", "verdict": "corrected", "before": "A"},
])  # fmt: skip


@st.composite
def documents(draw: Any) -> Document:
    """A case as editing, importing and merging would leave it."""
    document = doc.empty()
    document["topics"] = draw(st.lists(st.sampled_from(EN.ids("good_practice_topics")), unique=True, max_size=3))
    for _ in range(draw(st.integers(0, 12))):
        document = draw(edits(document))
    return document


EDITS = ["aspect", "element", "suggestion", "line", "about", "row", "text", "swot", "challenge", "check", "settle", "remove",
         "move", "change", "pick"]  # fmt: skip


@st.composite
def edits(draw: Any, document: Document) -> Document:  # noqa: C901 - one branch per kind of edit
    """One more edit of a case."""
    aspects, elements = doc.aspects(document), [element for _, element in doc.elements(document)]
    items = [found.id for found in doc.walk(document)]
    kind = draw(st.sampled_from(EDITS))
    said = {"origin": draw(origins), "sources": draw(sources)}
    if said["sources"]:
        said["author"] = draw(st.sampled_from(["human", "lab"]))
    match kind:
        case "aspect":
            return doc.add_aspect(document, title=draw(lines), description=draw(texts), **said)[0]
        case "element" if aspects:
            parent = draw(st.sampled_from(aspects))["id"]
            return doc.add_element(document, parent, title=draw(lines), category=draw(categories), **said)[0]
        case "suggestion" if elements:
            parent = draw(st.sampled_from(elements))["id"]
            words = {"how_to_transfer": draw(texts), "needs": draw(needs), "degree": draw(degrees)}
            return doc.add_suggestion(document, parent, **words, **said)[0]
        case "line":
            return doc.extend_section(document, draw(st.sampled_from(["2.1", "2.3", "3.1"])), text=draw(texts), **said)[0]
        case "about":
            place = draw(st.sampled_from([("2.1", "development"), ("3.1", "indicators"), ("3.2", None)]))
            return doc.extend_section(document, place[0], text=draw(texts), about=place[1], **said)[0]
        case "challenge":
            return doc.add_to(document, "challenges", text=draw(texts), **said)[0]
        case "check":
            return doc.add_to(document, "checks", **draw(facts), text=draw(texts), **said)[0]
        case "settle" if doc.draft_swot(document):
            quadrant, line, text = draw(st.sampled_from(doc.draft_swot(document)))
            record = {"swot": quadrant, "item": line, **said}
            if draw(st.booleans()):
                return doc.add_to(document, "checks", verdict="confirmed", text=text, **record)[0]
            whole = doc.need(document, line).item
            document = doc.remove_item(document, line)
            return doc.add_to(document, "checks", verdict="dropped", before=text, line=whole, at=1, **record)[0]
        case "row":
            cells = {"group": draw(texts), "direction": draw(st.sampled_from(["benefits", "both", None]))}
            return doc.extend_section(document, "2.3", field="stakeholders", **cells, **said)[0]
        case "text":
            return doc.with_section(document, "3.1", {"effects": draw(texts)})
        case "swot":
            return doc.add_line(document, draw(st.sampled_from("SWOT")), text=draw(texts), **said)[0]
        case "remove" if items:
            return doc.remove_item(document, draw(st.sampled_from(items)))
        case "move" if items:
            return doc.move_item(document, draw(st.sampled_from(items)), draw(st.integers(0, 5)))
        case "change" if aspects:
            return doc.update_item(document, draw(st.sampled_from(aspects))["id"], {"title": draw(lines)})
        case "pick" if aspects:
            return doc.with_section(document, "1.2", {"key_aspects": {"items": [draw(st.sampled_from(aspects))["id"]]}})
    return document
