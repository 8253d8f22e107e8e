"""Journals of versions that told buyers behind the one that took the lead by a row each: nothing differs in them, and
what was changed behind their back still shows."""

import pytest

from leadflow_engine.operations.auditing import rebuilt
from leadflow_engine.operations.resume import at_once, replay, retold
from leadflow_engine.operations.told_before import BEFORE, differing
from leadflow_engine.store.forgetting import forget
from tests.engine.store.tampering import changed_considered

from .harness import dry, plan_of

FLOW = """
flow line
lead { state state }
buyer a { price 10.00  deliver { post "https://a.example/"  body json { s = state }
  response json { accepted when "ok"  otherwise rejected } } }
buyer b like a { priority 2  deliver { post "https://b.example/"  body json { s = state }
  response json { accepted when "ok"  otherwise rejected } } }
buyer c like a { priority 1  deliver { post "https://c.example/"  body json { s = state }
  response json { accepted when "ok"  otherwise rejected } } }
route { ROUTE }
"""
ROUTES = ("waterfall a, b, c", "waterfall c, b, a { order by priority }")


def journal(route, root):
    """One sold lead, its buyers told as they were before: with a row, in the words of then."""
    plan = plan_of(FLOW.replace("ROUTE", route), root)
    answers = {"buyers": {name: {"deliver": [{"body": {"ok": True}}]} for name in "abc"}}
    run = dry(plan, [{"state": "CA"}], answers, "2026-11-20T15:00:00+00:00", root)
    lead = next(run.leads()).lead
    taken = next(row["buyer"] for row in run.store.lead_summary(lead)["distribution"] if row["position"] == 1)
    behind = [name for name in (("c", "b", "a") if "order" in route else ("a", "b", "c")) if name != taken]
    rows = [(lead, name, BEFORE, place) for place, name in enumerate(behind, start=2)]
    run.store.transact(
        lambda core: changed_considered(
            core.connection,
            "INSERT OR REPLACE INTO considered (lead, segment, stage, branch, buyer, outcome, code, reason, "
            "cause, position, note) VALUES (?, 1, 'route.1', '', ?, 'not_asked', '', ?, '', ?, '')",
            rows,
        )
    )
    return plan, run.store, lead


def again(plan, store, lead):
    facts = store.facts(lead)
    writes = [write for ending in at_once(replay(plan, lead, facts)) for write, _ in ending.writes]
    return differing(store.lead_summary(lead), retold(plan, lead, facts, writes))


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_differs(route, tmp_path):
    plan, store, lead = journal(route, tmp_path)
    assert any(row["reason"] == BEFORE for row in store.lead_summary(lead)["distribution"])
    assert again(plan, store, lead) == []
    assert rebuilt(store) == []


def test_a_lead_that_is_forgotten_is_left_as_it_was_told(tmp_path):
    _, store, lead = journal(ROUTES[1], tmp_path)
    store.transact(lambda core: forget(core, lead, "ann", "asked"))
    assert rebuilt(store) == []


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("change", ["SET outcome = 'sold'", "SET note = 'x'", "SET reason = 'no reason'"])
def test_another_row_shows(route, change, tmp_path):
    plan, store, lead = journal(route, tmp_path)
    statement = f"UPDATE considered {change} WHERE buyer = (SELECT buyer FROM considered WHERE position = 2)"
    store.transact(lambda core: changed_considered(core.connection, statement, [()]))
    assert again(plan, store, lead) == ["distribution"]
    assert rebuilt(store) != []
