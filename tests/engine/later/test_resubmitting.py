"""A lead that is offered again: the next attempt, on today's plan, without those that had it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.operations.loading import description
from leadflow_engine.operations.orders import carry_out
from leadflow_engine.operations.resubmitting import candidates
from leadflow_engine.plan import Plan
from leadflow_engine.reports.lead_object import lead_object
from leadflow_engine.store import SqliteStore, StoreError
from tests.engine.later.world import DELIVER, FLOW, Buyers, World, plan_of

SOURCE = "dedupe on phone within 30d  cap 100 per day  cost 2.00"
NO = '{"is": "no"}'


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    flow = FLOW.replace("price 5.00", 'accept when phone is valid  else "bad phone"\n  price 5.00')
    return plan_of(tmp_path_factory.mktemp("again"), f"price 9.00\n{DELIVER}", SOURCE, flow)


def resubmit(world: World, *leads: str, **said: Any) -> list[dict[str, str]]:
    order = {"leads": list(leads), "because": "bad phone", "by": "olga", **said}
    found: list[dict[str, str]] = carry_out(world.store, "resubmit", order)
    return found


def test_a_corrected_lead_is_offered_again_to_those_that_did_not_have_it(plan: Plan) -> None:
    world = World(plan, Buyers(post=[NO], other=['{"ok": true}']))
    first = world.lead(phone="12").lead
    assert world.outcome(first) == ("unsold", [])
    [said] = resubmit(world, first, set={"phone": "2125550123"})
    assert world.work(hours=3) == []
    second = said["next"]
    assert world.outcome(second) == ("sold", ["other"])
    assert world.buyers.urls() == ["slow.example/post", "other.example"]
    rows = {row["buyer"]: row for row in world.summary(second)["distribution"]}
    assert rows["slow"]["outcome"] == "duplicate"
    assert rows["slow"]["reason"] == "left out of attempt 2: it had this lead before"
    again = world.summary(second)
    assert again["lead"]["received_at"] == world.summary(first)["lead"]["received_at"]
    assert world.work(days=1) == []  # once is enough
    assert world.holds_together()


def test_its_sources_dedupe_does_not_refuse_it_and_its_cap_counts_it_once(plan: Plan) -> None:
    world = World(plan, Buyers(post=[NO], other=['{"ok": false}', '{"ok": true}']))
    first = world.lead().lead
    resubmit(world, first)
    world.work(hours=1)
    assert world.lead("Bea").outcome == "refused"  # the same phone: of others it is still a duplicate
    assert world.store.query("SELECT counted FROM cap WHERE \"limit\" LIKE '%web%'") == [(1,)]
    assert world.holds_together()


def test_each_attempt_names_the_other(plan: Plan) -> None:
    world = World(plan, Buyers(post=[NO], other=['{"ok": false}']))
    leads = [world.lead().lead]
    for _ in range(2):
        [said] = resubmit(world, leads[-1])
        leads.append(said["next"])
        world.work(hours=1)
    first, second, third = leads
    assert [each["lead"] for each in world.summary(second)["attempts"]] == [first, third]
    assert [each["attempt"] for each in world.summary(second)["attempts"]] == [1, 3]
    assert [each["lead"] for each in world.summary(first)["attempts"]] == [second]
    assert world.store.query("SELECT identity FROM lead WHERE id = ?", (third,)) == [
        ("later/web/test/Ana/attempt/3",)
    ]
    assert len(world.buyers.asked) == 2  # slow and other once each: the third attempt has nobody left
    assert world.holds_together()


def test_todays_plan_is_the_journals_newest_or_the_one_given(plan: Plan, tmp_path: Path) -> None:
    world = World(plan, Buyers(post=[NO], other=['{"ok": false}'], slow=[NO]))
    first, other = world.lead().lead, world.lead("Bea", "2125550199").lead
    dearer = plan_of(tmp_path, "price 12.00\n" + DELIVER.replace("/post", "/slow"), SOURCE)
    world.pass_(hours=1)
    world.plans.known[dearer.name] = dearer
    world.store.add_plan(dearer.name, description(dearer))
    [newest] = resubmit(world, first)
    given = {"name": plan.name, "description": description(plan)}
    [old] = resubmit(world, other, plan=given)
    world.work()
    plans = dict(world.store.query("SELECT id, plan FROM lead"))
    assert plans[newest["next"]] == dearer.name
    assert plans[old["next"]] == plan.name


def test_a_source_is_paid_once(tmp_path: Path) -> None:
    source = "cost 2.00 on accept"
    world = World(
        plan_of(tmp_path, f"price 9.00\n{DELIVER}", source), Buyers(post=[NO], other=['{"ok": false}'])
    )
    first = world.lead().lead
    resubmit(world, first)
    world.work()
    assert world.store.query("SELECT lead, amount FROM ledger WHERE amount <> 0") == [(first, -2_000_000)]


def test_what_cannot_be_offered_again_is_said(plan: Plan) -> None:
    world = World(plan, Buyers(post=['{"is": "sold"}', '{"is": "pending"}', NO], other=['{"ok": false}']))
    sold, waits, free = (
        world.lead(name, f"212555019{n}").lead for n, name in enumerate(("Ana", "Bea", "Cy"))
    )
    resubmit(world, free)
    problems = [each["problem"] for each in resubmit(world, sold, waits, free, "NOBODY")]
    assert problems[0] == f"lead {sold} is not free: slow has it or may have it"
    assert problems[1] == f"lead {waits} waits (pending); only a lead that has ended can be offered again"
    assert "is offered again already, as" in problems[2]
    assert problems[3] == "there is no lead NOBODY in this journal"


def test_leads_are_chosen_by_the_reason_for_which_they_went_nowhere(plan: Plan) -> None:
    world = World(plan, Buyers(post=[NO], other=['{"ok": false}']))
    bad, good = world.lead("Ana", "12").lead, world.lead("Bea").lead
    assert [each.lead for each in candidates(world.store, "Bad Phone")] == [bad]
    assert {each.lead for each in candidates(world.store, "declined by all")} == {bad, good}
    world.pass_(days=2)
    assert candidates(world.store, "bad phone", since=world.clock.at) == []
    resubmit(world, bad)
    assert candidates(world.store, "bad phone") == []


def test_one_whose_values_are_gone_cannot_come_again(plan: Plan) -> None:
    world = World(plan, Buyers(post=[NO], other=['{"ok": false}']))
    lead = world.lead().lead
    world.store.transact(
        lambda core: core.connection.execute("UPDATE fact SET content = NULL WHERE key = 'received'")
    )
    [said] = resubmit(world, lead)
    assert said["problem"].endswith("is not kept any more: it cannot be offered again")


def test_killed_before_its_first_commit_it_begins_again(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(plan, Buyers(post=[NO], other=['{"ok": false}', '{"ok": true}']))
    first = world.lead().lead
    [said] = resubmit(world, first)

    async def killed(*_: Any) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(SqliteStore, "write", killed)
        with pytest.raises(StoreError):
            world.work()
    assert world.store.query("SELECT count(*) FROM lead") == [(1,)]
    world.work()
    assert world.store.query("SELECT count(*) FROM lead WHERE id = ?", (said["next"],)) == [(1,)]


def test_its_story_names_the_other_attempt(plan: Plan) -> None:
    world = World(plan, Buyers(post=[NO], other=['{"ok": false}']))
    first = world.lead().lead
    [said] = resubmit(world, first)
    world.work()
    second = said["next"]
    assert f"attempt     1; attempt 2 is {second}, because: bad phone" in world.story(first)
    assert f"attempt     2; attempt 1 was {first}, offered again because: bad phone" in world.story(second)
    assert lead_object(world.summary(second))["attempts"][0]["lead"] == first


def test_what_a_source_is_told_of_any_attempt_names_the_lead_that_it_knows(tmp_path: Path) -> None:
    told = 'postback on sold, unsold { get "https://told.example/{{ lead.id }}/{{ outcome }}?key={{ delivery.key }}" }'
    plan = plan_of(tmp_path, f"price 9.00\n{DELIVER}", told)
    world = World(plan, Buyers(post=[NO], other=['{"ok": false}'], told=[200]))
    leads = [world.lead().lead]
    for _ in range(2):
        leads.append(resubmit(world, leads[-1])[0]["next"])
        world.work(hours=1)
    world.work(hours=1)
    urls = [url.removeprefix("told.example/") for url in world.buyers.urls() if url.startswith("told")]
    assert [url.partition("?")[0] for url in urls] == [f"{leads[0]}/unsold"] * 3
    assert [f"key={lead}" in url for lead, url in zip(leads, urls, strict=True)] == [True] * 3
