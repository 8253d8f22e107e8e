"""What became of leads: sold, returned, or what somebody told of them later; never of a test, never too soon."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from leadflow_dsl import check
from leadflow_engine.drivers.answers import AssumedAnswers
from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.operations.dry import DryRun
from leadflow_engine.operations.loading import description
from leadflow_engine.plan import make_plan
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.feedback import Told, note
from leadflow_engine.store.outcomes import came_of, events

FLOW = """\
flow deals
lead {
  email   email
  credit  number
}
source web { test when "is_test" }
buyer ace {
  accept when credit >= 600
  price 5.00
  deliver {
    post "https://ace.example/"
    body json { m = email }
    response json { accepted when "ok"  otherwise rejected }
  }
  test { field "test" = 1 }
}
route { waterfall ace }
"""
NOW = datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC)
LEADS = [
    {"email": "ann@mail.example", "credit": 700},
    {"email": "bob@mail.example", "credit": 500},
    {"email": "cid@mail.example", "credit": 650},
    {"email": "tess@mail.example", "credit": 700, "is_test": True},
]


@pytest.fixture
def journal(tmp_path: Path) -> SqliteStore:
    """Three leads and a test; ann and cid are sold."""
    checked = check(tmp_path / "deals.flow", FLOW)
    assert checked.flow is not None, checked.diagnostics
    plan, clock = make_plan(checked.flow), VirtualClock(NOW)
    store = SqliteStore.memory(clock)
    store.add_plan(plan.name, description(plan))
    file = tmp_path / "leads.jsonl"
    file.write_text("".join(json.dumps(lead) + "\n" for lead in LEADS), encoding="utf-8")
    done = list(DryRun(plan, "web", file, store, clock, AssumedAnswers(), "").leads())
    assert [one.ending.outcome for one in done if one.ending] == ["sold", "unsold", "sold", "sold"]
    return store


def told(store: SqliteStore, target: str, until: str = "2027") -> list[bool]:
    found = store.ask(lambda connection: came_of(connection, "deals", target, "2026", until))
    return sorted(one.good for one in found)


def test_sold_is_told_of_every_lead_that_was_offered(journal: SqliteStore) -> None:
    assert told(journal, "sold") == [False, True, True]
    assert told(journal, "sold", until="2026-11-20T15:00:00.000000Z") == []


def test_an_event_is_told_of_sold_leads_alone(journal: SqliteStore) -> None:
    assert told(journal, "converted") == [False, False]
    sold = journal.query("SELECT lead FROM delivery JOIN lead ON lead.id = lead WHERE NOT test ORDER BY lead")
    journal.transact(lambda core: note(core, Told(sold[0][0], "converted", "ace", "ace")))
    assert told(journal, "converted") == [False, True]
    assert told(journal, "returned") == [False, False]
    assert journal.ask(lambda connection: events(connection, "deals")) == {"converted": 1}
