"""Moments as text: what is remembered of the last second is never told of another."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.texts.moments import to_the_second

ZONES = (datetime.UTC, None, ZoneInfo("America/New_York"), datetime.timezone(datetime.timedelta(hours=2)))
NEAR = datetime.datetime(2026, 11, 20, 14, 41, 7, tzinfo=datetime.UTC)
MOMENTS = st.builds(
    lambda micros, zone: (NEAR + datetime.timedelta(microseconds=micros)).replace(tzinfo=zone),
    st.integers(-2_500_000, 2_500_000) | st.integers(-(10**13), 10**13),
    st.sampled_from(ZONES),
)


@given(st.lists(MOMENTS, min_size=1, max_size=12))
def test_each_is_told_as_it_is(moments: list[datetime.datetime]) -> None:
    for moment in (*moments, *reversed(moments)):
        assert to_the_second(moment) == f"{moment:%Y-%m-%dT%H:%M:%S}"
