"""YAML from people: no guessing, no surprises, and always a line."""

from __future__ import annotations

import time

import pytest

from facilitation.cases import marked
from facilitation.cases.marked import FileError

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)


def test_plain_values_stay_as_they_are_written() -> None:
    node = marked.read("a: yes\nb: 1.50\nc: 2021-03-01\nd: NO\ne: null\nf: 'null'\ng: ''\nh: 0x1F")
    assert node.plain() == {"a": "yes", "b": "1.50", "c": "2021-03-01", "d": "NO", "e": None, "f": "null", "g": "", "h": "0x1F"}


def test_machine_values_keep_their_type() -> None:
    node = marked.read("{a: 1, b: '1', c: 1.5, d: true, e: [null, -3], f: 007, g: 'true'}")
    assert node.typed() == {"a": 1, "b": "1", "c": 1.5, "d": True, "e": [None, -3], "f": "007", "g": "true"}


def test_every_node_knows_its_line_and_path() -> None:
    node = marked.read("cases:\n- id: x\n  rows:\n  - a: 1\n  - a: 2\n")
    deep = node.get("cases").items()[0].get("rows").items()[1].get("a")
    assert (deep.line, deep.path) == (5, "cases[0].rows[1].a")
    assert node.inside("cases[0].rows[1].nothing").line == 5


def test_an_alias_may_be_used() -> None:
    assert marked.read("a: &x [1]\nb: *x").plain() == {"a": ["1"], "b": ["1"]}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1", 2),
        ("a: 1\na: 2", 2),
        ("a: 1\nb: *y", 2),
        ("a: &x [*x]", 1),
        ("x: 1\na: !!python/object/apply:os.system [echo]", 2),
        ("a: !!str 1", 1),
        ("a: 1\n---\nb: 2", 2),
        ("? [a]\n: 1", 1),
        ("b: {a: 1}\nc:\n  <<: {a: 1}", 3),
        ("\ta: b", 1),
        ("a: \x00", 1),
        ("a: \ud800", 1),
        ("[" * 100_000, 1),
        (LAUGHS, None),
        ("a" * (marked.MAX_BYTES + 1), 1),
    ],
)
def test_what_cannot_be_taken_is_refused_quickly_with_a_line(text: str, line: int | None) -> None:
    start = time.monotonic()
    with pytest.raises(FileError) as caught:
        marked.read(text)
    assert time.monotonic() - start < 5
    assert caught.value.line == line or line is None
    assert f"line {caught.value.line}" in str(caught.value)


def test_an_empty_file_is_empty() -> None:
    assert marked.read("").mapping() == {}
    assert marked.read("\ufeffa: 1").plain() == {"a": "1"}
    with pytest.raises(FileError, match="missing"):
        marked.read("").need("cases")
