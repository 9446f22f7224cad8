"""A server that makes files for days does not grow: what they were made of is gone with them."""

from __future__ import annotations

import gc
import weakref

import pytest

from facilitation.web.exports import small
from tests.bench.growth import memory

MORE_MB = 60


class Ring:
    """Holds itself, as the parts of a Word file hold each other."""

    def __init__(self) -> None:
        self.me = self


def test_what_a_file_was_built_of_goes_with_it() -> None:
    seen: list[weakref.ref[Ring]] = []

    def write() -> bytes:
        seen.append(weakref.ref(Ring()))
        return b"a file"

    gc.disable()  # as seldom as a server looks by itself
    try:
        assert small(write) == b"a file"
        assert seen[0]() is None
    finally:
        gc.enable()


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_after_500_files_of_every_kind_the_server_is_about_as_large_as_before() -> None:
    found = memory(500)
    assert not found["loads_typst"]
    assert found["mb_after"] - found["mb_before"] < MORE_MB
    assert found["mb_tree_after"] - found["mb_tree_before"] < MORE_MB
