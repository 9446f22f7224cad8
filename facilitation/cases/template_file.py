"""Reading a template file and the words beside it. A wrong file is refused with its line.

A file of one's own (FACILITATION_TEMPLATE) may leave out whole blocks: they are then those that are shipped. Words in
another language come from `<name>.<language>.yaml` beside it, else from the shipped ones as long as the text they
translate is still the same; a changed question is never shown with an old translation.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from facilitation.cases import marked
from facilitation.cases.marked import Marked
from facilitation.cases.template import (
    SHIPPED,
    Category,
    Column,
    Field,
    Group,
    Option,
    Part,
    Question,
    Section,
    Template,
)
from facilitation.cases.words import Words
from facilitation.core.i18n import _

KINDS = ("richtext", "text", "topic_refs", "enum_multi", "rows", "indicator_rows", "matrix", "derived")
INDICATOR_COLUMNS = ("indicator", "unit", "baseline", "target", "actual", "year", "evidence")
NESTED = ("case_types", "impact_areas")  # groups with entries of their own
ITEMS_IN = {"impact_areas": "areas", "selection_criteria": "items"}
NEEDS = ("resources", "capabilities", "framework_conditions")
#: Blocks that are plain lists of options; `tier_texts` and the like come from the same entries.
LISTS = (
    "element_categories",
    "mineral_resource_groups",
    "good_practice_topics",
    "selection_criteria",
    "sectors",
    "tiers",
    "roles",
    "event_kinds",
    "event_stages",
    "event_organisation_steps",
    "value_chain_stages",
    "origins",
    "statuses",
)


def load(path: Path, locale: str) -> Template:
    """The template in `path`, in the words of `locale`, or `FileError`."""
    shipped = _blocks(SHIPPED)
    if path == SHIPPED:
        return _Reader({**shipped, "matrix": _matrix(shipped)}, Words.shipped(locale)).template(locale)
    reference = Words.shipped(locale)
    # reading the shipped file notes which text each shipped translation belongs to
    _Reader({**shipped, "matrix": _matrix(shipped)}, reference).template(locale)
    own = _blocks(path)
    blocks = {**shipped, **own, "matrix": _matrix(own, shipped)}
    return _Reader(blocks, Words.beside(path, locale, reference)).template(locale)


def _matrix(*files: dict[str, Marked]) -> Marked:
    """What the first file that says anything about the matrix says."""
    found = (blocks["template"].get("matrix") for blocks in files if "template" in blocks)
    return next((node for node in found if node.value is not None), Marked(None, 1, "template.matrix"))


def _blocks(path: Path) -> dict[str, Marked]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise marked.FileError(_("The template %(path)s cannot be read.", path=path), line=1) from None
    return marked.read(text).mapping()


class _Reader:
    """Turns the blocks of a file into a `Template`."""

    def __init__(self, blocks: dict[str, Marked], words: Words) -> None:
        self.blocks, self.words = blocks, words

    def block(self, name: str) -> Marked:
        return self.blocks.get(name) or Marked(None, 1, name)

    def template(self, locale: str) -> Template:
        parts = tuple(self._part(node) for node in self.block("template").need("parts").items())
        sections = [section for part in parts for section in part.sections]
        if not any(section.is_matrix for section in sections):
            self.block("template").need("parts").fail(_("No section holds the matrix."))
        groups = {name: tuple(self._groups(name)) for name in NESTED}
        vocabularies = {name: tuple(self._options(name, self._list(name))) for name in LISTS}
        vocabularies["case_types"] = tuple(child for group in groups["case_types"] for child in group.children)
        vocabularies["impact_areas"] = groups["impact_areas"]
        vocabularies["impact_issues"] = tuple(child for group in groups["impact_areas"] for child in group.children)
        suggestion = self.block("matrix").get("suggestion")
        self._check_references(parts, vocabularies)
        return Template(
            locale=locale,
            version=self.block("meta").get("version").text(),
            parts=parts,
            categories=tuple(self._categories(sections)),
            case_types=groups["case_types"],
            impact_areas=groups["impact_areas"],
            suggestion_fields=tuple(self._suggestion_fields(suggestion)),
            needs=tuple(
                Field(id_, "text", self.words.say("field", id_)) for id_ in list(suggestion.get("needs").mapping()) or NEEDS
            ),
            words=self.words.fixed(),
            vocabularies=vocabularies,
            sources={o.need("id").text(): o.get("source").text() for o in self.block("origins").items()},
        )

    # ---- parts, sections, fields, questions

    def _part(self, node: Marked) -> Part:
        id_ = node.need("id").text()
        title = self.words.say("part", f"{id_}.title", node.need("title").text())
        return Part(
            id=id_,
            number=node.need("number").number(),
            title=title,
            short_title=self.words.maybe("part", f"{id_}.short_title", node.get("short_title").text()) or title,
            subtitle=self.words.maybe("part", f"{id_}.subtitle", node.get("subtitle").text()),
            rules=tuple(
                self.words.say("rule", f"{id_}.{number}", rule.text()) for number, rule in enumerate(node.get("rules").items(), 1)
            ),
            sections=tuple(self._section(child, node.need("number").number()) for child in node.need("sections").items()),
        )

    def _section(self, node: Marked, part: int) -> Section:
        id_ = node.need("id").text()
        fields = tuple(self._field(child) for child in node.need("fields").items())
        if len({field.id for field in fields}) < len(fields):
            node.need("fields").fail(_("Two fields have the same id."))
        return Section(
            id=id_,
            title=self.words.say("section", id_, node.need("title").text()),
            part=part,
            fields=fields,
            questions=tuple(self._question(child, fields) for child in node.get("guiding_questions").items()),
            stance=self.words.maybe("section", f"{id_}.stance", node.get("stance").text()),
        )

    def _field(self, node: Marked) -> Field:
        id_, kind = node.need("id").text(), node.need("kind").text()
        if kind not in KINDS:
            node.need("kind").fail(_("There is no kind of field called “%(kind)s”.", kind=kind))
        if kind == "rows" and not node.get("columns").items():
            node.fail(_("“%(key)s” is missing here.", key="columns"))
        vocabulary = node.get("vocabulary").text()
        if kind == "enum_multi" and vocabulary not in LISTS:
            node.fail(_("There is no vocabulary called “%(name)s”.", name=vocabulary))
        return Field(
            id=id_,
            kind=kind,
            label=self.words.say("field", id_, node.get("label").text()),
            required=node.get("required").flag(),
            columns=tuple(self._columns(node, id_, kind)),
            vocabulary=vocabulary,
            source=node.get("source").text(),
        )

    def _columns(self, node: Marked, field: str, kind: str) -> Iterator[Column]:
        if kind not in {"rows", "indicator_rows"}:
            return
        own = [column.text() for column in node.get("columns").items()]
        for id_ in own or self._indicator_columns():
            values = node.get(f"{id_}_values").items()
            options = tuple(Option(value.text(), self.words.value(id_, value.text())) for value in values)
            yield Column(id_, self.words.say_first("column", f"{field}.{id_}", id_), options)

    def _indicator_columns(self) -> tuple[str, ...]:
        found = self.block("field_kinds").get("indicator_rows").get("columns").items()
        return tuple(column.text() for column in found) or INDICATOR_COLUMNS

    def _question(self, node: Marked, fields: tuple[Field, ...]) -> Question:
        id_, target = node.need("id").text(), node.need("field")
        names = tuple(item.text() for item in target.items()) if isinstance(target.value, list) else (target.text(),)
        known = {field.id for field in fields}
        if any(field.kind == "matrix" for field in fields):
            known |= set(self._suggestion_ids())
        for name in names:
            if name not in known:
                target.fail(_("There is no field called “%(name)s” here.", name=name))
        text = self.words.say("question", id_, node.need("text").text())
        return Question(id_, text, names, node.get("category").text())

    # ---- the matrix

    def _suggestion_ids(self) -> list[str]:
        fields = self.block("matrix").get("suggestion").get("fields").items()
        return [node.text() for node in fields]

    def _suggestion_fields(self, suggestion: Marked) -> Iterator[Field]:
        for id_ in self._suggestion_ids():
            if id_ in {"needs", "provenance"}:
                continue
            values = suggestion.get(f"{id_}_values").items()
            options = tuple(Option(value.text(), self.words.value(id_, value.text())) for value in values)
            kind = "choice" if options else "text" if id_ == "what_to_transfer" else "richtext"
            yield Field(id_, kind, self.words.say("field", id_), options=options)

    def _categories(self, sections: list[Section]) -> Iterator[Category]:
        asked = {question.category: question.text for section in sections for question in section.questions}
        extra = self.block("matrix").get("element").get("extra_by_category").mapping()
        for option in self._options("element_categories", self._list("element_categories")):
            inputs = extra[option.id].mapping() if option.id in extra else {}
            fields = tuple(self._extra(option.id, id_, node) for id_, node in inputs.items())
            yield Category(option.id, option.label, option.text, extra=fields, question=asked.get(option.id, ""))

    def _extra(self, category: str, id_: str, node: Marked) -> Field:
        label = self.words.say_first("field", f"{category}.{id_}", id_)
        if isinstance(node.value, list):
            options = tuple(Option(value.text(), self.words.value(id_, value.text())) for value in node.items())
            return Field(id_, "choice", label, options=options)
        if node.text() not in {"text", "richtext"}:
            node.fail(_("There is no kind of field called “%(kind)s”.", kind=node.text()))
        return Field(id_, node.text(), label)

    # ---- vocabularies

    def _list(self, name: str) -> list[Marked]:
        block = self.block(name)
        return block.get(ITEMS_IN[name]).items() if name in ITEMS_IN else block.items()

    def _options(self, name: str, nodes: list[Marked]) -> Iterator[Option]:
        seen: set[str] = set()
        for node in nodes:
            plain = not isinstance(node.value, dict)
            id_ = node.text() if plain else node.need("id").text()
            if not id_ or id_ in seen:
                node.fail(_("“%(key)s” stands here twice.", key=id_) if id_ else _("A text is expected here."))
            seen.add(id_)
            source = "" if plain else (node.get("label").text() or node.get("label_main_text").text())
            text = "" if plain else node.get("text").text()
            if name == "selection_criteria":
                source, text = text, ""
            label = self.words.say(name, id_, source)
            yield Option(id_, label, self.words.say(f"{name.removesuffix('s')}_texts", id_, text) if text else "")

    def _groups(self, name: str) -> Iterator[Group]:
        inside = "issues" if name == "impact_areas" else "children"
        words = "impact_issues" if name == "impact_areas" else name
        for node, option in zip(self._list(name), self._options(name, self._list(name)), strict=True):
            yield Group(option.id, option.label, children=tuple(self._options(words, node.get(inside).items())))

    def _check_references(self, parts: tuple[Part, ...], vocabularies: dict[str, tuple[Option, ...]]) -> None:
        node = self.block("template").need("parts")
        ids = [section.id for part in parts for section in part.sections]
        for id_ in ids:
            if ids.count(id_) > 1:
                node.fail(_("“%(key)s” stands here twice.", key=id_))
        for name in ("sectors", "statuses", "origins", "good_practice_topics", "case_types"):
            if not vocabularies[name]:
                self.block(name).fail(_("This list is empty."))
