"""The plan by which leads were last routed, where somebody names a buyer, a flow, or nothing."""

from __future__ import annotations

from leadflow_engine.operations.loading import plan_of_files
from leadflow_engine.operations.overriding import OverrideProblem, plan_with
from leadflow_engine.plan import Plan
from leadflow_engine.store import SqliteStore


def newest_plan(store: SqliteStore, buyer: str = "", flow: str = "") -> Plan:
    """The newest plan that has this buyer; of this flow, or of the only one, where no buyer is named. Raises
    ``OverrideProblem`` where that is not clear."""
    if buyer:
        return plan_with(store, buyer, flow)
    rows = store.query("SELECT flow, name FROM plan WHERE ? IN ('', flow) ORDER BY added_at, rowid", (flow,))
    newest = dict(rows)
    if len(newest) != 1:
        known = " or ".join(sorted(newest)) or "none"
        raise OverrideProblem(
            f"which flow? Say --flow {known}" if len(newest) > 1 else f"the journal has no flow `{flow}`"
        )
    [name] = newest.values()
    return plan_of_files(store.plan_files(name), store.plan_main(name))
