"""The template is data (R-02, R-03, R-04, R-07, R-17)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from facilitation.cases import template as templates
from facilitation.cases.marked import FileError
from facilitation.cases.template import SHIPPED, Option, template, use_template, vocabulary_label
from facilitation.core.i18n import LOCALES, use_locale


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    """A template file of one's own, taken into use by writing it."""
    path = tmp_path / "own.yaml"
    path.write_text(SHIPPED.read_text("utf-8"), "utf-8")
    use_template(path)
    yield path
    use_template(None)
    templates._loaded.cache_clear()


def test_three_parts_with_ten_sections_in_order() -> None:
    found = template("en")
    assert [part.number for part in found.parts] == [1, 2, 3]
    assert [section.id for section in found.sections] == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "3.1", "3.2", "3.3"]
    assert found.parts[1].rules[0].startswith("Brief, descriptive")
    assert [part.short_title for part in found.parts] == ["Summary", "Case Description", "Case Evaluation"]
    assert [part.subtitle for part in found.parts][:2] == ["", ""]
    assert [section.id for section in found.sections if section.stance] == ["3.3"]


@pytest.mark.parametrize("locale", sorted(LOCALES))
def test_nineteen_guiding_questions_each_beside_a_field(locale: str) -> None:
    found = template(locale)
    assert found.question_count == 19
    boxes = {field.id for field in (*found.suggestion_fields, *found.needs)} | {"needs"}
    for section in found.sections:
        own_boxes = {field.id for field in section.fields} | (boxes if section.is_matrix else set())
        assert all(set(question.fields) <= own_boxes for question in section.questions)
        for field in section.fields if section.id not in {"1.3", "3.3"} else ():
            asked = section.questions_for(field.id)
            assert asked or not field.required, (section.id, field.id)
    assert found.section("1.3").questions == ()  # type: ignore[union-attr]


def test_each_category_asks_its_own_question_and_inputs() -> None:
    found = {category.id: category for category in template("en").categories}
    assert list(found) == ["success_factor", "strategic_choice", "challenge_encountered", "contextual_factor"]
    assert [field.id for field in found["challenge_encountered"].extra] == ["overcome", "hindsight"]
    assert [field.id for field in found["success_factor"].extra] == ["why", "kind"]
    assert len({category.question for category in found.values()}) == 4
    assert [option.id for option in found["contextual_factor"].extra[0].options] == ["positive", "negative", "mixed"]


def test_vocabularies_are_complete_and_labelled_in_every_language() -> None:
    for locale in LOCALES:
        found = template(locale)
        assert found.ids("mineral_resource_groups") == ("traditional", "conflict_3tg", "green_tech")
        assert found.ids("tiers") == ("1", "2", "3", "other")
        assert all(option.text for option in found.options("tiers"))
        assert len(found.options("impact_areas")) == 4
        assert len(found.options("case_types")) == 6
        assert found.ids("statuses")[0] == "proposed"
        assert found.ids("statuses")[-1] == "published"


def test_no_label_of_the_german_template_is_left_in_english() -> None:
    english, german = template("en"), template("de")
    same_in_both = {"Tier 1", "Tier 2", "Tier 3", "Flagship Lab", "Webinar", "Interview", "Lab", "Element", "Technologie"}
    for name in english.vocabularies:
        for a, b in zip(english.options(name), german.options(name), strict=True):
            assert a.label != b.label or a.label in same_in_both, (name, a.id)
            assert not a.text or a.text != b.text, (name, a.id)
    for here, there in zip(english.sections, german.sections, strict=True):
        assert here.title != there.title or here.title in {"Institutions"}
        for a_field, b_field in zip(here.fields, there.fields, strict=True):
            assert a_field.label != b_field.label, a_field.id
            for a_col, b_col in zip(a_field.columns, b_field.columns, strict=True):
                assert a_col.label != b_col.label or a_col.label in {"Name", "Text"}, (a_field.id, a_col.id)
        for a_q, b_q in zip(here.questions, there.questions, strict=True):
            assert a_q.text != b_q.text
    for part, teil in zip(english.parts, german.parts, strict=True):
        assert all(a != b for a, b in zip(part.rules, teil.rules, strict=True))


def test_a_label_follows_the_language_in_force() -> None:
    with use_locale("de"):
        assert vocabulary_label("value_chain_stages", "mining") == "Bergbau"
    with use_locale("en"):
        assert vocabulary_label("value_chain_stages", "mining") == "Mining"
        assert vocabulary_label("value_chain_stages", "moon_mining") == "Moon mining"


