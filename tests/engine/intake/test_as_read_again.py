"""What came is kept as a replay will read it, also where nothing of it needs a second look."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.intake.formats import Record
from leadflow_engine.intake.strict_json import IntakeError, read_json
from leadflow_engine.operations.identity import arriving
from leadflow_engine.operations.receiving import _as_read_again
from leadflow_engine.texts.json_text import NotJson, dumps
from tests.engine.runs.harness import plan_of

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False) | st.from_regex(
    r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,8})?(e[+-]?[0-9])?", fullmatch=True
).map(Decimal)
VALUES = st.none() | st.booleans() | st.text() | NUMBERS | st.lists(NUMBERS, max_size=2)


def told(read: Callable[[Any], Any], values: Any) -> str:
    """What comes of it, numbers as they are written."""
    try:
        return repr(read(values))
    except (IntakeError, NotJson) as problem:
        return f"refused: {problem}"


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4))
def test_it_is_what_its_json_says(values: dict[str, Any]) -> None:
    assert told(_as_read_again, values) == told(lambda came: read_json(dumps(came)), values)


def test_a_number_that_cannot_be_written_refuses_its_record_alone(tmp_path: Path) -> None:
    plan = plan_of(FLOW, tmp_path)
    records = [
        Record(number, number, {"age": Decimal(said)}) for number, said in enumerate(("3", "1e308", "5"))
    ]
    problems = [one.problem for one in arriving(plan, "default", records, "digest")]
    assert problems == ["", "a number that cannot be written", ""]


FLOW = """
flow numbers
lead { age number }
buyer a { price 1.00  deliver { post "https://a.example/"  body json { age = age }
  response json { accepted when "ok"  otherwise rejected } } }
route { waterfall a }
"""
