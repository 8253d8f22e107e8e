"""Leads for buyers that have not paid wait, where the flow says so, and go on once the money is there."""

import datetime
from decimal import Decimal

import pytest

from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.operations.resume import at_once, go_on, replay
from leadflow_engine.store.invoices import Invoice, issue
from leadflow_engine.store.payments import Payment, pay
from leadflow_engine.store.waiting import waiting

from .harness import dry, plan_of

FLOW = """
flow waits
lead {{ state state }}
buyer pays {{ price 42.00  {terms}
  deliver {{ post "https://pays.example/"  body json {{ s = state }}
    response json {{ accepted when "ok"  otherwise rejected }} }} }}
route {{ waterfall pays }}
"""
OVERDUE = "terms net 30  on overdue hold up to 1h"
PREPAID = "balance prepaid  on capped hold up to 1h"
ANSWERS = {"buyers": {"pays": {"deliver": [{"body": {"ok": True}}]}}}
LATER = datetime.timedelta(days=40)


def begun(tmp_path, terms):
    """A flow whose buyer does not get leads: it owes an invoice since ten days, or has paid nothing in."""
    plan = plan_of(FLOW.format(terms=terms), tmp_path)
    run = dry(plan, [{"state": "CA"}, {"state": "TX"}], ANSWERS, "2026-11-20T15:00:00+00:00", tmp_path)
    if terms == PREPAID:
        return run, next(run.leads()).lead
    leads = run.leads()
    assert next(leads).ending.outcome == "sold"
    now = run.clock.at
    bill = Invoice("", "pays", "2026-11", "USD", 0, now, now + datetime.timedelta(days=30), "UTC")
    assert run.store.transact(lambda core: issue(core, bill, now + LATER, "ann")) == "2026-0001"
    run.clock.at += LATER
    run.file.write_text('{"state": "NY"}\n{"state": "NY"}\n{"state": "TX"}\n', encoding="utf-8")
    return run, next(run.leads()).lead


def resume(run, lead):
    run.clock.at += datetime.timedelta(minutes=15)
    driver = DryDriver(lead, run.store, run.answers, run.clock)
    return at_once(go_on(run.plan, lead, run.store.facts(lead), driver))


def pays(run, amount):
    payment = Payment("buyer/pays", Decimal(amount), run.clock.at, "ann", "asked")
    run.store.transact(lambda core: pay(core, payment))


SAID = {OVERDUE: "invoice 2026-0001 is 10 days overdue: 42.00 is open", PREPAID: "has 0.00 of 42.00"}


@pytest.mark.parametrize("terms", [OVERDUE, PREPAID])
def test_a_lead_waits_for_the_money_and_is_sold_when_it_is_there(tmp_path, terms):
    run, lead = begun(tmp_path, terms)
    summary = run.store.lead_summary(lead)
    assert summary["outcome"] == "held"
    assert [(row["outcome"], row["reason"]) for row in summary["distribution"]] == [("held", SAID[terms])]
    assert [one.why for one in run.store.ask(waiting) if one.kind == "held"] == [f"pays: {SAID[terms]}"]
    assert resume(run, lead).outcome == "held"
    pays(run, "42.00")
    assert resume(run, lead).outcome == "sold"
    assert len(at_once(replay(run.plan, lead, run.store.facts(lead)))) == 3


@pytest.mark.parametrize("terms", [OVERDUE, PREPAID])
def test_it_does_not_wait_longer_than_the_flow_says(tmp_path, terms):
    run, lead = begun(tmp_path, terms)
    outcomes = [resume(run, lead).outcome for _ in range(4)]
    assert outcomes == ["held", "held", "held", "unsold"]


def test_without_a_word_about_it_an_overdue_buyer_is_passed_by(tmp_path):
    run, lead = begun(tmp_path, "terms net 30")
    summary = run.store.lead_summary(lead)
    assert (summary["outcome"], summary["reason"]) == ("unsold", "no balance")
    assert [row["outcome"] for row in summary["distribution"]] == ["balance"]
