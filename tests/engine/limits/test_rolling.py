"""Rolling windows end when the clock shows the same time again; paced caps open a little before their time."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.limits import rolling, window
from leadflow_engine.limits.pacing import TICK, allowed, allowed_from

UTC = datetime.UTC
ZONES = (
    "America/New_York",
    "America/Phoenix",
    "America/Denver",
    "Pacific/Honolulu",
    "America/St_Johns",
    "Australia/Lord_Howe",
)
MOMENTS = st.datetimes(
    datetime.datetime(2024, 1, 1),  # noqa: DTZ001  hypothesis puts the zone on
    datetime.datetime(2029, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("period", "zone", "at", "end"),
    [
        (
            "hour",
            "America/New_York",
            "2026-11-01T01:30-04:00",
            "2026-11-01T01:30-05:00",
        ),  # the hour that comes twice
        ("day", "America/New_York", "2026-03-07T12:00-05:00", "2026-03-08T12:00-04:00"),
        ("day", "America/Phoenix", "2026-03-07T12:00-07:00", "2026-03-08T12:00-07:00"),
        ("week", "America/Denver", "2026-10-28T09:00-06:00", "2026-11-04T09:00-07:00"),
        ("month", "Pacific/Honolulu", "2027-01-31T09:00-10:00", "2027-02-28T09:00-10:00"),
        ("month", "Pacific/Honolulu", "2028-01-31T09:00-10:00", "2028-02-29T09:00-10:00"),
        ("month", "America/St_Johns", "2026-12-15T09:00-03:30", "2027-01-15T09:00-03:30"),
        ("90m", "Australia/Lord_Howe", "2026-10-04T01:30+10:30", "2026-10-04T03:30+11:00"),
        ("30d", "America/New_York", "2026-02-20T09:00-05:00", "2026-03-22T09:00-04:00"),
    ],
)
def test_how_long_something_counts(period: str, zone: str, at: str, end: str) -> None:
    begun = datetime.datetime.fromisoformat(at)
    assert rolling(period, zone, begun).end == datetime.datetime.fromisoformat(end)


@given(
    MOMENTS, st.sampled_from(ZONES), st.sampled_from(["minute", "hour", "day", "week", "month", "6h", "3d"])
)
def test_it_ends_in_the_order_in_which_it_began(at: datetime.datetime, zone: str, period: str) -> None:
    first, later = (rolling(period, zone, moment) for moment in (at, at + datetime.timedelta(hours=5)))
    assert at < first.end <= later.end


@given(st.integers(1, 5000), st.floats(0, 1, exclude_max=True), MOMENTS, st.sampled_from(ZONES))
def test_what_is_told_is_when_there_is_room(
    maximum: int, part: float, day: datetime.datetime, zone: str
) -> None:
    span = window("day", zone, day)
    at = span.start + (span.end - span.start) * part
    free = allowed(maximum, span, at)
    assert maximum * part <= free + 1
    assert free <= maximum
    opens = allowed_from(maximum, span, free + 1)
    if free == maximum:
        assert opens == span.end
    else:
        assert at < opens < span.end
        assert allowed(maximum, span, opens) == free + 1 > allowed(maximum, span, opens - TICK)
