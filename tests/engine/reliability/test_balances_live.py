"""With 32 leads in flight at once nobody buys for more than it has, by the buyer's own count."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from leadflow_engine.operations.loading import load
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.accounts import buyer_account
from leadflow_engine.store.payments import Payment, pay

from .child import ShiftedClock
from .live import run_live

FLOW = """\
flow rush
lead { ref text }
buyer prepaid {
  price from response up to 10.00
  balance prepaid credit 100.00
  down after 500 failures in 1m for 1m
  deliver { post "https://prepaid.example/"  body json { ref = ref }
    response json { accepted when "ok"  otherwise rejected  price "price" } }
}
route { waterfall prepaid }
"""
ANSWERS = {
    "buyers": {
        "prepaid": {
            "deliver": {
                "url": "prepaid.example/",
                "answers": [
                    {"chance": "20%", "body": {"ok": False}},
                    {"chance": "10%", "status": 500},
                    {"body": {"ok": True, "price": 8.00}, "delay": "5ms"},
                ],
            }
        }
    }
}
AT = datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC)


def test_nobody_buys_for_more_than_it_has(tmp_path: Path) -> None:
    (tmp_path / "leadflow.toml").touch()
    flow, answers, leads, db = (tmp_path / name for name in ("f.flow", "a.yaml", "l.jsonl", "j.db"))
    flow.write_text(FLOW, encoding="utf-8")
    answers.write_text(json.dumps(ANSWERS), encoding="utf-8")  # JSON is YAML
    leads.write_text("".join(f'{{"ref": "{number}"}}\n' for number in range(100)), encoding="utf-8")
    store = SqliteStore.open(db, ShiftedClock(datetime.timedelta(0)))
    payment = Payment("buyer/prepaid", Decimal(200), AT - datetime.timedelta(days=1), "ann", "asked")
    store.transact(lambda core: pay(core, payment))
    store.close_now()
    run_live(load(str(flow)).plan, answers, leads, db, AT, concurrency=32)
    found = SqliteStore.read_only(db, ShiftedClock(datetime.timedelta(0)))
    account = found.ask(lambda connection: buyer_account(connection, "prepaid"))
    states: dict[str, Any] = dict(found.query("SELECT state, count(*) FROM delivery GROUP BY state"))
    assert set(states) == {"confirmed", "declined", "in_doubt"}
    assert account.charged == 8_000_000 * states["confirmed"]
    assert account.held == 10_000_000 * states["in_doubt"]
    left = 300_000_000 - account.charged - account.held
    assert 0 <= left < 100_000_000  # what came back free after the last lead was judged
    assert found.query("SELECT sum(balance) FROM account") == [(0,)]
    outcomes = dict(found.query("SELECT outcome, count(*) FROM distribution GROUP BY outcome"))
    assert outcomes["balance"] + sum(states.values()) == 100
    found.close_now()