def test_a_changed_question_needs_no_code(own: Path) -> None:
    before = "How did the case come about and grow?"
    own.write_text(own.read_text("utf-8").replace(before, "Who thought of it first?"), "utf-8")
    question = template("en").section("2.1").questions_for("development")[0]  # type: ignore[union-attr]
    assert question.text == "Who thought of it first?"


def test_a_changed_question_is_not_shown_with_its_old_translation(own: Path) -> None:
    own.write_text(own.read_text("utf-8").replace("How did the case come about and grow?", "Who thought of it first?"), "utf-8")
    section = template("de").section("2.1")
    assert section is not None
    assert section.questions_for("development")[0].text == "Who thought of it first?"
    assert section.questions_for("topics")[0].text.startswith("Von welchen Themen")
    own.with_suffix(".de.yaml").write_text('question: {q212: "Wer kam darauf?"}', "utf-8")
    templates._loaded.cache_clear()
    assert template("de").section("2.1").questions_for("development")[0].text == "Wer kam darauf?"  # type: ignore[union-attr]


def test_a_template_may_grow_and_leave_blocks_out(own: Path) -> None:
    own.write_text(
        """
meta: {version: 2}
template:
  parts:
    - id: P1
      number: 1
      title: "All of it"
      sections:
        - id: "1.1"
          title: "Story"
          fields: [{id: story, kind: richtext, required: true}]
          guiding_questions: [{id: q1, text: "What happened?", field: story}]
        - {id: "1.2", title: "Matrix", fields: [{id: matrix, kind: matrix}]}
""",
        "utf-8",
    )
    found = template("en")
    assert [section.id for section in found.sections] == ["1.1", "1.2"]
    assert found.sections[0].fields[0].label == "Story"
    assert found.ids("sectors") == ("RES", "MS", "EEES")
    assert next(field.id for field in found.suggestion_fields) == "what_to_transfer"


@pytest.mark.parametrize(
    ("change", "line_of", "words"),
    [
        (("kind: topic_refs, required: true, origin: annex2}", "kind: topix}"), "kind: topix", "topix"),
        (('- id: "2.1"', '- id: "2.2"'), None, "twice"),
        ((", kind: matrix,", ", kind: richtext,"), None, None),
        (('title: "Case Evaluation"', 'titel: "Case Evaluation"'), None, "title"),
        (("columns: [mineral],", ""), "{id: minerals", "columns"),
        (("field: development}", "field: devolopment}"), "devolopment", "devolopment"),
        (("template:\n", "template: [\n"), None, None),
    ],
)
def test_a_wrong_template_is_refused_with_its_line(
    own: Path, change: tuple[str, str], line_of: str | None, words: str | None
) -> None:
    text = own.read_text("utf-8")
    assert change[0] in text
    changed = text.replace(*change) if words is None else text.replace(*change, 1)
    own.write_text(changed, "utf-8")
    with pytest.raises(FileError) as caught:
        template("en")
    if line_of:
        assert caught.value.line == 1 + changed[: changed.index(line_of)].count("\n")
    if words:
        assert words in str(caught.value)
    assert caught.value.line >= 1


def test_a_missing_template_file_is_refused(tmp_path: Path) -> None:
    use_template(tmp_path / "none.yaml")
    try:
        with pytest.raises(FileError, match=r"none\.yaml"):
            template("en")
    finally:
        use_template(None)


def test_the_environment_names_a_template(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_template(None)
    own.write_text(own.read_text("utf-8").replace("How did the case come about and grow?", "And then?"), "utf-8")
    monkeypatch.setenv("FACILITATION_TEMPLATE", str(own))
    assert template("en").section("2.1").questions_for("development")[0].text == "And then?"  # type: ignore[union-attr]


def test_topics_of_the_instance_are_added_once() -> None:
    found = template("en").with_topics([Option("mica", "Mica"), Option("traceability", "again")])
    assert found.label("good_practice_topics", "mica") == "Mica"
    assert found.label("good_practice_topics", "traceability") == "Traceability of minerals"
    assert len(found.options("good_practice_topics")) == 11


def test_a_type_belongs_to_one_scale() -> None:
    found = template("en")
    assert found.scale_of("public_policy") == "large_scale"
    assert found.scale_of("technology") == "company"
    assert found.scale_of("nothing") == ""
