"""A buyer gives a lead back: its terms decide, and everything that the sale did is undone."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from leadflow_engine.store import StoreError
from tests.engine.after_sale.market import DAY, FLOW, Market


@pytest.fixture
def market(tmp_path: Path) -> Market:
    return Market(tmp_path)


def test_a_return_for_a_listed_reason_is_credited_and_the_source_gives_its_cost_back(market: Market) -> None:
    market.sell("Ana")
    came = market.back("Ana", reason="Bad_Phone", at=market.run.clock.at)
    assert (came.state, came.credited, came.back) == ("returned", 50_000_000, 18_000_000)
    assert market.money("Ana") == {"sale": 50.0, "return": -50.0, "source": -18.0, "source_return": 18.0}
    assert market.state("Ana") == "returned"
    summary = market.summary("Ana")
    assert (summary["outcome"], summary["reason"]) == ("returned", "bad phone")
    assert [row["reason"] for row in summary["returns"]] == ["bad phone"]


@pytest.mark.parametrize(
    ("reason", "days", "buyer", "said"),
    [
        ("bad phone", 14, "sun", ""),
        ("bad phone", 15, "sun", "returned 15 days after the sale: 14 days are allowed"),
        ("fraud", 15, "sun", ""),
        (
            "ugly voice",
            0,
            "sun",
            "`ugly voice` is none of the reasons of sun: `bad phone`, `duplicate`, `fraud`",
        ),
    ],
)
def test_the_terms_decide(market: Market, reason: str, days: int, buyer: str, said: str) -> None:
    market.sell("Ana")
    market.run.clock.at += days * DAY
    came = market.back("Ana", buyer, reason)
    assert (came.state, came.said) == ("denied" if said else "returned", said)
    assert market.state("Ana") == ("confirmed" if said else "returned")
    assert "return" not in market.money("Ana") or not said


@pytest.mark.parametrize(
    ("over", "said"),
    [({"minutes": 5}, "14 days and 1 hour"), ({"hours": 26, "minutes": 1}, "15 days and 3 hours")],
)
def test_what_is_late_by_little_is_said_to_the_hour(market: Market, over: dict[str, int], said: str) -> None:
    market.sell("Ana")
    market.run.clock.at += 14 * DAY + datetime.timedelta(**over)
    assert market.back("Ana").said == f"returned {said} after the sale: 14 days are allowed"


def test_a_buyer_without_terms_keeps_what_it_buys(tmp_path: Path) -> None:
    market = Market(tmp_path, "waterfall star")
    market.sell("Ana")
    assert market.back("Ana", "star").said == "star has no `returns`: what it buys it keeps"


def test_an_operator_takes_back_what_the_terms_do_not_allow(market: Market) -> None:
    market.sell("Ana")
    market.run.clock.at += 30 * DAY
    assert market.back("Ana").state == "denied"
    came = market.back("Ana", force=True, because="a good customer")
    assert (came.state, came.said) == ("returned", "returned 30 days after the sale: 14 days are allowed")
    kept = [(row["accepted"], row["by"], row["because"]) for row in market.summary("Ana")["returns"]]
    assert kept == [(False, "ann", ""), (True, "ann", "a good customer")]


def test_a_return_said_twice_changes_nothing(market: Market) -> None:
    market.sell("Ana")
    market.back("Ana")
    facts = len(market.store.facts(market.leads["Ana"]))
    assert (
        market.back("Ana", reason="fraud").said == "returned before, at 2026-11-20T15:00:00Z, for `bad phone`"
    )
    assert market.back("Ana", force=True).state == "known"
    assert len(market.store.facts(market.leads["Ana"])) == facts


def test_a_denied_return_said_twice_is_one(market: Market) -> None:
    market.sell("Ana")
    said = [market.back("Ana", reason="no").state for _ in range(2)]
    assert said == ["denied", "known"] and len(market.summary("Ana")["returns"]) == 1


def test_the_cap_has_room_again_in_the_window_of_the_sale_and_attempts_stay_counted(market: Market) -> None:
    market.sell("Ana", "Ben", "Cy")
    market.back("Ana")
    caps = dict(market.store.query('SELECT "limit", counted FROM cap ORDER BY 1'))
    assert [caps[name] for name in sorted(caps) if "sun" in name] == [2, 3]
    market.sell("Eve")
    assert market.state("Eve") == "confirmed", "there was room for her"


def test_the_buyer_is_not_offered_the_same_person_again(market: Market) -> None:
    market.sell("Ana")
    market.back("Ana")
    market.sell("Anna", phone="512-236-0147")
    assert [row["buyer"] for row in market.summary("Anna")["sales"]] == ["moon"]


def test_a_lead_that_others_have_stays_sold_and_its_source_keeps_the_cost(tmp_path: Path) -> None:
    market = Market(tmp_path, "multisell sun, moon { sell 2 }")
    market.sell("Ana")
    came = market.back("Ana")
    assert (market.summary("Ana")["outcome"], came.back) == ("sold", 0)
    came = market.back("Ana", "moon", "it is mine", force=True)
    assert (market.summary("Ana")["outcome"], came.back) == ("returned", 18_000_000)
    assert market.money("Ana")["source"] + market.money("Ana")["source_return"] == 0


def test_at_most_a_share_of_a_months_sales_comes_back(tmp_path: Path) -> None:
    market = Market(tmp_path, "waterfall moon")
    market.sell("Ana", "Ben", "Cy")
    market.run.clock.at += 2 * DAY
    assert market.back("Ana", "moon", "no").state == "returned"
    denied = market.back("Ben", "moon", "no")
    assert denied.said == "at most 50% per month: 1 of the 3 sold in the same month came back already"
    assert market.back("Ben", "moon", "no", force=True).state == "returned"


def test_a_return_of_a_test_lead_costs_nothing_and_is_told_to_nobody(market: Market) -> None:
    market.sell("Ana", trial=True)
    came = market.back("Ana")
    assert (came.state, came.credited, came.back, came.next) == ("returned", 0, 0, "")
    assert market.money("Ana") == {}
    assert market.store.query("SELECT * FROM postback") == []
    assert market.store.query("SELECT * FROM returns_by_buyer") == []


@pytest.mark.parametrize(("bill", "goes_on"), [(240, True), (80, False)])
def test_it_goes_to_others_where_the_terms_say_so(market: Market, bill: int, goes_on: bool) -> None:
    market.sell("Ana", bill=bill)
    assert bool(market.back("Ana", reason="fraud").next) is goes_on
    asked = market.store.query('SELECT lead, because, "without" FROM resubmission')
    expected = [(market.leads["Ana"], "returned by sun: fraud", '["sun"]')]
    assert asked == (expected if goes_on else [])


@pytest.mark.parametrize(
    ("buyer", "more", "said"),
    [
        ("moon", {}, "it was never offered to moon"),
        ("sun", {"number": 2}, "it was never offered to sun"),
        ("sun", {"at": -2}, "2026-11-18 15:00 UTC is before the sale, 2026-11-20T15:00:00"),
        ("sun", {"at": 1}, "2026-11-21 15:00 UTC lies ahead"),
    ],
)
def test_what_was_not_sold_cannot_come_back(market: Market, buyer: str, more: dict, said: str) -> None:
    market.sell("Ana")
    times = {"at": market.run.clock.at + more["at"] * DAY} if "at" in more else more
    came = market.back("Ana", buyer, **times)
    assert (came.state, came.said[: len(said)]) == ("impossible", said)
    assert market.summary("Ana")["returns"] == []


def test_what_is_in_doubt_is_settled_first(tmp_path: Path) -> None:
    market = Market(tmp_path, "waterfall moon")
    market.sell("Dot")
    assert market.back("Dot", "moon").said.startswith("whether it was sold to moon is in doubt")


def test_a_lead_that_is_not_there_is_told(market: Market) -> None:
    market.sell("Ana")
    market.leads["Ana"] = "X"
    assert market.back("Ana").said == "it was never offered to sun"


def test_what_is_personal_in_a_reason_is_masked(market: Market) -> None:
    market.sell("Ana")
    market.back("Ana", reason="ana@corp.example is not hers", because="512-236-0147 rings at Ben's")
    [row] = market.summary("Ana")["returns"]
    assert row["because"] == "*** rings at Ben's"
    assert row["reason"] == "*** is not hers"
    assert row["said"].startswith("`*** is not hers` is none of the reasons of sun")


def test_the_cost_comes_back_and_the_source_is_told_though_the_leads_values_are_gone(market: Market) -> None:
    market.sell("Ana")
    market.store.transact(lambda core: core.connection.execute("UPDATE fact SET content = NULL"))
    came = market.back("Ana", reason="call 512-236-0147", force=True)
    assert (came.credited, came.back, came.next) == (50_000_000, 18_000_000, "")
    assert market.summary("Ana")["returns"][0]["reason"] == "another reason"
    occasions = market.store.query("SELECT occasion FROM postback ORDER BY 1")
    assert occasions == [("",), ("returned/sun/1/1",)]


def test_rates_are_by_the_day_of_the_sale(market: Market) -> None:
    market.sell("Ana", "Ben")
    market.run.clock.at += 3 * DAY
    market.sell("Cy")
    market.back("Ana")
    market.back("Cy", reason="none of them")
    rates = market.store.query(
        "SELECT buyer, day, sold, returned, rate FROM return_rate_by_buyer ORDER BY day"
    )
    assert rates == [("sun", "2026-11-20", 2, 1, 0.5), ("sun", "2026-11-23", 1, 0, 0.0)]
    rows = market.store.query(
        "SELECT reason, asked, returned, denied, credited FROM returns_by_buyer ORDER BY 1"
    )
    assert rows == [("bad phone", 1, 1, 0, 50.0), ("none of them", 1, 0, 1, 0.0)]


def test_a_later_word_about_a_returned_lead_is_no_conflict(market: Market) -> None:
    market.sell("Ana")
    market.back("Ana")
    for word in ("sold", "declined"):
        later = market.store.settle_delivery(market.leads["Ana"], "sun", 1, word, "ann", "they say so")
        assert (later.state, later.conflict) == ("returned", "")


def test_a_rebuild_makes_all_of_it_again(market: Market) -> None:
    market.sell("Ana", "Ben", "Cy")
    market.back("Ana", reason="fraud")
    market.back("Ben", reason="no")
    market.back("Ben", reason="no", force=True)
    assert market.rebuilt()


def test_a_lead_under_way_is_left_alone(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    market.sell("Ana")
    monkeypatch.setattr("leadflow_engine.store.returns.is_under_way", lambda connection, lead: True)
    with pytest.raises(StoreError, match="is under way"):
        market.back("Ana")


def test_what_is_credited_can_be_bought_for_again(tmp_path: Path) -> None:
    flow = FLOW.replace("  price 50.00\n", "  price 50.00\n  balance prepaid\n")
    market = Market(tmp_path, "waterfall sun, moon", flow)
    market.pay("sun", 100)
    market.sell("Ana", "Ben", "Cy")
    assert [market.state(name) for name in ("Ana", "Ben")] == ["confirmed"] * 2
    assert [row["buyer"] for row in market.summary("Cy")["sales"]] == ["moon"]
    market.back("Ana")
    market.sell("Eve")
    assert market.state("Eve") == "confirmed"
