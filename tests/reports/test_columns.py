"""How wide columns are: long words fit, and where many lines stand in one cell there is more room."""

from __future__ import annotations

import pytest

from facilitation.reports.content import Said, Split, Table
from facilitation.reports.render.columns import TALL_ROW, longest_words, row_lines, shares

LINE = "words of a usual length"


def test_the_shares_add_up_whatever_stands_in_them() -> None:
    row = ("a", 3, None, Said("x" * 400), Split(4, (("1", 4),)), (Said(LINE), Said("y")))
    found = shares(Table("c", tuple("abcdef"), (row,)))
    assert sum(found) == pytest.approx(1)
    assert min(found) > 0


def test_a_cell_of_many_lines_gets_more_than_one_of_one() -> None:
    one, many = shares(Table("c", ("a", "b"), ((Said(LINE), (Said(LINE),) * 6),)))
    assert many > one * 1.5


def test_the_longest_word_of_every_item_counts() -> None:
    table = Table("c", ("a",), (((Said("a long sentence of short words"), Said("Kreislaufwirtschaft")),),))
    assert longest_words(table) == [len("Kreislaufwirtschaft")]


def test_a_row_is_tall_when_a_cell_takes_many_lines() -> None:
    assert row_lines((Said("x" * 2000), Said("y")), (0.5, 0.5)) > TALL_ROW
    assert row_lines((Said("x"), Said("y")), (0.5, 0.5)) == 1
