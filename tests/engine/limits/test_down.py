"""A buyer that keeps failing is left alone, and one lead tries it again."""

from __future__ import annotations

import datetime

from leadflow_dsl.model import DownAfter
from leadflow_engine.limits import down

START = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=datetime.UTC)
RULE = DownAfter()  # 3 failures in 1m for 2m


def at(*seconds: float) -> list[datetime.datetime]:
    return [START + datetime.timedelta(seconds=each) for each in seconds]


def silent(start: datetime.datetime, end: datetime.datetime) -> bool:
    return False


def test_three_failures_within_a_minute_take_it_down_for_two() -> None:
    found = down(at(0, 20, 40), silent, RULE)
    assert found is not None
    assert (found.failures, found.until) == (3, START + datetime.timedelta(seconds=160))


def test_failures_further_apart_do_not() -> None:
    assert down(at(0, 50, 100, 150), silent, RULE) is None


def test_what_was_asked_before_it_went_down_does_not_keep_it_down_longer() -> None:
    found = down(at(0, 1, 2, 30), silent, RULE)
    assert found is not None
    assert found.until == START + datetime.timedelta(seconds=122)


def test_a_trial_that_fails_takes_it_down_again_at_once() -> None:
    found = down(at(0, 1, 2, 130), silent, RULE)
    assert found is not None
    assert found.until == START + datetime.timedelta(seconds=250)


def test_a_trial_that_is_answered_brings_it_back() -> None:
    def answered(start: datetime.datetime, end: datetime.datetime) -> bool:
        return start <= START + datetime.timedelta(seconds=125) < end

    assert down(at(0, 1, 2), answered, RULE) is None
    assert down(at(0, 1, 2, 130), answered, RULE) is None
