"""Windows of caps: days and hours as a clock in the zone shows them, through every change of that clock."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.limits import PERIODS, Window, window, windows

UTC = datetime.UTC
ZONES = (
    "America/New_York",
    "America/Phoenix",
    "America/Denver",
    "Pacific/Honolulu",
    "America/St_Johns",
    "Australia/Lord_Howe",
)
ODD_ZONES = ("America/Havana", "Pacific/Apia", "Asia/Kathmandu", "America/Santiago", "Africa/Cairo")


def utc(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "zone", "at", "start", "end"),
    [
        ("minute", "America/New_York", "2026-11-20T14:41:07", "2026-11-20T14:41:00", "2026-11-20T14:42:00"),
        ("second", "America/New_York", "2026-11-20T14:41:07.9", "2026-11-20T14:41:07", "2026-11-20T14:41:08"),
        ("hour", "America/New_York", "2026-11-20T14:41:07", "2026-11-20T14:00:00", "2026-11-20T15:00:00"),
        ("hour", "Asia/Kathmandu", "2026-11-20T14:41:07", "2026-11-20T14:15:00", "2026-11-20T15:15:00"),
        ("day", "America/New_York", "2026-11-20T04:59:59", "2026-11-19T05:00:00", "2026-11-20T05:00:00"),
        ("day", "America/Phoenix", "2026-07-01T12:00:00", "2026-07-01T07:00:00", "2026-07-02T07:00:00"),
        ("day", "Pacific/Honolulu", "2026-03-08T09:59:00", "2026-03-07T10:00:00", "2026-03-08T10:00:00"),
        ("week", "America/Denver", "2026-11-20T14:00:00", "2026-11-16T07:00:00", "2026-11-23T07:00:00"),
        ("month", "America/New_York", "2026-03-15T00:00:00", "2026-03-01T05:00:00", "2026-04-01T04:00:00"),
        ("month", "America/New_York", "2026-12-31T23:00:00", "2026-12-01T05:00:00", "2027-01-01T05:00:00"),
        ("total", "America/New_York", "2026-12-31T23:00:00", "1970-01-01T00:00:00", "9999-12-31T00:00:00"),
        ("90m", "UTC", "2026-11-20T14:41:07", "2026-11-20T13:30:00", "2026-11-20T15:00:00"),
        ("7d", "UTC", "2026-11-20T14:41:07", "2026-11-19T00:00:00", "2026-11-26T00:00:00"),
        ("6h", "America/New_York", "2026-11-20T14:41:07", "2026-11-20T11:00:00", "2026-11-20T17:00:00"),
    ],
)
def test_a_window_is_what_the_calendar_says(period: str, zone: str, at: str, start: str, end: str) -> None:
    assert window(period, zone, utc(at)) == Window(utc(start), utc(end))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("America/Denver", "2026-03-08", 23),
        ("America/Denver", "2026-11-01", 25),
        ("America/Phoenix", "2026-03-08", 24),
        ("America/Phoenix", "2026-11-01", 24),
        ("Pacific/Honolulu", "2026-11-01", 24),
        ("America/St_Johns", "2026-03-08", 23),
        ("America/St_Johns", "2026-11-01", 25),
        ("America/St_Johns", "2010-11-07", 25),  # the clock went back at 00:01, into the day before
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("America/Havana", "2026-03-08", 23),  # a day without a midnight
    ],
)
def test_the_day_on_which_the_clock_changes(zone: str, day: str, hours: float) -> None:
    noon = datetime.datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(zone))
    found = window("day", zone, noon)
    assert (found.end - found.start) / datetime.timedelta(hours=1) == hours


def test_an_hour_that_is_repeated_is_one_window() -> None:
    first, second = utc("2026-11-01T05:30"), utc("2026-11-01T06:30")  # 01:30 EDT, 01:30 EST
    assert window("hour", "America/New_York", first) == window("hour", "America/New_York", second)
    assert window("hour", "America/New_York", first) == Window(
        utc("2026-11-01T05:00"), utc("2026-11-01T07:00")
    )


def test_a_day_that_does_not_exist_has_no_window() -> None:
    before, after = utc("2011-12-30T09:59"), utc("2011-12-30T10:00")  # Samoa left out 30 December 2011
    assert window("day", "Pacific/Apia", before).end == after == window("day", "Pacific/Apia", after).start


@given(
    zone=st.sampled_from(ZONES + ODD_ZONES),
    period=st.sampled_from([*PERIODS, "15m", "90m", "6h", "36h", "3d", "30d"]),
    at=st.datetimes(
        utc("1990-01-01").replace(tzinfo=None), utc("2036-01-01").replace(tzinfo=None), timezones=st.just(UTC)
    ),
)
def test_windows_lie_one_after_another_without_gap_or_overlap(
    zone: str, period: str, at: datetime.datetime
) -> None:
    found = window(period, zone, at)
    assert at in found
    assert window(period, zone, found.start) == found
    if not found.endless:
        assert window(period, zone, found.end - datetime.timedelta(microseconds=1)) == found
        assert window(period, zone, found.end).start == found.end


@pytest.mark.parametrize("zone", ZONES)
def test_every_hour_of_two_years_lies_in_the_day_that_its_clock_shows(zone: str) -> None:
    at, step = utc("2026-01-01T00:30"), datetime.timedelta(hours=1)
    for _ in range(2 * 365 * 24):
        found = window("day", zone, at)
        local = at.astimezone(ZoneInfo(zone))
        assert found.start <= at < found.end
        assert found.start.astimezone(ZoneInfo(zone)).date() == local.date()
        assert (found.end - datetime.timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() == local.date()
        at += step


def test_an_answer_that_may_come_in_the_next_window_takes_both() -> None:
    at = utc("2026-11-20T14:59:56")
    assert len(windows("hour", "UTC", at, timeout=3.9)) == 1
    assert [each.start for each in windows("hour", "UTC", at, timeout=4)] == [
        utc("2026-11-20T14:00"),
        utc("2026-11-20T15:00"),
    ]
    assert len(windows("total", "UTC", at, timeout=4)) == 1


@pytest.mark.parametrize("period", ["fortnight", "0m", "", "90", "m"])
def test_a_period_that_is_none_says_what_there_is(period: str) -> None:
    with pytest.raises(ValueError, match=r"is no period: use one of second, minute, hour, day"):
        window(period, "UTC", utc("2026-11-20T14:00"))
