"""What people read of a field has short cuts for the usual; what they show is what the long way shows."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.model import Field
from leadflow_dsl.terms import Type
from leadflow_engine.masking import shown, shown_of
from leadflow_engine.planned_fields import planned_field
from leadflow_engine.values import parse

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
NAMES = "text first_name last_name email phone dob ssn ip street state number money boolean".split()
RAW = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["Ida", "O'Neil", "ida@example.com", "602 555 0147", "1980-02-03", "123-45-6789", "yes"]),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)


@given(st.sampled_from(NAMES), RAW, st.booleans(), st.booleans())
def test_the_short_way_shows_what_the_long_one_shows(
    name: str, raw: object, sensitive: bool, transient: bool
) -> None:
    field = Field("it", Type(name), sensitive=sensitive, transient=transient)
    value = parse(field.type, raw, now=NOW)
    assert str(shown_of(planned_field(field), value)) == str(shown(field, value))
