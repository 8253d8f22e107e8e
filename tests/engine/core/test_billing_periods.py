"""From when to when a month and a week are, on the clock of the buyer's zone, and when an invoice is due."""

import datetime

import pytest

from leadflow_engine.operations.billing import due, end_of, month_meant
from leadflow_engine.operations.contracts import Contract
from leadflow_engine.operations.paying import PaymentProblem, moment_of
from leadflow_engine.operations.weekly import bounds, week_meant


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "zone", "last", "this"),
    [
        ("2026-12-01T04:59Z", "America/New_York", "2026-10", "2026-11"),
        ("2026-12-01T05:00Z", "America/New_York", "2026-11", "2026-12"),
        ("2026-12-31T13:00Z", "Australia/Sydney", "2026-12", "2027-01"),
        ("2028-03-01T00:00Z", "UTC", "2028-02", "2028-03"),
    ],
)
def test_the_month_that_is_meant(now: str, zone: str, last: str, this: str) -> None:
    assert (month_meant("", at(now), zone), month_meant("this", at(now), zone)) == (last, this)
    assert month_meant("2026-02", at(now), zone) == "2026-02"


@pytest.mark.parametrize(
    ("month", "zone", "end"),
    [
        ("2026-02", "UTC", "2026-03-01T00:00Z"),
        ("2028-02", "America/New_York", "2028-03-01T05:00Z"),
        ("2026-12", "America/New_York", "2027-01-01T05:00Z"),
        ("2026-10", "America/New_York", "2026-11-01T04:00Z"),  # clocks are put back later that day
        ("2026-03", "Europe/London", "2026-03-31T23:00Z"),
    ],
)
def test_a_month_ends_on_the_buyers_clock(month: str, zone: str, end: str) -> None:
    assert end_of(month, zone) == at(end)


@pytest.mark.parametrize(
    ("week", "zone", "start", "hours"),
    [
        ("2026-W47", "UTC", "2026-11-16T00:00Z", 168),
        ("2026-W53", "UTC", "2026-12-28T00:00Z", 168),
        ("2026-W44", "America/New_York", "2026-10-26T04:00Z", 169),  # clocks are put back on its Sunday
        ("2026-W10", "America/New_York", "2026-03-02T05:00Z", 167),
    ],
)
def test_a_week_is_as_long_as_its_days(week: str, zone: str, start: str, hours: int) -> None:
    first, end = bounds(week, zone)
    assert first == at(start)
    assert end - first == datetime.timedelta(hours=hours)


@pytest.mark.parametrize("week", ["2026-W54", "2027-W53", "2026-W00", "2026-47", "W47", "last"])
def test_what_is_no_week_is_told(week: str) -> None:
    with pytest.raises(PaymentProblem, match=f"`{week}` is not a week"):
        bounds(week, "UTC")


def test_the_week_that_is_meant() -> None:
    monday = at("2027-01-04T04:59Z")  # Sunday in New York, of the 53rd week of the year before
    assert week_meant("this", monday, "America/New_York") == "2026-W53"
    assert week_meant("", monday, "America/New_York") == "2026-W52"
    assert week_meant("this", monday, "UTC") == "2027-W01"


def test_an_invoice_is_due_with_the_end_of_the_day() -> None:
    contract = Contract("acme", "Acme", "America/New_York", days=30)
    assert due(contract, at("2026-10-20T03:00Z")) == at("2026-11-19T04:59:59Z")  # the 19th of October there
    assert due(Contract("acme", "Acme"), at("2026-10-20T03:00Z")) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20", "2026-11-20T05:00Z"),
        ("2026-11-20T09:30", "2026-11-20T14:30Z"),
        ("2026-11-20T09:30:00Z", "2026-11-20T09:30Z"),
    ],
)
def test_a_day_is_the_payers(text: str, moment: str) -> None:
    assert moment_of(text, "America/New_York") == at(moment)
