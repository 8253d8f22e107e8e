"""More leads than can be served: those that are acknowledged are kept and routed, the others are told to come again."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import pytest

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.runner import arrival_of
from leadflow_engine.sandbox.ledger import field_digest
from leadflow_engine.store import SqliteStore
from tests.abuse.offering import Offered, offer
from tests.engine.reliability.world import sandbox
from tests.engine.service.served import Service

FLOW = """flow load "Load"

lead {
  ref text required
  mail email required
}

source web { dedupe on mail within 30d }

buyer ace {
  price 20.00
  cap 1000000 per day
  down after 100000 failures in 1m for 1m
  deliver {
    post "https://ace.example/leads"
    idempotency header "Idempotency-Key"
    body json { ref = ref  mail = mail }
    response json { accepted when "ok"  otherwise rejected }
  }
}

route { waterfall ace }
"""
ANSWERS = """seed: 1
buyers:
  ace:
    deliver:
      url: https://ace.example/leads
      latency: 5ms-40ms
      answers:
        - {chance: 5%, status: 500, takes: true}
        - {takes: true, body: {ok: true}}
"""
SETTINGS = '[serve]\nrate = "100000 per second"\nconcurrency = 512\n'


def request_of(number: int) -> bytes:
    """The n-th lead's call."""
    body = json.dumps({"ref": f"R{number}", "mail": f"lead{number}@example.com"}).encode()
    head = "POST /flows/load/sources/web/submit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def offered(folder: Path, rate: int, seconds: float) -> Offered:
    """Offer so many leads a second to a service, and hold its journal against what was told and against the books."""
    for name, text in (("load.flow", FLOW), ("answers.yaml", ANSWERS), ("leadflow.toml", SETTINGS)):
        (folder / name).write_text(text)
    with sandbox(folder / "answers.yaml", folder / "books.jsonl") as buyers:
        there = {"LEADFLOW_SANDBOX": buyers.address, "LEADFLOW_ALLOW_HOSTS": buyers.address}
        here = Service(folder, None, ("--open", "--no-watch"), there, flow="load.flow")
        try:
            url = here.start().http.base_url
            found = asyncio.run(offer(url.host, url.port or 80, request_of, rate, seconds))
            assert here.end() == 0
        finally:
            here.end(signal.SIGKILL)
        entries = buyers.entries()
    check(found, here.db, {entry["fields"]["ref"] for entry in entries if entry["taken"]})
    return found


def check(found: Offered, db: Path, taken: set[str]) -> None:
    """Nothing acknowledged is lost; every sale that the buyer has is a sale or a doubt here, and none is here alone."""
    store = SqliteStore.read_only(db, RealClock())
    try:
        outcomes = dict(store.query("SELECT id, outcome FROM lead"))
        refs = {
            lead: field_digest(arrival_of(lead, store.facts(lead)[0]).payload["ref"]) for lead in outcomes
        }
    finally:
        store.close_now()
    assert set(found.acknowledged) - set(outcomes) == set()
    assert len(set(found.acknowledged)) == len(found.acknowledged)
    assert set(outcomes.values()) <= {"sold", "in_doubt"}
    assert taken <= {refs[lead] for lead in outcomes}
    assert {refs[lead] for lead, outcome in outcomes.items() if outcome == "sold"} <= taken
    assert found.untold == 0
    assert set(found.statuses) <= {200, 202, 429, 503}


def test_two_seconds_of_too_much(tmp_path: Path) -> None:
    found = offered(tmp_path, 300, 2)
    assert found.acknowledged
    assert found.unanswered == 0


@pytest.mark.long
def test_a_minute_of_a_thousand_a_second(tmp_path: Path) -> None:
    found = offered(tmp_path, 1_000, 60)
    print(found)
    assert found.acknowledged
