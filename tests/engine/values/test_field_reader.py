"""A field is read by a reader made before any lead, with short cuts for the usual: it gives what ``parse`` gives."""

from __future__ import annotations

import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.terms import Type
from leadflow_engine.texts.json_text import dumps
from leadflow_engine.values import Context, Value, field_reader, parse, written

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
CONTEXT = Context("US", "UTC", NOW, "UTC")
NAMES = "text id first_name last_name street city company gender email phone state postal_code number money boolean"
TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="ab 0189.%6372f\t\x00", max_size=12),
    st.sampled_from(
        ["Ida  Moss", " Ida ", "x" * 1_025, "6372", "a%b", "true", "-0.0", "1e400", "602 555 0147"]
    ),
)
RAW = st.one_of(
    TEXTS,
    st.decimals(allow_nan=True),
    st.decimals(min_value=-10_000, max_value=10_000, places=2),
    st.sampled_from(
        [Decimal("1" + "0" * 41), Decimal("1.0"), Decimal("1.000"), Decimal("-0"), Decimal("9E12")]
    ),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(TEXTS, max_size=2),
)


def told(value: Value) -> tuple[object, ...]:
    """All that is asked of a value; numbers to the last digit."""
    normal = value.normal
    return (
        value.raw,
        value.valid,
        type(normal),
        str(normal),
        value.blank,
        value.kept,
        value.json,
        value.part("raw"),
    )


@given(st.sampled_from(NAMES.split()), RAW)
def test_a_field_is_read_as_its_value_is_parsed(name: str, raw: object) -> None:
    read = field_reader(Type(name))(raw, CONTEXT)
    again = parse(Type(name), raw, now=NOW)
    assert str(told(read)) == str(told(again))
    assert read.kept in ("", dumps(written(read, "json")))


def test_a_number_is_read_by_its_value_however_often_its_other_spellings_came_before() -> None:
    read = field_reader(Type("number"))
    for _ in range(2):
        assert [read(Decimal(text), CONTEXT).kept for text in ("1.0", "1.50", "1", "-0", "5E+2")] == [
            "1",
            "1.5",
            "1",
            "0",
            "500",
        ]
