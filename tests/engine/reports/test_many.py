"""Reports of many leads: the closing table, what keeps leads from a buyer, and the same as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from leadflow_engine.reports.lead_object import json_line, lead_object
from leadflow_engine.reports.summary import summary
from leadflow_engine.reports.tally import Tally, as_object, commonest, count_up
from leadflow_engine.reports.why import why_lines, why_object, why_of
from tests.engine.runs.harness import dry, plan_of

Printed = Callable[..., str]


def tallied(market: Any, *ms: float) -> Tally:
    made = Tally()
    for done, took in zip(market.done.values(), ms, strict=True):
        made.add(done.how, done.lead, took)
    return count_up(made, market.run.store)


@pytest.fixture
def tally(market: Any) -> Tally:
    return tallied(market, *[10.0] * 8)


def test_the_closing_table(market: Any, printed: Printed, snapshot: SnapshotAssertion) -> None:
    tally = tallied(market, 890.0, 12.0, 12.0, 15.0, 12.0, 41.0, 41.0, 41.0)
    assert printed(summary(tally, "USD", 100, "leads.db")) == snapshot


def test_the_closing_table_on_a_narrow_screen(
    tally: Tally, printed: Printed, snapshot: SnapshotAssertion
) -> None:
    lines = summary(tally, "USD", 40, "leads.db")
    assert max(line.cell_len for line in lines if "leadflow" not in line.plain) <= 40
    assert printed(lines, 40) == snapshot


def test_money_is_that_of_the_ledger(tally: Tally) -> None:
    assert (tally.revenue, tally.cost) == (Decimal("144.50"), Decimal("16.00"))
    assert tally.look_ups == Decimal("0.012")
    assert tally.margin == Decimal("128.488")
    assert tally.outcomes == Counter(sold=4, unsold=1, refused=2, in_doubt=1)


def test_a_sale_whose_price_nobody_can_read_is_never_silent(tmp_path: Path, printed: Printed) -> None:
    flow = """
flow priced
lead { name text }
source web { cost 1.00 }
buyer sun { price from response up to 42.50
  deliver { post "https://sun.example/"  body json { n = name }
    response json { accepted when "ok"  otherwise rejected  price "price" } } }
route { waterfall sun }
"""
    answers = [{"when": {"n": "A"}, "body": {"ok": True, "price": "-5"}}, {"body": {"ok": True, "price": 0}}]
    leads = [{"name": name} for name in "AABC"]
    plan = plan_of(flow, tmp_path)
    run = dry(plan, leads, {"buyers": {"sun": {"deliver": answers}}}, "2026-11-20T15:00:00+00:00", tmp_path)
    tally = Tally()
    for done in run.leads():
        tally.add(done.how, done.lead, 10.0)
    text = printed(summary(count_up(tally, run.store), "USD", 100))
    assert (
        "no price   2 sales brought nothing: `price` is blank" in text and text.count("brought nothing") == 1
    )


def test_a_run_of_nothing_has_a_table_too(printed: Printed) -> None:
    text = printed(summary(Tally(), "USD", 100, "leads.db"))
    assert "sold        0         -" in text
    assert "p50" not in text


def test_records_that_could_not_be_read_are_named_and_make_the_run_unclean(printed: Printed) -> None:
    tally = Tally()
    for number in range(1, 9):
        tally.add_unread(number, number + 1, "this is no JSON")
    text = printed(summary(tally, "USD", 100))
    assert "not read   record 1, line 2: this is no JSON" in text
    assert "and 3 more" in text
    assert not tally.clean


def test_leads_that_an_earlier_run_had_ended_are_said_to_be_so(market: Any, printed: Printed) -> None:
    tally = Tally()
    tally.add("known", market.done["Ana"].lead, 0.1)
    text = printed(summary(count_up(tally, market.run.store), "USD", 100))
    assert "1 lead as an earlier run left them" in text
    assert tally.leads.percentile(50) is None


def test_the_commonest_reasons_come_first_and_the_rest_is_other() -> None:
    tally = Tally(reasons=Counter({("unsold", f"reason {n}"): n for n in range(1, 7)}))
    assert commonest(tally, ("unsold",)) == [("reason 6", 6), ("reason 5", 5), ("reason 4", 4), ("other", 6)]


def test_what_keeps_leads_from_a_buyer(market: Any, printed: Printed, snapshot: SnapshotAssertion) -> None:
    why = why_of(market.run.plan, "first")
    for name, done in market.done.items():
        why.add(done.ending.scope, market.summary(name))
    assert printed(why_lines(why, 100)) == snapshot
    data = why_object(why)
    assert data["leads"] == 8
    assert sum(end["leads"] for end in data["ends"]) == 8
    by_reason = {each["reason"]: each for each in data["criteria"]}
    assert by_reason["state not bought"]["lets_through"] == 5
    assert by_reason["state not bought"]["only_obstacle"] == 3
    assert by_reason["mobile phone required"]["only_obstacle"] == 1


def test_a_lead_as_json_has_exact_prices_with_two_places(market: Any) -> None:
    line = json_line(lead_object(market.summary("Luis")))
    lead = json.loads(line, parse_float=Decimal)
    assert '"price":31.50' in line
    assert lead["outcome"] == "sold"
    assert lead["sales"] == [
        {
            "buyer": "bidder",
            "price": Decimal("31.50"),
            "reference": "",
            "outcome": "sold",
            "at": lead["sales"][0]["at"],
        }
    ]
    first = next(row for row in lead["distribution"] if row["buyer"] == "first")
    assert (first["outcome"], first["position"], first["stage"]) == ("rejected", 1, "route.2")
    assert first["branch"] == "else of if state == CA"
    assert {"name", "status", "answer", "verdict"} <= set(lead["postings"][0])
    assert "212-555" not in line


def test_the_tally_as_json(tally: Tally) -> None:
    data = json.loads(json_line(as_object(tally)))
    assert data["records"] == 8
    assert data["outcomes"]["sold"] == 4
    assert data["margin"] == 128.488
    assert {"outcome": "refused", "reason": "too young", "leads": 1} in data["reasons"]
