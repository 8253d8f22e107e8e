"""Leads that several may have, and leads that nobody took, go on: a refusal later lets the next in, a yes does not."""

import datetime

import pytest

from leadflow_engine.operations.resume import at_once, replay, writes_again
from leadflow_engine.store.rebuild import contents

from .test_going_on import resume, sold, waiting


@pytest.mark.parametrize(
    ("word", "buyers"), [("sold", ["one", "three", "two"]), ("declined", ["four", "one", "three"])]
)
def test_a_place_that_was_pending_is_taken_by_it_or_by_the_next(tmp_path, word, buyers):
    run, [lead] = waiting("multisell", tmp_path, [{"state": "GA"}])
    run.store.settle_delivery(lead, "two", 1, word, "olga", "they wrote so")
    assert resume(run, lead).outcome == "sold"
    assert sorted(sold(run, lead)) == buyers
    assert len(at_once(replay(run.plan, lead, run.store.facts(lead)))) == 2


def test_what_nobody_took_is_tried_again_until_its_time_is_over(tmp_path):
    run, [lead, refused] = waiting("unsold_hold", tmp_path, [{"state": "CA"}, {"state": "NY"}])
    began = run.clock.now()
    tried = []
    while work := next((one for one in run.store.work() if one.lead == lead), None):
        run.clock.at = work.due
        tried.append(work.due - began)
        outcome = resume(run, lead).outcome
    assert tried == [datetime.timedelta(minutes=minutes) for minutes in (45, 90)]
    assert (outcome, sold(run, lead)) == ("sold", ["office"])  # it opens after an hour and a half
    while work := next(iter(run.store.work()), None):
        run.clock.at = max(work.due, run.clock.at)
        outcome = resume(run, refused).outcome
    assert outcome == "unsold"
    assert run.clock.now() - began == datetime.timedelta(hours=2)
    posts = [fact.key for fact in run.store.facts(refused) if fact.key.startswith("post/")]
    assert posts == ["post/always/1"]  # who refused it is not asked again


@pytest.mark.parametrize("case", ["multisell", "weight", "best_of"])
def test_the_same_rows_come_of_the_facts_alone(tmp_path, case):
    run, leads = waiting(case, tmp_path, [{"state": state} for state in ("CA", "TX", "FL", "NY", "GA", "WA")])
    for lead in leads:
        for doubt in run.store.doubts():
            if doubt.lead == lead:
                run.store.settle_delivery(lead, doubt.buyer, 1, "declined", "olga", "they wrote so")
    connection = run.store._core.connection
    before = contents(connection)
    run.store.rebuild(lambda lead, facts: writes_again(run.plan, lead, facts))
    assert contents(connection) == before
    assert before["tally"]
