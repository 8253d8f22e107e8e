"""Who pays for look-ups counts requests: the insurance flow over real sockets, by the books of the other side."""

from __future__ import annotations

import asyncio
import datetime
import json
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from leadflow_engine.answers import parse_answers
from leadflow_engine.operations.batch import Job, run_job
from leadflow_engine.operations.loading import description, load
from leadflow_engine.outbound.client import HttpOutbound, settings_from
from leadflow_engine.plan import Plan
from leadflow_engine.sandbox import running
from leadflow_engine.secrets import Secrets
from leadflow_engine.store import SqliteStore

from ..reliability.child import ShiftedClock
from ..reliability.world import shift_to, write_leads

FLOWS = Path(__file__).parents[3] / "flows"
OPEN = datetime.datetime(2026, 11, 19, 15, 0, tzinfo=datetime.UTC)
"""A Thursday, ten in the morning in New York."""
SECRETS = ("PHONE CONSENT DNC HOUSEHOLD GOLDEN DRIVEWELL ROADSAFE WHEELS QUOTEHUB COVERALL AGENTS").split()


def test_a_look_up_is_requested_where_it_decides_and_once(tmp_path: Path) -> None:
    plan = load(FLOWS / "insurance.flow").plan
    said = yaml.safe_load((FLOWS / "insurance.scenarios.yaml").read_text(encoding="utf-8"))["defaults"]
    lead = said["lead"] | {"birth_date": str(said["lead"]["birth_date"])}
    leads = [
        # (what it is, whom it is sold to, whom it asks)
        ({"state": "NV", "postal_code": "89501"}, ["quote_hub", "cover_all"], []),
        ({}, ["abc"], ["phone_check", "consent_check"]),
        ({"state": "NY", "postal_code": "10001"}, ["heritage"], ["phone_check", "dnc_check", "demographics"]),
    ]
    for number, (more, buyers, asked) in enumerate(leads):
        own = {"email": f"n{number}@diaz.example", "phone_1": f"214-555-01{number:02}"}
        file = write_leads(tmp_path / f"{number}.jsonl", [lead | own | more])
        came = asyncio.run(requests_of(plan, said["answers"], file, tmp_path / f"{number}.db"))
        assert came == Counter([*asked, *buyers])


async def requests_of(plan: Plan, answers: dict[str, Any], leads: Path, db: Path) -> Counter[str]:
    """How many requests each name has had once these leads are routed."""
    async with running(parse_answers(json.dumps(with_urls(plan, answers)))) as here:
        environ = {"LEADFLOW_ALLOW_HOSTS": here.address, "LEADFLOW_SANDBOX": here.address}
        secrets = {f"{name}_TOKEN": "x" for name in SECRETS} | {"ABC_KEY": "x", "HERITAGE_PASSWORD": "x"}
        clock = ShiftedClock(datetime.timedelta(seconds=shift_to(OPEN)))
        store = SqliteStore.open(db, clock)
        store.add_plan(plan.name, description(plan))
        try:
            async with HttpOutbound(settings_from(environ, Secrets(secrets))) as outbound:
                await run_job(Job(plan, "web", leads, store, outbound, clock, 1), lambda done: None)
        finally:
            await store.close()
        return Counter(entry.name for entry in here.ledger.entries())


def with_urls(plan: Plan, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers of a scenario, where the flow's requests go."""
    services = {
        name: {"url": plan.lookups[name].leg.request.url.pieces[0], "answers": given}
        for name, given in answers["services"].items()
    }
    buyers = {}
    for name, legs in answers["buyers"].items():
        deliver = plan.buyers[name].buyer.deliver
        assert deliver is not None
        buyers[name] = {"deliver": {"url": deliver.request.url.pieces[0], "answers": legs["deliver"]}}
    return {"services": services, "buyers": buyers}
