"""Moments are written as Python writes them, whichever second was written before."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.interpreter.journey import iso, moment
from leadflow_engine.store import codec
from leadflow_engine.texts import moments

UTC = datetime.UTC
EASTERN = datetime.timezone(datetime.timedelta(hours=-5))
TIMES = st.datetimes(timezones=st.sampled_from([UTC, EASTERN])).filter(lambda at: 1 < at.year < 9999)


@given(st.lists(TIMES, min_size=1, max_size=6))
def test_as_python_writes_them(times):
    for at in times * 2:
        there = at.astimezone(UTC)
        assert iso(at) == there.isoformat().replace("+00:00", "Z")
        assert codec.iso(at) == there.isoformat(timespec="microseconds").replace("+00:00", "Z")
        assert moment(iso(at)) == codec.moment(codec.iso(at)) == at


def test_seconds_are_not_remembered_for_ever():
    start = datetime.datetime(2026, 11, 20, tzinfo=UTC)
    for second in range(moments.MOST_KNOWN * 2):
        iso(start + datetime.timedelta(seconds=second))
    assert len(moments._KNOWN) <= moments.MOST_KNOWN
