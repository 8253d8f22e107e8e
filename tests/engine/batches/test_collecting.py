"""A lead is sold with its intent: its row stands in the buyer's open batch, and nobody is asked anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_engine.operations.resume import at_once, replay
from leadflow_engine.store.rebuild import contents
from tests.engine.batches.world import CSV, Taker, World, plan_of

HOURLY = f'every 60m  size 3  put "https://acme.example/leads"  {CSV}'


def test_a_lead_is_sold_by_its_row(tmp_path: Path) -> None:
    world = World(plan_of(HOURLY, tmp_path))
    ending = world.lead("Ana")
    assert (ending.outcome, ending.reason) == ("sold", "sold to acme")
    [batch] = world.batches()
    assert (batch.id, batch.leads, batch.state) == ("acme-20261120-143000-1", 1, "open")
    summary = world.store.lead_summary(ending.lead)
    assert summary is not None
    assert summary["distribution"][0]["reason"] == "in batch acme-20261120-143000-1"
    assert ("sale", "10.00") in [(row["kind"], str(row["amount"])) for row in summary["ledger"]]


def test_its_size_closes_it_and_the_next_lead_opens_another(tmp_path: Path) -> None:
    world = World(plan_of(HOURLY, tmp_path))
    for name in "ABCD":
        world.lead(name)
    assert [batch.leads for batch in world.batches()] == [3, 1]
    taker = Taker(200)
    assert [done.went.state for done in world.send(taker)] == ["sent"]
    assert (
        taker.asked[0].body == "name,phone,note\r\nA,+12125550123,\r\nB,+12125550123,\r\nC,+12125550123,\r\n"
    )
    assert dict(taker.asked[0].headers)["Content-Type"] == "text/csv; charset=utf-8"
    assert world.send(taker) == []


def test_its_time_closes_it(tmp_path: Path) -> None:
    world = World(plan_of(HOURLY, tmp_path))
    world.lead("A")
    world.pass_(minutes=59)
    assert world.send(Taker()) == []
    world.pass_(minutes=1)
    world.lead("B")  # comes too late for the first
    assert [batch.leads for batch in world.batches()] == [1, 1]
    assert [done.batch.id for done in world.send(Taker())] == [world.batches()[0].id]


def test_a_test_lead_is_in_no_batch_with_others(tmp_path: Path) -> None:
    world = World(
        plan_of(HOURLY, tmp_path, 'test { field "lp_test" = 1  url "https://staging.acme.example" }')
    )
    world.lead("A")
    world.lead("T", is_test=True)
    live, test = world.batches()
    assert (live.test, test.test, test.id) == (False, True, "acme-test-20261120-143000-2")
    world.pass_(hours=1)
    taker = Taker()
    world.send(taker)
    assert [request.url for request in taker.asked] == [
        "https://acme.example/leads",
        "https://staging.acme.example/leads",
    ]
    assert [(request.body or "").splitlines()[0] for request in taker.asked] == [
        "name,phone,note",
        "name,phone,note,lp_test",
    ]


def test_a_test_lead_goes_to_nobody_who_cannot_be_told(tmp_path: Path) -> None:
    world = World(plan_of(HOURLY, tmp_path))
    assert world.lead("T", is_test=True).outcome == "unsold"
    assert world.batches() == []


def test_a_cap_counts_what_is_collected(tmp_path: Path) -> None:
    world = World(plan_of(HOURLY, tmp_path, "cap 1 per day"))
    assert [world.lead(name).outcome for name in "AB"] == ["sold", "unsold"]


def test_a_replay_and_a_rebuild_change_nothing(tmp_path: Path) -> None:
    world = World(plan_of(HOURLY, tmp_path))
    lead = world.lead("Ana").lead
    world.lead("Ben")
    [ending] = at_once(replay(world.plan, lead, world.store.facts(lead)))
    assert ending.outcome == "sold"
    before, batches = contents(world.store._core.connection), world.batches()
    world.rebuild()
    assert contents(world.store._core.connection) == before
    assert world.batches() == batches


@pytest.mark.parametrize("kind", ["jsonl", "xml"])
def test_other_kinds(kind: str, tmp_path: Path) -> None:
    body = {
        "jsonl": "body jsonl { person.name = first_name  phone = phone_1 }",
        "xml": "body xml { Lead.Name = first_name  Lead.Phone = phone_1 }",
    }[kind]
    world = World(plan_of(f'size 2  put "https://acme.example/leads"  {body}', tmp_path))
    world.lead("Ann & Co")
    world.lead("B\nC")
    taker = Taker()
    world.send(taker)
    assert (
        taker.asked[0].body
        == {
            "jsonl": '{"person":{"name":"Ann & Co"},"phone":"+12125550123"}\n'
            '{"person":{"name":"B\\nC"},"phone":"+12125550123"}\n',
            "xml": '<?xml version="1.0" encoding="UTF-8"?>\n<leads>\n'
            "<Lead><Name>Ann &amp; Co</Name><Phone>+12125550123</Phone></Lead>\n"
            "<Lead><Name>B&#10;C</Name><Phone>+12125550123</Phone></Lead>\n</leads>\n",
        }[kind]
    )
