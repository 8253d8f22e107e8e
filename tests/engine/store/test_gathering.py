"""A journal that is thrown away gathers what is written: what stands in it, and what it answers, is the same."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.operations.dry import dry_run
from leadflow_engine.operations.loading import load
from leadflow_engine.store import SqliteStore, StoreError

FLOWS = Path(__file__).parents[3] / "flows"
LEADS = 40
AT = datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC)
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"


def journal_of(leads: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that a dry run leaves behind, by table."""
    path = FLOWS / "solar.flow"
    plan = load(path).plan
    run = dry_run(plan, path, plan.flow.sources[0].name, leads, AT)
    endings = [done.ending for done in run.leads()]
    assert len(endings) == LEADS and all(endings)
    tables = [name for (name,) in run.store.query(TABLES)]
    return {name: sorted(run.store.query(f"SELECT * FROM {name}"), key=repr) for name in tables}


def test_a_dry_run_writes_what_it_would_write_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads = tmp_path / "leads.jsonl"
    lines = (FLOWS / "solar.leads.jsonl").read_text("utf-8").splitlines(keepends=True)
    leads.write_text("".join(lines[:LEADS]), "utf-8")
    monkeypatch.setattr("leadflow_engine.store.digests.secrets.token_hex", lambda count: "ab" * count)
    gathered = journal_of(leads)
    monkeypatch.setattr(SqliteStore, "gather", lambda store: None)
    assert gathered == journal_of(leads)
    assert {"written", "lead", "delivery"} <= {name for name, rows in gathered.items() if rows}


@pytest.fixture
def thrown_away(kit: Any) -> SqliteStore:
    store = SqliteStore.memory(kit.clock)
    store.add_plan("4f1c09a", kit.plan)
    store.gather()
    return store


def test_what_waits_is_there_for_whoever_asks(thrown_away: SqliteStore, kit: Any) -> None:
    kit.sell(thrown_away, "A", limits=[kit.cap(1)], keys=[kit.key("5125550147")])
    assert thrown_away.query("SELECT lead, state FROM delivery") == [("A", "confirmed")]
    kit.sell(thrown_away, "B")
    assert thrown_away.lead_summary("B") is not None


def test_claims_that_wait_count(thrown_away: SqliteStore, kit: Any) -> None:
    kit.sell(thrown_away, "A", limits=[kit.cap(1)], keys=[kit.key("5125550147")])
    told = thrown_away.read("B", kit.limits(limits=[kit.cap(1)]))
    assert told["out"]["sunpath"]["code"] == "capped"
    story = kit.story("C")
    thrown_away.write_now(story.accept())
    assert not thrown_away.write_now(story.intent(keys=[kit.key("5125550147")]))["granted"]


def test_a_write_that_fails_leaves_what_was_settled(thrown_away: SqliteStore, kit: Any) -> None:
    kit.sell(thrown_away, "A")
    before = thrown_away.query("SELECT lead, key FROM fact")
    with pytest.raises(StoreError, match="does not follow"):
        thrown_away.write_now(kit.story("A").accept())
    assert thrown_away.query("SELECT lead, key FROM fact") == before
    kit.sell(thrown_away, "B")
    assert thrown_away.query("SELECT count(*) FROM lead") == [(2,)]
