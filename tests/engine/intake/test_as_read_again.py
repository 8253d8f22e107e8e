"""What came is kept as a replay will read it, also where nothing of it needs a second look."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.intake.strict_json import IntakeError, read_json
from leadflow_engine.operations.receiving import _as_read_again
from leadflow_engine.texts.json_text import NotJson, dumps

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False) | st.from_regex(
    r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,8})?(e[+-]?[0-9])?", fullmatch=True
).map(Decimal)
VALUES = st.none() | st.booleans() | st.text() | NUMBERS | st.lists(NUMBERS, max_size=2)


def told(read: Callable[[Any], Any], values: Any) -> str:
    """What comes of it, numbers as they are written; of what is refused its kind."""
    try:
        return repr(read(values))
    except (IntakeError, NotJson) as problem:
        return type(problem).__name__


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4))
def test_it_is_what_its_json_says(values: dict[str, Any]) -> None:
    assert told(_as_read_again, values) == told(lambda came: read_json(dumps(came)), values)
