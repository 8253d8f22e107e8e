"""Who a lead is: ids of calls sort by when they came, all others are digests of their identities."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.intake.door import ALPHABET, DATED, dated, lead_id

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
TIMES = st.integers(0, 8 * 10**15).map(lambda micros: EPOCH + datetime.timedelta(microseconds=micros))


def of_call(name: str, at: datetime.datetime) -> str:
    return lead_id("solar", f"web{DATED}{dated(name, at)}")


@given(TIMES, TIMES)
def test_leads_of_later_calls_lie_behind(one: datetime.datetime, other: datetime.datetime) -> None:
    first, last = sorted((one, other))
    earlier, later = of_call("a/1", first), of_call("a/2", last)
    assert earlier != later
    assert earlier[:9] <= later[:9]
    assert (earlier < later) or last - first < datetime.timedelta(milliseconds=1)


def test_an_id_says_no_more_of_a_call_than_when_it_came() -> None:
    at = datetime.datetime(2026, 11, 20, 14, 41, tzinfo=datetime.UTC)
    ids = {of_call(f"began/{number}", at) for number in range(50)}
    assert len({one[9:] for one in ids}) == 50
    assert {len(one) for one in ids} == {26}
    assert set("".join(ids)) <= set(ALPHABET)
    assert of_call("began/1", at) == of_call("began/1", at)


def test_an_identity_without_a_moment_is_a_digest_as_ever() -> None:
    assert lead_id("solar", "web/key/0a1b") == "2MX9MGF6YPST5NRR03R9B61RJX"
    assert lead_id("solar", "web/call/0a1b2c3d4e5f") == "WGMQA1026MWFP5Q9CJE0PT1W69"


@given(st.text(min_size=9, max_size=9))
def test_a_file_that_is_named_like_a_call_gives_ids_of_letters_and_digits(name: str) -> None:
    assert set(lead_id("solar", f"file/call/{name}-x.csv:3")) <= set(ALPHABET)
