"""A transcript is right as a whole, or the line at fault is told."""

from __future__ import annotations

import re

import pytest

from facilitation.cases.marked import FileError
from facilitation.cases.template import template
from facilitation.rehearsal.reading import read_transcript
from facilitation.rehearsal.transcript import Transcript
from tests.rehearsal.conftest import SMALL


def broken(old: str, new: str) -> tuple[str, int]:
    """The small transcript with one thing changed, and the line it stands in."""
    text = SMALL.read_text("utf-8")
    assert text.count(old) == 1, old
    changed = text.replace(old, new)
    return changed, text[: text.index(old)].count("\n") + 1


def test_the_sample_is_read_whole(sample: Transcript) -> None:
    assert (len(sample.people), len(sample.posts), len(sample.replies), len(sample.clusters)) == (40, 157, 24, 50)
    assert [len(ballot.votes) for ballot in sample.ballots] == [38, 38, 36, 32]
    assert (len(sample.actions), len(sample.answers), len(sample.decisions)) == (154, 33, 16)
    assert sample.meta.ceiling == 2
    late = sample.post("C053")
    assert (late.t, late.composed_at) == (2431, 2371)
    assert sample.post("C107").element == "A1.E4"
    assert sample.post("C134").aspect == "A1"
    assert sample.post("C134").element is None
    assert sample.post("C016").reworded_at == 1762
    assert sample.ballots[3].scale == {
        "0": "not_transferable", "1": "similar_context_only", "2": "with_adaptation", "3": "as_is"
    }  # fmt: skip
    assert sample.ballots[0].votes[0].dots == {"K03": 2, "K07": 2, "K21": 1, "K24": 1}


def test_texts_are_read_verbatim(sample: Transcript) -> None:
    assert sample.post("C046").text.endswith("first aid 👍")
    assert sample.post("C081").text == "Few auditors know hydrology AND human rights"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("author: P01, case: FC-MS-01, activity: A01", "author: P09, case: FC-MS-01, activity: A01", "P09"),
        ("quadrant: T", "quadrant: X", "not one of: S, W, O, T"),
        ("kind: parking", "kind: parkign", "parkign"),
        ("tier: other", "tier: 4", "not one of: 1, 2, 3, other"),
        ("stage: mining", "stage: mineing", "mineing"),
        ("id: P03", "id: P02", "twice"),
        ("{id: C04, t: 80", "{id: C04, t: soon", "whole number"),
        ("{id: C01, t: 10", "{id: C01, t: -25", "P01 has not joined yet"),
        ("attribution: 4", "attribution: 7", "from 0 to 4"),
        ("id: R02, parent: C02", "id: R02, parent: C99", "C99"),
        ("parent: C02, kind: agree, author: P02, t: 67", "parent: C02, kind: agree, author: P02, t: 64", "not there yet"),
        ("members: [C03]", "members: [C03, C02, C01]", "one board"),
        ("{id: K02, t: 101", "{id: K02, t: 61", "posted later"),
        ("members: [C02]", "members: []", "at least one"),
        ("{p: P02, t: 126, 'on': [K02]}", "{p: P02, t: 126, 'on': [K02, K02, K02]}", "more dots"),
        ("scope: swot, method: dots", "scope: challenge, method: dots", "not on this ballot"),
        ("do: hide, target: C05", "do: hide, target: K01", "K01"),
        ("do: open_activity, activity: A03", "do: open_activity", "activity"),
        ("by: F3, do: add_translation", "by: F7, do: add_translation", "F7"),
        ("do: park, target: C08, owner: F3", "do: park, target: C08, owner: P01", "P01"),
        ("kind: single_case_lab", "kind: singel_case_lab", "singel_case_lab"),
        ("target: A1, op: add_element", "target: 1.A, op: add_element", "1.A"),
        ("{p: P01, t: 200, useful: 4", "{p: P01, t: 200, useful: 6", "from 1 to 5"),
        ("text: Prices fall", 'text: "Prices \\u0007 fall"', "U+0007"),
        ("text: Model clauses for all", f"text: {'long ' * 40}", "possible"),
        ("role: case_elaborator, case: FC-MS-01", "role: case_elaborator", "case"),
        ("{t: 180, by: F1, do: open_activity", "{t: 180, by: F1 do: open_activity", ""),
    ],
)
def test_the_line_at_fault_is_told(old: str, new: str, says: str) -> None:
    text, line = broken(old, new)
    with pytest.raises(FileError) as caught:
        read_transcript(text, template("en"))
    assert abs(caught.value.line - line) <= (3 if "scope: challenge" in new else 0), str(caught.value)
    assert says in str(caught.value)
    assert re.match(r"line \d+", str(caught.value))


@pytest.mark.parametrize("text", ["", "[]", "just words", "meta: {title: x}"])
def test_another_kind_of_file_is_refused(text: str) -> None:
    with pytest.raises(FileError):
        read_transcript(text, template("en"))
