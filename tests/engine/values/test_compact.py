"""The writer that is made once writes, and refuses, what the standard library's does."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.texts.compact import compact_writer

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)


@given(VALUES, st.booleans())
def test_it_writes_the_same(value: Any, ascii_only: bool) -> None:
    expected = json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"))
    assert compact_writer(ascii_only=ascii_only)(value) == expected


def test_it_refuses_the_same() -> None:
    write = compact_writer(ascii_only=True)
    with pytest.raises(ValueError, match="not JSON compliant"):
        write([float("nan")])
    with pytest.raises(TypeError, match="Decimal"):
        write({"amount": Decimal("1.50")})
    round_and_round: list[Any] = []
    round_and_round.append(round_and_round)
    with pytest.raises(RecursionError):
        write(round_and_round)


def test_what_json_has_no_form_for_can_be_given_one() -> None:
    assert compact_writer(ascii_only=True, default=str)({"amount": Decimal("1.50")}) == '{"amount":"1.50"}'
