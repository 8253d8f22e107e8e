"""When a buyer is open, in its own zone: midnight, weekends, holidays, and the days on which the clocks change."""

import datetime

import pytest

from leadflow_dsl.model import Calendar, Opening
from leadflow_engine.limits.hours import LOOK_AHEAD, closed_until

WEEKDAYS = (0, 1, 2, 3, 4)
ALL_DAYS = (0, 1, 2, 3, 4, 5, 6)
HOLIDAYS = Calendar("us_federal_holidays", builtin=True)
NEW_YORK = "America/New_York"


def at(text):
    return datetime.datetime.fromisoformat(text)


def opening(start, end, days=WEEKDAYS):
    return Opening(days, datetime.time.fromisoformat(start), datetime.time.fromisoformat(end))


OFFICE = (opening("08:00", "20:00"),)


@pytest.mark.parametrize(
    ("openings", "closed_on", "zone", "moment", "until"),
    [
        # Friday noon in New York
        (OFFICE, (), NEW_YORK, "2026-11-20T12:00-05:00", None),
        (OFFICE, (), NEW_YORK, "2026-11-20T07:59-05:00", "2026-11-20T08:00-05:00"),
        # the end is not open any more; the next weekday is Monday
        (OFFICE, (), NEW_YORK, "2026-11-20T20:00-05:00", "2026-11-23T08:00-05:00"),
        # the same moment in another buyer's zone
        (OFFICE, (), "Pacific/Honolulu", "2026-11-20T12:00-05:00", "2026-11-20T08:00-10:00"),
        # past midnight: Friday 22:00 to Saturday 02:00
        ((opening("22:00", "02:00"),), (), NEW_YORK, "2026-11-21T01:59-05:00", None),
        ((opening("22:00", "02:00"),), (), NEW_YORK, "2026-11-21T02:00-05:00", "2026-11-23T22:00-05:00"),
        # Thanksgiving
        (OFFICE, (HOLIDAYS,), NEW_YORK, "2026-11-26T12:00-05:00", "2026-11-27T08:00-05:00"),
        # no hours at all: closed on that day only
        ((), (datetime.date(2026, 12, 24),), NEW_YORK, "2026-12-24T12:00-05:00", "2026-12-25T00:00-05:00"),
        ((), (), NEW_YORK, "2026-12-24T12:00-05:00", None),
        # the night on which clocks spring forward: the clock leaps over 02:30, from two to three
        (
            (opening("02:30", "06:00", ALL_DAYS),),
            (),
            NEW_YORK,
            "2026-03-08T01:59-05:00",
            "2026-03-08T03:00-04:00",
        ),
        # ... and over an end: by its clock the buyer has closed
        ((opening("22:00", "02:30", ALL_DAYS),), (), NEW_YORK, "2026-03-08T01:59-05:00", None),
        (
            (opening("22:00", "02:30", ALL_DAYS),),
            (),
            NEW_YORK,
            "2026-03-08T03:00-04:00",
            "2026-03-08T22:00-04:00",
        ),
        # ... and over midnight itself, in Havana
        (
            (),
            (datetime.date(2026, 3, 7),),
            "America/Havana",
            "2026-03-08T04:59+00:00",
            "2026-03-08T05:00+00:00",
        ),
        # the night on which they fall back: Sunday has 25 hours
        (
            (opening("08:00", "20:00", ALL_DAYS),),
            (),
            NEW_YORK,
            "2026-11-01T07:59-05:00",
            "2026-11-01T08:00-05:00",
        ),
        # half an hour of daylight saving
        ((opening("08:00", "20:00", ALL_DAYS),), (), "Australia/Lord_Howe", "2026-10-03T21:00+00:00", None),
    ],
)
def test_open_or_closed_until(openings, closed_on, zone, moment, until):
    found = closed_until(openings, closed_on, zone, at(moment))
    assert found == (None if until is None else at(until))


def test_what_never_opens_is_closed_for_longer_than_any_hold():
    never = tuple(datetime.date(2026, 1, 1) + datetime.timedelta(days=n) for n in range(1000))
    now = at("2026-11-20T12:00+00:00")
    assert closed_until((), never, "UTC", now) == now + LOOK_AHEAD
