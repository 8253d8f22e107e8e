"""What buyers tell of leads after the sale: noted once, matched by whatever they call the lead, posted back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.operations.feedback import Came, Reading, event_of, note_feedback, read_feedback, tell
from leadflow_engine.operations.matching import Called, match
from leadflow_engine.operations.postbacks import send_due
from leadflow_engine.store.feedback import Told
from tests.engine.after_sale.market import Market
from tests.engine.intake.test_postbacks import Partner


@pytest.fixture
def market(tmp_path: Path) -> Market:
    market = Market(tmp_path)
    market.sell("Ana", "Ben")
    return market


def told(market: Market, name: str, event: str, **more: Any) -> Came:
    return tell(market.store, market.plans, Told(market.leads[name], event, "ann", **more))


def posted(market: Market) -> list[str]:
    """The urls of the postbacks that are due."""
    partner = Partner(200)
    asyncio.run(send_due(market.store, market.plans, partner, market.run.clock))
    return [request.url.replace(market.leads["Ana"], "ANA").split("example/")[1] for request in partner.asked]


def test_a_conversion_with_its_value_is_kept_of_the_buyer_that_has_the_lead(market: Market) -> None:
    assert told(market, "Ana", "converted", value=1_200_000_000) == Came(
        market.leads["Ana"], "converted", "noted", "sun"
    )
    [row] = market.summary("Ana")["feedback"]
    assert (row["event"], row["buyer"], float(row["value"])) == ("converted", "sun", 1200.0)
    assert market.store.query("SELECT source, event, leads, value FROM feedback_by_source") == [
        ("web", "converted", 1, 1200.0)
    ]


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        ({}, {}, "known"),
        ({}, {"value": 5}, "noted"),
        ({"known_as": "e1"}, {"known_as": "e1", "value": 5}, "known"),
        ({"known_as": "e1"}, {"known_as": "e2"}, "noted"),
        ({"at": "2026-11-20T16:00:00Z"}, {"at": "2026-11-20T16:00:00Z", "value": 5}, "known"),
        ({"at": "2026-11-20T16:00:00Z"}, {"at": "2026-11-20T17:00:00Z"}, "noted"),
        ({}, {"at": "2026-11-20T15:00:00Z"}, "noted"),
    ],
)
def test_what_is_told_twice_is_one(market: Market, first: Any, second: Any, state: str) -> None:
    assert told(market, "Ana", "contacted", **first).state == "noted"
    assert told(market, "Ana", "contacted", **second).state == state


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Closed Won", "closed_won"),
        ("  CONVERTED ", "converted"),
        ("no-show", "no_show"),
        ("1st", ""),
        ("", ""),
        ("é", ""),
    ],
)
def test_events_are_words(text: str, word: str) -> None:
    assert event_of(text) == word


@pytest.mark.parametrize(
    ("event", "buyer", "said"),
    [("$$", "", "`$$` is no word for an event"), ("converted", "moon", "it was not sold to moon")],
)
def test_what_cannot_be_is_told(market: Market, event: str, buyer: str, said: str) -> None:
    came = told(market, "Ana", event, buyer=buyer)
    assert (came.state, came.said) == ("impossible", said)


def test_the_source_hears_of_the_sale_the_return_and_each_conversion(market: Market) -> None:
    told(market, "Ana", "converted", value=1_200_000_000)
    told(market, "Ana", "converted", value=300_000_000)
    market.back("Ana", reason="fraud")
    assert sorted(url for url in posted(market) if "ANA" in url) == [
        "ANA?what=returned",
        "ANA?what=returned&why=fraud&at=2026-11-20T15%3A00%3A00%2B00%3A00",
        "c/ANA?worth=1200.00",
        "c/ANA?worth=300.00",
    ]
    assert posted(market) == []
    assert market.rebuilt()


@pytest.mark.parametrize(
    ("called", "by"),
    [
        ({"lead": "ANA"}, "lead"),
        ({"reference": "S-Ana"}, "reference"),
        ({"phone": "+1 (512) 236 0147"}, "phone"),
        ({"email": "ANA@corp.example"}, "email"),
        ({"reference": "unknown", "phone": "5122360147"}, "phone"),
    ],
)
def test_a_lead_is_found_by_what_others_call_it(market: Market, called: dict[str, str], by: str) -> None:
    names = {"ANA": market.leads["Ana"].lower(), "S-Ana": market.reference("Ana")}
    called = {name: names.get(text, text) for name, text in called.items()}
    found = match(market.store, Called(**called), "sun")
    assert (found.lead, found.by) == (market.leads["Ana"], by)


def test_of_two_leads_of_one_person_the_one_that_the_buyer_has_is_meant(market: Market) -> None:
    market.sell("Anna", phone="512-236-0147")
    assert match(market.store, Called(phone="5122360147"), "moon").lead == market.leads["Anna"]
    both = match(market.store, Called(phone="5122360147"))
    assert both.problem.startswith("2 leads have this phone: ") and not both.lead
    assert match(market.store, Called()).problem == "nothing names the lead"


def test_contacts_are_kept_as_digests_alone(market: Market) -> None:
    rows = market.store.query("SELECT * FROM contact")
    assert len(rows) == 4 and not any("5122360147" in row[2] or "corp" in row[2] for row in rows)


FILE = """\
Lead Phone;Client Lead ID;Status;Sale Amount;Event Date
512.236.0147;;Closed Won;"$2,000.00";11/20/2026
;S-Ben;Contacted;;
;S-Nobody;Contacted;;
;S-Ben;;;
;S-Ben;Contacted;much;
"""


def test_a_buyers_file_is_read_as_it_comes(market: Market, tmp_path: Path) -> None:
    file = tmp_path / "crm.csv"
    file.write_bytes(b"\xef\xbb\xbf" + FILE.replace("S-Ben", market.reference("Ben")).encode())
    how = Reading("sun", "", {"closed won": "converted"}, {"phone": "lead phone"})
    rows, _ = read_feedback(market.store, file, market.run.plan, how)
    assert [(row.line, row.problem) for row in rows] == [
        (2, ""),
        (3, ""),
        (4, "no lead is called so"),
        (5, "it names no event"),
        (6, "its value is no amount"),
    ]
    said = [row.said for row in rows if not row.problem]
    assert [came["state"] for came in note_feedback(market.store, {"told": said, "by": "ann"})] == [
        "noted",
        "noted",
    ]
    assert [came["state"] for came in note_feedback(market.store, {"told": said, "by": "ann"})] == [
        "known",
        "known",
    ]
    rows = market.store.query("SELECT event, value, at FROM feedback ORDER BY event DESC")
    assert rows[0] == ("converted", 2_000_000_000, "2026-11-20T05:00:00.000000Z")


@pytest.mark.parametrize("value", ["much", "-5", "1e30", "NaN"])
def test_a_value_that_is_no_amount_is_told(market: Market, value: str) -> None:
    one = {"lead": market.leads["Ana"], "event": "converted", "value": value}
    [came] = note_feedback(market.store, {"told": [one], "by": "buyer sun"})
    assert came["said"] == "its value is no amount, less than nothing, or more than can be"


def test_feedback_of_a_test_lead_is_kept_and_counts_nowhere(market: Market) -> None:
    market.sell("Cy", trial=True)
    assert told(market, "Cy", "converted").state == "noted"
    assert market.store.query("SELECT * FROM feedback_by_source") == []
    assert market.store.query("SELECT * FROM postback WHERE occasion <> ''") == []
