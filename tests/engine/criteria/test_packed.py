"""Lists so long that their texts are packed decide as short ones, patched ones too."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.criteria import shaped
from leadflow_engine.criteria.literals import Literal
from leadflow_engine.criteria.packed import MANY, Packed
from leadflow_engine.criteria.subjects import Shape
from tests.engine.criteria import test_index, test_patched

TEXTS = [f"{number:05}" for number in range(6)]
SHAPES = st.builds(Shape, st.booleans(), st.lists(st.sampled_from(TEXTS), max_size=4, unique=True).map(tuple))
PLAIN = Literal(0, False, False)


def test_a_text_has_the_slots_of_its_own_block() -> None:
    numbers: dict[str, int] = {}
    first = Packed({"85001": array("H", [3, 1]), "85002": array("H", [2])}, numbers)
    second = Packed({"85002": array("H", [7]), "85003": array("H", [9, 8])}, numbers)
    looked_up = [(list(first.get(text)), list(second.get(text))) for text in ("85001", "85002", "85003", "x")]
    assert looked_up == [([3, 1], []), ([2], [7]), ([], [9, 8]), ([], [])]


@given(st.lists(SHAPES, min_size=1, max_size=12), st.lists(st.tuples(st.integers(0, 11), SHAPES), max_size=6))
def test_what_is_packed_and_then_changed_fails_as_what_is_made_anew(
    before: list[Shape], changes: list[tuple[int, Shape]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shaped, "MANY", 1)
        changed = _made(before)
    patched, now = changed.copy(), list(before)
    for slot, shape in changes:
        if slot < len(now):
            patched.take(PLAIN, now[slot], array("H", [slot]))
            patched.take(PLAIN, shape, array("H", [slot]))
            now[slot] = shape
            patched.sort()
            patched = patched.copy()
    for text in (*TEXTS, "else"):
        assert patched.failing(text) == _made(now).failing(text)
        assert changed.failing(text) == _made(before).failing(text)


def _made(shapes: list[Shape]) -> shaped.Shaped:
    made = shaped.Shaped(2, False)
    for slot, shape in enumerate(shapes):
        made.put(PLAIN, shape, array("H", [slot]))
    made.pack({})
    made.sort()
    return made


def test_an_index_of_packed_lists_comes_to_what_the_walk_comes_to(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(TEXTS) < MANY
    monkeypatch.setattr(shaped, "MANY", 1)
    test_index.drawn_pairs(1_000)
    test_patched.test_patched_again_and_again_it_decides_as_one_made_whole()
