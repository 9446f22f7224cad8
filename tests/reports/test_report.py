"""What the report says, what it must not say, and that it says the same every time (requirements, section 7; safety 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from facilitation.reports import closed
from facilitation.reports.assemble import Options, assemble
from facilitation.reports.closed import ClosedLab
from facilitation.reports.content import Figure, Report, Said, Section, Table, Text, Written, as_data
from facilitation.reports.render import data
from tests.reports.test_figures import item, lab
from tests.reports.transcript import sample_lab


def section(report: Report, number: str) -> Section:
    return next(one for one in report.walk() if one.number == number)


def words(part: Any) -> str:
    return str(as_data(part))


def named(report: Report, kind: str) -> list[Figure]:
    return [block for one in report.walk() for block in one.blocks if isinstance(block, Figure) and block.kind == kind]


# ---- sections


def test_the_sample_report_has_every_section_and_figure() -> None:
    report = assemble(sample_lab())
    assert [one.number for one in report.sections] == [*(str(n) for n in range(1, 12)), "A", "B", "C", "D"]
    assert [one.number for one in section(report, "5").sections] == ["5.1", "5.2", "5.3"]
    kinds = [block.kind for one in report.walk() for block in one.blocks if isinstance(block, Figure)]
    assert sorted(set(kinds)) == ["bubble", "course", "coverage", "ranking", "swot", "tiers"]
    assert kinds.count("swot") == 3


def test_figures_and_tables_are_numbered_and_each_figure_has_a_caption_words_and_its_table() -> None:
    blocks = [block for one in assemble(sample_lab()).walk() for block in one.blocks]
    figures = [block for block in blocks if isinstance(block, Figure)]
    assert [figure.number for figure in figures] == list(range(1, len(figures) + 1))
    tables = [block for block in blocks if isinstance(block, Table)]
    assert [table.number for table in tables] == list(range(1, len(tables) + 1))
    for figure in figures:
        assert figure.caption
        assert figure.alt
        assert figure.table.rows
    for table in [*tables, *(figure.table for figure in figures)]:
        assert all(len(row) == len(table.head) for row in table.rows)


def test_a_lab_in_which_nothing_happened_has_a_report_too() -> None:
    report = assemble(ClosedLab(lab=closed.LabFacts("lab", "Empty", "webinar", "MS", "en")))
    assert len(report.sections) >= 11
    assert "Nobody joined" in words(section(report, "3"))


def test_key_conclusions_are_proposed_and_never_filled() -> None:
    part = section(assemble(sample_lab()), "1").blocks[0]
    assert isinstance(part, Written)
    assert part.paragraphs == ()
    assert [(line.text, line.note) for line in part.proposed][:2] == [
        ("Staged and shared audits", "25 dots"), ("Data together with site checks and voices", "18 dots"),
    ]  # fmt: skip
    written = sample_lab(narrative={"conclusions": closed.Narrative("First.\n\nSecond.", 2)})
    part = section(assemble(written), "1").blocks[0]
    assert isinstance(part, Written)
    assert (part.paragraphs, part.proposed) == (("First.", "Second."), ())


def test_drafts_and_additions_are_told_apart() -> None:
    cell = named(assemble(sample_lab()), "swot")[0].data["cells"]["W"]
    assert cell["draft"] == ["Needs a large volume"]
    assert cell["clusters"][0] == {"title": "Size barrier for small buyers and mines", "dots": 17}


def test_a_translated_contribution_carries_its_original() -> None:
    said = [block for one in assemble(sample_lab()).walk() for block in one.blocks if isinstance(block, Table)]
    cells = [cell for table in said for row in table.rows for cell in row if isinstance(cell, Said)]
    spanish = next(cell for cell in cells if cell.lang == "es")
    assert spanish.text.startswith("El conflicto por el agua")
    assert spanish.translation.startswith("The conflict over water")


def test_disagreement_between_tiers_is_said_in_words() -> None:
    text = section(assemble(sample_lab()), "6").blocks[0]
    assert isinstance(text, Text)
    assert "“Access for small firms” comes first with 16 dots." in text.text
    assert (
        "Tier 3 gave it no dot; what they put first is “Voice, remedy and visibility of people at the sites” (8 of their 30 dots)"
        in text.text
    )


def test_every_mean_stands_beside_its_n() -> None:
    table = next(block for block in section(assemble(sample_lab()), "10").blocks if isinstance(block, Table))
    assert table.head[:3] == ("Statement", "Mean, 1 to 5", "n")
    assert table.rows[0][:3] == ("Today was useful for my work", "4.18", 33)


def test_additions_to_the_cases_carry_the_decision_and_open_ones_stay_marked() -> None:
    table = next(block for block in section(assemble(sample_lab()), "7").blocks
                 if isinstance(block, Table) and block.caption == "Additions to the cases")  # fmt: skip
    decisions = [row[-1].text for row in table.rows if isinstance(row[-1], Said)]
    assert [decisions.count(word) for word in ("Accepted", "Accepted, reworded", "Declined", "Open")] == [12, 2, 1, 1]
    assert any(isinstance(row[-1], Said) and row[-1].note == "already part of E1" for row in table.rows)


def test_the_annex_of_contributions_can_be_left_out() -> None:
    report = assemble(sample_lab(), Options(contributions=False))
    assert report.contributions == ()
    assert "All contributions" not in [one.title for one in report.sections]


# ---- the same report


def test_the_same_lab_gives_the_same_report() -> None:
    assert assemble(sample_lab()) == assemble(sample_lab())


def test_the_labs_language_rules_whoever_asks() -> None:
    from facilitation.core.i18n import use_locale

    with use_locale("de"):
        assert assemble(sample_lab()) == assemble(sample_lab())
        english = assemble(sample_lab())
    assert english.language == "en"
    assert english.sections[0].title == "Key conclusions"
    facts = sample_lab().lab
    german = assemble(sample_lab(lab=replace(facts, language="de")))
    assert german.language == "de"
    assert "4,18" in words(section(german, "10"))
    assert german.front.subtitle.endswith("9. März 2027")


def test_arrival_leaves_no_trace() -> None:
    """Contributions in another order of arrival, the same report: order says nothing about who wrote or when."""
    one = sample_lab()
    turned = replace(one, contributions=tuple(reversed(one.contributions)))
    assert words(section(assemble(turned), "A")) == words(section(assemble(one), "A"))
    assert assemble(turned).contributions == assemble(one).contributions


# ---- attribution


def with_labels(**facts: Any) -> Report:
    """Five people of tier 1, three of tier 2, two of tier 3; statements at every level."""
    people = [closed.Participant("1", "mining")] * 5 + [closed.Participant("2", "use")] * 3 + [closed.Participant("3")] * 2
    said = (
        item("a", text="by nobody", level=0),
        item("b", text="by tier one", level=1, label="Tier 1"),
        item("c", text="by a miner", level=2, label="Tier 1, Mining"),
        item("d", text="by a firm", level=3, label="The Firm"),
        item("e", text="by Jane", level=4, label="Jane Doe"),
        item("f", text="by a small tier", tier="3", level=1, label="Tier 3"),
    )
    wanted = {"chatham_house": False, "ceiling": 4, **facts}
    base = lab()
    return assemble(replace(base, lab=replace(base.lab, **wanted), participants=tuple(people), contributions=said))


def labels(report: Report) -> dict[str, str]:
    return {row["text"]: row.get("label", "") for row in report.contributions}


def test_the_printed_level_is_the_lowest_of_choice_ceiling_and_cell() -> None:
    assert labels(with_labels()) == {
        "by nobody": "", "by tier one": "Tier 1", "by a miner": "Tier 1, Mining", "by a firm": "The Firm", "by Jane": "Jane Doe",
        "by a small tier": "",
    }  # fmt: skip
    assert set(labels(with_labels(ceiling=1)).values()) == {"", "Tier 1"}
    assert set(labels(with_labels(ceiling=0)).values()) == {""}
    assert labels(with_labels(ceiling=2))["by Jane"] == "Tier 1"
    assert labels(with_labels(minimum_cell=6)) == dict.fromkeys(labels(with_labels()), "") | {
        "by a firm": "The Firm",
        "by Jane": "Jane Doe",
    }


def test_a_stage_with_few_people_is_shown_as_its_tier() -> None:
    assert labels(with_labels(minimum_cell=5))["by a miner"] == "Tier 1, Mining"
    base = lab()
    one = item("c", text="by a miner", level=2, label="Tier 1, Mining")
    people = (closed.Participant("1", "mining"),) * 2 + (closed.Participant("1", "use"),) * 3
    report = assemble(
        replace(base, lab=replace(base.lab, chatham_house=False, ceiling=4), participants=people, contributions=(one,))
    )
    assert labels(report)["by a miner"] == "Tier 1"


def test_under_the_chatham_house_rule_no_statement_has_a_source() -> None:
    report = with_labels(chatham_house=True)
    assert set(labels(report).values()) == {""}
    text = data.file(report).decode()
    for source in ("Jane Doe", "The Firm", "Tier 1, Mining"):
        assert source not in text
    assert "Chatham House Rule" in text


@pytest.mark.parametrize("chatham", [True, False])
def test_no_report_lists_people(chatham: bool) -> None:
    one = sample_lab()
    text = data.file(assemble(replace(one, lab=replace(one.lab, chatham_house=chatham)))).decode()
    assert "Amina R." not in text
    assert "cathode maker" not in text


def test_a_mix_of_tiers_is_told_only_when_everybody_behind_it_allows_it() -> None:
    table = next(block for block in section(assemble(sample_lab()), "7").blocks
                 if isinstance(block, Table) and block.caption == "Additions to the cases")  # fmt: skip
    sources = {row[1].text[:20]: row[5] for row in table.rows if isinstance(row[1], Said)}
    assert sources["Agree on stages (sel"] == "Tier 1: 1, Tier 3: 1, Other groups: 1"
    assert sources["A community's no and"] == "no source named"  # one of its people allowed nothing
    assert sources["Offline capture or p"] == "no source named"  # both of one tier: that would be the tier of each statement


def test_open_data_has_no_ids_times_or_order() -> None:
    report = assemble(sample_lab())
    text = data.file(report).decode()
    for trace in ("C001", "K33", "P01", '"seat', '"id"', '"author"', '"number": "V', "posted"):
        assert trace not in text
    assert len(report.contributions) == 155
    texts = [row["text"] for row in report.contributions if row["kind"] == "takeaway"]
    assert texts == sorted(texts, key=str.casefold)


# ---- small cells


def test_stages_with_few_people_are_told_together() -> None:
    people = (
        (closed.Participant("1", "mining"),) * 6 + (closed.Participant("1", "use"),) * 4 + (closed.Participant("1", "trading"),)
    )
    table = next(block for block in section(assemble(lab(participants=people)), "3").blocks if isinstance(block, Table))
    assert [row for row in table.rows] == [("Mining", 6), ("Stages with fewer people, together", 5)]


def test_numbers_under_the_minimum_cell_are_not_printed() -> None:
    people = (closed.Participant("1", took_part=True),) * 8 + (closed.Participant("1", late=True, left=True),) * 2
    report = assemble(
        lab(participants=people, activities=(closed.Activity("a", 1, "context", "talk", "plenary", "T", "", 60, 60, people=2),))
    )
    assert "joined after the start" not in words(section(report, "3"))
    assert "left before the end" not in words(section(report, "3"))
    agenda = next(block for block in section(report, "4").blocks if isinstance(block, Table))
    assert agenda.rows[0][5] == "fewer than 3"


def test_few_answers_are_neither_averaged_nor_quoted() -> None:
    report = assemble(lab(evaluations=({"useful": 5, "comment": "ONLY-COMMENT"}, {"useful": 1})))
    text = words(section(report, "10"))
    assert "Too few to print" in text
    assert "ONLY-COMMENT" not in text


def test_a_proposal_whose_authors_took_their_words_back_is_in_no_report() -> None:
    gone = closed.Proposal("p1", "c1", 1, "contribution:x", "add_element", {"aspect": "A1"}, "PLANTED", contributions=("x",))
    stays = closed.Proposal("p2", "c1", 2, "contribution:a", "add_element", {"aspect": "A1"}, "", contributions=("a",))
    text = words(assemble(lab(contributions=(item("a", text="still here"),), proposals=(gone, stays))))
    assert "PLANTED" not in text
    assert "still here" in text


def test_lines_that_came_into_a_case_are_told_in_words() -> None:
    line = {"id": "s1", "what_to_transfer": "Buy together", "degree": "as_is", "needs": {"framework_conditions": "a lawyer"},
            "sources": [{"lab": "lab", "contributions": ["a"]}]}  # fmt: skip
    element = {"id": "e1", "ref": "E1", "title": "Contracts", "suggestions": [line]}
    now = {"matrix": [{"id": "a1", "ref": "A1", "title": "Buying", "elements": [element]}]}
    base = lab(contributions=(item("a"),), cases=(closed.ClosedCase("c1", "FC-MS-01", "One", "technology", {}, now),))
    table = next(block for one in assemble(base).walk() for block in one.blocks
                 if isinstance(block, Table) and block.caption == "Added lines")  # fmt: skip
    added = table.rows[0][2]
    assert isinstance(added, Said)
    assert added.text == "Buy together\nAs it is\nFramework conditions: a lawyer"
