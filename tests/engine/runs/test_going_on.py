"""Leads that waited go on: when they are due, when somebody has said a word, on the plan with which they began."""

import datetime

import pytest
import yaml

from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.operations.resume import at_once, go_on, replay, retold, writes_again
from leadflow_engine.store.rebuild import contents
from tests.engine.store.tampering import changed_considered

from .harness import CASES, dry, plan_of

HOUR = datetime.timedelta(hours=1)


def waiting(name, tmp_path, leads):
    """A dry run of a case's flow with these leads, and the leads' ids."""
    case = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    plan = plan_of(case["flow"], tmp_path)
    at = case.get("at", datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC)).isoformat()
    run = dry(plan, leads, case["answers"], at, tmp_path)
    return run, [done.lead for done in run.leads()]


def resume(run, lead):
    driver = DryDriver(lead, run.store, run.answers, run.clock)
    return at_once(go_on(run.plan, lead, run.store.facts(lead), driver))


def sold(run, lead):
    return [sale["buyer"] for sale in run.store.lead_summary(lead)["sales"]]


@pytest.mark.parametrize(("state", "buyer"), [("CA", "office"), ("TX", "first")])
def test_a_held_lead_is_sold_when_its_buyer_opens(tmp_path, state, buyer):
    run, [lead] = waiting("hold", tmp_path, [{"state": state}])
    [work] = run.store.work()
    assert (work.why, work.due) == ("held", datetime.datetime(2026, 11, 20, 13, tzinfo=datetime.UTC))
    run.clock.at = work.due
    assert resume(run, lead).outcome == "sold"
    assert sold(run, lead) == [buyer]
    assert run.store.work() == []
    assert len(at_once(replay(run.plan, lead, run.store.facts(lead)))) == 2


@pytest.mark.parametrize(("state", "buyer"), [("CA", "waits"), ("NV", "waits"), ("TX", "first")])
def test_leads_whose_room_went_on_the_way_are_sold_as_room_comes_back(tmp_path, state, buyer):
    run, leads = waiting("hold_late", tmp_path, [{"state": state}] * 3)
    day = datetime.datetime(2026, 11, 21, 5, tzinfo=datetime.UTC)
    ended = []
    for later in range(2):  # a day has room for one of them; the other is held once more
        assert {(work.why, work.due) for work in run.store.work()} == {("held", day + later * 24 * HOUR)}
        run.clock.at = day + later * 24 * HOUR
        ended.append([resume(run, work.lead).outcome for work in run.store.work()])
    assert [sorted(each) for each in ended] == [["held", "sold"], ["sold"]]
    assert [sold(run, lead) for lead in leads] == [[buyer]] * 3
    for lead in leads:
        assert at_once(replay(run.plan, lead, run.store.facts(lead)))


def test_when_the_wait_was_in_vain_the_fallback_comes(tmp_path):
    run, [lead] = waiting("hold", tmp_path, [{"state": "CA"}])
    run.clock.at += datetime.timedelta(days=1)  # Saturday: closed again, and twelve hours are over
    assert resume(run, lead).outcome == "fallback"
    assert sold(run, lead) == ["always"]


@pytest.mark.parametrize(
    ("word", "outcome", "buyers"), [("sold", "sold", ["hold"]), ("declined", "sold", ["last"])]
)
def test_an_operator_settles_a_doubt_and_the_lead_goes_on(tmp_path, word, outcome, buyers):
    run, [lead] = waiting("doubt", tmp_path, [{"state": "CA"}])
    assert [doubt.buyer for doubt in run.store.doubts()] == ["hold"]
    run.store.settle_delivery(lead, "hold", 1, word, "olga", "they said so by phone")
    assert resume(run, lead).outcome == outcome
    assert sold(run, lead) == buyers
    assert run.store.doubts() == []


def test_a_doubt_held_for_half_an_hour_then_goes_to_the_next(tmp_path):
    run, [lead] = waiting("doubt", tmp_path, [{"state": "CA"}])
    [work] = run.store.work()
    assert work.due - run.clock.at <= datetime.timedelta(minutes=30)
    run.clock.at = work.due
    assert resume(run, lead).outcome == "sold"
    assert sold(run, lead) == ["last"]
    assert [doubt.buyer for doubt in run.store.doubts()] == ["hold"]  # still nobody knows


def test_projections_are_made_again_from_the_facts_alone(tmp_path):
    run, leads = waiting(
        "doubt", tmp_path, [{"state": state} for state in ("CA", "TX", "FL", "NY", "NV", "WA")]
    )
    run.store.settle_delivery(leads[0], "hold", 1, "declined", "olga", "not in their system")
    resume(run, leads[0])
    connection = run.store._core.connection
    before = contents(connection)
    run.store.rebuild(lambda lead, facts: writes_again(run.plan, lead, facts))
    assert contents(connection) == before
    assert before["delivery"]


def test_a_buyer_that_was_settled_as_declined_is_told_as_asked(tmp_path):
    run, [lead] = waiting("doubt", tmp_path, [{"state": "CA"}])
    run.store.settle_delivery(lead, "hold", 1, "declined", "olga", "not in their system")
    resume(run, lead)
    rows = run.store.lead_summary(lead)["distribution"]
    assert [(row["segment"], row["outcome"]) for row in rows if row["buyer"] == "hold"] == [
        (1, "in_doubt"),
        (2, "rejected"),
    ]


def test_a_conflict_is_over_once_somebody_confirms_what_is_settled(tmp_path):
    run, [lead] = waiting("doubt", tmp_path, [{"state": "CA"}])
    for word in ("declined", "sold"):
        run.store.settle_delivery(lead, "hold", 1, word, "olga", "by phone")
    assert [doubt.conflict for doubt in run.store.doubts()] == ["sold (olga: by phone) after it was declined"]
    run.store.settle_delivery(lead, "hold", 1, "declined", "olga", "they looked again")
    assert run.store.doubts() == []


@pytest.mark.parametrize("word", ["sold", "declined"])
def test_a_lead_is_told_again_from_its_facts_and_a_changed_row_shows(tmp_path, word):
    run, [lead] = waiting("doubt", tmp_path, [{"state": "CA"}])
    run.store.settle_delivery(lead, "hold", 1, word, "olga", "by phone")
    resume(run, lead)
    facts = run.store.facts(lead)
    told = retold(run.plan, lead, facts, writes_again(run.plan, lead, facts))
    assert told == run.store.lead_summary(lead)
    change = "UPDATE considered SET reason = 'something else' WHERE buyer = ?"
    changed_considered(run.store._core.connection, change, [("hold",)])
    changed = run.store.lead_summary(lead)
    assert [part for part in changed if changed[part] != told[part]] == ["distribution"]
